import type { Journal, JournalEntry } from '../im/ports.ts';
import type { Log } from '../kernel/log.ts';
import type { RoomJournal } from '../muc/ports.ts';
import type { RosterChange } from '../roster/ports.ts';
import type { DbClient } from './client.ts';
import { causeOf, isPassing, isRefusal, StoreUnavailable } from './errors.ts';
import type { Prisma } from './generated/client.ts';
import { journalStatement } from './im/journal-statement.ts';
import { type RoomEntry, roomStatement } from './muc/room-statement.ts';
import { rosterStatement } from './roster/roster-statement.ts';

/**
 * Group commit (design §3). Entries gather for a few milliseconds, or until there are many rows, and go in one transaction; one
 * is on its way while the next gathers. Under load the batches grow by themselves, when idle an entry waits only the gathering.
 *
 * A lost connection, or a disk that is full, keeps the batch and sends the very same one again once the database is back: rows have ids of
 * their own, so a commit whose answer was lost is not repeated. What a batch cannot store for another reason is found by halving, so that one bad
 * entry costs only itself.
 */
export interface GroupCommit {
  readonly journal: Journal;
  /** Messages of rooms, in the same transactions and the same order. */
  readonly roomJournal: RoomJournal;
  /** Resolves when committed; rejects with `StoreUnavailable` when nothing can be kept now. */
  saveRoster(change: RosterChange): Promise<void>;
  /** Rows and bytes that wait, and what was done since the start. */
  readonly figures: {
    readonly waitingRows: number;
    readonly waitingBytes: number;
    readonly commits: number;
    readonly rows: number;
    readonly refused: number;
  };
  /** Takes nothing more and writes what waits; gives up after `limitMs` without a database. Tells how many entries were left. */
  close(limitMs?: number): Promise<number>;
}

export interface GroupCommitOptions {
  readonly client: DbClient;
  readonly log: Log;
  readonly gatherMs?: number;
  /** A batch is sent when it has this many rows, and holds at most about so many. */
  readonly batchRows?: number;
  /** Above either, nothing more is accepted. */
  readonly maxRows?: number;
  readonly maxBytes?: number;
}

type Item =
  | {
      readonly kind: 'journal';
      readonly entry: JournalEntry;
      readonly rows: number;
      readonly bytes: number;
      readonly done: (() => void) | null;
    }
  | {
      readonly kind: 'room';
      readonly entry: RoomEntry;
      readonly rows: number;
      readonly bytes: number;
      readonly done: (() => void) | null;
    }
  | { readonly kind: 'roster'; readonly change: RosterChange; readonly rows: number; readonly bytes: number; readonly done: () => void };

/** Beside their text, rows cost about this much. */
const ROW_BYTES = 200;
const PASSING_TRIES = 5;

function weigh(entry: JournalEntry): { rows: number; bytes: number } {
  const rows = entry.archive.length + entry.offline.length + (entry.offlineRemoved?.length ?? 0);
  let bytes = rows * ROW_BYTES;
  for (const row of entry.archive) bytes += row.xml.length + row.body.length;
  for (const row of entry.offline) bytes += row.xml.length;
  for (const row of entry.retracted ?? []) bytes += row.xml.length;
  return { rows, bytes };
}

