import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import { secretId } from '../../kernel/ids.ts';
import type { Domain } from '../../kernel/jid.ts';
import { bindingOf, type ChannelBinding } from '../sasl/channel-binding.ts';
import { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { FrameWriter } from '../stream/frame-writer.ts';
import { type Frame, parseElement } from '../stream/framer.ts';
import { type FrameLimits, limitsAfterSignIn, limitsBeforeSignIn } from '../stream/limits.ts';
import { standalone } from '../stream/standalone.ts';
import { ClientStream, type StreamDeps } from './client-stream.ts';

/** Octets of frame headers, and of the part of a chunk that belongs to the message before, by which a message may seem larger than it is. */
const SLACK = 65_536;
/** Octets before the payload of a client's ping or pong (RFC 6455 §5.2, §5.5). */
const CONTROL_HEADER = 6;
const CLOSE = `<close xmlns='${NS.framing}'/>`;
/** Status code of RFC 6455 §7.4. */
const NORMAL = 1000;
/** `readyState` of an open socket. */
const OPEN = 1;

const OWNER = Symbol('websocket');
export type OwnedWebSocket = WebSocket & { [OWNER]?: WebSocketStream };
type RawSocket = Socket & { [OWNER]?: WebSocketStream };

// One function each for all sockets: a connection costs no closures.
function onChunk(this: RawSocket, chunk: Buffer): void {
  this[OWNER]?.onChunk(chunk.length);
}
function onMessage(this: OwnedWebSocket, data: Buffer, isBinary: boolean): void {
  this[OWNER]?.onMessage(data, isBinary);
}
function onPong(this: OwnedWebSocket, data: Buffer): void {
  this[OWNER]?.onPong(data.length + CONTROL_HEADER);
}
function onClose(this: OwnedWebSocket): void {
  this[OWNER]?.onGone();
}
/** Frames that break the protocol: the socket is closing with the status that says so. */
function onError(this: OwnedWebSocket): void {
  this[OWNER]?.onBadFrame();
}

/** Counts what arrives before the frames are read. To be called before the handshake is answered. */
export function watchOctets(socket: Socket): void {
  socket.on('data', onChunk);
}

/** A client over WebSocket (RFC 7395): each message is one element, `<open/>` and `<close/>` stand for the stream's tags. */
export class WebSocketStream extends ClientStream {
  private readonly writer: FrameWriter;
  private inbox: Buffer[] = [];
  private reading = true;
  /** Is `<open/>` the next thing to come (RFC 7395 §3.4, §3.7)? */
  private opening = true;
  private closeSeen = false;
  /** Octets since the last complete message. */
  private since = 0;
  private limits: FrameLimits;

  constructor(
    deps: StreamDeps,
    private readonly ws: OwnedWebSocket,
    private readonly socket: RawSocket,
    /** Of the client, who may be behind a trusted proxy. */
    address: string,
    /** The peer is on this machine and so trusted not to leak (`webTrustLoopback`). */
    private readonly trusted: boolean,
    waitMs: number,
  ) {
    super(
      deps,
      {
        address,
        port: socket.remotePort ?? 0,
        transport: 'websocket',
        tls: socket instanceof TLSSocket ? { version: socket.getProtocol() ?? '', cipher: socket.getCipher().name } : null,
        mechanism: '',
        since: deps.clock.now(),
      },
      // RFC 7395 §3.10: TLS is below the WebSocket or not at all.
      false,
    );
    this.limits = limitsBeforeSignIn(deps.settings.get());
    this.writer = new FrameWriter(socket, this, deps.counters);
    socket[OWNER] = this;
    ws[OWNER] = this;
    ws.on('message', onMessage);
    ws.on('pong', onPong);
    ws.on('ping', onPong);
    ws.on('error', onError);
    ws.on('close', onClose);
    if (waitMs > 0) this.read(false);
    this.admit(waitMs);
  }

  get waiting(): number {
    return this.writer.waiting;
  }
  get isSecure(): boolean {
    return this.facts.tls !== null || this.trusted;
  }

  write(xml: string): void {
    if (this.state === 'open') this.writer.write(standalone(xml));
  }
  binding(): ChannelBinding | null {
    return this.socket instanceof TLSSocket ? bindingOf(this.socket) : null;
  }
  startTls(): void {
    this.close('unsupported-stanza-type');
  }

  writeHeader(from: Domain | null, to: string): void {
    this.headerSent = true;
    const addresses = `${from === null ? '' : ` from='${escapeAttribute(from)}'`}${to === '' ? '' : ` to='${escapeAttribute(to)}'`}`;
    this.writer.write(`<open xmlns='${NS.framing}'${addresses} id='${secretId()}' version='1.0' xml:lang='en'/>`);
  }

  onChunk(octets: number): void {
    this.deps.counters.bytesIn += octets;
    if (this.state !== 'open') return;
    const now = this.deps.clock.monotonic();
    this.alive(now);
    this.since += octets;
    if (this.since > this.limits.maxBytes + SLACK) {
      this.deps.counters.malformedStreams++;
      this.fail('policy-violation', TOO_BIG);
      return;
    }
    this.spend(octets, now);
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.since = 0;
    if (this.state === 'ending') {
      // The answer to our <close/>; anything else is late.
      if (!isBinary && readFraming(data, this.limits) === 'close') {
        this.closeSeen = true;
        this.ws.close(NORMAL);
      }
      return;
    }
    if (this.state !== 'open' && this.state !== 'waiting') return;
    if (isBinary) {
      // RFC 7395 §3.2.
      this.deps.counters.malformedStreams++;
      this.fail('bad-format', 'Messages are text, not binary data.');
      return;
    }
    this.midwaySince = 0;
    this.inbox.push(data);
    if (this.state === 'open') this.pump();
  }

  /** A pong, or a ping of the client, which is answered below us. */
  onPong(octets: number): void {
    // It may come in the middle of a message, which goes on growing.
    this.since = Math.max(0, this.since - octets);
    this.alive(this.deps.clock.monotonic());
  }

  onBadFrame(): void {
    this.deps.counters.malformedStreams++;
  }

  onGone(): void {
    this.inbox = [];
    this.gone();
  }

  protected get midway(): boolean {
    return this.since > 0;
  }

  protected nextFrame(): Frame | null {
    const data = this.inbox.shift();
    if (data === undefined) return null;
    if (data.length > this.limits.maxBytes) return broken('policy-violation', TOO_BIG);
    // Clients that know nothing of pings keep alive by white space, as over TCP.
    if (isBlank(data)) return this.nextFrame();
    const frame = parseElement(data, this.limits);
    if (frame.is !== 'element') return frame.is === 'broken' ? frame : broken('bad-format', 'Not one element.');
    const { el } = frame;
    if (el.ns === NS.framing) return this.framing(el);
    if (this.opening) return broken('bad-format', 'The stream is not open: <open/> comes first.');
    // §3.3.3: nothing surrounds an element here, so it says itself where it belongs.
    if (el.ns === '') return broken('invalid-namespace', 'Every element declares its namespace.');
    return frame;
  }

  protected read(wanted: boolean): void {
    if (this.reading === wanted) return;
    this.reading = wanted;
    if (wanted) this.ws.resume();
    else this.ws.pause();
  }

  protected begin(): void {
    this.read(true);
    // What arrived with the handshake.
    this.pump();
  }

  protected trust(): void {
    this.limits = limitsAfterSignIn(this.deps.settings.get());
  }
  protected renew(): void {
    this.opening = true;
  }

  protected override idlePingMs(): number {
    return this.deps.settings.get().websocketPing * 1000;
  }
  protected override idleCloseMs(): number {
    return this.idlePingMs() * 2;
  }
  // Most chunks hold whole messages, so trickling is looked for now and then instead of at every chunk.
  protected override alsoDue(due: number): number {
    return Math.min(due, this.deps.clock.monotonic() + this.deps.settings.get().stanzaTimeout * 1000);
  }
  protected override onAlsoDue(now: number): void {
    this.watchMidway(now);
  }
  /** White space would be a message of nothing here. */
  protected override probe(): void {
    this.ping();
  }
  protected override ping(): void {
    if (this.ws.readyState === OPEN) this.ws.ping();
  }

  protected farewell(_condition: StreamCondition | null, errorXml: string): void {
    this.inbox = [];
    if (errorXml !== '') this.writer.write(standalone(errorXml));
    if (this.headerSent || errorXml !== '') this.writer.write(CLOSE);
    this.writer.flush();
    // §3.6: our <close/> first, then the closing handshake, once the client's <close/> is here.
    if (this.closeSeen || !this.headerSent) this.ws.close(NORMAL);
    this.read(true);
  }

  protected destroy(): void {
    this.inbox = [];
    if (this.ws.readyState === OPEN && this.socket.writableLength === 0) {
      this.ws.close(NORMAL);
      this.socket.destroySoon();
    } else this.ws.terminate();
  }

  private framing(el: Element): Frame {
    if (el.elements().length > 0 || el.text().trim() !== '') return broken('bad-format', '<open/> and <close/> are empty.');
    if (el.name === 'close') {
      this.closeSeen = true;
      return { is: 'close' };
    }
    if (el.name !== 'open') return broken('unsupported-stanza-type', 'There is no such element.');
    if (!this.opening) return broken('bad-format', 'The stream is open already.');
    this.opening = false;
    if (!this.isSecure && this.deps.settings.get().c2sRequireTls)
      return broken('policy-violation', 'This server takes clients only over TLS: connect to its wss: address.');
    return { is: 'open', header: { el: new Element('stream', NS.streams, el.attrs), contentNs: NS.client } };
  }
}

const TOO_BIG = 'A stanza is larger than this server accepts.';
const broken = (condition: StreamCondition, text: string): Frame => ({ is: 'broken', condition, text });

function isBlank(data: Buffer): boolean {
  for (const octet of data) if (octet !== 0x20 && octet !== 0x0a && octet !== 0x0d && octet !== 0x09) return false;
  return true;
}

function readFraming(data: Buffer, limits: FrameLimits): string {
  const frame = parseElement(data, limits);
  return frame.is === 'element' && frame.el.ns === NS.framing ? frame.el.name : '';
}
