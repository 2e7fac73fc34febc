import type { Domain } from '../../kernel/jid.ts';
import { WheelEntry } from '../../kernel/timer-wheel.ts';
import { TokenBucket } from '../../kernel/token-bucket.ts';
import type { ChannelBinding } from '../sasl/channel-binding.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import type { Frame } from '../stream/framer.ts';
import { streamErrorXml } from '../stream/stream-error.ts';
import type { Gate } from './gate.ts';
import type { StreamSession } from './link.ts';
import { type NegotiatedLink, Negotiation, type NegotiationDeps } from './negotiation.ts';
import { isFlood } from './pace.ts';
import type { ConnectionFacts } from './session.ts';

export interface StreamDeps extends NegotiationDeps {
  readonly gate: Gate;
  /** All open streams, for closing them. */
  readonly connections: Set<ClientStream>;
}

/** After the end of a stream the client has this long to take what was written and to close. */
export const CLOSING_MS = 2_000;
/** How often a client that is not read for now is asked whether it is still there. */
const PROBE_MS = 10_000;
/** With neither ping nor close configured, how often to look whether that has changed. */
const LOOK_AGAIN_MS = 600_000;

class StreamTimer extends WheelEntry {
  constructor(private readonly stream: ClientStream) {
    super();
  }
  fire(): void {
    this.stream.onTimer();
  }
}

/**
 * The stream of one client, over whatever carries it: time-outs, pace, and the way from negotiation to session. Until a session is bound a
 * `Negotiation` takes what arrives, then the session does; what only the negotiation needs is dropped with it. What differs by transport (octets,
 * framing, how it ends) is below, in its subclasses.
 */
export abstract class ClientStream implements NegotiatedLink {
  lang = '';
  protected negotiation: Negotiation | null;
  protected session: StreamSession | null = null;
  private readonly timer = new StreamTimer(this);
  protected readonly bytes = new TokenBucket();

  /** `waiting`: not read yet; `handshake`: TLS is being made; `ending`: our end of the stream is written. */
  protected state: 'waiting' | 'handshake' | 'open' | 'ending' | 'gone' = 'waiting';
  protected headerSent = false;
  private headerSeen = false;
  /** Something is asked for; nothing is read before its answer. */
  protected busy = false;
  private admitted = true;
  /** Monotonic times in milliseconds; 0 means not set. */
  private phaseSince: number;
  protected heldUntil = 0;
  protected probedAt = 0;
  protected midwaySince = 0;
  protected lastInput: number;
  protected pinged = false;
  private dueAtEnd = 0;

  constructor(
    protected readonly deps: StreamDeps,
    public facts: ConnectionFacts,
    mayStartTls: boolean,
  ) {
    this.negotiation = new Negotiation(deps, this, mayStartTls);
    this.phaseSince = deps.clock.monotonic();
    this.lastInput = this.phaseSince;
    deps.connections.add(this);
    deps.counters.connections++;
    if (facts.transport === 'websocket') deps.counters.webSockets++;
    else if (facts.transport === 'bosh') deps.counters.boshSessions++;
  }

  abstract readonly waiting: number;
  abstract readonly isSecure: boolean;
  abstract write(xml: string): void;
  abstract binding(): ChannelBinding | null;
  abstract writeHeader(from: Domain | null, to: string): void;
  abstract startTls(): void;

