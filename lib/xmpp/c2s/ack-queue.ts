import type { Stanza } from '../stanza/stanza.ts';

/** The counters of XEP-0198 are unsigned and of 32 bits; they wrap and are compared modulo 2^32. */
const WRAP = 0x1_0000_0000;

interface Entry {
  /** Empty when a newer one took its place before it was ever written. */
  xml: string;
  stanza: Stanza | null;
  /** Told when the client has acknowledged this entry. */
  told: (() => void)[] | null;
}
const GONE: Entry = { xml: '', stanza: null, told: null };

/**
 * What was sent to a client and is not acknowledged yet, oldest first (XEP-0198 §4). While the session hibernates it grows without being
 * written; after resumption everything in it is written again.
 */
export class AckQueue {
  private entries: Entry[] = [];
  /** Entries before this index are acknowledged; they are cut off now and then. */
  private head = 0;
  private octets = 0;
  /** How many at the end were queued while there was no connection. */
  private unwritten = 0;
  /** Those of them that something newer may replace, by key. */
  private newest: Map<string, Entry> | null = null;

  /** `acked` is the count of acknowledged stanzas so far; only tests start elsewhere than at 0. */
  constructor(private acked = 0) {}

  get length(): number {
    return this.entries.length - this.head;
  }
  /** In characters. */
  get bytes(): number {
    return this.octets;
  }
  /** How many stanzas were written in all, modulo 2^32. */
  get sent(): number {
    return (this.acked + this.length - this.unwritten) % WRAP;
  }

  /** A stanza that is written now. */
  push(xml: string, stanza: Stanza | null): void {
    this.entries.push({ xml, stanza, told: null });
    this.octets += xml.length;
  }

  /** A stanza for the next connection. With a `key` it drops what an older one under the same key said: only the newest matters. */
  hold(xml: string, stanza: Stanza | null, key: string | null): void {
    const entry: Entry = { xml, stanza, told: null };
    if (key !== null) {
      this.newest ??= new Map();
      const older = this.newest.get(key);
      if (older !== undefined) {
        this.octets -= older.xml.length;
        older.xml = '';
        older.stanza = null;
      }
      this.newest.set(key, entry);
    }
    this.entries.push(entry);
    this.octets += xml.length;
    this.unwritten++;
  }

  /** Can the client have handled `h` stanzas? Not more than were written. */
  covers(h: number): boolean {
    return (h - this.acked + WRAP) % WRAP <= this.length - this.unwritten;
  }

  /** The client says it handled `h` stanzas. False, and nothing done, when that is more than were written. */
  acknowledge(h: number): boolean {
    if (!this.covers(h)) return false;
    const count = (h - this.acked + WRAP) % WRAP;
    let told: (() => void)[] | null = null;
    for (let i = 0; i < count; i++) {
      const entry = this.entries[this.head] ?? GONE;
      this.octets -= entry.xml.length;
      if (entry.told !== null) told = told === null ? entry.told : told.concat(entry.told);
      this.entries[this.head++] = GONE;
    }
    if (this.head === this.entries.length) {
      this.entries = [];
      this.head = 0;
    } else if (this.head > 64 && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    this.acked = (this.acked + count) % WRAP;
    if (told !== null) for (const fn of told) fn();
    return true;
  }

  /** Calls `fn` when everything queued so far is acknowledged; at once when it is already. */
  whenAcknowledged(fn: () => void): void {
    const last = this.length === 0 ? undefined : this.entries[this.entries.length - 1];
    if (last === undefined) fn();
    else if (last.told === null) last.told = [fn];
    else last.told.push(fn);
  }

  /** Everything unacknowledged, each as text, for a new connection. What was replaced meanwhile was never written, so it does not count. */
  replay(): string[] {
    const kept: Entry[] = [];
    let waiting: (() => void)[] = [];
    const texts: string[] = [];
    for (let i = this.head; i < this.entries.length; i++) {
      const entry = this.entries[i] ?? GONE;
      if (entry.xml === '') {
        // Whoever waits for it waits for what stands before it, or else for the next.
        const before = kept[kept.length - 1];
        if (entry.told !== null && before !== undefined) before.told = [...(before.told ?? []), ...entry.told];
        else if (entry.told !== null) waiting.push(...entry.told);
        continue;
      }
      if (waiting.length > 0) {
        entry.told = [...waiting, ...(entry.told ?? [])];
        waiting = [];
      }
      kept.push(entry);
      texts.push(entry.xml);
    }
    this.entries = kept;
    this.head = 0;
    this.unwritten = 0;
    this.newest = null;
    return texts;
  }

  /** What the client never acknowledged and should not be lost, in order. */
  unsent(): Stanza[] {
    const stanzas: Stanza[] = [];
    for (let i = this.head; i < this.entries.length; i++) {
      const stanza = this.entries[i]?.stanza;
      if (stanza) stanzas.push(stanza);
    }
    return stanzas;
  }
}
