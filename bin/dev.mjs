/**
 * `npm run dev`: the console refreshes in place; a change in the engine restarts the process, and the console shows
 * "Reconnecting" for that second.
 */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { checkNode, ensureGenerated, ensurePackages } from './lib/prepare.mjs';
import { root } from './lib/run.mjs';

checkNode();
await ensurePackages();
await ensureGenerated();

/** Folders whose code runs in the engine; pages and their kit are refreshed by the console itself. */
const engine = (file) =>
  file.endsWith('.ts') && !file.endsWith('.test.ts') && !/^(ui|store\/generated|testing)\//.test(file.replaceAll('\\', '/'));

let child;
let stopping = false;
let restarting = false;

function start() {
  child = spawn(process.execPath, ['--import', 'tsx', join(root, 'lib/server/main.ts')], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'development', NEXT_TELEMETRY_DISABLED: '1' },
  });
  child.on('exit', (code) => {
    if (stopping) process.exit(code ?? 0);
    if (restarting) {
      restarting = false;
      start();
    } else {
      console.log('The engine has stopped. It starts again with the next change of a file in lib/.');
    }
  });
}

let timer;
watch(join(root, 'lib'), { recursive: true }, (_event, file) => {
  if (file === null || !engine(file)) return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    console.log(`lib/${file} changed: restarting the engine.`);
    if (child.exitCode === null) {
      restarting = true;
      child.kill('SIGTERM');
    } else start();
  }, 150);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopping = true;
    if (child.exitCode !== null) process.exit(0);
    child.kill('SIGTERM');
  });
}

await ensureGenerated();
start();
