/** `npm run bench`: see docs/guides/benchmarks.md. */
import { ensurePackages, prepare } from './lib/prepare.mjs';
import { root, run } from './lib/run.mjs';

const args = process.argv.slice(2);
// The console is measured as it is served: built.
const ofConsole = args.includes('--console');
if (ofConsole) await prepare();
else await ensurePackages();
process.exit(
  await run(process.execPath, ['--import', 'tsx', ofConsole ? 'bench/console/main.ts' : 'bench/main.ts', ...args], { cwd: root }),
);
