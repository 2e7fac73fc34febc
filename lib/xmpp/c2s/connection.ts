import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { secretId } from '../../kernel/ids.ts';
import type { BareJid, Domain } from '../../kernel/jid.ts';
import { WheelEntry } from '../../kernel/timer-wheel.ts';
import { TokenBucket } from '../../kernel/token-bucket.ts';
import { bindingOf, type ChannelBinding } from '../sasl/channel-binding.ts';
import { NS } from '../stanza/namespaces.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { type Frame, Framer } from '../stream/framer.ts';
import { limitsAfterSignIn, limitsBeforeSignIn } from '../stream/limits.ts';
import { streamErrorXml } from '../stream/stream-error.ts';
import { StreamWriter, type WriterOwner } from '../stream/writer.ts';
import type { BoundSession } from './bound-session.ts';
import type { Gate } from './gate.ts';
import { type NegotiatedLink, Negotiation, type NegotiationDeps } from './negotiation.ts';
import type { TlsContexts } from './ports.ts';
import type { ConnectionFacts } from './session.ts';
import { type ContextChooser, wrapInTls } from './tls-socket.ts';

export interface ConnectionDeps extends NegotiationDeps {
  readonly tls: TlsContexts;
  readonly chooseContext: ContextChooser;
  readonly gate: Gate;
  /** All open connections, for closing them. */
  readonly connections: Set<ClientConnection>;
}

/** After the end of a stream the client has this long to take what was written and to close. */
const CLOSING_MS = 2_000;
/** With neither ping nor close configured, how often to look whether that has changed. */
const LOOK_AGAIN_MS = 600_000;
/** How often a client that is not read for now is asked whether it is still there. */
const PROBE_MS = 10_000;

class ConnectionTimer extends WheelEntry {
  constructor(private readonly connection: ClientConnection) {
    super();
  }
  fire(): void {
    this.connection.onTimer();
  }
}

const OWNER = Symbol('connection');
type OwnedSocket = Socket & { [OWNER]?: ClientConnection };

// One function each for all sockets: a connection costs no closures.
function onData(this: OwnedSocket, chunk: Buffer): void {
  this[OWNER]?.onData(chunk);
}
function onClose(this: OwnedSocket): void {
  this[OWNER]?.onGone();
}
function onSecure(this: OwnedSocket): void {
  this[OWNER]?.onSecure();
}
/** Resets and failed handshakes are everyday; the socket closes after them. */
function onError(this: OwnedSocket): void {
  this.destroy();
}

/**
 * One TCP connection of a client: socket, TLS, framing, time-outs and pace. Until a session is bound a `Negotiation` takes what arrives, then the
 * session does; what only the negotiation needs is dropped with it.
 */
export class ClientConnection implements NegotiatedLink, WriterOwner {
  facts: ConnectionFacts;
  lang = '';
  private framer: Framer;
  private readonly writer: StreamWriter;
  private negotiation: Negotiation | null;
  private session: BoundSession | null = null;
  private readonly timer = new ConnectionTimer(this);
  private readonly bytes = new TokenBucket();

  /** `waiting`: not read yet; `handshake`: TLS is being made; `ending`: our end of the stream is written. */
  private state: 'waiting' | 'handshake' | 'open' | 'ending' | 'gone' = 'waiting';
  private headerSent = false;
  private headerSeen = false;
  /** Something is asked for; nothing is read before its answer. */
  private busy = false;
  private reading = true;
  private admitted = true;
  /** Monotonic times in milliseconds; 0 means not set. */
  private phaseSince: number;
  private heldUntil = 0;
  private probedAt = 0;
  private midwaySince = 0;
  private lastInput: number;
  private pinged = false;
  private dueAtEnd = 0;

