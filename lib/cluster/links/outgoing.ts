import type { Ack, Entry } from './frame.ts';

interface Sent extends Entry {
  readonly number: number;
  readonly done: ((isSettled: boolean) => void) | undefined;
  isSettled: boolean;
}

export interface Unsettled {
  readonly kind: string;
  readonly payload: string;
  readonly done: ((isSettled: boolean) => void) | undefined;
}

/** What one process sent to another and does not know to be settled: numbered from 1 in each run, kept until it is. */
export interface Outgoing {
  readonly run: number;
  /** UTF-16 units not yet settled. */
  readonly waiting: number;
  readonly hasUnsent: boolean;
  /** The other has received all of it. */
  readonly isReceived: boolean;
  /** Nothing sent waits to be received. */
  readonly isIdle: boolean;
  /** All of it is settled. */
  readonly isEmpty: boolean;
  add(kind: string, payload: string, done: ((isSettled: boolean) => void) | undefined): void;
  /** The next entries to send, `maxUnits` of text at most but at least one entry; null when there are none or enough is on its way. */
  next(maxUnits: number, maxOnItsWay: number): { readonly first: number; readonly entries: readonly Entry[] } | null;
  /** Everything the other has not received is sent anew. */
  rewind(): void;
  /** True when it told anything new. */
  acknowledged(ack: Ack): boolean;
  /** Ends the run: what was not settled, oldest first, pieces put together. */
  giveUp(): Unsettled[];
}

export function createOutgoing(deps: { readonly run: number; readonly pieceUnits: number }): Outgoing {
  const { run, pieceUnits } = deps;
  /** By number, from `base` + 1 on; settled ones at its head are dropped. */
  let kept: Sent[] = [];
  let base = 0;
  let last = 0;
  let received = 0;
  let sent = 0;
  let waiting = 0;
  let onItsWay = 0;

  function push(kind: string, payload: string, done: Sent['done']): void {
    last++;
    waiting += payload.length;
    kept.push({ number: last, kind, payload, done, isSettled: false });
  }

  /** Index in `kept` of a number; out of range when it was dropped. */
  const indexOf = (number: number) => number - base - 1;

  function settle(number: number): void {
    const entry = kept[indexOf(number)];
    if (!entry || entry.isSettled) return;
    entry.isSettled = true;
    waiting -= entry.payload.length;
    entry.done?.(true);
  }

  return {
    run,
    get waiting() {
      return waiting;
    },
    get hasUnsent() {
      return sent < last;
    },
    get isReceived() {
      return received === last;
    },
    get isIdle() {
      return sent === received;
    },
    get isEmpty() {
      return kept.length === 0;
    },
    add(kind, payload, done) {
      let at = 0;
      while (payload.length - at > pieceUnits) {
        let end = at + pieceUnits;
        // Half a character would not survive UTF-8.
        const unit = payload.charCodeAt(end - 1);
        if (unit >= 0xd800 && unit <= 0xdbff) end--;
        push('', payload.slice(at, end), undefined);
        at = end;
      }
      push(kind, at === 0 ? payload : payload.slice(at), done);
    },
    next(maxUnits, maxOnItsWay) {
      if (sent >= last || onItsWay >= maxOnItsWay) return null;
      const first = sent + 1;
      const entries: Entry[] = [];
      let units = 0;
      for (let index = indexOf(first); index < kept.length; index++) {
        const entry = kept[index];
        if (!entry || (entries.length > 0 && units + entry.payload.length > maxUnits)) break;
        entries.push(entry);
        units += entry.payload.length + entry.kind.length + 8;
      }
      sent += entries.length;
      onItsWay += units;
      return { first, entries };
    },
    rewind() {
      sent = received;
      onItsWay = 0;
    },
    acknowledged(ack) {
      if (ack.run !== run || ack.received > last || ack.settled > ack.received) return false;
      let isNew = false;
      if (ack.received > received) {
        for (let number = received + 1; number <= ack.received; number++) {
          const entry = kept[indexOf(number)];
          if (entry && number <= sent) onItsWay -= entry.payload.length + entry.kind.length + 8;
        }
        received = ack.received;
        if (sent < received) sent = received;
        if (onItsWay < 0) onItsWay = 0;
        isNew = true;
      }
      for (let number = base + 1; number <= ack.settled; number++) settle(number);
      for (const [first, end] of ack.beyond) for (let number = first; number <= Math.min(end, received); number++) settle(number);
      let drop = 0;
      while (drop < kept.length && kept[drop]?.isSettled) drop++;
      if (drop > 0) {
        kept = kept.slice(drop);
        base += drop;
        isNew = true;
      }
      return isNew;
    },
    giveUp() {
      const rest: Unsettled[] = [];
      let head = '';
      for (const { kind, payload, done, isSettled } of kept) {
        if (kind === '') head += payload;
        else {
          if (!isSettled) rest.push({ kind, payload: head + payload, done });
          head = '';
        }
      }
      kept = [];
      base = last;
      sent = last;
      received = last;
      waiting = 0;
      onItsWay = 0;
      return rest;
    },
  };
}
