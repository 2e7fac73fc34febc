#!/usr/bin/env node
// Writes the next migration from what changed in prisma/schema since the last one: node bin/new-migration.mjs NAME
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateClient } from './lib/generate.mjs';
import { readSchema, schemaDiff } from './lib/schema-diff.mjs';

const name = process.argv[2];
if (name === undefined || !/^[a-z][a-z0-9_]{0,59}$/.test(name)) {
  process.stderr.write('Usage: node bin/new-migration.mjs NAME   (lower-case letters, digits and underscores)\n');
  process.exit(2);
}
const folder = join(dirname(fileURLToPath(import.meta.url)), '../prisma');
const migrations = join(folder, 'migrations');
const last = join(migrations, 'last.prisma');
const now = readSchema(join(folder, 'schema'));
const sql = await schemaDiff(existsSync(last) ? readFileSync(last, 'utf8') : null, now);
if (sql.trim() === '') {
  process.stderr.write('The schema has not changed since the last migration.\n');
  process.exit(1);
}
const count = readdirSync(migrations).filter((entry) => /^\d{4}_/.test(entry)).length;
const made = join(migrations, `${String(count + 1).padStart(4, '0')}_${name}`);
mkdirSync(made);
writeFileSync(join(made, 'migration.sql'), sql);
writeFileSync(last, now);
generateClient({ force: true });
process.stdout.write(`${join(made, 'migration.sql')}\nRead it, and add what the schema cannot say (indexes by method, triggers, data).\n`);
