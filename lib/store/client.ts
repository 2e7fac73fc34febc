import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { causeOf, isConnectionLoss, isShortage, StoreUnavailable, shortageOf } from './errors.ts';
import { PrismaClient } from './generated/client.ts';
import { createReads, type Read, type ReadMany, type ReadValue } from './reads.ts';

export type DatabaseState = 'up' | 'down';
/** `isFull`: it answers, and can keep nothing now. */
export type StateListener = (state: DatabaseState, why: string, isFull: boolean) => void;

/**
 * Two Prisma clients and the engine's reads on pools of their own: what the console reads can fill its pool without keeping a message from being committed.
 * The state is what the last contact showed; while down, a light question each second finds out when it is over.
 */
export interface DbClient {
  /** For reads and for administrators' changes. */
  readonly main: PrismaClient;
  /** For the group commit and other writes of the engine. */
  readonly writer: PrismaClient;
  /** For what the engine reads all the time: statements planned once, on connections of their own. */
  readonly read: Read;
  /** Many rows as the driver gives them, on a connection of `main`: less than half of what they cost by way of Prisma. */
  readonly readMany: ReadMany;
  readonly state: DatabaseState;
  onState(fn: StateListener): () => void;
  /**
   * Hand in an error that a statement of the engine ended with: a lost connection flips the state, and so does a database that can keep nothing (a full
   * disk). Tells whether it was one of these: what was to be written is to be kept and written again when the state is `up`.
   */
  report(error: unknown): boolean;
  /** The error to throw on: a lost connection becomes `StoreUnavailable`, which says what happened in words for people. */
  explained(error: unknown): unknown;
  /** Asks the database now, and settles the state by the answer. */
  probe(): Promise<boolean>;
  close(): Promise<void>;
}

const HEARTBEAT_UP_MS = 5_000;
const HEARTBEAT_DOWN_MS = 1_000;
const PROBE_TIMEOUT_MS = 10_000;
/** A statement that runs longer than this is ended by the database. Deletions raise it for themselves. */
export const STATEMENT_TIMEOUT_MS = 30_000;
/**
 * Sixteen megabytes that do not fit into the memory of a sort go to the disk and are gone again. That is one segment of the write-ahead log: with less
 * space than that, the next commit may be the one that brings the server down.
 */
const ROOM_TEST =
  "SET LOCAL work_mem = '64kB'; SELECT count(*) FROM (SELECT repeat(md5(i::text), 32) AS t FROM generate_series(1, 16384) AS i ORDER BY t OFFSET 0) AS s";
/** The longest that a statement may ask for, and a transaction may take. */
const LONGEST_MS = 600_000;

export function createDbClient({ connection, log, poolSize = 12 }: { connection: pg.PoolConfig; log: Log; poolSize?: number }): DbClient {
  let state: DatabaseState = 'up';
  let closed = false;
  /** It answered, but could not keep anything: an answer alone does not prove that it can now. */
  let isShort = false;
  const listeners = new Set<StateListener>();

  function become(next: DatabaseState, why: string): void {
    if (state === next || closed) return;
    state = next;
    if (next === 'down') log.error('database.down', { why });
    else log.info('database.up', {});
    for (const fn of listeners) fn(next, why, isShort);
    schedule();
  }

  function report(error: unknown): boolean {
    if (isConnectionLoss(error)) become('down', causeOf(error));
    else if (isShortage(error)) {
      isShort = true;
      become('down', shortageOf(error));
    } else return false;
    return true;
  }
  function explained(error: unknown): unknown {
    if (error instanceof StoreUnavailable) return error;
    // One large question may find no room for its own sorting while messages are kept all right: it says nothing of the state.
    if (isShortage(error)) return new StoreUnavailable(error);
    if (!isConnectionLoss(error)) return error;
    // A pool that pages have used up looks the same from here; only an answer decides what is told to everyone.
    void probe();
    return new StoreUnavailable(error);
  }

  const poolFor = (max: number, name: string, giveUpMs: number, more: pg.PoolConfig = {}): pg.Pool =>
    new pg.Pool({
      ...connection,
      max,
      application_name: name,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // A network that swallows packets answers nothing: give up a little later than the database would.
      query_timeout: giveUpMs,
      ...more,
    });
  const onPoolError = (error: Error): void => {
    if (closed) return;
    // An idle connection was cut. One may be chance; ask before calling the database down.
    log.debug('database.connection-lost', { why: error.message });
    void probe();
  };
  const mainPool = poolFor(poolSize, 'rollcall', LONGEST_MS + 10_000);
  const writerPool = poolFor(3, 'rollcall writer', STATEMENT_TIMEOUT_MS + 5_000);
  const readerPool = poolFor(2, 'rollcall reader', STATEMENT_TIMEOUT_MS + 5_000, { pipeline: true });
  // Prisma listens from its first statement until it disconnects. Before and after that, a server that stops would be an exception nobody catches.
  for (const pool of [mainPool, writerPool, readerPool]) pool.on('error', onPoolError);
  const plainMain = new PrismaClient({
    adapter: new PrismaPg(mainPool, { onConnectionError: onPoolError }),
    transactionOptions: { maxWait: 10_000, timeout: LONGEST_MS },
  });
  const writer = new PrismaClient({
    adapter: new PrismaPg(writerPool, { onConnectionError: onPoolError }),
    transactionOptions: { maxWait: 10_000, timeout: 60_000 },
  });

  // The type of an extended client differs in name only; callers see the client they know.
  const main = plainMain.$extends({
    query: { $allOperations: ({ args, query }) => query(args).catch((error: unknown) => Promise.reject(explained(error))) },
  }) as unknown as PrismaClient;

  let probing: Promise<boolean> | null = null;
  function probe(): Promise<boolean> {
    probing ??= askOnce().finally(() => {
      probing = null;
    });
    return probing;
  }
  async function askOnce(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the database does not answer')), PROBE_TIMEOUT_MS);
    });
    try {
      await Promise.race([writerPool.query(isShort ? ROOM_TEST : 'SELECT 1'), late]);
      isShort = false;
      become('up', '');
      return true;
    } catch (error) {
      become('down', isShortage(error) ? shortageOf(error) : causeOf(error));
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  let heartbeat: NodeJS.Timeout | undefined;
  function schedule(): void {
    clearTimeout(heartbeat);
    if (closed) return;
    heartbeat = setTimeout(
      () => {
        void probe().then(schedule);
      },
      state === 'up' ? HEARTBEAT_UP_MS : HEARTBEAT_DOWN_MS,
    );
    heartbeat.unref();
  }
  schedule();

  return {
    main,
    writer,
    read: createReads(readerPool, explained),
    readMany: <Row extends object>(text: string, values: readonly ReadValue[]) =>
      mainPool.query(text, [...values]).then(
        ({ rows }) => rows as Row[],
        (error: unknown) => Promise.reject(explained(error)),
      ),
    get state() {
      return state;
    },
    onState(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    report,
    explained,
    probe,
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(heartbeat);
      await Promise.allSettled([main.$disconnect(), writer.$disconnect()]);
      await Promise.allSettled([mainPool.end(), writerPool.end(), readerPool.end()]);
    },
  };
}
