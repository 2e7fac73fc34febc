import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { secretId } from '../../kernel/ids.ts';
import { type Domain, type Jid, parseJid } from '../../kernel/jid.ts';
import { type TimerWheel, WheelEntry } from '../../kernel/timer-wheel.ts';
import { TokenBucket } from '../../kernel/token-bucket.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { isStanza } from '../stanza/read.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { type Frame, Framer, type StreamHeader } from '../stream/framer.ts';
import { componentLimits } from '../stream/limits.ts';
import { streamErrorXml } from '../stream/stream-error.ts';
import { StreamWriter, type WriterOwner } from '../stream/writer.ts';

/** From the connection to the end of the handshake; and for taking what was written at the end. */
const HANDSHAKE_MS = 15_000;
const CLOSING_MS = 2_000;
const BURST_S = 4;

export interface ComponentLinkDeps {
  readonly settings: { get(): { readonly maxStanzaBytes: number; readonly bytesPerSecond: number } };
  readonly wheel: TimerWheel;
  readonly clock: { monotonic(): number };
  readonly counters: { bytesOut: number };
  /** Not null while the table of components is being read again: who comes now may be in it. */
  settling(): Promise<void> | null;
  /** The secret of an enabled component; null when there is none of this domain. */
  secretOf(domain: Domain): string | null;
  /** The handshake is done, right or wrong. */
  known(link: ComponentConnection): void;
  refused(link: ComponentConnection, domain: string): void;
  /** A stanza, its sender checked. Returns for how many milliseconds reading should pause. */
  take(link: ComponentConnection, el: Element, from: Jid): number;
  gone(link: ComponentConnection): void;
}

class Timer extends WheelEntry {
  constructor(private readonly link: ComponentConnection) {
    super();
  }
  fire(): void {
    this.link.onTimer();
  }
}

/** The stream of one component (XEP-0114 §3): header, handshake, stanzas. */
export class ComponentConnection implements WriterOwner {
  domain: Domain | null = null;
  readonly address: string;
  private readonly framer: Framer;
  private readonly writer: StreamWriter;
  private readonly timer = new Timer(this);
  private readonly bytes = new TokenBucket();
  private readonly id = secretId();
  private state: 'header' | 'handshake' | 'open' | 'ending' | 'gone' = 'header';
  private heldUntil = 0;
  /** Waits for the table of components. */
  private busy = false;
  private headerSent = false;

