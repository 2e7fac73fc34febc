import type { Ack, Data } from './frame.ts';

/** Texts kept because one before them is missing: beyond it they are dropped, and sent again by the other. */
const MAX_AHEAD = 4_096;

/** What one process has of another's run of numbers: hands over once and in order, remembers what is settled. */
export interface Incoming {
  /** Takes entries; calls `hand` for each that is due. True when something is missing before what came. */
  take(data: Data, hand: (kind: string, payload: string, settled: () => void) => void): boolean;
  /** What to tell the other now. */
  ack(hasGap: boolean): Ack;
}

export function createIncoming(deps: { readonly run: number; readonly changed: () => void }): Incoming {
  let received = 0;
  let settledTo = 0;
  const settledBeyond = new Set<number>();
  const ahead = new Map<number, { readonly kind: string; readonly payload: string }>();
  /** Pieces of a text whose last piece has not come. */
  let pieces: string[] = [];

  function settle(first: number, last: number): void {
    if (first === settledTo + 1) {
      settledTo = last;
      while (settledBeyond.delete(settledTo + 1)) settledTo++;
    } else for (let number = first; number <= last; number++) settledBeyond.add(number);
    deps.changed();
  }

  return {
    take(data, hand) {
      let hasGap = false;
      for (const [index, entry] of data.entries.entries()) {
        const number = data.first + index;
        if (number <= received || ahead.has(number)) continue;
        if (number > received + 1) {
          hasGap = true;
          if (ahead.size < MAX_AHEAD) ahead.set(number, entry);
          continue;
        }
        for (let due: typeof entry | undefined = entry; due !== undefined; due = ahead.get(received + 1)) {
          received++;
          ahead.delete(received);
          if (due.kind === '') {
            pieces.push(due.payload);
            continue;
          }
          const first = received - pieces.length;
          const last = received;
          const payload = pieces.length === 0 ? due.payload : pieces.join('') + due.payload;
          pieces = [];
          let isSettled = false;
          hand(due.kind, payload, () => {
            if (isSettled) return;
            isSettled = true;
            settle(first, last);
          });
        }
      }
      deps.changed();
      return hasGap;
    },
    ack(hasGap) {
      const beyond: [number, number][] = [];
      if (settledBeyond.size > 0) {
        for (const number of [...settledBeyond].sort((a, b) => a - b)) {
          const open = beyond.at(-1);
          if (open && open[1] === number - 1) open[1] = number;
          else if (beyond.length < 64) beyond.push([number, number]);
          else break;
        }
      }
      return { run: deps.run, received, settled: settledTo, beyond, hasGap };
    },
  };
}
