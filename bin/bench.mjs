/** `npm run bench`: see docs/guides/benchmarks.md. */
import { ensurePackages } from './lib/prepare.mjs';
import { root, run } from './lib/run.mjs';

await ensurePackages();
process.exit(await run(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)], { cwd: root }));
