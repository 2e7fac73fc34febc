/**
 * The life of a session's availability: initial presence, changes, leaving, directed presence, probes (RFC 6121 §4).
 *
 * Order at initial presence (§4.2): watchers and the own devices hear of it; then the new session gets the presence of the own other devices, of
 * the contacts it sees, and the requests that wait for an answer. Contacts of this node are looked at in memory instead of being
 * probed: a sign-in storm asks the database for nobody.
 *
 * While availability sharing is off only the own devices see each other; leaving is still told to those who may not have heard of the
 * switch yet (`isSwitching`).
 */
import type { PresenceValues } from '../config/schema/index.ts';
import { type Jid, makeJid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Roster } from '../roster/index.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Claim, MaybePromise } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { makePresence } from '../xmpp/stanza/build.ts';
import type { IqStanza, PresenceStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { addressed, type Delivery, unavailableFrom } from './delivery.ts';
import { directedOf, forget, MAX_DIRECTED, remember, takeDirected } from './directed.ts';
import type { Abroad } from './nodes.ts';
import type { BlockingView } from './ports.ts';
import { readCaps, readPriority } from './read-presence.ts';

const badPriority: StanzaFault = {
  condition: 'bad-request',
  type: 'modify',
  text: 'The priority must be a whole number from -128 to 127.',
};
const tooManyDirected: StanzaFault = {
  condition: 'resource-constraint',
  type: 'wait',
  text: `One session can send presence to ${MAX_DIRECTED} addresses outside its contact list at most.`,
};

export interface Availability {
  broadcast(session: ClientSession, stanza: PresenceStanza): Claim;
  sent(session: ClientSession, stanza: PresenceStanza): MaybePromise<Claim>;
  arriving(user: User, stanza: PresenceStanza): Claim;
  ended(session: ClientSession): void;
  mayReach(session: ClientSession, stanza: IqStanza): boolean | undefined;
}

export function createAvailability(deps: {
  users: Users;
  router: () => Router;
  roster: Roster;
  blocking: BlockingView;
  delivery: Delivery;
  settings: Live<PresenceValues>;
  isSwitching: () => boolean;
  abroad: Abroad;
}): Availability {
  const { users, roster, blocking, delivery, settings, abroad } = deps;

  function broadcast(session: ClientSession, stanza: PresenceStanza): Claim {
    if (stanza.type === 'unavailable') {
      leave(session, stanza);
      return undefined;
    }
    if (stanza.type !== '') return undefined;
    const priority = readPriority(stanza);
    if (priority === null) return badPriority;
    const isInitial = session.presence === null;
    session.presence = stanza;
    session.priority = priority;
    const user = session.user;
    if (settings.get().enabled) delivery.toWatchers(user, stanza);
    delivery.toOwnDevices(user, stanza);
    if (session.client === '') session.client = readCaps(stanza)?.node ?? '';
    if (isInitial) welcome(session);
    return undefined;
  }

  function welcome(session: ClientSession): void {
    const user = session.user;
    for (const other of user.sessions.values())
      if (other !== session && other.presence !== null)
        session.send(other.presence.render({ to: session.jid.full }), null, 'newest-per-sender');
    if (settings.get().enabled) {
      const watched = roster.watchedOf(user);
      if (deps.router().elsewhere !== null) abroad.probe(session, watched);
      for (let i = 0; i < watched.length; i++) {
        const bare = watched[i]!;
        const contact = users.peek(bare);
        if (contact !== undefined) delivery.showContact(session, contact);
        else probeElsewhere(session, bare);
      }
    }
    // At each initial presence until answered (RFC 6121 §3.1.3).
    for (const request of roster.requestsOf(user)) {
      const from = parseJid(request.contact);
      if (from !== null && !blocking.isBlocked(user, from)) session.send(request.xml, null);
    }
  }

  function probeElsewhere(session: ClientSession, bare: string): void {
    const to = parseJid(bare);
    if (to !== null && !deps.router().isLocalDomain(to.domain)) deps.router().route(makePresence({ type: 'probe', from: session.jid, to }));
  }

  function leave(session: ClientSession, stanza: PresenceStanza): void {
    const user = session.user;
    const isShared = settings.get().enabled || deps.isSwitching();
    const wasAvailable = session.presence !== null;
    if (wasAvailable) {
      if (isShared) delivery.toWatchers(user, stanza);
      delivery.toOwnDevices(user, stanza);
      session.presence = null;
      session.priority = 0;
    }
    // Everyone who was told by name (RFC 6121 §4.6.3), but watchers who heard already and persons for whom sharing is off.
    for (const target of takeDirected(session)) {
      const to = parseJid(target);
      if (to === null || (wasAvailable && isShared && roster.isWatcher(user, to.bare))) continue;
      if (isShared || !isPerson(to)) delivery.toAddress(stanza, to);
    }
  }

  const isPerson = (to: Jid): boolean => to.local !== '' && deps.router().isLocalDomain(to.domain);

  function sent(session: ClientSession, stanza: PresenceStanza): MaybePromise<Claim> {
    const to = stanza.to;
    if (to !== null && stanza.type === 'probe') return isPerson(to) ? probeOf(session, to) : undefined;
    if (to === null || (stanza.type !== '' && stanza.type !== 'unavailable')) return undefined;
    const isSelf = to.bare === session.user.bare;
    const toPerson = isPerson(to);
    // Off means off for presence by name as well; rooms and services are no persons.
    if (toPerson && !isSelf && !settings.get().enabled) return 'done';
    if (stanza.type === 'unavailable') forget(session, to.full);
    // A watcher hears of the end by the broadcast, if there ever was one.
    else if (!isSelf && !(session.presence !== null && roster.isWatcher(session.user, to.bare)) && !remember(session, to.full))
      return tooManyDirected;
    // A person of ours who is not in memory is offline: nobody to load them for.
    return toPerson && users.peek(to.bare) === undefined && !abroad.isThere(to.bare) ? 'done' : undefined;
  }

  /** Someone who does not exist is answered as someone who does not let us see them (RFC 6121 §4.3.2), so that probes find no accounts. */
  function probeOf(session: ClientSession, to: Jid): MaybePromise<Claim> {
    if (users.peek(to.bare) !== undefined || abroad.isThere(to.bare)) return undefined;
    return users.load(to.bare).then((user) => {
      if (user !== null) return undefined;
      deps.router().route(makePresence({ type: 'unsubscribed', from: makeJid(to.local, to.domain, ''), to: session.jid }));
      return 'done';
    });
  }

  function arriving(user: User, stanza: PresenceStanza): Claim {
    if (stanza.type === 'probe') {
      answerProbe(user, stanza);
      return 'done';
    }
    if (stanza.type !== '' && stanza.type !== 'unavailable' && stanza.type !== 'error') return undefined;
    const to = stanza.to;
    const urgency = stanza.type === 'error' ? 'now' : 'newest-per-sender';
    if (to !== null && to.resource !== '') {
      // No match: dropped (RFC 6121 §8.5.3.2.3).
      if (user.sessions.get(to.resource)?.send(stanza.render(), null, urgency)) delivery.counters.delivered += 1;
      return 'done';
    }
    let text: string | null = null;
    for (const session of user.sessions.values()) {
      if (session.presence === null) continue;
      text ??= stanza.render();
      if (session.send(text, null, urgency)) delivery.counters.delivered += 1;
    }
    return 'done';
  }

  function answerProbe(user: User, probe: PresenceStanza): void {
    const asker = probe.from;
    const isOwn = asker.bare === user.bare;
    if (!isOwn && !roster.isWatcher(user, asker.bare)) {
      // RFC 6121 §4.3.2; `probeOf` answers the same for people who do not exist.
      deps.router().route(makePresence({ type: 'unsubscribed', from: user.jid, to: asker }));
      return;
    }
    let answered = false;
    if (isOwn || settings.get().enabled) {
      const only = probe.to?.resource ?? '';
      for (const session of user.sessions.values()) {
        if (session.presence === null || (only !== '' && session.jid.resource !== only)) continue;
        delivery.toAddress(addressed(session.presence, asker), asker);
        answered = true;
      }
    }
    if (!answered) delivery.toAddress(unavailableFrom(user.jid), asker);
  }

  function ended(session: ClientSession): void {
    if (session.presence !== null || directedOf(session).size > 0) leave(session, unavailableFrom(session.jid));
  }

  /** Who may know that this device is online may send it an IQ (RFC 6121 §8.5.3.2.2). `session` is the device addressed. */
  function mayReach(session: ClientSession, stanza: IqStanza): boolean | undefined {
    const from = stanza.from;
    if (from.bare === session.user.bare) return true;
    if (settings.get().enabled && session.presence !== null && roster.isWatcher(session.user, from.bare)) return true;
    const directed = directedOf(session);
    return directed.size > 0 && (directed.has(from.full) || directed.has(from.bare)) ? true : undefined;
  }

  return { broadcast, sent, arriving, ended, mayReach };
}
