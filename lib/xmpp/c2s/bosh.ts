import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { XmppValues } from '../../config/schema/index.ts';
import { secretId } from '../../kernel/ids.ts';
import type { Domain } from '../../kernel/jid.ts';
import type { ChannelBinding } from '../sasl/channel-binding.ts';
import { NS } from '../stanza/namespaces.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import type { Frame } from '../stream/framer.ts';
import { type FrameLimits, limitsAfterSignIn, limitsBeforeSignIn } from '../stream/limits.ts';
import { standalone } from '../stream/standalone.ts';
import { flushSoon } from '../stream/writer.ts';
import {
  type BindingCondition,
  bindingWord,
  bodyXml,
  headerOf,
  type ReadBody,
  readNumber,
  terminalXml,
  wantsRestart,
} from './bosh-body.ts';
import { CLOSING_MS, ClientStream, type StreamDeps } from './client-stream.ts';
import type { ConnectionFacts } from './session.ts';

/** A request of a session, from its arrival to its answer. */
export interface BoshRequest extends ReadBody {
  readonly rid: number;
  /** Size of its body. */
  readonly octets: number;
  readonly response: ServerResponse;
  /** Writes the answer to the network. */
  readonly reply: (response: ServerResponse, xml: string) => void;
  /** Monotonic milliseconds. */
  readonly arrived: number;
}

/** What the session creation agreed on; times in milliseconds. */
export interface BoshTerms {
  readonly wait: number;
  readonly hold: number;
  readonly inactivity: number;
  readonly polling: number;
  readonly maxPause: number;
  /** Does the client speak acknowledgements (XEP-0124 §9)? */
  readonly acks: boolean;
  /** Attributes for the session creation response that only the door knows, as text. */
  readonly attributes: string;
}

/** Is somebody waiting for the answer? */
const isLive = ({ response }: BoshRequest): boolean => !response.destroyed && !response.writableEnded;

const CLOSE: Frame = { is: 'close' };
/** Room for `<body/>` itself and its attributes around the stanzas of a negotiation. */
const WRAPPER = 4_096;
/** How large the body of one request may be. */
export const requestBytes = (settings: Pick<XmppValues, 'boshRequestBytes' | 'maxPreAuthBytes'>, isSignedIn: boolean): number =>
  isSignedIn ? settings.boshRequestBytes : settings.maxPreAuthBytes + WRAPPER;

/** Characters of stanzas in one answer, so that the answers kept for repetition stay small. */
const MAX_ANSWER = 262_144;

/**
 * A client over BOSH (XEP-0124, XEP-0206): one stream over many requests. Requests are taken in the order of their `rid`, answered in that order, and
 * each answer is kept until the client can no longer ask for it again.
 */
export class BoshStream extends ClientStream {
  readonly sid = secretId();
  limits: FrameLimits;
  private inbox: Frame[] = [];
  /** For each frame in the inbox the octets that are free once it is taken: those of the whole request at its last frame. */
  private weights: number[] = [];
  /** Octets of requests whose content is not taken yet. */
  private backlog = 0;
  private out: string[] = [];
  private outLength = 0;
  /** Taken and not answered, in order. */
  private held: BoshRequest[] = [];
  /** Arrived before one that comes first. */
  private readonly early = new Map<number, BoshRequest>();
  private answers: { readonly rid: number; readonly xml: string }[] = [];
  /** Highest rid taken. */
  private last: number;
  private key: string;
  /** Attributes of the session creation response until it is sent. */
  private creation: string | null;
  private queued = false;
  private lastArrival = 0;
  private lastWasEmpty = false;
  private lastAnswerWasEmpty = false;
  /** Since when no request is under way; 0 while one is. */
  private silentSince = 0;
  private pause = 0;
  private over: { condition: BindingCondition | null; xml: string } | null = null;
  private wrong: BindingCondition | null = null;
  private wasTold = false;

  constructor(
    deps: StreamDeps,
    private readonly terms: BoshTerms,
    facts: ConnectionFacts,
    readonly isSecure: boolean,
    first: BoshRequest,
    private readonly sessions: Map<string, BoshStream>,
    waitMs: number,
  ) {
    super(deps, facts, false);
    this.limits = limitsBeforeSignIn(deps.settings.get());
    this.last = first.rid;
    this.key = first.attrs.newkey ?? '';
    this.creation = '';
    this.store([headerOf(first.attrs), ...first.frames], first.octets);
    sessions.set(this.sid, this);
    this.keep(first);
    this.admit(waitMs);
  }