export function createGroupCommit({
  client,
  log,
  gatherMs = 3,
  batchRows = 500,
  maxRows = 50_000,
  maxBytes = 64 * 1024 * 1024,
}: GroupCommitOptions): GroupCommit {
  let waiting: Item[] = [];
  let head = 0;
  let rows = 0;
  let bytes = 0;
  let timer: NodeJS.Timeout | null = null;
  let flushing = false;
  let closing = false;
  let abandoned = false;
  let onIdle: (() => void) | null = null;
  const totals = { commits: 0, rows: 0, refused: 0 };

  const accepting = (): boolean => !closing && client.state === 'up' && rows < maxRows && bytes < maxBytes;

  function add(item: Item): void {
    waiting.push(item);
    rows += item.rows;
    bytes += item.bytes;
    if (flushing) return;
    if (rows >= batchRows) start();
    else timer ??= setTimeout(start, gatherMs);
  }

  function start(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (flushing || head === waiting.length) return;
    flushing = true;
    void run();
  }

  async function run(): Promise<void> {
    while (head < waiting.length && !abandoned) {
      const batch = take();
      await commit(batch);
      for (const item of batch) {
        rows -= item.rows;
        bytes -= item.bytes;
      }
    }
    flushing = false;
    onIdle?.();
  }

  /** The next entries in order, up to a batch; an entry is never split. */
  function take(): Item[] {
    const from = head;
    for (let size = 0; head < waiting.length && (head === from || size + waiting[head]!.rows <= batchRows); head++)
      size += waiting[head]!.rows;
    const batch = waiting.slice(from, head);
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    } else if (head > 10_000) {
      waiting = waiting.slice(head);
      head = 0;
    }
    return batch;
  }

  async function commit(batch: readonly Item[]): Promise<void> {
    for (let passing = 0; !abandoned; ) {
      try {
        await write(batch);
        totals.commits++;
        finish(batch);
        return;
      } catch (error) {
        if (client.report(error) || !(await client.probe())) {
          await databaseBack();
          continue;
        }
        if ((isPassing(error) || !isRefusal(error)) && ++passing <= PASSING_TRIES) continue;
        if (batch.length > 1) {
          const middle = batch.length >> 1;
          await commit(batch.slice(0, middle));
          await commit(batch.slice(middle));
          return;
        }
        // Refused by the database for what it says. Sent again it would be refused again, so it counts as dealt with.
        totals.refused++;
        log.error('store.entry-refused', { kind: batch[0]!.kind, why: causeOf(error) });
        finish(batch);
        return;
      }
    }
  }

  async function write(batch: readonly Item[]): Promise<void> {
    const entries: JournalEntry[] = [];
    const said: RoomEntry[] = [];
    const changes: RosterChange[] = [];
    for (const item of batch) {
      if (item.kind === 'journal') entries.push(item.entry);
      else if (item.kind === 'room') said.push(item.entry);
      else changes.push(item.change);
    }
    const statements: Prisma.Sql[] = [];
    if (entries.length > 0) statements.push(journalStatement(entries));
    if (said.length > 0) statements.push(roomStatement(said));
    if (changes.length > 0) statements.push(rosterStatement(changes));
    const [only] = statements;
    // One statement is a transaction by itself, and saves two round trips.
    if (statements.length > 1) await client.writer.$transaction(statements.map((statement) => client.writer.$executeRaw(statement)));
    else if (only !== undefined) await client.writer.$executeRaw(only);
  }

  function finish(batch: readonly Item[]): void {
    for (const item of batch) {
      totals.rows += item.rows;
      try {
        item.done?.();
      } catch (error) {
        log.error('store.after-commit-failed', { why: causeOf(error) });
      }
    }
  }

  function databaseBack(): Promise<void> {
    if (client.state === 'up') return Promise.resolve();
    return new Promise((resolve) => {
      const stop = client.onState((state) => {
        if (state !== 'up') return;
        stop();
        resolve();
      });
      wakeOnAbandon = () => {
        stop();
        resolve();
      };
    });
  }
  let wakeOnAbandon: () => void = () => undefined;

  return {
    journal: {
      get accepting() {
        return accepting();
      },
      get backlog() {
        return rows;
      },
      append(entry, done) {
        const { rows: count, bytes: size } = weigh(entry);
        add({ kind: 'journal', entry, rows: count, bytes: size, done });
      },
    },
    roomJournal: {
      get accepting() {
        return accepting();
      },
      append(message, done) {
        const size = ROW_BYTES + message.xml.length + message.body.length;
        add({ kind: 'room', entry: { message, retracted: null }, rows: 1, bytes: size, done });
      },
      retract(roomId, uid, xml, done) {
        add({ kind: 'room', entry: { message: null, retracted: { roomId, uid, xml } }, rows: 1, bytes: ROW_BYTES + xml.length, done });
      },
    },
    saveRoster(change) {
      if (!accepting()) return Promise.reject(new StoreUnavailable());
      return new Promise((resolve) => {
        const count =
          1 +
          (change.put?.length ?? 0) +
          (change.remove?.length ?? 0) +
          (change.pendingPut?.length ?? 0) +
          (change.pendingRemove?.length ?? 0);
        add({ kind: 'roster', change, rows: count, bytes: count * 2 * ROW_BYTES, done: resolve });
      });
    },
    get figures() {
      return { waitingRows: rows, waitingBytes: bytes, ...totals };
    },
    async close(limitMs = 10_000) {
      closing = true;
      start();
      if (flushing) {
        let limit: NodeJS.Timeout | undefined;
        await Promise.race([
          new Promise<void>((resolve) => {
            onIdle = resolve;
          }),
          new Promise<void>((resolve) => {
            limit = setTimeout(resolve, limitMs);
          }),
        ]);
        clearTimeout(limit);
      }
      abandoned = true;
      wakeOnAbandon();
      if (rows > 0) log.error('store.entries-left', { rows });
      return rows;
    },
  };
}