  constructor(
    private readonly deps: ConnectionDeps,
    private socket: OwnedSocket,
    private readonly directTls: boolean,
    /** Milliseconds before the connection is read at all. */
    waitMs: number,
  ) {
    this.facts = {
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      transport: directTls ? 'direct-tls' : 'tcp',
      tls: null,
      mechanism: '',
      since: deps.clock.now(),
    };
    this.framer = new Framer(limitsBeforeSignIn(deps.settings.get()));
    this.writer = new StreamWriter(socket, this, deps.counters);
    this.negotiation = new Negotiation(deps, this, !directTls);
    this.phaseSince = deps.clock.monotonic();
    this.lastInput = this.phaseSince;
    deps.connections.add(this);
    deps.counters.connections++;
    this.adopt(socket);
    if (waitMs > 0) deps.wheel.arm(this.timer, waitMs);
    else this.start();
  }

  get waiting(): number {
    return this.writer.waiting;
  }
  get isOpen(): boolean {
    return this.state === 'open';
  }
  get isSecure(): boolean {
    return this.facts.tls !== null;
  }

  write(xml: string): void {
    if (this.state === 'open') this.writer.write(xml);
  }
  beforeFlush(): string {
    return this.session?.beforeFlush() ?? '';
  }
  setLanguage(lang: string): void {
    this.lang = lang;
  }
  binding(): ChannelBinding | null {
    return this.socket instanceof TLSSocket && this.isSecure ? bindingOf(this.socket) : null;
  }

  certified(): readonly BareJid[] {
    const { clients } = this.deps.tls;
    return clients?.areAsked && this.socket instanceof TLSSocket && this.isSecure ? clients.namesOf(this.socket) : [];
  }

  writeHeader(from: Domain | null, to: string): void {
    this.headerSent = true;
    const addresses = `${from === null ? '' : ` from='${escapeAttribute(from)}'`}${to === '' ? '' : ` to='${escapeAttribute(to)}'`}`;
    // The id is unguessable (RFC 6120 §4.7.3).
    this.writer.write(
      `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}'${addresses} id='${secretId()}' version='1.0' xml:lang='en'>`,
    );
  }

  startTls(): void {
    // security-and-limits T-1: what a man in the middle put behind <starttls/> would be read as if it had come through TLS.
    if (this.framer.midway) {
      this.deps.log.info('c2s.starttls-injection', { address: this.facts.address });
      this.cut();
      return;
    }
    this.writer.write(`<proceed xmlns='${NS.tls}'/>`);
    this.writer.flush();
    this.secure();
  }

  signedIn(mechanism: string): void {
    this.goOn(mechanism);
    this.framer.restart();
    this.headerSent = false;
  }

  goOn(mechanism: string): void {
    this.facts = { ...this.facts, mechanism };
    this.framer.limits = limitsAfterSignIn(this.deps.settings.get());
    this.phaseSince = this.deps.clock.monotonic();
    this.leaveGate();
    this.schedule();
  }

  bound(session: BoundSession): void {
    this.session = session;
    this.negotiation = null;
    this.schedule();
  }

  close(condition: StreamCondition | null, text?: string, detail?: string): void {
    if (this.state === 'gone' || this.state === 'ending') return;
    if (this.state !== 'open') {
      this.cut();
      return;
    }
    if (condition !== null && !this.headerSent) this.writeHeader(null, '');
    let xml = condition === null ? '' : streamErrorXml(condition, text ?? '', detail ?? '');
    if (this.headerSent) xml += '</stream:stream>';
    this.session = null;
    this.negotiation = null;
    if (xml !== '') this.writer.write(xml);
    this.writer.flush();
    this.state = 'ending';
    this.framer.drop();
    this.socket.end();
    // Keeps reading, and throwing away, so that the client's end of the connection is seen.
    this.read(true);
    this.dueAtEnd = this.deps.clock.monotonic() + CLOSING_MS;
    this.schedule();
  }

  cut(): void {
    if (this.state === 'gone') return;
    const session = this.session;
    this.session = null;
    this.state = 'ending';
    this.framer.drop();
    this.socket.destroy();
    session?.linkLost(this);
  }

