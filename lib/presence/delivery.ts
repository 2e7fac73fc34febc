/**
 * The ways presence leaves a person: to watchers, to their own devices, to one named address. This is the hot path of the room: the payload is
 * serialised once per stanza and shared, only `to` differs per contact, all devices of a contact get the same text (addressed to the
 * bare JID, RFC 6121 §4.4.2), people who are offline are looked up in memory and never loaded.
 */
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import type { Roster } from '../roster/index.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { makePresence, stanzaOver } from '../xmpp/stanza/build.ts';
import type { PresenceStanza } from '../xmpp/stanza/stanza.ts';
import type { Abroad } from './nodes.ts';
import type { BlockingView } from './ports.ts';

export interface Delivery {
  /** To everyone who sees `user` by subscription. */
  toWatchers(user: User, stanza: PresenceStanza): void;
  /** To one watcher. */
  toContact(user: User, contact: BareJid, stanza: PresenceStanza): void;
  /** To all available devices of the user, the sending one included (RFC 6121 §4.4.2). */
  toOwnDevices(user: User, stanza: PresenceStanza): void;
  /** To one address, whatever it is: a bare or full JID, a room, another server. */
  toAddress(stanza: PresenceStanza, to: Jid): void;
  /** To the devices of a local contact although our user has blocked them: the last thing they hear (XEP-0191 §3.3). */
  toBlocked(user: User, contact: BareJid, stanza: PresenceStanza, resource: string): void;
  /** What the contact shows to `session`'s user now, sent to that session; false when nothing was there to be shown. */
  showContact(session: ClientSession, contact: User): boolean;
  readonly counters: { delivered: number };
}

export const unavailableFrom = (from: Jid): PresenceStanza => makePresence({ type: 'unavailable', from, to: null });

export function createDelivery(deps: {
  users: Users;
  router: () => Router;
  roster: Roster;
  blocking: BlockingView;
  /** People of other nodes. */
  abroad: Abroad;
}): Delivery {
  const { users, roster, blocking, abroad } = deps;
  const counters = { delivered: 0 };

  const isLocal = (bare: BareJid): boolean => deps.router().isLocalDomain(bare.slice(bare.indexOf('@') + 1));

  function give(session: ClientSession, text: string): void {
    if (session.send(text, null, 'newest-per-sender')) counters.delivered += 1;
  }

  function toContact(user: User, bare: BareJid, stanza: PresenceStanza): void {
    if (toHere(user, bare, stanza)) return;
    if (!isLocal(bare)) away(user, stanza, bare);
    else abroad.show(user, [bare], stanza);
  }

  /** False: the contact is not in memory. */
  function toHere(user: User, bare: BareJid, stanza: PresenceStanza): boolean {
    const contact = users.peek(bare);
    if (contact === undefined) return false;
    let text: string | null = null;
    for (const session of contact.sessions.values()) {
      if (session.presence === null) continue;
      if (text === null) {
        if (blocking.isBlocked(contact, stanza.from)) return true;
        text = stanza.render({ to: bare });
      }
      if (!blocking.isBlocked(user, session.jid)) give(session, text);
    }
    return true;
  }

  /** To a contact on another server. */
  function away(user: User, stanza: PresenceStanza, to: BareJid): void {
    const jid = parseJid(to);
    if (jid !== null && !blocking.isBlocked(user, jid)) deps.router().route(addressed(stanza, jid));
  }

  function toWatchers(user: User, stanza: PresenceStanza): void {
    const watchers = roster.watchersOf(user);
    if (deps.router().elsewhere !== null) abroad.show(user, watchers, stanza);
    for (let i = 0; i < watchers.length; i++) {
      const bare = watchers[i]!;
      if (!toHere(user, bare, stanza) && !isLocal(bare)) away(user, stanza, bare);
    }
  }

  function toOwnDevices(user: User, stanza: PresenceStanza): void {
    for (const session of user.sessions.values()) if (session.presence !== null) give(session, stanza.render({ to: session.jid.full }));
  }

  function toAddress(stanza: PresenceStanza, to: Jid): void {
    // A person of ours who is not in memory is offline; anything else is the router's to find.
    if (to.local === '' || !deps.router().isLocalDomain(to.domain)) {
      deps.router().route(addressed(stanza, to));
      return;
    }
    const target = users.peek(to.bare);
    if (target === undefined && abroad.isThere(to.bare)) deps.router().route(addressed(stanza, to));
    if (target === undefined || blocking.isBlocked(target, stanza.from)) return;
    if (to.resource !== '') {
      const session = target.sessions.get(to.resource);
      if (session !== undefined) give(session, stanza.render({ to: to.full }));
      return;
    }
    let text: string | null = null;
    for (const session of target.sessions.values()) {
      if (session.presence === null) continue;
      text ??= stanza.render({ to: to.bare });
      give(session, text);
    }
  }

  function toBlocked(user: User, bare: BareJid, stanza: PresenceStanza, resource: string): void {
    const contact = users.peek(bare);
    if (contact === undefined) {
      const jid = isLocal(bare) && !abroad.isThere(bare) ? null : parseJid(resource === '' ? bare : `${bare}/${resource}`);
      if (jid !== null) deps.router().route(addressed(stanza, jid));
      return;
    }
    if (contact === user || blocking.isBlocked(contact, stanza.from)) return;
    const text = stanza.render({ to: bare });
    for (const session of contact.sessions.values())
      if (session.presence !== null && (resource === '' || session.jid.resource === resource)) give(session, text);
  }

  function showContact(session: ClientSession, contact: User): boolean {
    let shown = false;
    for (const device of contact.sessions.values()) {
      if (device.presence === null) continue;
      if (!shown) {
        if (!roster.isWatcher(contact, session.user.bare) || blocking.isBlocked(contact, session.jid)) return false;
        shown = true;
      }
      if (!blocking.isBlocked(session.user, device.jid)) give(session, device.presence.render({ to: session.jid.full }));
    }
    return shown;
  }

  return { toWatchers, toContact, toOwnDevices, toAddress, toBlocked, showContact, counters };
}

export const addressed = (stanza: PresenceStanza, to: Jid): PresenceStanza =>
  stanzaOver('presence', stanza.type, stanza.from, to, stanza.id, stanza.lang, stanza.el, null) as PresenceStanza;
