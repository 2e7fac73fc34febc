/**
 * Reference pages made from the code: settings from their schema, protocols from the constants beside their code, REST and permissions from the use
 * cases. `--check` writes nothing and fails when a page is stale.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderPages } from '../lib/server/reference-pages.ts';
import { root } from './lib/run.mjs';

const folder = join(root, 'docs/reference');
const check = process.argv.includes('--check');
let stale = 0;
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(renderPages())) {
  const path = join(folder, name);
  if ((existsSync(path) ? readFileSync(path, 'utf8') : '') === text) continue;
  if (check) {
    console.error(`docs/reference/${name} is stale. Run: npm run docs:generate`);
    stale++;
  } else {
    writeFileSync(path, text);
    console.log(`docs/reference/${name} written.`);
  }
}
process.exit(stale === 0 ? 0 : 1);
