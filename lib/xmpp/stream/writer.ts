import type { Writable } from 'node:stream';

/** Who owns a writer; asked right before its text goes out. */
export interface WriterOwner {
  /** Text to join to what goes out now, for example a request for acknowledgement. */
  beforeFlush(): string;
}

/** Beyond this a turn's text goes out at once, so that a large burst does not pile up. In characters. */
const FLUSH_AT = 65_536;

/** The writers that have text in this turn of the event loop; one immediate serves all. */
let turn: { flush(): void }[] = [];

function flushTurn(): void {
  const writers = turn;
  turn = [];
  for (const writer of writers) writer.flush();
}

/** Calls `writer.flush` at the end of this turn of the event loop; to be called once a turn. */
export function flushSoon(writer: { flush(): void }): void {
  if (turn.push(writer) === 1) setImmediate(flushTurn);
}

/**
 * Text for one socket. What is written during one turn of the event loop leaves as one write: one system call and one TLS record instead of
 * one per stanza.
 */
export class StreamWriter {
  private text = '';
  private queued = false;

  constructor(
    private socket: Writable,
    private readonly owner: WriterOwner,
    private readonly count: { bytesOut: number },
  ) {}

  /** What was given to the writer and is not yet taken by the network, about in octets. */
  get waiting(): number {
    return this.text.length + this.socket.writableLength;
  }

  write(xml: string): void {
    this.text += xml;
    if (!this.queued) {
      this.queued = true;
      flushSoon(this);
    } else if (this.text.length > FLUSH_AT) this.send();
  }

  /** Hands over everything now. */
  flush(): void {
    this.queued = false;
    if (this.text === '') return;
    this.text += this.owner.beforeFlush();
    this.send();
  }

  /** Writes from now on to another socket: the same connection under TLS. */
  moveTo(socket: Writable): void {
    this.socket = socket;
  }

  private send(): void {
    const text = this.text;
    this.text = '';
    if (this.socket.destroyed || !this.socket.writable) return;
    this.count.bytesOut += text.length;
    this.socket.write(text, 'utf8');
  }
}
