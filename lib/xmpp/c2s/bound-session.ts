import type { PresenceValues, XmppValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { secretId } from '../../kernel/ids.ts';
import { type Jid, parseJid } from '../../kernel/jid.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import { type TimerWheel, WheelEntry } from '../../kernel/timer-wheel.ts';
import type { Router } from '../router/router.ts';
import type { User } from '../router/users.ts';
import { errorXml } from '../stanza/build.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { isStanza, readStanza, refusalXml } from '../stanza/read.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import type { PresenceStanza, Stanza, StreamCondition } from '../stanza/stanza.ts';
import type { ClientCounters } from './counters.ts';
import { HeldStanzas, senderOf } from './held-stanzas.ts';
import type { SessionLink, StreamSession } from './link.ts';
import { isFlood, Pace, storeWait } from './pace.ts';
import type { SessionHooks } from './ports.ts';
import type { AckHold, ClientSession, ConnectionFacts, Urgency } from './session.ts';
import type { SessionTable } from './session-table.ts';
import { StreamManagement } from './stream-management.ts';

export interface SessionDeps {
  readonly settings: Live<XmppValues>;
  readonly presence: Live<PresenceValues>;
  /** Rows that wait to be committed. */
  storeBacklog(): number;
  readonly router: Router;
  readonly hooks: SessionHooks;
  readonly table: SessionTable<BoundSession>;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly counters: ClientCounters;
  readonly log: Log;
}

const PING_ID = 'are-you-there';
/** How long a resumption waits for commits that are under way. */
const SETTLE_MS = 10_000;
const asIs = (xml: string): string => xml;
const NO_HOLD: AckHold = { done: () => undefined };

class Expiry extends WheelEntry {
  constructor(private readonly session: BoundSession) {
    super();
  }
  fire(): void {
    this.session.end(null);
  }
}

/** See `ClientSession`. Made by `bindSession`; fed by the connection it is linked to. */
export class BoundSession implements ClientSession, StreamSession {
  readonly id = secretId();
  readonly slots: unknown[] = [];
  state: 'live' | 'hibernating' | 'ended' = 'live';
  facts: ConnectionFacts;
  presence: PresenceStanza | null = null;
  priority = 0;
  interested = false;
  carbons = false;
  blockInterested = false;
  inactive = false;
  client = '';
  minimumHold = 0;

  private link: SessionLink | null;
  private sm: StreamManagement | null = null;
  private held: HeldStanzas | null = null;
  private expiry: Expiry | null = null;
  private readonly pace = new Pace();

  constructor(
    private readonly deps: SessionDeps,
    readonly jid: Jid,
    readonly user: User,
    link: SessionLink,
  ) {
    this.link = link;
    this.facts = link.facts;
  }

  /** Its connection is at another node. */
  get isAfar(): boolean {
    return this.link?.isAfar === true;
  }

  /** The management of the stream, null while the client has not enabled it. For tests and the trace page. */
  get management(): StreamManagement | null {
    return this.sm;
  }

  /** One element from the client. Returns for how many milliseconds its connection should stop reading: nothing is dropped, the fast are slowed. */
  take(el: Element): number {
    if (isStanza(el, NS.client)) return this.stanza(el);
    if (el.ns === NS.streamManagement) this.manage(el);
    else if (el.ns === NS.clientState && el.name === 'inactive') this.inactive = true;
    else if (el.ns === NS.clientState && el.name === 'active') {
      this.inactive = false;
      this.sendHeld();
    } else this.end('unsupported-stanza-type');
    return 0;
  }

  send(xml: string, stanza: Stanza | null, urgency: Urgency = 'now'): boolean {
    if (this.state === 'ended') return false;
    if (this.state === 'hibernating') {
      this.sm?.queue.hold(xml, stanza, urgency === 'newest-per-sender' ? keyOf(xml) : null);
      this.keepBounds();
      // Even when that was too much: what ends a session gives its queue back, this stanza with it.
      return true;
    }
    if (this.inactive && urgency !== 'now') {
      this.held ??= new HeldStanzas();
      if (!this.held.add(xml, stanza, urgency === 'newest-per-sender' ? keyOf(xml) : null)) this.sendHeld();
      return true;
    }
    // What waited arrived first, so it leaves first; that may show that the client is lost.
    if (this.held !== null) {
      this.sendHeld();
      if (this.state !== 'live') return this.send(xml, stanza, urgency);
    }
    return this.transmit(xml, stanza);
  }

  end(condition: StreamCondition | null, text?: string, detail?: string): void {
    if (this.state === 'ended') return;
    const link = this.link;
    const unsent = [...(this.sm?.queue.unsent() ?? []), ...(this.held?.take().flatMap((held) => (held.stanza ? [held.stanza] : [])) ?? [])];
    this.state = 'ended';
    this.link = null;
    this.held = null;
    this.disarm();
    this.deps.table.remove(this, this.sm?.resumeId ?? null, this.sm?.handled.h ?? 0);
    if (this.user.sessions.get(this.jid.resource) === this) this.user.sessions.delete(this.jid.resource);
    link?.close(condition, text, detail);
    this.deps.hooks.ended(this, unsent);
    this.sm?.handled.giveUp();
  }

  holdAck(): AckHold {
    return this.sm?.handled.hold() ?? NO_HOLD;
  }

  whenDelivered(fn: () => void): void {
    this.sendHeld();
    if (this.state === 'ended') return;
    if (this.sm !== null) this.sm.queue.whenAcknowledged(fn);
    else setImmediate(() => this.state === 'live' && fn());
  }

  beforeFlush(): string {
    return this.sm?.requestIfNeeded(this.deps.clock.monotonic()) ?? '';
  }

  /** The client said nothing for a while: asks for a sign of life, by the cheapest way there is. */
  ping(): void {
    if (this.sm !== null) this.link?.write(this.sm.request(this.deps.clock.monotonic()));
    else
      this.link?.write(
        `<iq from='${escapeAttribute(this.jid.domain)}' to='${escapeAttribute(this.jid.full)}' id='${PING_ID}' type='get'><ping xmlns='${NS.ping}'/></iq>`,
      );
  }

  linkLost(link: SessionLink): void {
    if (this.link !== link || this.state !== 'live') return;
    if (this.sm === null || this.sm.resumeId === null) {
      this.end(null);
      return;
    }
    this.link = null;
    this.state = 'hibernating';
    // What waited for an active client waits for its next connection.
    for (const held of this.held?.take() ?? []) this.sm.queue.hold(held.xml, held.stanza, null);
    this.held = null;
    this.expiry ??= new Expiry(this);
    this.deps.wheel.arm(this.expiry, Math.max(this.sm.resumeSeconds, this.minimumHold) * 1000);
    this.deps.hooks.hibernated(this);
    this.keepBounds();
  }

  /** Could the client have handled that many? Ask after `settle`. */
  canResume(h: number): boolean {
    return this.sm?.queue.covers(h) ?? false;
  }

  /**
   * Goes on with this session on another connection (XEP-0198 §5), after `settle` and when `canResume`; `h` is what the client says it handled. `wrap` puts
   * the answer into another.
   */
  resume(link: SessionLink, h: number, wrap: (resumed: string) => string = asIs): void {
    const sm = this.sm;
    if (sm === null || this.state !== 'hibernating') return;
    sm.queue.acknowledge(h);
    // Our count is told below: what is not committed by now the client sends again.
    sm.handled.giveUp();
    this.disarm();
    this.state = 'live';
    this.link = link;
    this.facts = link.facts;
    // §5: client state is not kept; a resumed client is active (XEP-0352 §5.1).
    this.inactive = false;
    link.write(wrap(`<resumed xmlns='${NS.streamManagement}' previd='${sm.resumeId ?? ''}' h='${sm.handled.h}'/>`));
    for (const xml of sm.resumed()) link.write(xml);
    this.sendHeld();
    this.deps.counters.resumptions++;
    this.deps.hooks.resumed(this);
  }

  /**
   * For a resumption: takes the session off its connection, which ends with `conflict` if it still lives, and calls `then` when nothing of
   * the client is being committed any more.
   */
  settle(then: () => void): void {
    this.detach();
    const handled = this.sm?.handled;
    if (handled === undefined || handled.isSettled) {
      then();
      return;
    }
    // Commits take milliseconds. When storage is down the client learns what is committed and sends the rest again.
    const limit = this.deps.clock.setTimeout(() => handled.giveUp(), SETTLE_MS);
    handled.whenSettled(() => {
      limit.cancel();
      then();
    });
  }

  private detach(): void {
    const old = this.link;
    if (old === null) return;
    this.linkLost(old);
    old.close('conflict', 'This session goes on over another connection.');
  }

  private disarm(): void {
    if (this.expiry !== null) this.deps.wheel.disarm(this.expiry);
    this.expiry = null;
  }

  private stanza(el: Element): number {
    this.deps.counters.stanzasIn++;
    // RFC 6120 §8.1.2.1: a client may name itself only.
    const claimed = el.attrs.from;
    if (claimed !== undefined && !this.isMyself(claimed)) {
      this.end('invalid-from');
      return 0;
    }
    const handled = this.sm?.handled;
    handled?.begin();
    try {
      const read = readStanza(el, this.jid, this.link?.lang ?? '');
      if (!read.ok) {
        const answer = refusalXml(el, this.jid, read.fault);
        if (answer !== null) this.send(answer, null);
      } else if (!this.answersHere(read.value)) this.submit(read.value);
    } finally {
      handled?.end();
    }
    const { clock, presence, settings } = this.deps;
    const pause = this.pace.waitAfter(el, this.user, settings.get(), presence.get(), clock.monotonic());
    if (pause > 0 && isFlood(this.pace.tooFastFor, settings.get().floodClose)) this.flooded();
    return el.name === 'message' ? Math.max(pause, storeWait(this.deps.storeBacklog())) : pause;
  }

  /** Too fast for too long (security-and-limits O-1). */
  flooded(): void {
    if (this.state === 'ended') return;
    this.deps.counters.floods++;
    this.deps.log.info('c2s.flood', { jid: this.jid.full });
    this.end('policy-violation', FLOODED);
  }

  private submit(stanza: Stanza): void {
    try {
      this.deps.router.submit(this, stanza);
    } catch (error) {
      // A bug in one stanza's way must not cost the session, nor leave a request unanswered.
      this.deps.log.error('c2s.submit-failed', { jid: this.jid.full, kind: stanza.kind, error });
      const answer = errorXml(stanza, { condition: 'internal-server-error' });
      if (answer !== null) this.send(answer, null);
    }
  }

  private isMyself(text: string): boolean {
    const from = parseJid(text);
    return from !== null && (from.full === this.jid.full || from.full === this.jid.bare);
  }

  /** Two IQs concern the stream itself: the answer to our ping, and the session request of old clients (RFC 3921 §3). */
  private answersHere(stanza: Stanza): boolean {
    if (stanza.kind !== 'iq') return false;
    const toServer = stanza.to === null || (stanza.to.local === '' && stanza.to.resource === '') || stanza.to.full === this.jid.bare;
    if (!toServer) return false;
    // An error proves life as well as a result (XEP-0199 §4).
    if (stanza.type === 'result' || stanza.type === 'error') return stanza.id === PING_ID;
    if (stanza.type !== 'set' || stanza.payload?.ns !== NS.session) return false;
    this.send(`<iq type='result' id='${escapeAttribute(stanza.id)}' to='${escapeAttribute(this.jid.full)}'/>`, null);
    return true;
  }

  /** False when the stanza is lost with the session; with stream management it comes back as unsent instead. */
  private transmit(xml: string, stanza: Stanza | null): boolean {
    const link = this.link;
    if (link === null) return false;
    link.write(xml);
    this.sm?.queue.push(xml, stanza);
    if (link.waiting > this.deps.settings.get().outgoingBytes) {
      // security-and-limits O-4: a reader this slow is as good as lost; what it misses stays resumable.
      this.deps.counters.slowReaders++;
      this.deps.log.info('c2s.slow-reader', { jid: this.jid.full });
      link.cut();
    }
    if (this.sm === null) return this.link !== null;
    this.keepBounds();
    return true;
  }

  private sendHeld(): void {
    const held = this.held;
    if (held === null) return;
    // One by one: when the client turns out to be lost on the way, the rest is still held and goes where such stanzas go.
    for (let next = held.shift(); next !== null; next = this.state === 'live' ? held.shift() : null) this.transmit(next.xml, next.stanza);
    if (this.held?.isEmpty) this.held = null;
  }

  private keepBounds(): void {
    const settings = this.deps.settings.get();
    if (this.sm?.isOverfull(settings.unackedStanzas, settings.unackedBytes, this.state === 'live', this.deps.clock.monotonic())) {
      this.end('resource-constraint', 'Too much is waiting for an acknowledgement of this client.');
    }
  }

  private manage(el: Element): void {
    const sm = this.sm;
    switch (el.name) {
      case 'enable':
        // XEP-0198 §3: once per session.
        if (sm !== null) this.end('policy-violation', 'Stream management is on already.');
        else this.link?.write(this.startManagement(el));
        return;
      case 'r':
        sm?.asked();
        return;
      case 'a':
        if (sm === null) return;
        if (!sm.answered(el.attrs.h)) this.tooHigh(el.attrs.h ?? '');
        // Sent after our last request: ask again, or it would wait until something else is sent.
        else if (sm.queue.length > 0) this.link?.write(sm.request(this.deps.clock.monotonic()));
        return;
      case 'resume':
        this.link?.write(FAILED_UNEXPECTED);
        return;
      default:
        this.end('unsupported-stanza-type');
    }
  }

  /** §4: the client acknowledges what was never sent to it. */
  private tooHigh(h: string): void {
    const sent = this.sm?.queue.sent ?? 0;
    this.end('undefined-condition', 'More stanzas are acknowledged than were sent.', handledTooHigh(h, sent));
  }

  /** `<enable/>`, which comes once; gives the answer to it as text. */
  startManagement(el: Element): string {
    const max = this.deps.settings.get().resumeTimeout;
    const wanted = Number.parseInt(el.attrs.max ?? '', 10);
    const seconds = Number.isFinite(wanted) && wanted > 0 ? Math.min(max, wanted) : max;
    const resumable = (el.attrs.resume === 'true' || el.attrs.resume === '1') && seconds > 0;
    const resumeId = resumable ? secretId() : null;
    this.sm = new StreamManagement(resumeId, seconds, (answer) => this.link?.write(answer));
    if (resumeId !== null) this.deps.table.makeResumable(resumeId, this);
    const offer = resumeId === null ? '' : ` id='${resumeId}' resume='true' max='${seconds}'`;
    return `<enabled xmlns='${NS.streamManagement}'${offer}/>`;
  }
}

export const FLOODED = 'You have been sending much faster than you may, for too long.';
export const FAILED_UNEXPECTED = `<failed xmlns='${NS.streamManagement}'><unexpected-request xmlns='${NS.stanzaErrors}'/></failed>`;

export const handledTooHigh = (h: string, sent: number): string =>
  `<handled-count-too-high xmlns='${NS.streamManagement}' h='${escapeAttribute(h)}' send-count='${sent}'/>`;

/** Of stanzas with the same key only the newest matters: kind and sender. */
function keyOf(xml: string): string | null {
  const from = senderOf(xml);
  return from === null ? null : xml.slice(0, xml.indexOf(' ')) + from;
}
