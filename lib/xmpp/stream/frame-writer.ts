import type { Writable } from 'node:stream';
import { flushSoon, type WriterOwner } from './writer.ts';

/** As in `StreamWriter`. */
const FLUSH_AT = 65_536;

/** Text frames of a server, unmasked and whole, one for each text (RFC 6455 §5.2), in one buffer. */
export function textFrames(texts: readonly string[]): Buffer {
  const sizes: number[] = [];
  let total = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text, 'utf8');
    sizes.push(size);
    total += size + (size < 126 ? 2 : size < 65_536 ? 4 : 10);
  }
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string;
    const size = sizes[i] as number;
    out[at++] = 0x81; // FIN, text
    if (size < 126) out[at++] = size;
    else if (size < 65_536) {
      out[at++] = 126;
      at = out.writeUInt16BE(size, at);
    } else {
      out[at++] = 127;
      at = out.writeUInt32BE(0, at);
      at = out.writeUInt32BE(size, at);
    }
    // As many octets as characters: all ASCII, which is copied faster.
    at += size === text.length ? out.write(text, at, 'latin1') : out.write(text, at, 'utf8');
  }
  return out;
}

/** The `StreamWriter` of a WebSocket: each text is a message, and all messages of a turn leave as one write. */
export class FrameWriter {
  private texts: string[] = [];
  private characters = 0;
  private queued = false;

  constructor(
    private readonly socket: Writable,
    private readonly owner: WriterOwner,
    private readonly count: { bytesOut: number },
  ) {}

  get waiting(): number {
    return this.characters + this.socket.writableLength;
  }

  write(text: string): void {
    this.texts.push(text);
    this.characters += text.length;
    if (!this.queued) {
      this.queued = true;
      flushSoon(this);
    } else if (this.characters > FLUSH_AT) this.send();
  }

  flush(): void {
    this.queued = false;
    if (this.texts.length === 0) return;
    const more = this.owner.beforeFlush();
    if (more !== '') this.texts.push(more);
    this.send();
  }

  private send(): void {
    const { texts } = this;
    this.texts = [];
    this.characters = 0;
    if (texts.length === 0 || this.socket.destroyed || !this.socket.writable) return;
    const frames = textFrames(texts);
    this.count.bytesOut += frames.length;
    this.socket.write(frames);
  }
}