  get waiting(): number {
    return this.outLength;
  }
  /** Requests a client may have under way (XEP-0124 §7.2). */
  private get requests(): number {
    return this.terms.hold + 1;
  }
  private get isPolling(): boolean {
    return this.terms.hold === 0 || this.terms.wait === 0;
  }
  get isSignedIn(): boolean {
    return this.isBound || (this.negotiation?.isSignedIn ?? false);
  }

  write(xml: string): void {
    if (this.state !== 'open') return;
    this.out.push(standalone(xml));
    this.outLength += xml.length;
    this.flushSoon();
  }
  /** One connection says nothing about the next, so there is nothing to bind to. */
  binding(): ChannelBinding | null {
    return null;
  }
  startTls(): void {
    this.close('unsupported-stanza-type');
  }

  writeHeader(from: Domain | null): void {
    this.headerSent = true;
    if (this.creation === null) return;
    const { terms } = this;
    const seconds = (ms: number) => Math.round(ms / 1000);
    this.creation =
      ` sid='${this.sid}' wait='${seconds(terms.wait)}' requests='${this.requests}' hold='${terms.hold}' inactivity='${seconds(terms.inactivity)}'` +
      ` polling='${seconds(terms.polling)}'${terms.maxPause > 0 ? ` maxpause='${seconds(terms.maxPause)}'` : ''}${terms.acks ? ` ack='${this.last}'` : ''}` +
      `${from === null ? '' : ` from='${escapeAttribute(from)}'`} authid='${secretId()}' charsets='UTF-8'${terms.attributes}` +
      ` xmlns:xmpp='${NS.xbosh}' xmpp:version='1.0' xmpp:restartlogic='true' xmlns:stream='${NS.streams}'`;
  }

  /** A request with this session's sid. */
  take(request: BoshRequest): void {
    // The stream may have gone while the request was read.
    if (this.over !== null || this.state === 'ending' || this.state === 'gone') {
      request.reply(request.response, this.over?.xml ?? terminalXml('item-not-found'));
      return;
    }
    const { attrs, rid } = request;
    if (rid <= this.last) return this.again(request);
    // §11: one more may come if it is to pause or to end.
    const allowed = this.requests + (attrs.pause !== undefined || attrs.type === 'terminate' ? 1 : 0);
    if (rid > this.last + allowed) return this.lose('item-not-found', request);
    // Requests that are answered at once, or whose client is gone, leave the window; their content waits all the same.
    if (this.backlog > this.requests * requestBytes(this.deps.settings.get(), this.isSignedIn))
      return this.refuse('policy-violation', request);
    const twin = this.early.get(rid);
    if (twin !== undefined) this.drop(twin);
    else if (this.held.filter(isLive).length + this.early.size >= allowed) return this.refuse('policy-violation', request);
    this.early.set(rid, request);
    this.watch(request);
    this.silentSince = 0;
    for (let next = this.early.get(this.last + 1); next !== undefined; next = this.early.get(this.last + 1)) {
      this.early.delete(next.rid);
      this.last = next.rid;
      if (!this.enter(next)) return;
    }
    this.pump();
    this.flushSoon();
    this.schedule();
  }

  /** What cannot be read at all came with this session's sid. */
  refuseBody(condition: 'bad-request' | 'policy-violation', answer: (xml: string) => void): void {
    this.deps.counters.malformedStreams++;
    this.wrong = condition;
    this.fail(condition === 'bad-request' ? 'bad-format' : condition);
    answer(terminalXml(condition));
  }

  spendOctets(octets: number): void {
    const now = this.deps.clock.monotonic();
    this.alive(now);
    this.spend(octets, now);
  }

  flush(): void {
    this.queued = false;
    if (this.state === 'open') this.settle();
  }

  protected get midway(): boolean {
    return false;
  }
  protected nextFrame(): Frame | null {
    const frame = this.inbox.shift() ?? null;
    this.backlog -= this.weights.shift() ?? 0;
    if (frame?.is === 'element' && (frame.el.ns === NS.httpBind || frame.el.ns === '')) {
      // XEP-0206 §6: without a namespace of its own it belongs to the binding, which has no such element.
      return { is: 'broken', condition: 'invalid-namespace', text: 'Every element declares its namespace.' };
    }
    return frame;
  }
  /** Requests cannot be stopped; who is too fast waits for the answers, and may not have more requests under way. */
  protected read(wanted: boolean): void {
    if (wanted) this.flushSoon();
  }
  protected begin(): void {
    this.pump();
  }
  protected trust(): void {
    this.limits = limitsAfterSignIn(this.deps.settings.get());
  }
  /** The restart is asked for in the body (XEP-0206 §5). */
  protected renew(): void {}
  protected override idlePingMs(): number {
    return 0;
  }
  protected override idleCloseMs(): number {
    return 0;
  }

