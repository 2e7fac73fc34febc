import type { Clock } from '../kernel/clock.ts';

export interface FakeClock extends Clock {
  /** Lets time pass and runs what falls due, in order. */
  advance(ms: number): void;
  /** Moves the wall clock alone, as an operator or a time server does. */
  jump(ms: number): void;
  /** Timers that wait. */
  readonly waiting: number;
}

/** Time that stands still until a test moves it. Starts on 2026-01-01. */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let wall = start;
  let elapsed = 1_000_000;
  let timers: { at: number; fn: () => void }[] = [];
  return {
    now: () => wall,
    monotonic: () => elapsed,
    setTimeout(fn, ms) {
      const timer = { at: elapsed + ms, fn };
      timers.push(timer);
      return {
        cancel() {
          timers = timers.filter((other) => other !== timer);
        },
      };
    },
    advance(ms) {
      const end = elapsed + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((other) => other !== due);
        wall += Math.max(0, due.at - elapsed);
        elapsed = Math.max(elapsed, due.at);
        due.fn();
      }
      wall += end - elapsed;
      elapsed = end;
    },
    jump(ms) {
      wall += ms;
    },
    get waiting() {
      return timers.length;
    },
  };
}
