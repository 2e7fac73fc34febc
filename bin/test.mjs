/** `npm test`: sets up everything the tests need and runs all of them. */
import { ensureDebianPackages } from './lib/debian.mjs';
import { checkNode, ensureGenerated, ensurePackages, prepare } from './lib/prepare.mjs';
import { nodeBin, run } from './lib/run.mjs';

checkNode();
await ensurePackages();
await ensureDebianPackages();
await ensureGenerated();

const [node, vitest] = nodeBin('vitest/vitest.mjs');
const [, playwright] = nodeBin('@playwright/test/cli.js');
const steps = [
  ['check', () => run(node, ['bin/check.mjs'])],
  ['stores on PostgreSQL', () => run(node, [vitest, 'run', '--project=database', '--reporter=dot'])],
  ['build', () => prepare().then(() => 0)],
  ['real clients', () => run(node, [vitest, 'run', '--config', 'vitest.e2e.config.ts'])],
  ['browser', () => run(node, [playwright, 'test'])],
  ['durability', () => run(node, ['bin/check-durability.mjs', '--rounds', '10'])],
];

let passed = 0;
let failed = 0;
for (const [name, work] of steps) {
  const started = performance.now();
  console.log(`\n== ${name}`);
  const code = await work();
  console.log(`== ${name}: ${code === 0 ? 'passed' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
  if (code === 0) passed++;
  else {
    failed++;
    if (name === 'build') break;
  }
}
console.log(`\nsteps: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
