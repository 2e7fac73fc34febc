/** `npm run check`: types, format and lint, import rules, generated pages, unit tests. Under a minute. */
import { checkNode, ensureGenerated, ensurePackages } from './lib/prepare.mjs';
import { nodeBin, run } from './lib/run.mjs';

checkNode();
await ensurePackages();
await ensureGenerated();

const steps = [
  ['types', ['typescript-native/bin/tsc', '--noEmit', '-p', '.']],
  ['format and lint', ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  ['import rules', null, ['bin/import-rules.mjs']],
  ['generated pages', null, ['--import', 'tsx', 'bin/generate-docs.mjs', '--check']],
  ['unit tests', ['vitest/vitest.mjs', 'run', '--reporter=dot', '--project=unit']],
];

let failed = 0;
for (const [name, bin, plain] of steps) {
  const started = performance.now();
  const [command, ...rest] = bin ? [...nodeBin(bin[0]), ...bin.slice(1)] : [process.execPath, ...plain];
  const code = await run(command, rest, { quiet: name !== 'unit tests' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (code !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
