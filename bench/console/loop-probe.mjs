/**
 * Preloaded into the server that is measured (`node --import`): answers on a Unix socket with the longest turns of the event loop since it was
 * last asked, in milliseconds that the thread ran (a browser on the same cores makes it wait besides). A millisecond's timer sees every
 * turn that is longer than itself.
 */
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';

const path = process.env.BENCH_LOOP_PROBE;
// Worker threads and children of the server are not what is measured.
const isServer = process.argv[1]?.endsWith('start.mjs') || process.argv[1]?.endsWith('server.mjs');
if (path && isServer) {
  delete process.env.BENCH_LOOP_PROBE;
  // Left behind by a server that was killed.
  rmSync(path, { force: true });
  const accounting = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  const buffer = Buffer.alloc(80);
  const ran = () => Number(buffer.toString('latin1', 0, readSync(accounting, buffer, 0, 80, 0)).split(' ', 1)[0]) / 1e6;
  process.on('exit', () => closeSync(accounting));
  let last = ran();
  let turns = [];
  setInterval(() => {
    const now = ran();
    if (now - last > 3) turns.push(now - last);
    last = now;
  }, 1).unref();
  createServer((socket) => {
    socket.on('error', () => {});
    socket.end(JSON.stringify(turns.sort((a, b) => b - a).slice(0, 50)));
    turns = [];
  })
    .listen(path)
    .unref();
}
