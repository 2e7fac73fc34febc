import type { Account, AccountQuery, AccountStore, CredentialProfile, NewAccount, ScramCredentials } from '../../directory/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { COUNT_CAP, decodeCursor, encodeCursor } from '../../store/paging.ts';
import { accountWords, fold, searchTerms } from '../../store/search-words.ts';
import { domainsGone, domainsUsed } from './domains.ts';
import type { MemoryState } from './state.ts';

type Filter = Pick<AccountQuery, 'search' | 'domain' | 'enabled' | 'ids'>;

function matching(state: MemoryState, filter: Filter): Account[] {
  const terms = filter.search === undefined ? [] : searchTerms(filter.search);
  const ids = filter.ids === undefined ? null : new Set(filter.ids);
  return [...state.accounts.values()].filter((account) => {
    if (ids !== null && !ids.has(account.id)) return false;
    if (filter.domain !== undefined && account.domain !== filter.domain) return false;
    if (filter.enabled !== undefined && account.enabled !== filter.enabled) return false;
    if (terms.length === 0) return true;
    const words = accountWords(account);
    return terms.every((term) => words.some((word) => word.startsWith(term)));
  });
}

function sortKey(account: Account, sort: AccountQuery['sort']): string | number {
  switch (sort) {
    case 'userId':
      return fold(account.userId);
    case 'name':
      return fold(account.name);
    case 'createdAt':
      return account.createdAt;
    case 'lastSignInAt':
      return account.lastSignInAt ?? 0;
  }
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

export function memoryAccountStore(state: MemoryState, now: () => number = Date.now): AccountStore {
  const byAddress = (bare: string): Account | undefined => [...state.accounts.values()].find((a) => a.bare === bare);
  const byFoldedUserId = (folded: string): Account | undefined => [...state.accounts.values()].find((a) => fold(a.userId) === folded);

  function insert(row: NewAccount): Account {
    const at = now();
    const account: Account = {
      id: state.nextAccountId++,
      userId: row.userId,
      local: row.local,
      domain: row.domain,
      bare: `${row.local}@${row.domain}` as BareJid,
      name: row.name,
      mail: row.mail,
      enabled: row.enabled,
      source: row.source ?? 'local',
      createdAt: at,
      updatedAt: at,
      lastSignInAt: null,
      version: 1,
    };
    state.accounts.set(account.id, account);
    if (row.credentials !== null) state.credentials.set(account.id, row.credentials);
    return account;
  }

  return {
    get: async (id) => state.accounts.get(id) ?? null,
    async byBare(bares) {
      const wanted = new Set<string>(bares);
      const found = new Map<BareJid, Account>();
      for (const account of state.accounts.values()) if (wanted.has(account.bare)) found.set(account.bare, account);
      return found;
    },
    byUserId: async (userId) => byFoldedUserId(fold(userId)) ?? null,
    async byUserIds(userIds) {
      const folded = new Map([...state.accounts.values()].map((account) => [fold(account.userId), account]));
      return new Map(
        userIds.flatMap((userId) => {
          const account = folded.get(fold(userId));
          return account === undefined ? [] : [[userId, account]];
        }),
      );
    },
    async find(query) {
      const order = `${query.sort}${query.descending ? '-' : '+'}`;
      const sign = query.descending ? -1 : 1;
      const all = matching(state, query)
        .map((account) => ({ account, key: sortKey(account, query.sort) }))
        .sort((a, b) => sign * (compare(a.key, b.key) || a.account.id - b.account.id));
      let from = 0;
      if (query.cursor !== undefined) {
        const textual = query.sort === 'userId' || query.sort === 'name';
        const [name, key, id] = decodeCursor(query.cursor, ['string', textual ? 'string' : 'number', 'number']);
        if (name !== order) decodeCursor('', []);
        const past = all.findIndex((row) => sign * (compare(row.key, key!) || row.account.id - Number(id)) > 0);
        from = past === -1 ? all.length : past;
      }
      const page = all.slice(from, from + query.limit);
      const last = page.at(-1);
      return {
        items: page.map((row) => row.account),
        nextCursor: last !== undefined && from + page.length < all.length ? encodeCursor([order, last.key, last.account.id]) : null,
        total: Math.min(all.length, COUNT_CAP),
        totalIsFloor: all.length > COUNT_CAP,
      };
    },
    async *each(query) {
      const all = matching(state, query).sort((a, b) => a.id - b.id);
      for (let i = 0; i < all.length; i += 500) yield all.slice(i, i + 500);
    },
    async create(rows) {
      const created: Account[] = [];
      const taken: { index: number; by: 'userId' | 'address' }[] = [];
      const userIds = new Set([...state.accounts.values()].map((a) => fold(a.userId)));
      const addresses = new Set<string>([...state.accounts.values()].map((a) => a.bare));
      for (const [index, row] of rows.entries()) {
        const bare = `${row.local}@${row.domain}`;
        if (userIds.has(fold(row.userId))) taken.push({ index, by: 'userId' });
        else if (addresses.has(bare)) taken.push({ index, by: 'address' });
        else {
          userIds.add(fold(row.userId));
          addresses.add(bare);
          created.push(insert(row));
        }
      }
      domainsUsed(state, created, now());
      return { created, taken };
    },
    async update(id, patch, expectedVersion) {
      const was = state.accounts.get(id);
      if (was === undefined) return null;
      if (expectedVersion !== undefined && expectedVersion !== was.version) return 'conflict';
      const local = patch.local ?? was.local;
      const domain = patch.domain ?? was.domain;
      const bare = `${local}@${domain}` as BareJid;
      const sameUserId = patch.userId === undefined ? undefined : byFoldedUserId(fold(patch.userId));
      if (sameUserId !== undefined && sameUserId.id !== id) return 'taken';
      const sameAddress = byAddress(bare);
      if (sameAddress !== undefined && sameAddress.id !== id) return 'taken';
      const account: Account = { ...was, ...patch, bare, updatedAt: now(), version: was.version + 1 };
      state.accounts.set(id, account);
      const home = state.homes.get(id);
      if (bare !== was.bare && home !== undefined) state.homes.set(id, { ...home, version: ++state.homesVersion });
      if (!account.enabled || account.source !== was.source) voidTokens(state, id);
      if (account.source !== 'local') state.credentials.delete(id);
      domainsUsed(state, [account], now());
      domainsGone(state);
      return account;
    },
    async setEnabled(ids, enabled) {
      const changed: Account[] = [];
      for (const id of new Set(ids)) {
        const was = state.accounts.get(id);
        if (was === undefined || was.enabled === enabled) continue;
        const account: Account = { ...was, enabled, updatedAt: now(), version: was.version + 1 };
        state.accounts.set(id, account);
        if (!enabled) voidTokens(state, id);
        changed.push(account);
      }
      return changed;
    },
    async remove(ids) {
      const removed: Account[] = [];
      for (const id of new Set(ids)) {
        const was = state.accounts.get(id);
        if (was === undefined) continue;
        removed.push(was);
        forget(state, id);
      }
      domainsGone(state);
      return removed;
    },
    async credentials(bares) {
      const found = new Map<
        BareJid,
        { accountId: number; enabled: boolean; credentials: ScramCredentials | null; source?: Account['source'] }
      >();
      const wanted = new Set<string>(bares);
      for (const a of state.accounts.values()) {
        if (wanted.has(a.bare))
          found.set(a.bare, { accountId: a.id, enabled: a.enabled, credentials: state.credentials.get(a.id) ?? null, source: a.source });
      }
      return found;
    },
    async setCredentials(id, credentials) {
      if (!state.accounts.has(id)) return;
      state.credentials.set(id, credentials);
      voidTokens(state, id);
    },
    async upgradeCredentials(id, from, to) {
      const stored = state.credentials.get(id);
      if (stored === undefined || stored.salt !== from.salt || stored.sha1.storedKey !== from.sha1.storedKey) return false;
      state.credentials.set(id, to);
      return true;
    },
    async passwordDomains() {
      const ids = [...state.credentials.keys()];
      return [...new Set(ids.flatMap((id) => state.accounts.get(id)?.domain ?? []))].sort();
    },
    async credentialProfiles() {
      const profiles = new Map<string, CredentialProfile>();
      for (const { iterations, sha256 } of state.credentials.values()) {
        const key = `${iterations} ${sha256 !== null}`;
        profiles.set(key, { iterations, hasSha256: sha256 !== null, accounts: (profiles.get(key)?.accounts ?? 0) + 1 });
      }
      return [...profiles.values()].sort((a, b) => a.iterations - b.iterations || Number(a.hasSha256) - Number(b.hasSha256));
    },
    async counts() {
      const perDomain = new Map<string, number>();
      let enabled = 0;
      for (const account of state.accounts.values()) {
        if (account.enabled) enabled++;
        perDomain.set(account.domain, (perDomain.get(account.domain) ?? 0) + 1);
      }
      const byDomain = [...perDomain]
        .map(([domain, users]) => ({ domain, users }))
        .sort((a, b) => b.users - a.users || compare(a.domain, b.domain));
      return { total: state.accounts.size, enabled, byDomain };
    },
    touchSignIn(id, at) {
      const was = state.accounts.get(id);
      if (was !== undefined && at > (was.lastSignInAt ?? 0)) state.accounts.set(id, { ...was, lastSignInAt: at });
    },
  };
}

function voidTokens(state: MemoryState, id: number): void {
  for (const [key, row] of state.clientTokens) if (row.accountId === id) state.clientTokens.delete(key);
}

/** Everything a person owns goes with the account. */
function forget(state: MemoryState, id: number): void {
  state.accounts.delete(id);
  state.removedAccounts.set(id, true);
  voidTokens(state, id);
  for (const table of [
    state.credentials,
    state.rosters,
    state.blockLists,
    state.vcards,
    state.lastSeen,
    state.archivePrefs,
    state.noticesSeen,
    state.homes,
  ])
    table.delete(id);
  for (const table of [state.archive, state.offline, state.privateXml, state.pushes] as Map<string, { accountId: number }>[]) {
    for (const [key, row] of table) if (row.accountId === id) table.delete(key);
  }
}