  protected override alsoDue(due: number): number {
    let soonest = due;
    const first = this.held[0];
    if (first !== undefined) soonest = Math.min(soonest, first.arrived + Math.max(this.terms.wait, 1_000));
    if (this.silentSince > 0) soonest = Math.min(soonest, this.silentSince + this.patience);
    for (const request of this.early.values()) soonest = Math.min(soonest, request.arrived + this.patience);
    return soonest;
  }

  protected override onAlsoDue(now: number): void {
    if (this.silentSince > 0 && now >= this.silentSince + this.patience) {
      this.deps.log.debug('c2s.idle', { address: this.facts.address });
      this.cut();
      return;
    }
    for (const request of this.early.values()) {
      // The request before it never came.
      if (now >= request.arrived + this.patience) return this.lose('item-not-found', null);
    }
    for (let first = this.held[0]; first !== undefined && now >= first.arrived + this.terms.wait; first = this.held[0]) {
      this.held.shift();
      this.answer(first, '');
    }
    this.watchSilence();
  }

  protected farewell(condition: StreamCondition | null, errorXml: string): void {
    const word = this.wrong ?? (condition === null ? null : (bindingWord[condition] ?? 'remote-stream-error'));
    const last = this.out.join('') + (word === 'remote-stream-error' ? standalone(errorXml) : '');
    this.forgetInbox();
    this.out = [];
    this.outLength = 0;
    const xml = terminalXml(word, last);
    // Told to whoever asks next, when nobody is there to be told now.
    const all = this.takeAll();
    const told = all.findIndex(isLive);
    this.wasTold = told >= 0;
    this.over = { condition: word, xml: this.wasTold ? terminalXml(word) : xml };
    for (const [i, request] of all.entries()) request.reply(request.response, i === told ? xml : this.over.xml);
  }

  protected override closingMs(): number {
    return this.wasTold ? 0 : CLOSING_MS;
  }

  protected destroy(): void {
    const xml = this.over?.xml ?? terminalXml('remote-connection-failed');
    for (const request of this.takeAll()) request.reply(request.response, xml);
    this.forgetInbox();
    this.out = [];
    this.outLength = 0;
    this.answers = [];
    this.sessions.delete(this.sid);
    this.gone();
  }

  /** How long the client may have no request under way. */
  private get patience(): number {
    return this.pause > 0 ? this.pause : this.terms.inactivity;
  }

  /** Attributes and content of the next request in order. False when the session ends by it. */
  private enter(request: BoshRequest): boolean {
    const { attrs, frames } = request;
    const { terms } = this;
    const now = request.arrived;
    if (this.key !== '') {
      // §15: only the client that began knows what hashes to the key before.
      if (
        createHash('sha1')
          .update(attrs.key ?? '')
          .digest('hex') !== this.key.toLowerCase()
      ) {
        this.lose('item-not-found', request);
        return false;
      }
      this.key = attrs.newkey ?? attrs.key ?? '';
    }
    const acknowledged = terms.acks ? readNumber(attrs.ack) : null;
    if (acknowledged !== null) this.answers = this.answers.filter(({ rid }) => rid > acknowledged);
    const pause = readNumber(attrs.pause);
    const ends = attrs.type === 'terminate';
    const restarts = wantsRestart(attrs);
    const isEmpty = frames.length === 0 && pause === null && !ends && !restarts;
    if (isEmpty && now - this.lastArrival < terms.polling) {
      // §11 and §12: empty requests come only when there is none to answer, and while polling not one after the other.
      const underWay = this.held.filter(isLive).length + 1;
      const overactive = this.isPolling ? this.lastWasEmpty && this.lastAnswerWasEmpty : underWay >= this.requests;
      if (overactive) {
        this.refuse('policy-violation', request);
        return false;
      }
    }
    this.lastArrival = now;
    this.lastWasEmpty = isEmpty;
    this.pause = 0;
    if (pause !== null) {
      if (pause * 1000 > terms.maxPause) {
        this.refuse('policy-violation', request);
        return false;
      }
      this.held.push(request);
      this.store(frames, request.octets);
      this.pause = Math.max(pause, 1) * 1000;
      // §10: all are answered at once, without payloads.
      for (const waiting of this.held.splice(0)) this.answer(waiting, '');
      this.watchSilence();
      return true;
    }
    this.held.push(request);
    if (restarts || ends) this.store([...(restarts ? [headerOf(attrs)] : []), ...frames, ...(ends ? [CLOSE] : [])], request.octets);
    else this.store(frames, request.octets);
    return true;
  }

