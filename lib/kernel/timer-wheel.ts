import type { Clock } from './clock.ts';

/**
 * Many coarse time-outs on one timer. An entry is an object of its owner that is linked into a slot, so arming and disarming allocate nothing
 * and cost the same with ten entries and with ten thousand. Entries never fire early; they fire up to two ticks late.
 */
export interface TimerWheel {
  /** Fires `entry` once after `delayMs`; an entry that is armed already is moved. */
  arm(entry: WheelEntry, delayMs: number): void;
  disarm(entry: WheelEntry): void;
  /** How many entries are armed. */
  readonly size: number;
}

export abstract class WheelEntry {
  /** Monotonic milliseconds; meaningful while armed. */
  due = 0;
  armed = false;
  /** The links belong to the wheel. */
  before: WheelEntry | null = null;
  after: WheelEntry | null = null;
  slot = -1;
  abstract fire(): void;
}

export function createTimerWheel(deps: {
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly tickMs?: number;
  readonly slots?: number;
}): TimerWheel {
  const { clock } = deps;
  const tickMs = deps.tickMs ?? 100;
  const count = deps.slots ?? 1024;
  const heads: (WheelEntry | null)[] = new Array<WheelEntry | null>(count).fill(null);
  let size = 0;
  /** The last tick whose slot was looked at. */
  let tick = 0;
  let running = false;

  function unlink(entry: WheelEntry): void {
    if (entry.slot < 0) return;
    if (entry.before === null) heads[entry.slot] = entry.after;
    else entry.before.after = entry.after;
    if (entry.after !== null) entry.after.before = entry.before;
    entry.before = null;
    entry.after = null;
    entry.slot = -1;
    size--;
  }
  function link(entry: WheelEntry): void {
    // The first tick at or after the due time; never the slot that is being emptied now.
    const slot = Math.max(Math.ceil(entry.due / tickMs), tick + 1) % count;
    entry.slot = slot;
    entry.after = heads[slot] ?? null;
    if (entry.after !== null) entry.after.before = entry;
    heads[slot] = entry;
    size++;
  }
  function turn(): void {
    running = false;
    const now = clock.monotonic();
    const last = Math.floor(now / tickMs);
    // After a long stall each slot is looked at once.
    let from = Math.max(tick + 1, last - count + 1);
    let due: WheelEntry[] | null = null;
    for (; from <= last; from++) {
      for (let entry = heads[from % count] ?? null; entry !== null; ) {
        const next: WheelEntry | null = entry.after;
        if (entry.due <= now) {
          unlink(entry);
          due ??= [];
          due.push(entry);
        }
        entry = next;
      }
    }
    tick = last;
    if (due !== null) {
      for (const entry of due) {
        // Another entry that fired just now may have disarmed or moved this one.
        if (!entry.armed || entry.slot >= 0) continue;
        entry.armed = false;
        try {
          entry.fire();
        } catch (error) {
          deps.onError(error);
        }
      }
    }
    start();
  }
  function start(): void {
    if (running || size === 0) return;
    running = true;
    clock.setTimeout(turn, tickMs);
  }

  return {
    arm(entry, delayMs) {
      unlink(entry);
      const now = clock.monotonic();
      if (size === 0 && !running) tick = Math.floor(now / tickMs);
      entry.due = now + Math.max(0, delayMs);
      entry.armed = true;
      link(entry);
      start();
    },
    disarm(entry) {
      unlink(entry);
      entry.armed = false;
    },
    get size() {
      return size;
    },
  };
}
