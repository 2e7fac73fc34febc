import { isAscii, isUtf8 } from 'node:buffer';
import { cutSequence, soundLength } from './octets.ts';

/** Octets to be read, and the same as text with one character an octet: positions are the same in both. */
export interface Chunk {
  bytes: Uint8Array;
  text: string;
}

const NOTHING = Buffer.alloc(0);

/**
 * What has come and is not read yet. Octets are checked to be UTF-8 as they come, whole sequences only; an incomplete one waits here for its
 * rest. Between chunks only what is unread is kept, as a copy: a view would keep the socket's whole buffer alive.
 */
export class Incoming implements Chunk {
  bytes: Uint8Array = NOTHING;
  text = '';
  /** Octets came that are no UTF-8; `bytes` ends before them. */
  spoilt = false;
  private cut: Buffer | null = null;
  /** Pieces of a tag that has no end yet: joined only when it has one, so that a tag that trickles in costs linear work. */
  private waiting: Buffer | null = null;
  private waitingLength = 0;

  /** Something waits here: a tag without end, or a part of a character. */
  get isWaiting(): boolean {
    return this.waitingLength > 0 || this.cut !== null;
  }
  /** Octets kept for a tag without end. */
  get waitingOctets(): number {
    return this.waitingLength;
  }

  /** The whole sequences of a chunk, with what was left of the one before. */
  whole(chunk: Buffer): Buffer {
    let bytes = chunk;
    if (this.cut === null) {
      if (isAscii(chunk)) return chunk;
    } else {
      bytes = Buffer.concat([this.cut, chunk]);
      this.cut = null;
    }
    if (isUtf8(bytes)) return bytes;
    const cut = cutSequence(bytes);
    const whole = bytes.subarray(0, bytes.length - cut);
    if (cut > 0 && isUtf8(whole)) {
      this.cut = Buffer.from(bytes.subarray(bytes.length - cut));
      return whole;
    }
    this.spoilt = true;
    return bytes.subarray(0, soundLength(bytes));
  }

  /** Adds octets of a tag that has no end yet. */
  wait(bytes: Buffer): void {
    const length = this.waitingLength + bytes.length;
    if (this.waiting === null || this.waiting.length < length) {
      const larger = Buffer.allocUnsafe(Math.max(256, length * 2));
      this.waiting?.copy(larger, 0, 0, this.waitingLength);
      this.waiting = larger;
    }
    bytes.copy(this.waiting, this.waitingLength);
    this.waitingLength = length;
  }

  /** From now on there are these to read, after those that waited. */
  take(bytes: Buffer): void {
    if (this.waiting !== null) {
      const all = Buffer.concat([this.waiting.subarray(0, this.waitingLength), bytes]);
      this.waiting = null;
      this.waitingLength = 0;
      this.read(all);
    } else if (this.bytes.length > 0) {
      const all = Buffer.concat([this.bytes, bytes]);
      this.read(all);
    } else this.read(bytes);
  }

  /** Drops what was read. What is left is kept: of a tag without end, to be added to. */
  keepFrom(at: number, isTag: boolean): void {
    if (at >= this.bytes.length) {
      this.bytes = NOTHING;
      this.text = '';
      return;
    }
    const rest = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, this.bytes.length - at);
    if (isTag) {
      this.wait(rest);
      this.bytes = NOTHING;
      this.text = '';
    } else this.read(Buffer.from(rest));
  }

  /** What follows is read as if `text` stood before it. */
  insert(text: string, at: number): void {
    const all = Buffer.concat([Buffer.from(text), this.bytes.subarray(at)]);
    this.read(all);
  }

  clear(): void {
    this.bytes = NOTHING;
    this.text = '';
    this.cut = null;
    this.waiting = null;
    this.waitingLength = 0;
  }

  private read(bytes: Buffer): void {
    this.bytes = bytes;
    this.text = bytes.toString('latin1');
  }
}
