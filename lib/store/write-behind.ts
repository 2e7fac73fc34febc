import type { Log } from '../kernel/log.ts';
import type { DbClient } from './client.ts';
import { causeOf } from './errors.ts';

/**
 * Facts that may be written a little later and of which only the last counts: when somebody signed in, was last seen, how many
 * failures an address has. They gather by key and go in slices of their own, so that a storm of sign-ins is a few statements and
 * never stands before a message.
 */
export interface Channel<T> {
  put(key: string, row: T): void;
  /** What waits under this key, for readers that must see their own writes. */
  peek(key: string): T | undefined;
  /** Writes what waits now. */
  flush(): Promise<void>;
}

export interface WriteBehind {
  channel<T>(
    name: string,
    write: (rows: readonly T[]) => Promise<unknown>,
    merge?: (was: T, now: T) => T,
    /** Rows that leave at a time; the rest waits for the next time, so that a storm is written down when it is over. */
    atATime?: number,
  ): Channel<T>;
  /** Writes everything once more and stops. */
  close(): Promise<void>;
}

const SLICE = 1_000;
/** Beyond this many keys the oldest are given up: these facts are worth less than the memory. */
const MAX_KEYS = 200_000;
const RETRY_MS = 1_000;

export function createWriteBehind({ client, log, delayMs = 250 }: { client: DbClient; log: Log; delayMs?: number }): WriteBehind {
  const flushers: ((isLast: boolean) => Promise<void>)[] = [];
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  function schedule(afterMs: number): void {
    if (timer !== null || closed) return;
    timer = setTimeout(() => {
      timer = null;
      void flushAll();
    }, afterMs);
    timer.unref();
  }
  async function flushAll(isLast = false): Promise<void> {
    for (const flush of flushers) await flush(isLast);
  }

  return {
    channel<T>(
      name: string,
      write: (rows: readonly T[]) => Promise<unknown>,
      merge: (was: T, now: T) => T = (_, now) => now,
      atATime = Number.POSITIVE_INFINITY,
    ): Channel<T> {
      let rows = new Map<string, T>();
      /** Being written: still visible to `peek`. */
      let sending = new Map<string, T>();
      let turn: Promise<void> = Promise.resolve();

      async function once(most: number): Promise<void> {
        if (rows.size === 0) return;
        if (rows.size <= most) {
          sending = rows;
          rows = new Map();
        } else {
          sending = new Map();
          for (const [key, row] of rows) {
            if (sending.size >= most) break;
            sending.set(key, row);
            rows.delete(key);
          }
        }
        const entries = [...sending];
        for (let i = 0; i < entries.length; i += SLICE) {
          const slice = entries.slice(i, i + SLICE);
          try {
            await write(slice.map(([, row]) => row));
          } catch (error) {
            if (client.report(error) || client.state === 'down') {
              // What came meanwhile is newer and stays.
              for (const [key, row] of entries.slice(i)) {
                const newer = rows.get(key);
                rows.set(key, newer === undefined ? row : merge(row, newer));
              }
              schedule(RETRY_MS);
              break;
            }
            log.error('store.facts-refused', { name, rows: slice.length, why: causeOf(error) });
          }
        }
        sending = new Map();
      }
      const flush = (most = Number.POSITIVE_INFINITY): Promise<void> => {
        turn = turn.then(() => once(most));
        return turn;
      };
      flushers.push(async (isLast) => {
        await flush(isLast ? Number.POSITIVE_INFINITY : atATime);
        if (!isLast && rows.size > 0) schedule(delayMs);
      });

      return {
        put(key, row) {
          const was = rows.get(key);
          if (was === undefined && rows.size >= MAX_KEYS) for (const oldest of rows.keys()) if (rows.delete(oldest)) break;
          rows.set(key, was === undefined ? row : merge(was, row));
          schedule(delayMs);
        },
        peek: (key) => rows.get(key) ?? sending.get(key),
        flush: () => flush(),
      };
    },
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await flushAll(true);
    },
  };
}
