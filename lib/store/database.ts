import { mkdirSync } from 'node:fs';
import pg from 'pg';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { createDbClient, type DatabaseState, type DbClient, type StateListener } from './client.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { causeOf } from './errors.ts';
import { storeFaults } from './faults.ts';
import { migrate } from './migrate.ts';

/** The node's database: reachable, brought up to date, watched. */
export interface Database {
  /** Address with its password: never for a log. */
  readonly url: string;
  /** The same for people, without the password. */
  readonly address: string;
  readonly kind: 'embedded' | 'external';
  readonly client: DbClient;
  readonly state: DatabaseState;
  onState(fn: StateListener): () => void;
  /** Lets the connections go and stops the built-in server. Close the stores before. */
  close(): Promise<void>;
}

/** How long a start waits for a database of yours that is not up yet (machines start in any order). */
const REACH_MS = 30_000;

/**
 * Opens the database: the built-in PostgreSQL in `dataDir`, or yours at `databaseUrl`. Applies what migrations are missing. Refuses
 * with a sentence that says what to do.
 */
export async function openDatabase({
  dataDir,
  databaseUrl,
  log,
  reachMs = REACH_MS,
}: {
  dataDir: string;
  databaseUrl?: string | undefined;
  log: Log;
  reachMs?: number;
}): Promise<Result<Database, Fault>> {
  if (databaseUrl !== undefined && databaseUrl !== '') return openExternal(databaseUrl, log, reachMs);
  mkdirSyncQuietly(dataDir);
  const embedded = await startEmbedded({ dataDir, log });
  if (!embedded.ok) return embedded;
  const migrated = await migrate(embedded.value.connection, log);
  if (!migrated.ok) {
    await embedded.value.close();
    return migrated;
  }
  return ok(onEmbedded(embedded.value, log));
}

/** A folder that cannot be made is told with its sentence by the start itself. */
function mkdirSyncQuietly(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // See above.
  }
}

function onEmbedded(embedded: Embedded, log: Log): Database {
  const client = createDbClient({ connection: embedded.connection, log });
  // The server's end is known here before a statement fails; `up` is believed only after an answer.
  const stop = embedded.onState(() => void client.probe());
  const { host = '', user = '', database = '', password } = embedded.connection;
  return {
    url: `postgresql://${user}:${encodeURIComponent(String(password))}@localhost/${database}?host=${encodeURIComponent(host)}`,
    address: `built-in PostgreSQL at ${host}`,
    kind: 'embedded',
    client,
    get state() {
      return client.state;
    },
    onState: client.onState,
    async close() {
      stop();
      await client.close();
      await embedded.close();
    },
  };
}

async function openExternal(url: string, log: Log, reachMs: number): Promise<Result<Database, Fault>> {
  const address = withoutPassword(url);
  const connection: pg.ClientConfig = { connectionString: url };
  const unreachable = await reach(connection, address, log, reachMs);
  if (unreachable !== null) return refuse(unreachable);
  const migrated = await migrate(connection, log);
  if (!migrated.ok) return migrated;
  const client = createDbClient({ connection, log });
  return ok({
    url,
    address,
    kind: 'external',
    client,
    get state() {
      return client.state;
    },
    onState: client.onState,
    close: () => client.close(),
  });
}

async function reach(connection: pg.ClientConfig, address: string, log: Log, reachMs: number): Promise<Fault | null> {
  for (const until = performance.now() + reachMs; ; await new Promise((resolve) => setTimeout(resolve, 1_000))) {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return null;
    } catch (error) {
      // A wrong password or a missing database does not mend itself.
      const hopeless = /^(28|3D)/.test((error as { code?: string }).code ?? '');
      if (hopeless || performance.now() > until) return storeFaults.unreachable({ address, why: causeOf(error) });
      log.warn('database.unreachable', { address, why: causeOf(error) });
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.host}${parsed.pathname}`;
  } catch {
    return 'DATABASE_URL';
  }
}