  /** The next element that has arrived whole, null while there is none. */
  protected abstract nextFrame(): Frame | null;
  /** Has a stanza begun that is not complete? */
  protected abstract readonly midway: boolean;
  /** Goes on or pauses with reading; called often, mostly with what is the case already. */
  protected abstract read(wanted: boolean): void;
  /** Reading begins. */
  protected abstract begin(): void;
  /** A new header follows. */
  protected abstract renew(): void;
  /** The limits of people who are signed in hold from now on. */
  protected abstract trust(): void;
  /** Writes the end: `errorXml` is the stream error as text, empty for none. Nothing that arrives counts any more. */
  protected abstract farewell(condition: StreamCondition | null, errorXml: string): void;
  /** Cuts off what carries the stream; `gone` follows, at once or later. */
  protected abstract destroy(): void;
  /** Asks a client that is not read for now whether it is still there. */
  protected probe(): void {}
  protected closingMs(): number {
    return CLOSING_MS;
  }
  /** Asks an idle client for a sign of life. */
  protected ping(): void {
    this.session?.ping();
  }
  protected idlePingMs(): number {
    return this.deps.settings.get().idlePing * 1000;
  }
  protected idleCloseMs(): number {
    return this.deps.settings.get().idleClose * 1000;
  }
  /** When a transport has time-outs of its own: the earlier of `due` and them. */
  protected alsoDue(due: number): number {
    return due;
  }
  protected onAlsoDue(_now: number): void {}

  get isOpen(): boolean {
    return this.state === 'open';
  }
  get isBound(): boolean {
    return this.session !== null;
  }
  beforeFlush(): string {
    return this.session?.beforeFlush() ?? '';
  }
  setLanguage(lang: string): void {
    this.lang = lang;
  }

  signedIn(mechanism: string): void {
    this.goOn(mechanism);
    this.renew();
    this.headerSent = false;
  }
  goOn(mechanism: string): void {
    this.facts = { ...this.facts, mechanism };
    this.trust();
    this.phaseSince = this.deps.clock.monotonic();
    this.leaveGate();
    this.schedule();
  }

  bound(session: StreamSession): void {
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
    this.session = null;
    this.negotiation = null;
    this.farewell(condition, condition === null ? '' : streamErrorXml(condition, text ?? '', detail ?? ''));
    this.state = 'ending';
    this.dueAtEnd = this.deps.clock.monotonic() + this.closingMs();
    this.schedule();
  }

  cut(): void {
    if (this.state === 'gone') return;
    const session = this.session;
    this.session = null;
    this.state = 'ending';
    this.destroy();
    session?.linkLost(this);
  }

  /** For shutting down: closes what has no session; sessions are ended by their own way. */
  closeUnbound(condition: StreamCondition): void {
    const { session } = this;
    if (session === null) this.close(condition);
    else if (session.isDistant) {
      // It waits for its client to come back by another node.
      this.session = null;
      session.linkLost(this);
      this.close(condition);
    }
  }

  slow(ms: number): void {
    this.hold(ms);
  }

  onTimer(): void {
    const now = this.deps.clock.monotonic();
    if (this.state === 'waiting') {
      this.start();
      return;
    }
    if (this.state === 'ending') {
      this.destroy();
      return;
    }
    if (this.heldUntil > 0 && now >= this.heldUntil) {
      this.heldUntil = 0;
      this.lastInput = now;
      this.pump();
    }
    if (this.heldUntil > 0 && now - this.probedAt >= PROBE_MS) {
      this.probedAt = now;
      this.probe();
    }
    if (this.negotiation !== null) {
      if (now >= this.phaseEnd()) this.close('connection-timeout', 'That took too long.');
    } else if (this.midwaySince > 0 && now - this.midwaySince >= this.deps.settings.get().stanzaTimeout * 1000) {
      this.fail('connection-timeout', 'A stanza was begun and not finished in time.');
    } else if (this.heldUntil === 0) this.lookIdle(now);
    if (this.state === 'open') this.onAlsoDue(now);
    this.schedule();
  }

  /** Begins to read, or waits its turn first (`waitMs`). Subclasses call it when they are complete. */
  protected admit(waitMs: number): void {
    if (waitMs > 0) this.deps.wheel.arm(this.timer, waitMs);
    else this.start();
  }

  private start(): void {
    this.state = 'open';
    this.phaseSince = this.deps.clock.monotonic();
    this.begin();
    this.schedule();
  }

  /** Octets have arrived, or whatever else shows life. */
  protected alive(now: number): void {
    this.lastInput = now;
    this.probedAt = now;
    this.pinged = false;
  }

