/** The sessions of our people whose clients are connected to other nodes. */
import type { NodeLinks, NodeName } from '../../cluster/ports.ts';
import { type Jid, parseJid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import { bindSession } from '../c2s/bind.ts';
import { bindInline, noteClient } from '../c2s/bind2.ts';
import type { BoundSession, SessionDeps } from '../c2s/bound-session.ts';
import type { SessionLink } from '../c2s/link.ts';
import { findResumable } from '../c2s/resume.ts';
import type { ConnectionFacts } from '../c2s/session.ts';
import { NobodyActs } from '../router/elsewhere.ts';
import type { User } from '../router/users.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { elementOfOwnText } from '../stream/own-text.ts';
import { flushSoon } from '../stream/writer.ts';
import { type EndWords, FROM_CLIENT, FROM_SESSION, KIND, type OpenedWords, type OpenWords, readWords, words } from './session-words.ts';

/** A connection at another node, as the session here sees it. */
class DistantLink implements SessionLink {
  readonly isAfar = true;
  session: BoundSession | null = null;
  isOpen = true;
  /** While the answer to the client is being made, what the session writes first is part of it. */
  answer: string | null = null;
  private texts: string[] = [];
  private isQueued = false;
  private sent = 0;
  taken = 0;

  constructor(
    readonly facts: ConnectionFacts,
    readonly lang: string,
    private readonly say: (letter: string, rest?: string) => boolean,
    private readonly closed: () => void,
  ) {}

  get waiting(): number {
    return this.sent - this.taken;
  }

  write(xml: string): void {
    if (!this.isOpen) return;
    if (this.answer === '') {
      this.answer = xml;
      return;
    }
    this.texts.push(xml);
    this.sent += xml.length;
    if (this.isQueued) return;
    this.isQueued = true;
    flushSoon(this);
  }

  /** What was written in one turn crosses together. */
  flush(): void {
    this.isQueued = false;
    if (this.texts.length === 0 || !this.isOpen) return;
    const more = this.session?.beforeFlush() ?? '';
    if (more !== '') this.texts.push(more);
    const texts = this.texts;
    this.texts = [];
    this.say(FROM_SESSION.write, JSON.stringify(texts));
  }

  close(condition: StreamCondition | null, text?: string, detail?: string): void {
    if (!this.isOpen) return;
    this.flush();
    const end: EndWords = { condition, text, detail };
    this.say(FROM_SESSION.close, JSON.stringify(end));
    this.over();
  }

  cut(): void {
    if (!this.isOpen) return;
    this.say(FROM_SESSION.cut);
    const { session } = this;
    this.over();
    session?.linkLost(this);
  }

  /** Nothing is said any more, and nothing heard. */
  over(): void {
    this.isOpen = false;
    this.session = null;
    this.texts = [];
    this.closed();
  }
}

export interface SessionHost {
  take(from: NodeName, payload: string): void;
  /** The node ended: the sessions of its connections wait for their clients. */
  lost(node: NodeName): void;
  readonly count: number;
}

const NOT_NOW: OpenedWords = {
  is: 'refused',
  fault: { condition: 'internal-server-error', type: 'wait', text: 'This is not possible at the moment. Try again later.' },
};
const GONE: OpenedWords = { is: 'refused', fault: { condition: 'not-authorized', text: 'There is no such account any more.' } };

export function createSessionHost(deps: {
  readonly links: NodeLinks;
  readonly sessions: SessionDeps & { readonly secret: Buffer; archiveMetadata(user: User): Promise<string> };
  readonly log: Log;
}): SessionHost {
  const { links, sessions, log } = deps;
  /** By node and number of the connection there. */
  const open = new Map<NodeName, Map<string, DistantLink>>();

  function begin(from: NodeName, connection: string, asked: OpenWords): void {
    let ofNode = open.get(from);
    if (ofNode === undefined) {
      ofNode = new Map();
      open.set(from, ofNode);
    }
    const connections = ofNode;
    const say = (letter: string, rest = '') => links.send(from, KIND, words(letter, connection, rest));
    const link = new DistantLink(asked.facts, asked.lang, say, () => connections.delete(connection));
    connections.set(connection, link);
    const answer = (is: OpenedWords): void => {
      if (!link.isOpen) return;
      say(FROM_SESSION.opened, JSON.stringify(is));
      if (is.is !== 'bound' && is.is !== 'resumed') link.over();
    };
    make(asked, link, answer).catch((error: unknown) => {
      if (!(error instanceof NobodyActs)) log.warn('cluster.session-failed', { jid: asked.me, error });
      answer(NOT_NOW);
    });
  }

  async function make(asked: OpenWords, link: DistantLink, answer: (is: OpenedWords) => void): Promise<void> {
    const me = parseJid(asked.me);
    if (me === null) return answer(NOT_NOW);
    const user = await sessions.router.users.load(me.bare);
    if (user === null) return answer(GONE);
    const bind = asked.bind === null ? null : elementOfOwnText(asked.bind);
    const metadata = bind === null ? '' : await sessions.archiveMetadata(user);
    let refused = '';
    if (asked.resume !== null) {
      const found = await resume(asked.resume, me, link, answer);
      if (found === null) return;
      refused = found;
    }
    if (!link.isOpen) return;
    if (bind === null && asked.resource === null) return answer({ is: 'not-resumed', xml: refused });
    // Read while somebody else took over: the session would be nobody's.
    if (sessions.router.users.peek(me.bare) !== user) return answer(NOT_NOW);
    const agent = asked.agent ?? { id: '', software: '', device: '' };
    const inline = bind === null ? null : bindInline(sessions, user, { bind, agent }, metadata, link);
    if (inline !== null && !inline.ok) return answer({ is: 'refused', fault: inline.fault });
    let session: BoundSession;
    if (inline !== null) session = inline.value.session;
    else {
      const bound = bindSession(sessions, user, asked.resource ?? '', link);
      if (!bound.ok) return answer({ is: 'refused', fault: bound.fault });
      session = bound.value;
      if (asked.agent !== null) noteClient(session, asked.agent, false);
    }
    link.session = session;
    const xml = refused + (inline?.value.xml ?? '');
    answer({ is: 'bound', jid: session.jid.full, xml, isManaged: inline?.value.isManaged ?? false });
    sessions.hooks.bound(session);
  }

  /** The refusal as text, or null when the answer is given. */
  async function resume(xml: string, me: Jid, link: DistantLink, answer: (is: OpenedWords) => void): Promise<string | null> {
    const el = elementOfOwnText(xml);
    if (el === null) return '';
    const found = await findResumable(sessions.table, el, me, link);
    if (found.is === 'refused') return found.xml;
    if (found.is === 'over' || !link.isOpen) return null;
    const { session, h } = found;
    link.session = session;
    link.answer = '';
    let isAnswered = false;
    session.resume(link, h, (resumed) => {
      isAnswered = true;
      // Everything after it follows by itself.
      answer({ is: 'resumed', jid: session.jid.full, xml: resumed, isManaged: true });
      return resumed;
    });
    link.answer = null;
    if (!isAnswered) answer(NOT_NOW);
    return null;
  }

  return {
    get count() {
      let count = 0;
      for (const connections of open.values()) count += connections.size;
      return count;
    },
    take(from, payload) {
      const { letter, connection, rest } = readWords(payload);
      if (letter === FROM_CLIENT.open) return begin(from, connection, JSON.parse(rest) as OpenWords);
      const link = open.get(from)?.get(connection);
      if (link === undefined) return;
      const { session } = link;
      switch (letter) {
        case FROM_CLIENT.element: {
          const el = elementOfOwnText(rest);
          if (el === null || session === null) return;
          const wait = session.take(el);
          if (wait > 0 && link.isOpen) links.send(from, KIND, words(FROM_SESSION.hold, connection, String(wait)));
          return;
        }
        case FROM_CLIENT.taken:
          link.taken = Number(rest);
          return;
        case FROM_CLIENT.ping:
          session?.ping();
          return;
        case FROM_CLIENT.end: {
          const { condition, text } = JSON.parse(rest) as EndWords;
          link.over();
          session?.end(condition, text);
          return;
        }
        case FROM_CLIENT.gone:
          link.over();
          session?.linkLost(link);
      }
    },
    lost(node) {
      const connections = [...(open.get(node)?.values() ?? [])];
      open.delete(node);
      for (const link of connections) {
        const { session } = link;
        link.over();
        session?.linkLost(link);
      }
    },
  };
}
