/**
 * Preloaded into the server that is measured (`node --import`): answers on a Unix socket with the longest turns of the event loop since it was
 * last asked. A millisecond's timer sees every turn that is longer than itself.
 */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';

const path = process.env.BENCH_LOOP_PROBE;
// Worker threads and children of the server are not what is measured.
const isServer = process.argv[1]?.endsWith('start.mjs') || process.argv[1]?.endsWith('server.mjs');
if (path && isServer) {
  delete process.env.BENCH_LOOP_PROBE;
  // Of a server that was killed.
  rmSync(path, { force: true });
  let last = performance.now();
  let turns = [];
  setInterval(() => {
    const now = performance.now();
    if (now - last > 5) turns.push(now - last);
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