  /** What carried the stream is gone. */
  protected gone(): void {
    if (this.state === 'gone') return;
    const session = this.session;
    this.session = null;
    this.negotiation = null;
    this.state = 'gone';
    const { deps } = this;
    deps.wheel.disarm(this.timer);
    this.leaveGate();
    deps.connections.delete(this);
    deps.counters.connections--;
    if (this.facts.transport === 'websocket') deps.counters.webSockets--;
    else if (this.facts.transport === 'bosh') deps.counters.boshSessions--;
    session?.linkLost(this);
  }

  /** An end that the session, if there is one, must hear of too. */
  protected fail(condition: StreamCondition | null, text?: string): void {
    if (this.session !== null) this.session.end(condition, text);
    else this.close(condition, text);
  }

  protected pump(): void {
    while (this.state === 'open' && !this.busy && this.heldUntil === 0) {
      const frame = this.nextFrame();
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

  protected hold(ms: number): void {
    if (this.state !== 'open') return;
    this.heldUntil = Math.max(this.heldUntil, this.deps.clock.monotonic() + ms);
    this.deps.counters.rateLimitPauses++;
    this.read(false);
    this.schedule();
  }

  /** Slows a client that sends more octets than it may. */
  protected spend(octets: number, now: number): void {
    const settings = this.deps.settings.get();
    const wait = this.bytes.spend(octets, settings.bytesPerSecond, settings.bytesBurst, now);
    if (wait > 0) this.hold(wait);
    if (wait > 0 && isFlood(this.bytes.tooFastFor, settings.floodClose)) this.session?.flooded();
  }

  /** Notes when a stanza begins to trickle, so that it cannot do so for ever (security-and-limits X-6). */
  protected watchMidway(now: number): void {
    if (this.session === null || !this.midway || this.heldUntil > 0) this.midwaySince = 0;
    else if (this.midwaySince === 0) {
      this.midwaySince = now;
      this.schedule();
    }
  }

  protected leaveGate(): void {
    if (!this.admitted) return;
    this.admitted = false;
    this.deps.gate.leave(this.facts.address);
  }

  private lookIdle(now: number): void {
    const idle = now - this.lastInput;
    const close = this.idleCloseMs();
    const ping = this.idlePingMs();
    if (close > 0 && idle >= close) {
      // It answers nothing any more: its session waits for it, if it may.
      this.deps.log.debug('c2s.idle', { address: this.facts.address });
      this.cut();
    } else if (ping > 0 && !this.pinged && idle >= ping) {
      this.pinged = true;
      this.ping();
    }
  }

  private phaseEnd(): number {
    const settings = this.deps.settings.get();
    if (this.negotiation?.isSignedIn) return this.phaseSince + settings.bindTimeout * 1000;
    const auth = this.phaseSince + settings.authTimeout * 1000;
    return this.headerSeen ? auth : Math.min(auth, this.phaseSince + settings.headerTimeout * 1000);
  }

  /** Arms the one timer of the stream for whatever is next. */
  protected schedule(): void {
    if (this.state === 'gone') return;
    const now = this.deps.clock.monotonic();
    let due = now + LOOK_AGAIN_MS;
    if (this.state === 'ending') due = this.dueAtEnd;
    else if (this.negotiation !== null) due = this.phaseEnd();
    else {
      const close = this.idleCloseMs();
      const ping = this.idlePingMs();
      if (this.midwaySince > 0) due = Math.min(due, this.midwaySince + this.deps.settings.get().stanzaTimeout * 1000);
      if (close > 0) due = Math.min(due, this.lastInput + close);
      if (ping > 0 && !this.pinged) due = Math.min(due, this.lastInput + ping);
    }
    if (this.heldUntil > 0) due = Math.min(due, this.heldUntil, this.probedAt + PROBE_MS);
    if (this.state === 'open') due = this.alsoDue(due);
    this.deps.wheel.arm(this.timer, due - now);
  }
}
