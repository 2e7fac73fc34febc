/** Connections here whose sessions are at other nodes. */
import type { NodeLinks, NodeName, Ownership } from '../../cluster/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import { FLOODED } from '../c2s/bound-session.ts';
import type { SessionAnswer, SessionAsk, SessionsElsewhere } from '../c2s/elsewhere.ts';
import type { StreamSession } from '../c2s/link.ts';
import type { NegotiatedLink } from '../c2s/negotiation.ts';
import type { Element } from '../stanza/element.ts';
import { serialize } from '../stanza/serialize.ts';
import type { StanzaFault, StreamCondition } from '../stanza/stanza.ts';
import { type EndWords, FROM_CLIENT, FROM_SESSION, KIND, type OpenedWords, type OpenWords, readWords, words } from './session-words.ts';

/** The owner is told how much its client has taken when so many characters more were. */
const REPORT_EACH = 16_384;
const LOOK_MS = 1_000;
/** A client that writes while so much waits for the other node is read more slowly. */
const BUSY_CHARACTERS = 4 * 1024 * 1024;
const BUSY_MS = 100;
const ANSWER_MS = 20_000;
/** How long the connections of a node that died wait for the next one to act, and how many are sent away in one go, so that they do not all return at once. */
const ORPHAN_MS = 10_000;
const ORPHAN_TICK_MS = 100;
const ORPHANS_A_TICK = 100;

const notNow: StanzaFault = {
  condition: 'internal-server-error',
  type: 'wait',
  text: 'This is not possible at the moment. Try again later.',
};

/** As a session here says it. */

/** The session of another node as the stream of its client uses it. */
class DistantStream implements StreamSession {
  readonly isDistant = true;
  /** What came before the answer to the client was written. */
  private early: (() => void)[] | null = [];
  private received = 0;
  private reported = 0;
  isOver = false;

  constructor(
    readonly node: NodeName,
    readonly bare: BareJid,
    readonly link: NegotiatedLink,
    private readonly say: (letter: string, rest?: string) => boolean,
    private readonly busy: () => boolean,
    private readonly forget: () => void,
  ) {}

  take(el: Element): number {
    if (this.isOver) return 0;
    this.say(FROM_CLIENT.element, serialize(el, ''));
    return this.busy() ? BUSY_MS : 0;
  }
  beforeFlush(): string {
    return '';
  }
  ping(): void {
    if (!this.isOver) this.say(FROM_CLIENT.ping);
  }
  /** The stream ends by its own fault or wish. */
  end(condition: StreamCondition | null, text?: string): void {
    if (this.isOver) return;
    const end: EndWords = { condition, text };
    this.over();
    this.say(FROM_CLIENT.end, JSON.stringify(end));
    this.link.close(condition, text);
  }
  flooded(): void {
    this.end('policy-violation', FLOODED);
  }
  linkLost(): void {
    if (this.isOver) return;
    this.over();
    this.say(FROM_CLIENT.gone);
  }
  over(): void {
    this.isOver = true;
    this.early = null;
    this.forget();
  }

  begin(): void {
    const early = this.early;
    this.early = null;
    for (const run of early ?? []) run();
  }

  hear(letter: string, rest: string): void {
    if (this.early !== null) this.early.push(() => this.hear(letter, rest));
    else if (this.isOver) return;
    else if (letter === FROM_SESSION.write) this.write(JSON.parse(rest) as string[]);
    else if (letter === FROM_SESSION.hold) this.link.slow(Number(rest));
    else if (letter === FROM_SESSION.close) {
      const { condition, text, detail } = JSON.parse(rest) as EndWords;
      this.over();
      this.link.close(condition, text, detail);
    } else if (letter === FROM_SESSION.cut) {
      this.over();
      this.link.cut();
    }
  }

  private write(texts: readonly string[]): void {
    for (const xml of texts) {
      this.received += xml.length;
      this.link.write(xml);
    }
    this.report();
  }

  /** True while the owner believes more to be waiting than is. */
  report(): boolean {
    if (this.isOver) return false;
    const taken = Math.max(0, this.received - this.link.waiting);
    if (taken - this.reported >= REPORT_EACH || (taken === this.received && taken - this.reported > REPORT_EACH / 8)) {
      this.reported = taken;
      this.say(FROM_CLIENT.taken, String(taken));
    }
    return this.received - this.reported >= REPORT_EACH;
  }
}

export interface SessionProxies extends SessionsElsewhere {
  take(from: NodeName, payload: string): void;
  /** The node ended, and the sessions there with it. */
  lost(node: NodeName): void;
  readonly count: number;
  stop(): void;
}