  /** An end that the session, if there is one, must hear of too. */
  private fail(condition: StreamCondition | null, text?: string): void {
    if (this.session !== null) this.session.end(condition, text);
    else this.close(condition, text);
  }

  /** For shutting down: closes what has no session; sessions are ended by their own way. */
  closeUnbound(condition: StreamCondition): void {
    if (this.session === null) this.close(condition);
  }

  onData(chunk: Buffer): void {
    const { deps } = this;
    deps.counters.bytesIn += chunk.length;
    if (this.state !== 'open') return;
    const now = deps.clock.monotonic();
    this.lastInput = now;
    this.probedAt = now;
    this.pinged = false;
    this.framer.push(chunk);
    this.pump();
    const settings = deps.settings.get();
    const wait = this.bytes.spend(chunk.length, settings.bytesPerSecond, settings.bytesBurst, now);
    if (wait > 0) this.hold(wait);
    this.watchMidway(now);
  }

  onSecure(): void {
    if (this.state !== 'handshake' || !(this.socket instanceof TLSSocket)) return;
    this.state = 'open';
    this.socket.disableRenegotiation();
    this.facts = { ...this.facts, tls: { version: this.socket.getProtocol() ?? '', cipher: this.socket.getCipher().name } };
    // Everything learnt in the clear is forgotten.
    this.framer = new Framer(limitsBeforeSignIn(this.deps.settings.get()));
    this.headerSent = false;
    this.negotiation?.secured();
  }

  onGone(): void {
    if (this.state === 'gone') return;
    const session = this.session;
    this.session = null;
    this.negotiation = null;
    this.state = 'gone';
    this.framer.drop();
    this.deps.wheel.disarm(this.timer);
    this.leaveGate();
    this.deps.connections.delete(this);
    this.deps.counters.connections--;
    session?.linkLost(this);
  }

  onTimer(): void {
    const now = this.deps.clock.monotonic();
    const settings = this.deps.settings.get();
    if (this.state === 'waiting') {
      this.start();
      return;
    }
    if (this.state === 'ending') {
      this.socket.destroy();
      return;
    }
    if (this.heldUntil > 0 && now >= this.heldUntil) {
      this.heldUntil = 0;
      this.lastInput = now;
      this.pump();
    }
    if (this.heldUntil > 0 && now - this.probedAt >= PROBE_MS) {
      // Whoever is not read is not seen to leave, either: a flooder would keep his session until the last of his stanzas had its turn. White space
      // (RFC 6120 §4.6.1) to somebody who has gone is answered by his machine, and that ends the connection.
      this.probedAt = now;
      this.write(' ');
    }
    if (this.negotiation !== null) {
      if (now >= this.phaseEnd()) this.close('connection-timeout', 'That took too long.');
    } else if (this.midwaySince > 0 && now - this.midwaySince >= settings.stanzaTimeout * 1000) {
      this.fail('connection-timeout', 'A stanza was begun and not finished in time.');
    } else if (this.heldUntil === 0) {
      const idle = now - this.lastInput;
      if (settings.idleClose > 0 && idle >= settings.idleClose * 1000) {
        // It answers nothing any more: its session waits for it, if it may.
        this.deps.log.debug('c2s.idle', { address: this.facts.address });
        this.cut();
      } else if (settings.idlePing > 0 && !this.pinged && idle >= settings.idlePing * 1000) {
        this.pinged = true;
        this.session?.ping();
      }
    }
    this.schedule();
  }

  private start(): void {
    this.state = 'open';
    this.phaseSince = this.deps.clock.monotonic();
    // With TLS from the first octet the handshake reads the socket itself.
    if (this.directTls) this.secure();
    else this.socket.resume();
    this.schedule();
  }