  constructor(
    private readonly deps: ComponentLinkDeps,
    private readonly socket: Socket,
    readonly isEncrypted: boolean,
  ) {
    this.address = socket.remoteAddress ?? '';
    this.framer = new Framer(componentLimits(10_000));
    this.writer = new StreamWriter(socket, this, deps.counters);
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.onGone());
    deps.wheel.arm(this.timer, HANDSHAKE_MS);
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }
  get waiting(): number {
    return this.writer.waiting;
  }
  beforeFlush(): string {
    return '';
  }

  /** One stanza, as text in the namespace of the stream. */
  write(xml: string): void {
    if (this.state === 'open') this.writer.write(xml);
  }

  close(condition: StreamCondition | null, text = ''): void {
    if (this.state === 'ending' || this.state === 'gone') return;
    if (!this.headerSent) this.header('');
    this.writer.write(`${condition === null ? '' : streamErrorXml(condition, text, '')}</stream:stream>`);
    this.writer.flush();
    this.state = 'ending';
    this.framer.drop();
    this.socket.end();
    this.socket.resume();
    this.deps.wheel.arm(this.timer, CLOSING_MS);
  }

  /** Reads too slowly. */
  cut(): void {
    this.socket.destroy();
  }

  onTimer(): void {
    if (this.state === 'ending') this.socket.destroy();
    else if (this.state !== 'open') this.close('connection-timeout', 'The handshake took too long.');
    else if (this.heldUntil > 0) {
      this.heldUntil = 0;
      this.socket.resume();
      this.pump();
    }
  }

  private onData(chunk: Buffer): void {
    if (this.state === 'ending' || this.state === 'gone') return;
    this.framer.push(chunk);
    this.pump();
    const { bytesPerSecond } = this.deps.settings.get();
    const wait = this.bytes.spend(chunk.length, bytesPerSecond, bytesPerSecond * BURST_S, this.deps.clock.monotonic());
    if (wait > 0) this.hold(wait);
  }

  private onGone(): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.framer.drop();
    this.deps.wheel.disarm(this.timer);
    this.deps.gone(this);
  }

  private pump(): void {
    while (!this.busy && this.heldUntil === 0 && this.state !== 'ending' && this.state !== 'gone') {
      const frame = this.framer.next();
      if (frame === null) return;
      this.handle(frame);
    }
  }

  private handle(frame: Frame): void {
    switch (frame.is) {
      case 'open':
        return this.opened(frame.header);
      case 'element':
        if (this.state === 'open') this.stanza(frame.el);
        else this.handshake(frame.el);
        return;
      case 'close':
        return this.close(null);
      case 'broken':
        return this.close(frame.condition, frame.text);
    }
  }

  private opened(header: StreamHeader): void {
    const settling = this.deps.settling();
    if (settling === null) return this.answer(header);
    this.busy = true;
    void settling.then(() => {
      this.busy = false;
      if (this.state !== 'header') return;
      this.answer(header);
      this.pump();
    });
  }

  private answer({ el, contentNs }: StreamHeader): void {
    if (el.ns !== NS.streams || (contentNs !== NS.component && contentNs !== '')) return this.close('invalid-namespace');
    if (el.name !== 'stream') return this.close('bad-format');
    const to = parseJid(el.attrs.to ?? '');
    if (to === null || to.local !== '' || to.resource !== '')
      return this.close('improper-addressing', 'A component names its domain in "to".');
    if (this.deps.secretOf(to.domain) === null) {
      this.deps.refused(this, to.domain);
      return this.close('host-unknown', 'There is no such component.');
    }
    this.domain = to.domain;
    this.state = 'handshake';
    this.header(to.domain);
  }

  private header(from: string): void {
    this.headerSent = true;
    const address = from === '' ? '' : ` from='${escapeAttribute(from)}'`;
    this.writer.write(
      `<?xml version='1.0'?><stream:stream xmlns='${NS.component}' xmlns:stream='${NS.streams}'${address} id='${this.id}'>`,
    );
  }

  private handshake(el: Element): void {
    if (el.ns !== NS.component || el.name !== 'handshake') return this.close('not-authorized', 'The handshake comes first.');
    const secret = this.domain === null ? null : this.deps.secretOf(this.domain);
    const given = Buffer.from(el.text().trim().toLowerCase(), 'latin1');
    const wanted = Buffer.from(
      createHash('sha1')
        .update(this.id)
        .update(secret ?? '')
        .digest('hex'),
      'latin1',
    );
    if (secret === null || given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      this.deps.refused(this, this.domain ?? '');
      return this.close('not-authorized', 'The secret is wrong.');
    }
    this.deps.wheel.disarm(this.timer);
    this.framer.limits = componentLimits(this.deps.settings.get().maxStanzaBytes);
    this.state = 'open';
    this.writer.write('<handshake/>');
    this.deps.known(this);
  }

  private stanza(el: Element): void {
    if (!isStanza(el, NS.component)) return this.close('unsupported-stanza-type');
    // Every stanza names its sender, and that one lives in the domain of the component (XEP-0114 §3).
    const from = parseJid(el.attrs.from ?? '');
    if (from === null || from.domain !== this.domain) return this.close('invalid-from', 'A component sends from addresses of its domain.');
    const wait = this.deps.take(this, el, from);
    if (wait > 0) this.hold(wait);
  }

  private hold(ms: number): void {
    if (this.state !== 'open') return;
    this.heldUntil = this.deps.clock.monotonic() + ms;
    this.socket.pause();
    this.deps.wheel.arm(this.timer, ms);
  }
}
