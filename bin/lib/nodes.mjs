/** Several nodes on one machine: a PostgreSQL and a NATS server that they share, and for each its own ports and data folder. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { root } from './run.mjs';

/** Ports of the first node; each further one has those `PORT_STEP` higher. */
const firstPorts = {
  ROLLCALL_HTTP_PORT: 8080,
  ROLLCALL_HTTPS_PORT: 8443,
  ROLLCALL_XMPP_PORT: 5222,
  ROLLCALL_XMPPS_PORT: 5223,
  ROLLCALL_S2S_PORT: 5269,
  ROLLCALL_SIP_PORT: 5060,
  ROLLCALL_SIPS_PORT: 5061,
};
const PORT_STEP = 100;
const PROXY_PORT = 7777;
const NATS_PORT = 4222;

/** Environment of each node, beside what is shared. */
export function nodeEnvironments(count, folder, env = process.env) {
  return Array.from({ length: count }, (_, index) => {
    const ports = Object.entries(firstPorts).map(([name, port]) => {
      const first = Number(env[name] ?? port);
      return [name, String(first === 0 ? 0 : first + index * PORT_STEP)];
    });
    const name = `node-${index + 1}`;
    const own = { ROLLCALL_NODE: name, ROLLCALL_DATA_DIR: join(folder, name), ...Object.fromEntries(ports) };
    if (index === 0 || env.ROLLCALL_SETTINGS !== undefined) return own;
    // The one port that is a setting.
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const settings = join(folder, `${name}-settings.json`);
    writeFileSync(settings, JSON.stringify({ 'files.proxyPort': PROXY_PORT + index * PORT_STEP }));
    return { ...own, ROLLCALL_SETTINGS: settings };
  });
}

const hasNats = () => spawnSync('nats-server', ['--version'], { stdio: 'ignore', env: withSbin() }).status === 0;
const withSbin = () => ({ ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` });

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/**
 * Starts what the nodes share and is not given by `DATABASE_URL` and `NATS_URL`; gives the environment that points to it, and the way to stop it.
 * Throws a sentence when it cannot.
 */
export async function startShared(folder) {
  const children = [];
  const stop = async () => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await gone;
      clearTimeout(timer);
    }
  };
  try {
    const natsUrl = process.env.NATS_URL ?? (await startNats(folder, children));
    const databaseUrl = process.env.DATABASE_URL ?? (await startDatabase(folder, children));
    return { env: { DATABASE_URL: databaseUrl, NATS_URL: natsUrl, ROLLCALL_CLUSTER_SECRET: 'nodes of one machine' }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startNats(folder, children) {
  if (!hasNats())
    throw new Error(
      'Several nodes need a NATS server. Install one (Debian: apt-get install nats-server), or set NATS_URL to one that runs.',
    );
  const port = Number(process.env.DEMO_NATS_PORT ?? NATS_PORT);
  if (await answers(port)) throw new Error(`Port ${port} of the NATS server is in use. Stop what uses it, or set NATS_URL to that server.`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const config = join(folder, 'nats.conf');
  writeFileSync(config, `listen: "127.0.0.1:${port}"\nping_interval: "5s"\nping_max: 2\n`);
  const child = spawn('nats-server', ['-c', config], { stdio: 'ignore', detached: true, env: withSbin() });
  children.push(child);
  for (let waited = 0; !(await answers(port)); waited++) {
    if (waited > 100 || child.exitCode !== null) throw new Error(`The NATS server did not start: try nats-server -c ${config}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return `nats://127.0.0.1:${port}`;
}

function startDatabase(folder, children) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'bin/lib/shared-database.mjs'), join(folder, 'shared')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('\n')) resolve(said.trim());
    });
    child.once('exit', () => reject(new Error('The common PostgreSQL did not start; why is above.')));
  });
}
