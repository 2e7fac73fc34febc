import pg from 'pg';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { type Binaries, findBinaries, platformName } from './embedded/binaries.ts';
import { ensureCluster } from './embedded/cluster.ts';
import { type Folders, folderFault, foldersIn, prepareFolders, readPassword } from './embedded/folders.ts';
import {
  ask,
  connectionTo,
  dropStalePidFile,
  goneWithin,
  isAlive,
  readyOrEnded,
  runningPid,
  spawnServer,
  stopServer,
} from './embedded/postmaster.ts';
import { chooseRunAs, type RunAs } from './embedded/run-as.ts';
import { storeFaults } from './faults.ts';

const DATABASE = 'rollcall';
/** Held for as long as this process uses the data folder; two of them on one folder would each believe to own the users. */
const OWNER_LOCK = 7_218_001;
const START_TIMEOUT_MS = 300_000;
const STOP_FAST_MS = 30_000;
const WATCH_MS = 500;

/** The built-in PostgreSQL, running. */
export interface Embedded {
  readonly connection: pg.ClientConfig;
  readonly pid: number;
  /** How it came to run: made anew, started on an existing folder, or found running after a crash of ours. */
  readonly how: 'created' | 'started' | 'adopted';
  /** Called when the server ends unasked (`down`) and when it is back (`up`). */
  onState(fn: (state: 'up' | 'down', why: string) => void): () => void;
  /** Fast shutdown: open transactions end, everything committed stays. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: Log;
  /** For tests: which ways around root may be used. */
  readonly ways?: readonly RunAs['kind'][];
  readonly binaries?: Binaries | null;
  /** How long a server found running may keep silent before it is taken for hanging. */
  readonly patienceMs?: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Brings the database of a data folder up: makes it when there is none, takes over a server that a killed process left behind,
 * and from then on starts it again whenever it dies.
 */
export async function startEmbedded({
  dataDir,
  log,
  ways,
  binaries = findBinaries(),
  patienceMs = 10_000,
}: EmbeddedOptions): Promise<Result<Embedded, Fault>> {
  if (binaries === null) return refuse(storeFaults.noBinaries({ platform: platformName() }));
  const runAs = chooseRunAs(binaries.postgres, undefined, ways);
  if (!runAs.ok) return runAs;
  const folders = foldersIn(dataDir);
  let password: string;
  try {
    prepareFolders(folders, runAs.value);
    password = readPassword(folders);
  } catch (error) {
    return refuse(folderFault(folders.data, error));
  }
  const cluster = await ensureCluster(folders, binaries, runAs.value, password);
  if (!cluster.ok) return cluster;

  const admin = connectionTo(folders, password, 'postgres');
  const adopted = await adopt(folders, admin, log, patienceMs);
  if (!adopted.ok) return adopted;
  let server: Server;
  if (adopted.value !== null) server = watchAdopted(adopted.value);
  else {
    const started = await start(folders, binaries, runAs.value, admin);
    if (!started.ok) return started;
    server = started.value;
  }

  const made = await ensureDatabase(admin);
  const owner = made.ok ? await takeOwnership(admin) : made;
  if (!owner.ok) {
    // A server that another process uses is not ours to stop.
    if (adopted.value === null) await stopServer(server.pid, STOP_FAST_MS);
    return owner;
  }
  const how = cluster.value.created ? 'created' : adopted.value === null ? 'started' : 'adopted';
  log.info('database.server-up', { how, pid: server.pid, as: runAs.value.kind });
  return ok(keepRunning({ folders, binaries, runAs: runAs.value, admin, password, server, owner: owner.value, how, log }));
}

interface Server {
  readonly pid: number;
  readonly ended: Promise<string>;
}

async function start(folders: Folders, binaries: Binaries, runAs: RunAs, admin: pg.ClientConfig): Promise<Result<Server, Fault>> {
  let why = '';
  // The processes of a killed server need a moment to let go of its shared memory.
  for (let attempt = 0; attempt < 20; attempt++) {
    dropStalePidFile(folders);
    let spawned: ReturnType<typeof spawnServer>;
    try {
      spawned = spawnServer(folders, binaries, runAs);
    } catch (error) {
      return refuse(folderFault(folders.data, error));
    }
    const outcome = await readyOrEnded(admin, spawned.ended, START_TIMEOUT_MS);
    if (outcome.ready && spawned.child.pid !== undefined) return ok({ pid: spawned.child.pid, ended: spawned.ended });
    why = outcome.ready ? '' : outcome.why;
    if (spawned.child.pid !== undefined && isAlive(spawned.child.pid)) await stopServer(spawned.child.pid, 1_000);
    if (/No space left on device/.test(why)) return refuse(storeFaults.diskFull({ folder: folders.data }));
    if (!/still in use|already exists/.test(why)) break;
    await pause(250);
  }
  return refuse(storeFaults.startFailed({ why: why.split('\n').slice(-4).join(' ') }));
}

/** The server that a killed process of ours left behind, if it answers; one that hangs is stopped. */
async function adopt(folders: Folders, admin: pg.ClientConfig, log: Log, patienceMs: number): Promise<Result<number | null, Fault>> {
  const pid = runningPid(folders);
  if (pid === null) return ok(null);
  let silentUntil = performance.now() + patienceMs;
  while (isAlive(pid) && performance.now() < silentUntil) {
    const answer = await ask(admin, Math.min(3_000, patienceMs));
    if (answer.kind === 'ready') return ok(pid);
    // It recovers, or it is on its way out; both deserve patience.
    if (answer.kind === 'starting') silentUntil = performance.now() + patienceMs;
    await pause(100);
  }
  if (!isAlive(pid)) return ok(null);
  log.warn('database.server-hangs', { pid });
  return (await stopServer(pid, 5_000)) ? ok(null) : refuse(storeFaults.inUse({ folder: folders.cluster, pid }));
}

/** Not our child: its end is seen by looking. */
function watchAdopted(pid: number): Server {
  return {
    pid,
    ended: new Promise((resolve) => {
      const timer = setInterval(() => {
        if (isAlive(pid)) return;
        clearInterval(timer);
        resolve('the adopted server ended');
      }, WATCH_MS);
      timer.unref();
    }),
  };
}

async function ensureDatabase(admin: pg.ClientConfig): Promise<Result<null, Fault>> {
  const client = new pg.Client(admin);
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    return ok(null);
  } catch (error) {
    return refuse(storeFaults.startFailed({ why: error instanceof Error ? error.message : String(error) }));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The lock goes with its connection, so a killed process leaves none behind; its connection may take a moment to be noticed. */
async function takeOwnership(admin: pg.ClientConfig): Promise<Result<pg.Client, Fault>> {
  const client = new pg.Client({ ...admin, application_name: 'rollcall owner' });
  client.on('error', () => undefined);
  let pid = 0;
  try {
    await client.connect();
    for (const until = performance.now() + 5_000; performance.now() < until; await pause(100)) {
      const answer = await client.query('SELECT pg_try_advisory_lock($1) AS mine', [OWNER_LOCK]);
      if (answer.rows[0]?.mine === true) return ok(client);
      const other = await client.query("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted", [OWNER_LOCK]);
      pid = Number(other.rows[0]?.pid ?? 0);
    }
  } catch (error) {
    await client.end().catch(() => undefined);
    return refuse(storeFaults.startFailed({ why: error instanceof Error ? error.message : String(error) }));
  }
  await client.end().catch(() => undefined);
  return refuse(storeFaults.usedByOther({ folder: admin.host ?? '', pid }));
}

interface Running {
  readonly folders: Folders;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly admin: pg.ClientConfig;
  readonly password: string;
  readonly server: Server;
  readonly owner: pg.Client;
  readonly how: Embedded['how'];
  readonly log: Log;
}

function keepRunning({ folders, binaries, runAs, admin, password, server: first, owner: firstOwner, how, log }: Running): Embedded {
  const listeners = new Set<(state: 'up' | 'down', why: string) => void>();
  const tell = (state: 'up' | 'down', why: string): void => {
    for (const fn of listeners) fn(state, why);
  };
  let server = first;
  let owner: pg.Client | null = firstOwner;
  let closing = false;
  let reviving: Promise<void> = Promise.resolve();

  async function revive(said: string): Promise<void> {
    log.error('database.server-ended', { said: said.slice(-500) });
    owner = null;
    tell('down', 'The database server ended and is being started again.');
    for (let waitMs = 100; !closing; waitMs = Math.min(waitMs * 2, 10_000)) {
      const started = await start(folders, binaries, runAs, admin);
      if (started.ok) {
        server = started.value;
        const mine = await takeOwnership(admin);
        owner = mine.ok ? mine.value : null;
        watch();
        log.info('database.server-up', { how: 'restarted', pid: server.pid });
        tell('up', 'The database server was started again.');
        return;
      }
      log.error('database.server-start-failed', { code: started.fault.code, why: started.fault.message });
      tell('down', started.fault.message);
      await pause(waitMs);
    }
  }
  function watch(): void {
    const watched = server;
    void watched.ended.then((said) => {
      if (!closing && watched === server) reviving = revive(said);
    });
  }
  watch();

  return {
    connection: connectionTo(folders, password, DATABASE),
    get pid() {
      return server.pid;
    },
    how,
    onState(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    async close() {
      if (closing) return;
      closing = true;
      await reviving;
      await owner?.end().catch(() => undefined);
      if (!(await stopServer(server.pid, STOP_FAST_MS))) log.error('database.server-would-not-stop', { pid: server.pid });
      await goneWithin(server.pid, 1_000);
    },
  };
}
