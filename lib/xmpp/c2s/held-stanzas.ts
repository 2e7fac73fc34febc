import type { Stanza } from '../stanza/stanza.ts';

export interface HeldStanza {
  readonly xml: string;
  readonly stanza: Stanza | null;
}

/** An inactive client is not kept waiting for more than this (XEP-0352 §5): then everything goes out. */
const MAX_HELD = 200;
const MAX_CHARACTERS = 131_072;

/**
 * What waits while the client is inactive (XEP-0352), in order. Of presence only the newest of each sender waits; it takes its place at the end,
 * where it arrived.
 */
export class HeldStanzas {
  private list: (HeldStanza | null)[] = [];
  private byKey: Map<string, number> | null = null;
  private next = 0;
  private characters = 0;
  private count = 0;

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** False when no more should be held: the caller then sends all. */
  add(xml: string, stanza: Stanza | null, key: string | null): boolean {
    if (key !== null) {
      this.byKey ??= new Map();
      const at = this.byKey.get(key);
      const older = at === undefined ? undefined : this.list[at];
      if (at !== undefined && older) {
        this.list[at] = null;
        this.characters -= older.xml.length;
        this.count--;
      }
      this.byKey.set(key, this.list.length);
    }
    this.list.push({ xml, stanza });
    this.characters += xml.length;
    this.count++;
    // Replaced entries leave holes; they are bounded too.
    return this.count < MAX_HELD && this.characters < MAX_CHARACTERS && this.list.length < MAX_HELD * 8;
  }

  /** Takes the oldest out; null when nothing is held. */
  shift(): HeldStanza | null {
    while (this.next < this.list.length) {
      const held = this.list[this.next];
      this.list[this.next++] = null;
      if (!held) continue;
      this.count--;
      this.characters -= held.xml.length;
      return held;
    }
    this.list = [];
    this.next = 0;
    this.byKey = null;
    return null;
  }

  /** Takes everything out, in order. */
  take(): HeldStanza[] {
    const all: HeldStanza[] = [];
    for (let held = this.shift(); held !== null; held = this.shift()) all.push(held);
    return all;
  }
}

/** Sender of a stanza as our own `render` writes it, in front: `<presence from='…'`. Null when it has none. */
export function senderOf(xml: string): string | null {
  const start = xml.indexOf(" from='");
  const end = start < 0 ? -1 : xml.indexOf("'", start + 7);
  return end < 0 || start > xml.indexOf('>') ? null : xml.slice(start + 7, end);
}