  private store(frames: readonly Frame[], octets: number): void {
    if (frames.length === 0) return;
    for (const frame of frames) {
      this.inbox.push(frame);
      this.weights.push(0);
    }
    this.weights[this.weights.length - 1] = octets;
    this.backlog += octets;
  }

  private forgetInbox(): void {
    this.inbox = [];
    this.weights = [];
    this.backlog = 0;
  }

  /** A request that was taken before: its answer was lost on the way, or its connection (§14.3). */
  private again(request: BoshRequest): void {
    const at = this.held.findIndex(({ rid }) => rid === request.rid);
    const waiting = this.held[at];
    if (waiting !== undefined) {
      this.drop(waiting);
      this.held[at] = { ...waiting, response: request.response, reply: request.reply };
      this.watch(request);
      this.silentSince = 0;
      this.flushSoon();
      this.schedule();
      return;
    }
    const answer = this.answers.find(({ rid }) => rid === request.rid);
    if (answer === undefined) return this.lose('item-not-found', request);
    request.reply(request.response, answer.xml);
    if (this.silentSince > 0) this.silentSince = this.deps.clock.monotonic();
    this.schedule();
  }

  /** Answers what can be answered now. */
  private settle(): void {
    // While the client pauses nothing is under way; what comes waits for its return.
    if (this.out.length > 0 && this.held.some(isLive)) {
      const more = this.beforeFlush();
      if (more !== '') this.out.push(more);
    }
    const isDone = this.inbox.length === 0 && !this.busy;
    for (let first = this.held[0]; first !== undefined; first = this.held[0]) {
      if (!isLive(first)) {
        // Its client either asks again, for what is here, or has gone on to the next request, which then gets it.
        if (this.held.length === 1) break;
        this.held.shift();
        this.answer(first, '');
        continue;
      }
      if (this.out.length === 0 && !(isDone && (this.held.length > this.terms.hold || this.isPolling))) break;
      this.held.shift();
      this.answer(first, this.nextPayload());
    }
    this.watchSilence();
  }

  private nextPayload(): string {
    let payload = '';
    let count = 0;
    for (const xml of this.out) {
      if (count > 0 && payload.length + xml.length > MAX_ANSWER) break;
      payload += xml;
      count++;
    }
    this.out = count === this.out.length ? [] : this.out.slice(count);
    this.outLength = this.out.length === 0 ? 0 : Math.max(0, this.outLength - payload.length);
    return payload;
  }

  private answer(request: BoshRequest, payload: string): void {
    let attributes = this.creation;
    this.creation = null;
    // §9.1: only when it says more than that this request has arrived.
    attributes ??= this.terms.acks && this.last !== request.rid ? ` ack='${this.last}'` : '';
    const xml = bodyXml(attributes, payload);
    this.answers.push({ rid: request.rid, xml });
    if (this.answers.length > this.requests) this.answers.shift();
    this.lastAnswerWasEmpty = payload === '';
    this.deps.counters.bytesOut += xml.length;
    request.reply(request.response, xml);
  }

  private keep(request: BoshRequest): void {
    this.held.push(request);
    this.lastArrival = request.arrived;
    this.watch(request);
  }

  /** Hears when the connection of a request breaks before its answer. */
  private watch(request: BoshRequest): void {
    request.response.once('close', () => {
      if (!request.response.writableFinished && this.state !== 'gone') this.watchSilence();
    });
  }

  private watchSilence(): void {
    const live = this.held.some(isLive) || [...this.early.values()].some(isLive);
    if (live) this.silentSince = 0;
    else if (this.silentSince === 0) this.silentSince = this.deps.clock.monotonic();
    if (this.state === 'open') this.schedule();
  }

  private flushSoon(): void {
    if (this.queued) return;
    this.queued = true;
    flushSoon(this);
  }

  /** A request whose twin came: nobody waits for this one any more. */
  private drop(request: BoshRequest): void {
    request.reply(request.response, bodyXml('', ''));
  }

  private takeAll(): BoshRequest[] {
    const all = [...this.held.splice(0), ...this.early.values()];
    this.early.clear();
    return all;
  }

  /** The binding can go on no more, by whosever fault; a session that can be resumed waits for its client. */
  private lose(condition: BindingCondition, request: BoshRequest | null): void {
    this.over = { condition, xml: terminalXml(condition) };
    request?.reply(request.response, this.over.xml);
    this.cut();
  }

  /** The client breaks the rules of the binding: the stream ends. */
  private refuse(condition: 'bad-request' | 'policy-violation', request: BoshRequest): void {
    this.wrong = condition;
    this.fail(condition === 'bad-request' ? 'bad-format' : condition);
    request.reply(request.response, terminalXml(condition));
  }
}
