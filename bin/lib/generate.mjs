import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Makes the database client (`lib/store/generated`) from `prisma/schema`, unless it is newer than the schema already. Needs no
 * network: the command line would fetch a schema engine that generating does not use, so it is told that it has one.
 */
export function generateClient({ force = false } = {}) {
  if (!force && isFresh()) return;
  const cli = join(root, 'node_modules/prisma/build/index.js');
  const run = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
  });
  if (run.status !== 0) throw new Error(`The database client could not be generated:\n${run.stdout}${run.stderr}`);
}

function isFresh() {
  const made = join(root, 'lib/store/generated/client.ts');
  if (!existsSync(made)) return false;
  const since = statSync(made).mtimeMs;
  const folder = join(root, 'prisma/schema');
  return readdirSync(folder).every((name) => statSync(join(folder, name)).mtimeMs < since) && statSync(folder).mtimeMs < since;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateClient({ force: process.argv.includes('--force') });
