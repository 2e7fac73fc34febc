import type { EngineCounters, EngineView, SessionView } from '../admin/shared/engine-view.ts';
import type { OfflineQueue } from '../im/ports.ts';
import type { BareJid } from '../kernel/jid.ts';
import { type Presence, readShow, readStatus } from '../presence/index.ts';
import type { Roster } from '../roster/index.ts';
import { clientIdOf } from '../xmpp/c2s/bind2.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Users } from '../xmpp/router/users.ts';

/** The running engine as administration sees it: copies of plain facts, never a live object. */
export function createEngineView(deps: {
  readonly users: Users;
  readonly roster: Roster;
  readonly presence: Presence;
  readonly offline: OfflineQueue;
  readonly counters: () => EngineCounters;
}): EngineView {
  const { users } = deps;

  const viewOf = (session: ClientSession): SessionView => ({
    id: session.id,
    accountId: session.user.accountId,
    bare: session.jid.bare,
    resource: session.jid.resource,
    state: session.state === 'hibernating' ? 'hibernating' : 'live',
    address: session.facts.address,
    transport: session.facts.transport,
    tlsVersion: session.facts.tls?.version ?? '',
    cipher: session.facts.tls?.cipher ?? '',
    mechanism: session.facts.mechanism,
    client: session.client,
    since: session.facts.since,
    show: session.presence === null ? '' : readShow(session.presence),
    status: session.presence === null ? '' : readStatus(session.presence),
    priority: session.priority,
    clientId: clientIdOf(session),
  });

  function* sessions(): Iterable<SessionView> {
    for (const user of users.online()) for (const session of user.sessions.values()) yield viewOf(session);
  }

  return {
    sessions,
    sessionsOf: (bare) => [...(users.peek(bare as BareJid)?.sessions.values() ?? [])].map(viewOf),
    endSession(id, reason) {
      for (const user of users.online()) {
        for (const session of user.sessions.values()) {
          if (session.id !== id) continue;
          session.end('policy-violation', reason);
          return true;
        }
      }
      return false;
    },
    counters: deps.counters,
    async contactsOf(bare) {
      const user = await users.load(bare as BareJid);
      if (!user) return [];
      return [...deps.roster.itemsOf(user)].map(({ contact, name, groups, subscription, ask, approved }) => ({
        contact,
        name,
        groups,
        subscription,
        ask,
        approved,
      }));
    },
    async offlineCountOf(accountId) {
      return (await deps.offline.counts([accountId])).get(accountId) ?? 0;
    },
  };
}
