import type { Fence, HeldEpochs } from '../cluster/ports.ts';
import type { Journal, JournalEntry } from '../im/ports.ts';
import type { Log } from '../kernel/log.ts';
import type { RoomJournal } from '../muc/ports.ts';
import type { RosterChange } from '../roster/ports.ts';
import type { DbClient } from './client.ts';
import { causeOf, isFencedOff, isPassing, isRefusal, isTooSlow, StoreUnavailable } from './errors.ts';
import { accountsOf, isStillHeld, proofStatement } from './fencing.ts';
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
  /** Resolves when committed; rejects with `StoreUnavailable` when nothing can be kept now, or when this node does not act for them any more. */
  saveRoster(change: RosterChange): Promise<void>;
  /** Rows and bytes that wait, and what was done since the start. */
  readonly figures: {
    readonly waitingRows: number;
    readonly waitingBytes: number;
    readonly commits: number;
    readonly rows: number;
    readonly refused: number;
    /** Given up because another node acts for these people by now. */
    readonly dropped: number;
  };
  /** Resolves when all that was taken before is committed or given up. */
  settled(): Promise<void>;
  /** Takes nothing more and writes what waits; gives up after `limitMs` without a database. Tells how many entries were left. */
  close(limitMs?: number): Promise<number>;
}

export interface GroupCommitOptions {
  readonly client: DbClient;
  readonly log: Log;
  /** Whoever writes for people of a cluster proves that they are its own; a node that is alone has none to ask. */
  readonly fence?: Fence | undefined;
  readonly gatherMs?: number;
  /** A batch is sent when it has this many rows, and holds at most about so many. */
  readonly batchRows?: number;
  /** Above either, nothing more is accepted. */
  readonly maxRows?: number;
  readonly maxBytes?: number;
}

type Item = { readonly held: HeldEpochs | null } & (
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
  | {
      readonly kind: 'roster';
      readonly change: RosterChange;
      readonly rows: number;
      readonly bytes: number;
      readonly done: () => void;
      readonly failed: (error: unknown) => void;
    }
);

/** Beside their text, rows cost about this much. */
const ROW_BYTES = 200;
const PASSING_TRIES = 5;
/** Between two refusals ownership is read anew; more of them in a row mean that it and the database disagree. */
const FENCED_TRIES = 5;

/** A retraction looks through the conversation for what it takes back. */
const RETRACTED_ROWS = 5;

function weigh(entry: JournalEntry): { rows: number; bytes: number } {
  const retracted = entry.retracted?.length ?? 0;
  const rows = entry.archive.length + entry.offline.length + (entry.offlineRemoved?.length ?? 0) + retracted * RETRACTED_ROWS;
  let bytes = rows * ROW_BYTES;
  for (const row of entry.archive) bytes += row.xml.length + row.body.length;
  for (const row of entry.offline) bytes += row.xml.length;
  for (const row of entry.retracted ?? []) bytes += row.xml.length;
  return { rows, bytes };
}