  private adopt(socket: OwnedSocket): void {
    socket[OWNER] = this;
    socket.on('data', onData);
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  private secure(): void {
    const raw = this.socket;
    raw.removeListener('data', onData);
    raw.removeListener('close', onClose);
    this.state = 'handshake';
    try {
      const socket: OwnedSocket = wrapInTls(raw, this.deps.tls, this.deps.chooseContext, this.directTls);
      this.socket = socket;
      this.adopt(socket);
      socket.on('secure', onSecure);
      // Without a tls.Server a failure of the protocol shows only here.
      socket.on('_tlsError', onError);
      this.writer.moveTo(socket);
    } catch (error) {
      this.deps.log.error('c2s.no-certificate', { error });
      raw.destroy();
      this.onGone();
    }
  }

  private leaveGate(): void {
    if (!this.admitted) return;
    this.admitted = false;
    this.deps.gate.leave(this.facts.address);
  }

  private pump(): void {
    while (this.state === 'open' && !this.busy && this.heldUntil === 0) {
      const frame = this.framer.next();
      if (frame === null) break;
      this.handle(frame);
    }
    this.read(!this.busy && this.heldUntil === 0);
  }

  private handle(frame: Frame): void {
    switch (frame.is) {
      case 'element': {
        const { session } = this;
        if (session !== null) {
          const wait = session.take(frame.el);
          if (wait > 0) this.hold(wait);
          return;
        }
        const promise = this.negotiation?.take(frame.el);
        if (promise) this.waitFor(promise);
        return;
      }
      case 'open':
        this.headerSeen = true;
        this.negotiation?.open(frame.header);
        this.schedule();
        return;
      case 'close':
        this.fail(null);
        return;
      case 'broken':
        this.deps.counters.malformedStreams++;
        this.fail(frame.condition, frame.text);
    }
  }

  private waitFor(promise: Promise<void>): void {
    this.busy = true;
    promise
      .catch((error: unknown) => {
        this.deps.log.error('c2s.negotiation-failed', { error });
        this.fail('internal-server-error');
      })
      .finally(() => {
        this.busy = false;
        this.pump();
        this.watchMidway(this.deps.clock.monotonic());
      });
  }

  private hold(ms: number): void {
    if (this.state !== 'open') return;
    this.heldUntil = Math.max(this.heldUntil, this.deps.clock.monotonic() + ms);
    this.deps.counters.rateLimitPauses++;
    this.read(false);
    this.schedule();
  }

  private read(wanted: boolean): void {
    if (this.reading === wanted) return;
    this.reading = wanted;
    if (wanted) this.socket.resume();
    else this.socket.pause();
  }

  /** Notes when a stanza begins to trickle, so that it cannot do so for ever (security-and-limits X-6). */
  private watchMidway(now: number): void {
    if (this.session === null || !this.framer.midway || this.heldUntil > 0) this.midwaySince = 0;
    else if (this.midwaySince === 0) {
      this.midwaySince = now;
      this.schedule();
    }
  }

  private phaseEnd(): number {
    const settings = this.deps.settings.get();
    if (this.negotiation?.isSignedIn) return this.phaseSince + settings.bindTimeout * 1000;
    const auth = this.phaseSince + settings.authTimeout * 1000;
    return this.headerSeen ? auth : Math.min(auth, this.phaseSince + settings.headerTimeout * 1000);
  }

  /** Arms the one timer of the connection for whatever is next. */
  private schedule(): void {
    if (this.state === 'gone') return;
    const now = this.deps.clock.monotonic();
    const settings = this.deps.settings.get();
    let due = now + LOOK_AGAIN_MS;
    if (this.state === 'ending') due = this.dueAtEnd;
    else if (this.negotiation !== null) due = this.phaseEnd();
    else {
      if (this.midwaySince > 0) due = Math.min(due, this.midwaySince + settings.stanzaTimeout * 1000);
      if (settings.idleClose > 0) due = Math.min(due, this.lastInput + settings.idleClose * 1000);
      if (settings.idlePing > 0 && !this.pinged) due = Math.min(due, this.lastInput + settings.idlePing * 1000);
    }
    if (this.heldUntil > 0) due = Math.min(due, this.heldUntil, this.probedAt + PROBE_MS);
    this.deps.wheel.arm(this.timer, due - now);
  }
}
