import type { EngineCounters, EngineView, SessionView } from '../admin/shared/engine-view.ts';
import type { AccountStore } from '../directory/ports.ts';
import type { OfflineQueue } from '../im/ports.ts';
import type { BareJid } from '../kernel/jid.ts';
import { type Presence, readShow, readStatus } from '../presence/index.ts';
import type { Roster } from '../roster/index.ts';
import type { RosterStore } from '../roster/ports.ts';
import { clientIdOf } from '../xmpp/c2s/bind2.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Users } from '../xmpp/router/users.ts';
import type { SessionsElsewhere } from './everywhere/sessions.ts';

/** Copies of plain facts, never a live object. */
export const viewOf = (session: ClientSession): SessionView => ({
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

/** The running engine as administration sees it. */
export function createEngineView(deps: {
  readonly users: Users;
  readonly roster: Roster;
  readonly presence: Presence;
  readonly offline: OfflineQueue;
  readonly counters: () => EngineCounters;
  /** Sessions of the other nodes of a cluster. */
  readonly elsewhere?: () => SessionsElsewhere | null;
  /** The contact list of somebody whom another node looks after, as it is stored. */
  readonly storedContacts?: (bare: string) => ReturnType<EngineView['contactsOf']> | null;
}): EngineView {
  const { users } = deps;
  const elsewhere = () => deps.elsewhere?.() ?? null;

  function* sessions(): Iterable<SessionView> {
    for (const user of users.online()) for (const session of user.sessions.values()) yield viewOf(session);
    yield* elsewhere()?.all() ?? [];
  }

  return {
    sessions,
    sessionsOf: (bare) => [...[...(users.peek(bare as BareJid)?.sessions.values() ?? [])].map(viewOf), ...(elsewhere()?.of(bare) ?? [])],
    endSession(id, reason) {
      for (const user of users.online()) {
        for (const session of user.sessions.values()) {
          if (session.id !== id) continue;
          session.end('policy-violation', reason);
          return true;
        }
      }
      return elsewhere()?.end(id, reason) ?? false;
    },
    counters: deps.counters,
    async contactsOf(bare) {
      const stored = deps.storedContacts?.(bare) ?? null;
      if (stored !== null) return stored;
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

/** The contact list of an account as it is stored: what is shown of somebody whom another node looks after. */
export async function storedContacts(
  stores: { readonly accounts: Pick<AccountStore, 'byBare'>; readonly roster: Pick<RosterStore, 'load'> },
  bare: BareJid,
): ReturnType<EngineView['contactsOf']> {
  const id = (await stores.accounts.byBare([bare])).get(bare)?.id;
  const stored = id === undefined ? undefined : (await stores.roster.load([id])).get(id);
  return (stored?.items ?? []).map(({ contact, name, groups, subscription, ask, approved }) => ({
    contact,
    name,
    groups,
    subscription,
    ask,
    approved,
  }));
}