export function createGroupCommit({
  client,
  log,
  fence,
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
  const totals = { commits: 0, rows: 0, refused: 0, dropped: 0 };
  let added = 0;
  let ended = 0;
  let settlers: { readonly after: number; readonly resolve: () => void }[] = [];
  const heldNow = (): HeldEpochs | null => (fence === undefined ? null : fence.current());

  const accepting = (): boolean => !closing && client.state === 'up' && rows < maxRows && bytes < maxBytes;

  function add(item: Item): void {
    waiting.push(item);
    added++;
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
      ended += batch.length;
      if (settlers.length > 0) tellSettled();
    }
    flushing = false;
    onIdle?.();
  }

  function tellSettled(): void {
    const due = settlers.filter(({ after }) => ended >= after);
    settlers = settlers.filter(({ after }) => ended < after);
    for (const { resolve } of due) resolve();
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

  async function commit(asked: readonly Item[]): Promise<void> {
    let batch = asked;
    for (let passing = 0, fenced = 0; !abandoned; ) {
      const held = heldNow();
      if (fence !== undefined && held !== null) batch = keepHeld(fence, batch, held);
      if (batch.length === 0) return;
      try {
        await write(batch, held);
        totals.commits++;
        finish(batch);
        return;
      } catch (error) {
        // The database is there, but all of it at once took too long: half of it may not, and one slow entry does not hold up the others.
        if (batch.length > 1 && isTooSlow(error)) {
          const middle = batch.length >> 1;
          await commit(batch.slice(0, middle));
          await commit(batch.slice(middle));
          return;
        }
        if (client.report(error) || !(await client.probe())) {
          await databaseBack();
          continue;
        }
        if (fence !== undefined && isFencedOff(error)) {
          if (++fenced > FENCED_TRIES) {
            giveUp(fence, batch);
            return;
          }
          await fence.refused();
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

  /**
   * What was taken on the strength of an epoch that has gone is not written, nor is anybody told that it was: whoever acts now may have decided
   * otherwise.
   */
  function keepHeld(by: Fence, batch: readonly Item[], held: HeldEpochs): readonly Item[] {
    if (batch.every((item) => item.held === held)) return held.homes.length > 0 ? batch : giveUp(by, batch);
    const kept = batch.filter((item) => isStillHeld(item.held, held));
    if (kept.length < batch.length)
      giveUp(
        by,
        batch.filter((item) => !isStillHeld(item.held, held)),
      );
    return kept;
  }
  function giveUp(by: Fence, batch: readonly Item[]): readonly Item[] {
    const accounts = new Set<number>();
    for (const item of batch) {
      totals.dropped++;
      if (item.kind === 'roster') {
        accounts.add(item.change.accountId);
        item.failed(new StoreUnavailable());
      } else if (item.kind === 'journal') for (const id of accountsOf(item.entry)) accounts.add(id);
    }
    log.error('store.fenced-off', { entries: batch.length, accounts: accounts.size });
    by.dropped([...accounts]);
    return [];
  }

  async function write(batch: readonly Item[], held: HeldEpochs | null): Promise<void> {
    const entries: JournalEntry[] = [];
    const said: RoomEntry[] = [];
    const changes: RosterChange[] = [];
    for (const item of batch) {
      if (item.kind === 'journal') entries.push(item.entry);
      else if (item.kind === 'room') said.push(item.entry);
      else changes.push(item.change);
    }
    const statements: Prisma.Sql[] = [];
    if (fence !== undefined && held !== null) statements.push(proofStatement(fence.node, held));
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
        add({ kind: 'journal', held: heldNow(), entry, rows: count, bytes: size, done });
      },
    },
    roomJournal: {
      get accepting() {
        return accepting();
      },
      append(message, done) {
        const size = ROW_BYTES + message.xml.length + message.body.length;
        add({ kind: 'room', held: heldNow(), entry: { message, retracted: null }, rows: 1, bytes: size, done });
      },
      retract(roomId, uid, xml, done) {
        const retracted = { roomId, uid, xml };
        add({ kind: 'room', held: heldNow(), entry: { message: null, retracted }, rows: 1, bytes: ROW_BYTES + xml.length, done });
      },
    },
    saveRoster(change) {
      if (!accepting()) return Promise.reject(new StoreUnavailable());
      return new Promise((resolve, failed) => {
        const count =
          1 +
          (change.put?.length ?? 0) +
          (change.remove?.length ?? 0) +
          (change.pendingPut?.length ?? 0) +
          (change.pendingRemove?.length ?? 0);
        add({ kind: 'roster', held: heldNow(), change, rows: count, bytes: count * 2 * ROW_BYTES, done: resolve, failed });
      });
    },
    get figures() {
      return { waitingRows: rows, waitingBytes: bytes, ...totals };
    },
    settled() {
      if (ended >= added) return Promise.resolve();
      return new Promise((resolve) => settlers.push({ after: added, resolve }));
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
