/** What others must be shown when the right to see changes: subscriptions won and lost, addresses blocked and unblocked. */
import type { PresenceValues } from '../config/schema/index.ts';
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Roster } from '../roster/index.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { type Delivery, unavailableFrom } from './delivery.ts';
import { directedOf, forget } from './directed.ts';
import type { Abroad } from './nodes.ts';
import type { BlockingView } from './ports.ts';

export function followRights(deps: {
  users: Users;
  roster: Roster;
  blocking: BlockingView;
  delivery: Delivery;
  settings: Live<PresenceValues>;
  abroad: Abroad;
}): void {
  const { users, roster, blocking, delivery, settings, abroad } = deps;

  roster.onWatcher((user, contact, sees) => {
    if (!settings.get().enabled) return;
    // The right may be gone again: changes of one contact can queue behind one commit.
    if (sees && !roster.isWatcher(user, contact.bare)) return;
    for (const session of user.sessions.values())
      if (session.presence !== null) delivery.toContact(user, contact.bare, sees ? session.presence : unavailableFrom(session.jid));
  });

  /** Block list entries are a person, one device, a domain, or one name on a domain (XEP-0191 §3.5). */
  const covers = (entry: Jid, bare: BareJid): boolean =>
    entry.local === '' ? bare.slice(bare.indexOf('@') + 1) === entry.domain : bare === entry.bare;

  function covered(user: User, entry: Jid, withDirected: boolean): Set<BareJid> {
    const found = new Set<BareJid>();
    for (const bare of roster.watchersOf(user)) if (covers(entry, bare)) found.add(bare);
    if (!withDirected) return found;
    for (const session of user.sessions.values())
      for (const target of directedOf(session)) {
        const bare = parseJid(target)?.bare;
        if (bare !== undefined && covers(entry, bare)) found.add(bare);
      }
    return found;
  }

  blocking.onBlocked((user, entry) => {
    if (!settings.get().enabled) return;
    for (const bare of covered(user, entry, true))
      for (const session of user.sessions.values())
        if (session.presence !== null) delivery.toBlocked(user, bare, unavailableFrom(session.jid), entry.resource);
    // Those who were told by name have heard the last: that the device really leaves later is nothing for them (security-and-limits S-7).
    for (const session of user.sessions.values())
      for (const target of [...directedOf(session)]) {
        const to = parseJid(target);
        if (to !== null && blocking.isBlocked(user, to)) forget(session, target);
      }
  });

  blocking.onUnblocked((user, entry) => {
    if (!settings.get().enabled) return;
    for (const bare of covered(user, entry, false))
      for (const session of user.sessions.values()) if (session.presence !== null) delivery.toContact(user, bare, session.presence);
    // And our user sees them again without signing in anew.
    for (const bare of roster.watchedOf(user)) {
      if (!covers(entry, bare)) continue;
      const contact = users.peek(bare);
      for (const session of user.sessions.values()) {
        if (session.presence === null) continue;
        if (contact !== undefined) delivery.showContact(session, contact);
        else abroad.probe(session, [bare]);
      }
    }
  });
}
