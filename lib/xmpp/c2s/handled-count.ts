import type { AckHold } from './session.ts';

/** A stanza whose lasting effect is not committed yet. */
class Hold implements AckHold {
  open = true;
  constructor(
    private readonly count: HandledCount,
    /** Which stanza of the session, counted from 1. */
    readonly number: number,
  ) {}
  done(): void {
    if (!this.open) return;
    this.open = false;
    this.count.released();
  }
}

/**
 * How many stanzas of the client are handled (`h` of XEP-0198 §4). A stanza counts when it and all before it are handled and their lasting effects
 * committed (design: durable means committed). Counted without wrapping; `h` is what goes on the wire.
 */
export class HandledCount {
  /** Stanzas received in all, and how many of them count as handled. */
  received: number;
  settled: number;
  private holds: Hold[] = [];
  private handling = false;
  private waiting: (() => void) | null = null;

  /** `onSettled` is called when holds were released and the count rose. `from` is where tests start counting. */
  constructor(
    private readonly onSettled: () => void,
    from = 0,
  ) {
    this.received = from;
    this.settled = from;
  }

  get h(): number {
    return this.settled % 0x1_0000_0000;
  }
  /** Everything received is settled. */
  get isSettled(): boolean {
    return this.settled === this.received;
  }

  begin(): void {
    this.received++;
    this.handling = true;
  }
  /** The handling of the stanza has returned; only holds taken meanwhile keep it from counting. */
  end(): void {
    this.handling = false;
    if (this.holds.length === 0) this.settled = this.received;
  }
  /** Null outside of the handling of a stanza: there is nothing to hold then. */
  hold(): AckHold | null {
    if (!this.handling) return null;
    const hold = new Hold(this, this.received);
    this.holds.push(hold);
    return hold;
  }

  released(): void {
    let first = this.holds[0];
    if (first?.open !== false) return;
    while (first?.open === false) {
      this.holds.shift();
      first = this.holds[0];
    }
    // The stanza being handled may yet take holds, so it does not count before its handling has returned.
    this.settled = Math.max(this.settled, first === undefined ? this.received - (this.handling ? 1 : 0) : first.number - 1);
    this.onSettled();
    if (this.isSettled) this.wake();
  }

  /** Calls `fn` once everything received is settled, or when `giveUp` is called; only one may wait. */
  whenSettled(fn: () => void): void {
    if (this.isSettled) fn();
    else this.waiting = fn;
  }

  /**
   * Forgets what is not settled: the client will send it again (it learns `h` as it stands). Holds that are released later change nothing.
   */
  giveUp(): void {
    this.holds = [];
    this.received = this.settled;
    this.wake();
  }

  private wake(): void {
    const fn = this.waiting;
    this.waiting = null;
    fn?.();
  }
}
