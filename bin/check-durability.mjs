/** `npm run check:durability`: see docs/guides/benchmarks.md. */
import { prepare } from './lib/prepare.mjs';
import { root, run } from './lib/run.mjs';

// Built once here, so that no restart under test builds.
await prepare();
process.exit(await run(process.execPath, ['--import', 'tsx', 'e2e/durability/main.ts', ...process.argv.slice(2)], { cwd: root }));
