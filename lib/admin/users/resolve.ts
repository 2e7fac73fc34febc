import type { Account } from '../../directory/ports.ts';
import type { Fault } from '../../kernel/faults.ts';
import { type BareJid, parseJid } from '../../kernel/jid.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { EngineView, SessionView } from '../shared/engine-view.ts';
import type { AdminStores } from '../shared/ports.ts';
import { userFaults } from './faults.ts';
import type { SessionRow, UserRow } from './outputs.ts';

/** Finds who is meant by user IDs, addresses and `id:42`, in three statements however many are named. Each account once, in order. */
export async function resolveUsers(stores: AdminStores, refs: readonly string[]): Promise<{ found: Account[]; missing: string[] }> {
  const ids = new Map<string, number>();
  const bares = new Map<string, BareJid>();
  for (const ref of refs) {
    const number = /^id:(\d{1,15})$/i.exec(ref)?.[1];
    if (number) ids.set(ref, Number(number));
    const jid = ref.includes('@') ? parseJid(ref) : null;
    if (jid && jid.local !== '' && jid.resource === '') bares.set(ref, jid.bare);
  }
  const byId = new Map<number, Account>();
  if (ids.size > 0)
    for await (const slice of stores.accounts.each({ ids: [...new Set(ids.values())] }))
      for (const account of slice) byId.set(account.id, account);
  const byBare = bares.size > 0 ? await stores.accounts.byBare([...new Set(bares.values())]) : new Map<BareJid, Account>();
  const others = refs.filter((ref) => !ids.has(ref) && !(bares.has(ref) && byBare.has(bares.get(ref)!)));
  // A user ID may be a mail address, so what is no known address may still be one.
  const byUserId = others.length > 0 ? await stores.accounts.byUserIds(others) : new Map<string, Account>();

  const found = new Map<number, Account>();
  const missing: string[] = [];
  for (const ref of refs) {
    const number = ids.get(ref);
    const bare = bares.get(ref);
    const account = number === undefined ? ((bare && byBare.get(bare)) ?? byUserId.get(ref)) : byId.get(number);
    if (account) found.set(account.id, account);
    else missing.push(ref);
  }
  return { found: [...found.values()], missing };
}

export async function resolveUser(stores: AdminStores, ref: string): Promise<Result<Account, Fault>> {
  const { found } = await resolveUsers(stores, [ref]);
  const account = found[0];
  return account ? ok(account) : refuse(userFaults.missing({ user: ref }));
}

export async function defaultDomain(stores: AdminStores): Promise<string> {
  const domains = await stores.domains.list();
  return domains.find((row) => row.isDefault)?.domain ?? domains[0]?.domain ?? 'localhost';
}

export function presentUser(account: Account, engine: EngineView): UserRow {
  const { id, userId, bare, domain, name, mail, enabled, source, createdAt, updatedAt, lastSignInAt, version } = account;
  const sessions = engine.sessionsOf(bare).length;
  return { id, userId, address: bare, domain, name, mail, enabled, source, createdAt, updatedAt, lastSignInAt, version, sessions };
}

export function presentSession(view: SessionView): SessionRow {
  const { id, bare, accountId, resource, state, address, transport, tlsVersion, cipher, mechanism, client, since, show, status, priority } =
    view;
  return {
    id,
    user: bare,
    userId: accountId,
    resource,
    state,
    address,
    transport,
    tlsVersion,
    cipher,
    mechanism,
    client,
    since,
    show,
    status,
    priority,
  };
}

/** What the audit log keeps of an account. */
export const auditedUser = (account: Account) => ({
  userId: account.userId,
  address: account.bare,
  name: account.name,
  mail: account.mail,
  enabled: account.enabled,
});
