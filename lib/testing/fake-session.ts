/**
 * A client session without a wire: keeps what it was sent, acknowledges when told to (XEP-0198), hibernates, resumes and ends as a real one does towards the
 * router.
 */
import { makeJid } from '../kernel/jid.ts';
import type { SessionHooks } from '../xmpp/c2s/ports.ts';
import type { ClientSession, Urgency } from '../xmpp/c2s/session.ts';
import type { User } from '../xmpp/router/users.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import type { PresenceStanza, Stanza } from '../xmpp/stanza/stanza.ts';
import { parseElement } from '../xmpp/stream/framer.ts';
import { limitsAfterSignIn } from '../xmpp/stream/limits.ts';
import { settingValues } from './fixed-settings.ts';

const limits = limitsAfterSignIn(settingValues('xmpp'));

/** Stanza text as the server writes it into a stream, as an element. */
export function elementOf(xml: string): Element {
  const frame = parseElement(Buffer.from(xml.replace(/^<(\w+)/, "<$1 xmlns='jabber:client'")), limits);
  if (frame.is !== 'element') throw new Error(`not well-formed: ${xml}`);
  return frame.el;
}

export interface Sent {
  readonly xml: string;
  readonly stanza: Stanza | null;
  readonly urgency: Urgency;
}

export interface FakeSession extends ClientSession {
  state: 'live' | 'hibernating' | 'ended';
  presence: PresenceStanza | null;
  /** Everything sent since the last `take`. */
  readonly sent: Sent[];
  /** Takes what was sent as elements. */
  take(): Element[];
  /** Messages that were sent, with their text bodies, oldest first; nothing is taken. */
  bodies(): string[];
  /** Acknowledgements that are held back now. */
  readonly heldAcks: number;
  /** The client acknowledges everything so far; without stream management the network does so by itself. */
  acknowledge(): void;
  hibernate(): void;
  resume(): void;
}

/** With `managed` (stream management), what is not acknowledged comes back as unsent when the session ends. */
export function fakeSession(
  user: User,
  resource: string,
  options: { hooks?: SessionHooks; managed?: boolean; onSend?: (sent: Sent) => void } = {},
): FakeSession {
  const hooks = options.hooks;
  let held = 0;
  let unacknowledged: Sent[] = [];
  let whenDelivered: (() => void)[] = [];
  const session: FakeSession = {
    id: `${user.bare}/${resource}`,
    jid: makeJid(user.jid.local, user.jid.domain, resource),
    user,
    state: 'live',
    facts: { address: '127.0.0.1', port: 0, transport: 'tcp', tls: null, mechanism: 'PLAIN', since: 0 },
    presence: null,
    priority: 0,
    interested: false,
    carbons: false,
    blockInterested: false,
    inactive: false,
    client: '',
    slots: [],
    sent: [],
    get heldAcks() {
      return held;
    },
    send(xml, stanza, urgency = 'now') {
      if (session.state === 'ended') return false;
      const one = { xml, stanza, urgency };
      session.sent.push(one);
      if (options.managed) unacknowledged.push(one);
      options.onSend?.(one);
      return true;
    },
    end() {
      if (session.state === 'ended') return;
      session.state = 'ended';
      if (user.sessions.get(resource) === session) user.sessions.delete(resource);
      hooks?.ended(
        session,
        unacknowledged.flatMap(({ stanza }) => (stanza === null ? [] : [stanza])),
      );
    },
    holdAck() {
      held++;
      let open = true;
      return {
        done() {
          if (open) held--;
          open = false;
        },
      };
    },
    whenDelivered(fn) {
      if (options.managed) whenDelivered.push(fn);
      else setImmediate(() => session.state === 'live' && fn());
    },
    take: () => session.sent.splice(0).map(({ xml }) => elementOf(xml)),
    bodies: () =>
      session.sent
        .map(({ xml }) => elementOf(xml))
        .filter((el) => el.name === 'message' && el.child('body', 'jabber:client') !== undefined)
        .map((el) => el.child('body', 'jabber:client')?.text() ?? ''),
    acknowledge() {
      unacknowledged = [];
      const told = whenDelivered;
      whenDelivered = [];
      for (const fn of told) fn();
    },
    hibernate() {
      session.state = 'hibernating';
      hooks?.hibernated(session);
    },
    resume() {
      session.state = 'live';
      hooks?.resumed(session);
    },
  };
  user.sessions.set(resource, session);
  hooks?.bound(session);
  return session;
}
