/**
 * `npm run dev:two` (`-- N` for more): nodes of one cluster on this machine, from the source, with a PostgreSQL and a NATS server of their own. The console
 * of the first refreshes in place as with `npm run dev`. Ctrl-C stops all.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { nodeEnvironments, startShared } from './lib/nodes.mjs';
import { checkNode, ensureGenerated, ensurePackages, prepare } from './lib/prepare.mjs';
import { root } from './lib/run.mjs';

const count = Number(process.argv[2] ?? 2);
if (!Number.isInteger(count) || count < 2 || count > 9) {
  console.error('Usage: npm run dev:two [-- NODES]   (2 to 9 nodes)');
  process.exit(2);
}
checkNode();
await ensurePackages();
await ensureGenerated();
// Two processes cannot compile the same pages: those of the others are the built ones.
await prepare();

const folder = join(root, 'data', 'dev-two');
const shared = await startShared(folder).catch((error) => {
  console.error(`rollcall: ${error.message}`);
  process.exit(1);
});
const children = [];
let stopping = false;
async function stopAll(code) {
  if (stopping) return;
  stopping = true;
  await Promise.all(
    children.map((child) => {
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      return gone;
    }),
  );
  await shared.stop();
  process.exit(code);
}
process.once('SIGINT', () => stopAll(0));
process.once('SIGTERM', () => stopAll(0));

for (const [index, own] of nodeEnvironments(count, folder).entries()) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'lib/server/main.ts')], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...shared.env, ...own, NODE_ENV: index === 0 ? 'development' : 'production', NEXT_TELEMETRY_DISABLED: '1' },
  });
  children.push(child);
  child.once('exit', (code) => {
    if (stopping) return;
    console.error(`rollcall: ${own.ROLLCALL_NODE} ended by itself (exit code ${code}). The others go on; Ctrl-C stops them.`);
  });
  // The first one makes the tables and the first administrator.
  if (index === 0) await readyAt(own.ROLLCALL_HTTP_PORT, child);
}

async function readyAt(port, child) {
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null))?.status === 200;
  for (let waited = 0; !(await isReady()); waited++) {
    if (waited > 1_800 || child.exitCode !== null) {
      console.error('rollcall: the first node was not ready within three minutes; what it said is above.');
      await stopAll(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