export function createSessionProxies(deps: {
  readonly links: NodeLinks;
  readonly ownership: Ownership;
  readonly self: NodeName;
  readonly clock: Clock;
  readonly log: Log;
}): SessionProxies {
  const { links, ownership, self, clock } = deps;
  const streams = new Map<string, DistantStream>();
  const asking = new Map<string, { readonly stream: DistantStream; readonly answered: (words: OpenedWords) => void }>();
  const slow = new Set<DistantStream>();
  let orphans: { readonly stream: DistantStream; readonly until: number }[] = [];
  let looking: { cancel(): void } | null = null;
  let parting: { cancel(): void } | null = null;
  let next = 0;

  function look(): void {
    looking = null;
    for (const stream of slow) if (!stream.report()) slow.delete(stream);
    if (slow.size > 0) looking = clock.setTimeout(look, LOOK_MS);
  }

  function watch(stream: DistantStream): void {
    slow.add(stream);
    looking ??= clock.setTimeout(look, LOOK_MS);
  }

  /** Those whose person somebody acts for again are sent back to sign in, a few at a time. */
  function part(): void {
    parting = null;
    const now = clock.monotonic();
    const rest: typeof orphans = [];
    let left = ORPHANS_A_TICK;
    for (const orphan of orphans) {
      const { stream, until } = orphan;
      const owner = ownership.ownerOf(stream.bare);
      const isTime = until <= now || (owner !== null && owner !== stream.node);
      if (!isTime || left === 0) rest.push(orphan);
      else {
        left--;
        stream.link.close('reset', 'The node that kept this session has stopped. Connect again.');
      }
    }
    orphans = rest;
    if (orphans.length > 0) parting = clock.setTimeout(part, ORPHAN_TICK_MS);
  }

  return {
    get count() {
      return streams.size;
    },
    isElsewhere(bare) {
      const owner = ownership.ownerOf(bare);
      return owner !== null && owner !== self;
    },
    open(link: NegotiatedLink, ask: SessionAsk) {
      const owner = ownership.ownerOf(ask.me.bare);
      if (owner === null || owner === self) return Promise.resolve<SessionAnswer>({ is: 'refused', fault: notNow });
      const connection = (++next).toString(36);
      const say = (letter: string, rest = '') => links.send(owner, KIND, words(letter, connection, rest));
      const stream: DistantStream = new DistantStream(
        owner,
        ask.me.bare,
        link,
        say,
        () => links.waiting(owner) > BUSY_CHARACTERS,
        () => {
          streams.delete(connection);
          slow.delete(stream);
        },
      );
      const opening: OpenWords = {
        me: ask.me.full,
        resource: ask.resource,
        bind: ask.bind === null ? null : serialize(ask.bind, ''),
        resume: ask.resume === null ? null : serialize(ask.resume, ''),
        agent: ask.agent,
        facts: ask.mechanism === undefined ? link.facts : { ...link.facts, mechanism: ask.mechanism },
        lang: link.lang,
      };
      return new Promise<SessionAnswer>((resolve) => {
        const late = clock.setTimeout(() => {
          stream.linkLost();
          answered({ is: 'refused', fault: notNow });
        }, ANSWER_MS);
        const answered = (is: OpenedWords): void => {
          if (!asking.delete(connection)) return;
          late.cancel();
          if (is.is === 'bound' || is.is === 'resumed') {
            if (link.isOpen) return resolve({ ...is, is: is.is, session: stream, begin: () => stream.begin() });
            stream.linkLost();
            return resolve({ is: 'over' });
          }
          stream.over();
          resolve(is as Exclude<OpenedWords, { jid: string }>);
        };
        streams.set(connection, stream);
        asking.set(connection, { stream, answered });
        if (!say(FROM_CLIENT.open, JSON.stringify(opening))) answered({ is: 'refused', fault: notNow });
      });
    },
    take(from, payload) {
      const { letter, connection, rest } = readWords(payload);
      const stream = streams.get(connection);
      if (stream === undefined || stream.node !== from) return;
      const asked = asking.get(connection);
      if (letter === FROM_SESSION.opened) return asked?.answered(JSON.parse(rest) as OpenedWords);
      if (asked !== undefined && letter === FROM_SESSION.close) {
        // Ended for what it said, before there was a session.
        const { condition, text, detail } = JSON.parse(rest) as EndWords;
        stream.link.close(condition, text, detail);
        return asked.answered({ is: 'over' });
      }
      stream.hear(letter, rest);
      if (letter === FROM_SESSION.write && stream.report()) watch(stream);
    },
    lost(node) {
      const until = clock.monotonic() + ORPHAN_MS;
      for (const { stream, answered } of [...asking.values()]) if (stream.node === node) answered({ is: 'refused', fault: notNow });
      for (const stream of [...streams.values()]) {
        if (stream.node !== node) continue;
        stream.over();
        orphans.push({ stream, until });
      }
      if (orphans.length > 0) parting ??= clock.setTimeout(part, ORPHAN_TICK_MS);
    },
    stop() {
      looking?.cancel();
      parting?.cancel();
    },
  };
}
