/**
 * Notifications that are about to be sent: each when its wait is over, at most one at a time for each client. One timer serves all, and none runs
 * while nobody waits.
 */
import type { Clock } from '../kernel/clock.ts';
import type { Summary } from './summary.ts';

export interface Waiting {
  count: number;
  sender: string;
  text: string;
  /** Monotonic milliseconds. */
  due: number;
}

const LOOK_MS = 500;

export function createWaitingRoom<K extends object>(deps: { readonly clock: Clock; readonly isOver: (key: K, summary: Summary) => void }) {
  const { clock } = deps;
  const waiting = new Map<K, Waiting>();
  let looking = false;

  function look(): void {
    const now = clock.monotonic();
    for (const [key, one] of waiting) {
      if (one.due > now) continue;
      waiting.delete(key);
      deps.isOver(key, one);
    }
    looking = waiting.size > 0;
    if (looking) clock.setTimeout(look, LOOK_MS);
  }

  return {
    /** One more message; the earlier of two times counts. */
    add(key: K, due: number, sender: string, text: string): void {
      const one = waiting.get(key);
      if (one === undefined) waiting.set(key, { count: 1, sender, text, due });
      else {
        one.count++;
        one.sender = sender;
        one.text = text;
        one.due = Math.min(one.due, due);
      }
      if (looking) return;
      looking = true;
      clock.setTimeout(look, LOOK_MS);
    },
    get: (key: K): Waiting | undefined => waiting.get(key),
    drop: (key: K): void => void waiting.delete(key),
    get size() {
      return waiting.size;
    },
  };
}
