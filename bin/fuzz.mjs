/** `npm run fuzz`: see docs/guides/fuzzing.md. */
import { ensurePackages } from './lib/prepare.mjs';
import { root, run } from './lib/run.mjs';

await ensurePackages();
process.exit(await run(process.execPath, ['--import', 'tsx', 'fuzz/main.ts', ...process.argv.slice(2)], { cwd: root }));
