import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Binaries } from './binaries.ts';
import { SUPERUSER, serverEnv } from './cluster.ts';
import { type Folders, openServerLog, serverLogSince } from './folders.ts';
import type { RunAs } from './run-as.ts';

/** Only names the socket file: nothing listens on a network. */
const PORT = 5432;

/** Sized for a small server beside the engine; durable to the letter (design §3). */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(PORT),
  max_connections: '40',
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_compression: 'on',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  autovacuum: 'on',
  // An import changes what the planner should know; a minute of bad plans would be felt.
  autovacuum_naptime: '15s',
  // What sleeps in a transaction holds back vacuum for everyone.
  idle_in_transaction_session_timeout: '120s',
  jit: 'off',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_line_prefix: '%m ',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export const connectionTo = (folders: Folders, password: string, database: string): pg.ClientConfig => ({
  host: folders.socket,
  port: PORT,
  user: SUPERUSER,
  password,
  database,
});

export type Answer = { readonly kind: 'ready' } | { readonly kind: 'starting' } | { readonly kind: 'none'; readonly why: string };

/** Asks the server behind the socket whether it takes connections. */
export async function ask(config: pg.ClientConfig, timeoutMs: number): Promise<Answer> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return { kind: 'ready' };
  } catch (error) {
    // 57P03: starting up, recovering or shutting down.
    if ((error as { code?: string }).code === '57P03') return { kind: 'starting' };
    return { kind: 'none', why: error instanceof Error ? error.message : String(error) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The server named in `postmaster.pid`; null when there is none or the number belongs to something else by now. */
export function runningPid(folders: Folders): number | null {
  const file = join(folders.cluster, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number.parseInt(readFileSync(file, 'utf8').split('\n')[0] ?? '', 10);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) return null;
  return commandOf(pid).includes('postgres') ? pid : null;
}

/** A pid file whose number was given to another program (a container started anew) would keep PostgreSQL from starting. */
export function dropStalePidFile(folders: Folders): void {
  if (runningPid(folders) === null) rmSync(join(folders.cluster, 'postmaster.pid'), { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves true once the process is gone, false after `ms`. */
export async function goneWithin(pid: number, ms: number): Promise<boolean> {
  for (const until = performance.now() + ms; performance.now() < until; await pause(25)) if (!isAlive(pid)) return true;
  return !isAlive(pid);
}

/** Fast shutdown, then an immediate one (the next start recovers), then none of its choice. */
export async function stopServer(pid: number, fastMs: number): Promise<boolean> {
  signal(pid, 'SIGINT');
  if (await goneWithin(pid, fastMs)) return true;
  signal(pid, 'SIGQUIT');
  if (await goneWithin(pid, 5_000)) return true;
  signal(pid, 'SIGKILL');
  return goneWithin(pid, 2_000);
}

/** Starts the server, detached: a Ctrl+C at the terminal must reach it only after we wrote what we had. */
export function spawnServer(folders: Folders, binaries: Binaries, runAs: RunAs): { child: ChildProcess; ended: Promise<string> } {
  const args = ['-D', folders.cluster, '-k', folders.socket];
  for (const [name, value] of Object.entries(SETTINGS)) args.push('-c', `${name}=${value}`);
  const log = openServerLog(folders);
  const { file, args: all } = runAs.command(binaries.postgres, args);
  const child = spawn(file, all, { detached: true, stdio: ['ignore', log.fd, log.fd], env: serverEnv(), ...(runAs.owner ?? {}) });
  closeSync(log.fd);
  // A server that outlives us is adopted by the next start; it must not keep this process alive.
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, by) => resolve(`${serverLogSince(folders, log.from)}\n(ended with ${by ?? `code ${code}`})`.trim()));
  });
  return { child, ended };
}

/** Waits until the server takes connections. Recovery after a crash may take minutes; as long as the process lives we wait. */
export async function readyOrEnded(
  config: pg.ClientConfig,
  ended: Promise<string>,
  timeoutMs: number,
): Promise<{ ready: true } | { ready: false; why: string }> {
  let said: string | null = null;
  void ended.then((text) => {
    said = text;
  });
  let why = 'no answer';
  for (const until = performance.now() + timeoutMs; performance.now() < until; await pause(30)) {
    if (said !== null) return { ready: false, why: said };
    const answer = await ask(config, 2_000);
    if (answer.kind === 'ready') return { ready: true };
    if (answer.kind === 'none') why = answer.why;
  }
  return { ready: false, why };
}
