/**
 * Presence between the nodes of a cluster (docs/decisions/0015): a broadcast crosses once to each node that looks after a watcher, with the list of them; a
 * device that signs in asks each node once for all the contacts there. Nobody is loaded for it: who is not in memory is offline.
 */
import type { PresenceValues } from '../config/schema/index.ts';
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Roster } from '../roster/index.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { PresenceStanza } from '../xmpp/stanza/stanza.ts';
import { type Delivery, unavailableFrom } from './delivery.ts';
import type { BlockingView } from './ports.ts';

export interface Abroad {
  /** Another node acts for this person. */
  isThere(bare: BareJid): boolean;
  /** What `user` shows, to those of the watchers for whom other nodes act. */
  show(user: User, watchers: readonly BareJid[], stanza: PresenceStanza): void;
  /** What those of the contacts for whom other nodes act show now, to the session. */
  probe(session: ClientSession, contacts: readonly BareJid[]): void;
  listen(delivery: Delivery): void;
}

interface Shown {
  readonly from: string;
  /** The stanza up to where the recipient's address begins, and from where it ends. */
  readonly head: string;
  readonly tail: string;
  readonly to: readonly BareJid[];
}
interface Asked {
  readonly from: string;
  readonly contacts: readonly BareJid[];
}
interface Answered {
  readonly to: string;
  readonly presences: readonly { readonly from: string; readonly xml: string }[];
}

/** A person with thousands of contacts is answered in pieces. */
const MAX_ANSWERS = 200;
/** People online looked at between two turns of the event loop. */
const SLICE = 200;

export function createAbroad(deps: {
  users: Users;
  router: () => Router;
  roster: Roster;
  blocking: BlockingView;
  settings: Live<PresenceValues>;
}): Abroad {
  const { users, roster, blocking, settings } = deps;
  const elsewhere = () => deps.router().elsewhere;
  let counters: { delivered: number } = { delivered: 0 };

  function give(session: ClientSession, text: string): void {
    if (session.send(text, null, 'newest-per-sender')) counters.delivered += 1;
  }

  const mayHear = (user: User, bare: BareJid): boolean => {
    const jid = parseJid(bare);
    return jid !== null && !blocking.isBlocked(user, jid);
  };

  function shown({ from, head, tail, to }: Shown): void {
    const sender = parseJid(from);
    if (sender === null) return;
    for (const bare of to) {
      const contact = users.peek(bare);
      if (contact === undefined) continue;
      let text: string | null = null;
      for (const session of contact.sessions.values()) {
        if (session.presence === null) continue;
        if (text === null) {
          // The right may have gone on this side a moment ago; then nothing may be shown any more.
          if (blocking.isBlocked(contact, sender)) break;
          text = head + escapeAttribute(bare) + tail;
        }
        give(session, text);
      }
    }
  }

  function asked({ from, contacts }: Asked, node: string): void {
    const asker = parseJid(from);
    if (asker === null || !settings.get().enabled) return;
    let presences: { from: string; xml: string }[] = [];
    const answer = () => {
      if (presences.length > 0) elsewhere()?.tell(node, 'presence.answer', { to: from, presences } satisfies Answered);
      presences = [];
    };
    for (const bare of contacts) {
      const contact = users.peek(bare);
      if (contact === undefined || !roster.isWatcher(contact, asker.bare) || blocking.isBlocked(contact, asker)) continue;
      for (const session of contact.sessions.values()) {
        if (session.presence === null) continue;
        presences.push({ from: session.jid.full, xml: session.presence.render({ to: from }) });
        if (presences.length >= MAX_ANSWERS) answer();
      }
    }
    answer();
  }

  function answered({ to, presences }: Answered): void {
    const jid = parseJid(to);
    const user = jid === null ? undefined : users.peek(jid.bare);
    const session = jid === null ? undefined : user?.sessions.get(jid.resource);
    if (user === undefined || session === undefined || session.presence === null) return;
    for (const { from, xml } of presences) {
      const sender = parseJid(from);
      if (sender !== null && !blocking.isBlocked(user, sender)) give(session, xml);
    }
  }

  /** A node ended without a word: its people are offline as far as anybody knows, and are asked for where they may be back already. */
  async function departed(wasTheirs: (bare: BareJid) => boolean): Promise<void> {
    let count = 0;
    for (const user of [...users.online()]) {
      if (++count % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
      const gone = roster.watchedOf(user).filter(wasTheirs);
      if (gone.length === 0) continue;
      for (const session of user.sessions.values()) {
        if (session.presence === null) continue;
        for (const bare of gone) {
          const jid: Jid | null = parseJid(bare);
          if (jid !== null) give(session, unavailableFrom(jid).render({ to: session.jid.full }));
        }
        api.probe(session, gone);
      }
    }
  }

  const api: Abroad = {
    isThere: (bare) => elsewhere()?.isElsewhere(bare) === true,
    show(user, watchers, stanza) {
      const others = elsewhere();
      if (others === null) return;
      let halves: { head: string; tail: string } | null = null;
      for (const [node, people] of others.group(watchers)) {
        const to = people.filter((bare) => mayHear(user, bare));
        if (to.length === 0) continue;
        halves ??= halve(stanza);
        others.tell(node, 'presence.shown', { from: stanza.from.full, ...halves, to } satisfies Shown);
      }
    },
    probe(session, contacts) {
      const others = elsewhere();
      if (others === null) return;
      for (const [node, people] of others.group(contacts))
        others.tell(node, 'presence.asked', { from: session.jid.full, contacts: people } satisfies Asked);
    },
    listen(delivery) {
      ({ counters } = delivery);
      const others = elsewhere();
      if (others === null) return;
      others.hear('presence.shown', (payload) => shown(payload as Shown));
      others.hear('presence.asked', (payload, node) => asked(payload as Asked, node));
      others.hear('presence.answer', (payload) => answered(payload as Answered));
      others.onDeparted((wasTheirs) => void departed(wasTheirs));
    },
  };
  return api;
}

/** The stanza as text around the address it goes to: written once, whatever the number of recipients. */
function halve(stanza: PresenceStanza): { head: string; tail: string } {
  const mark = " to=''";
  const text = stanza.render({ to: '' });
  const at = text.indexOf(mark) + mark.length - 1;
  return { head: text.slice(0, at), tail: text.slice(at) };
}
