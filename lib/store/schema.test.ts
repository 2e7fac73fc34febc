import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSchema, schemaDiff } from '../../bin/lib/schema-diff.mjs';
import { migrationsFolder, readMigrations } from './migrate.ts';

describe('schema and migrations', () => {
  const folder = migrationsFolder();
  const schema = readSchema(join(folder, '../schema'));

  it('has a migration for every change of the schema (else run bin/new-migration.mjs)', async () => {
    expect(await schemaDiff(readFileSync(join(folder, 'last.prisma'), 'utf8'), schema)).toBe('');
  });

  it('would notice a change', async () => {
    const changed = schema.replace('model Vcard {', 'model Vcard {\n  extra String?');
    expect(await schemaDiff(schema, changed)).toContain('ADD COLUMN     "extra" TEXT');
  });

  it('numbers migrations without gaps', () => {
    const numbers = readMigrations(folder).map((migration) => Number(migration.name.slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });
});
