/**
 * `npm run demo`: a server with a believable company on it, three hundred people of whom about 150 clients are at work. Ctrl-C stops all.
 * `npm run demo -- --nodes 3`: the same on three nodes of one cluster, the clients spread over them.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeEnvironments, startShared } from './lib/nodes.mjs';
import { prepare } from './lib/prepare.mjs';
import { root } from './lib/run.mjs';

const usage = 'Usage: npm run demo [-- --nodes COUNT]   (1 to 9 nodes)';
let count = 1;
try {
  count = Number(parseArgs({ options: { nodes: { type: 'string', default: '1' } } }).values.nodes);
} catch {
  count = Number.NaN;
}
if (!Number.isInteger(count) || count < 1 || count > 9) {
  console.error(usage);
  process.exit(2);
}

await prepare();

const dataDir = process.env.ROLLCALL_DATA_DIR ?? join(root, 'data', 'demo');
mkdirSync(dataDir, { recursive: true, mode: 0o700 });
const domain = process.env.ROLLCALL_DOMAIN ?? 'localhost';
const port = process.env.ROLLCALL_XMPP_PORT ?? '5222';
const httpPort = process.env.ROLLCALL_HTTP_PORT ?? '8080';
const shared =
  count === 1
    ? { env: {}, stop: async () => undefined }
    : await startShared(dataDir).catch((error) => {
        console.error(`rollcall demo: ${error.message}`);
        process.exit(1);
      });
const nodes = count === 1 ? [{ ROLLCALL_DATA_DIR: dataDir }] : nodeEnvironments(count, dataDir);
/** Of the first node, which the command line talks to. */
const env = { ...process.env, ...shared.env, ...nodes[0] };
const people = ['--import', 'tsx', join(root, 'e2e', 'demo', 'main.ts')];

const children = [];
let stopping = false;
async function stopAll(code) {
  if (stopping) return;
  stopping = true;
  // People leave before the server closes, so that it stops in order.
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await gone;
    clearTimeout(timer);
  }
  await shared.stop();
  process.exit(code);
}
// Ctrl-C in a terminal reaches the whole group; the children are in groups of their own so that they stop in order.
process.once('SIGINT', () => stopAll(0));
process.once('SIGTERM', () => stopAll(0));

function start(args, stdio, own = {}) {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...env, ...own }, stdio, detached: true });
  children.push(child);
  child.once('exit', (code) => {
    if (!stopping) {
      console.error(`rollcall demo: a process ended by itself (exit code ${code}); stopping the rest.`);
      stopAll(1);
    }
  });
  return child;
}

// One after the other: the first makes the tables.
for (const node of nodes) {
  start([join(root, 'bin', 'start.mjs')], ['ignore', 'inherit', 'inherit'], node);
  const url = `http://127.0.0.1:${node.ROLLCALL_HTTP_PORT ?? httpPort}/health/ready`;
  const ready = async () => (await fetch(url).catch(() => null))?.status === 200;
  for (let waited = 0; !(await ready()); waited++) {
    if (waited > 1200) {
      console.error('rollcall demo: the server was not ready within two minutes; what it said is above.');
      await stopAll(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// A node that joined is home to people once it stands in a group; at the second start it does.
const groups =
  count === 1
    ? ''
    : execFileSync(process.execPath, [join(root, 'bin', 'rollcall.mjs'), 'redundancy', 'list', '--json'], {
        cwd: root,
        env,
        encoding: 'utf8',
      });
try {
  for (const { ROLLCALL_NODE: name } of nodes.slice(1))
    if (!groups.includes(`group-of-${name}`))
      execFileSync(process.execPath, [join(root, 'bin', 'rollcall.mjs'), 'redundancy', 'add', `group-of-${name}`, '--first', name], {
        cwd: root,
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
} catch {
  console.error('rollcall demo: the further nodes could not be made homes of people; why is above.');
  await stopAll(1);
}

const csv = execFileSync(process.execPath, [...people, 'csv'], { cwd: root, encoding: 'utf8' });
try {
  // People who exist already are skipped, so the second start of the demonstration imports nobody.
  execFileSync(process.execPath, [join(root, 'bin', 'rollcall.mjs'), 'users', 'import', '-'], {
    cwd: root,
    env,
    input: csv,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
} catch {
  console.error('rollcall demo: the people could not be imported; why is above.');
  await stopAll(1);
}

const rooms = JSON.parse(execFileSync(process.execPath, [...people, 'rooms'], { cwd: root, encoding: 'utf8' }));
const rollcall = (...args) =>
  execFileSync(process.execPath, [join(root, 'bin', 'rollcall.mjs'), ...args, '--json'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const known = new Set(JSON.parse(rollcall('rooms', 'list', '--limit', '500')).items.map((room) => room.address));
const at = (name) => `${name}@conference.${domain}`;
const addresses = (userIds) => userIds.map((userId) => `${userId}@${domain}`);
try {
  for (const room of rooms.filter(({ name }) => !known.has(at(name)))) {
    const switches = [room.membersOnly ? '--members-only' : '--no-members-only', room.public ? '--public' : '--no-public'];
    const texts = ['--title', room.title, '--description', room.description, '--owners', addresses(room.owners).join(',')];
    rollcall('rooms', 'create', at(room.name), '--persistent', ...texts, ...switches);
    if (room.members.length > 0) rollcall('rooms', 'affiliate', at(room.name), 'member', ...addresses(room.members));
    if (room.subject !== '') rollcall('rooms', 'subject', at(room.name), room.subject);
  }
} catch (error) {
  console.error(`rollcall demo: the rooms could not be made: ${String(error.stderr ?? error)}`);
  await stopAll(1);
}

const ports = nodes.map((node) => node.ROLLCALL_XMPP_PORT ?? port).join(',');
start([...people, 'run', '--port', ports, '--domain', domain], ['ignore', 'inherit', 'inherit', 'ipc']);
console.log(`
The demonstration runs: 300 people, of whom about 150 clients are at work from within a minute${count === 1 ? '' : `, on ${count} nodes`}.
${nodes.map((node) => `  Console          http://localhost:${node.ROLLCALL_HTTP_PORT ?? httpPort}`).join('\n')}
  Administrator    the name and password shown above (or kept in ${join(env.ROLLCALL_DATA_DIR, 'initial-admin-password')})
  Any XMPP client  a user ID from the Users page at ${domain}, password "Demo-" and that user ID
Ctrl-C stops everything; the data stays in ${dataDir}.
`);
