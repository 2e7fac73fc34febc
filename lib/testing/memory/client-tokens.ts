import type { ClientTokenStore, TokenChange, TokenClient } from '../../directory/ports.ts';
import type { MemoryState } from './state.ts';

const keyOf = (accountId: number, clientId: string): string => `${accountId} ${clientId}`;

export function memoryClientTokenStore(state: MemoryState): ClientTokenStore {
  const of = (accountId: number): TokenClient[] =>
    [...state.clientTokens.values()]
      .filter((row) => row.accountId === accountId)
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt || (a.clientId < b.clientId ? -1 : 1));

  function give(change: TokenChange, keep: number): boolean {
    const { accountId, clientId, next, software, device, address, at } = change;
    if (!state.accounts.has(accountId)) return false;
    const key = keyOf(accountId, clientId);
    const was = state.clientTokens.get(key);
    state.clientTokens.set(key, {
      ...(was ?? { createdAt: at, current: null }),
      ...{ accountId, clientId, software, device, address, lastUsedAt: at, next },
    });
    if (was === undefined) for (const old of of(accountId).slice(keep)) state.clientTokens.delete(keyOf(accountId, old.clientId));
    return true;
  }

  function use(change: TokenChange): boolean {
    const { accountId, clientId, used, count, invalidate, software, device, address, at } = change;
    const key = keyOf(accountId, clientId);
    const was = state.clientTokens.get(key);
    if (was === undefined) return false;
    const token = was.next?.seed === used ? was.next : was.current?.seed === used ? was.current : null;
    if (token === null || (count >= 0 && count <= token.count)) return false;
    const next = change.next ?? (invalidate || token === was.next ? null : was.next);
    const current = invalidate ? null : { ...token, count: Math.max(token.count, count) };
    if (current === null && next === null) state.clientTokens.delete(key);
    else state.clientTokens.set(key, { ...was, software, device, address, lastUsedAt: at, current, next });
    return true;
  }

  return {
    async find(keys) {
      return keys.map(({ bare, clientId }) => {
        const account = [...state.accounts.values()].find((each) => each.bare === bare);
        return (account && state.clientTokens.get(keyOf(account.id, clientId))) ?? null;
      });
    },
    listFor: async (accountId) => of(accountId),
    change: async (changes, keep) => changes.map((change) => (change.used === '' ? give(change, keep) : use(change))),
    touch(accountId, clientId, at, address) {
      const key = keyOf(accountId, clientId);
      const was = state.clientTokens.get(key);
      if (was !== undefined && at > was.lastUsedAt) state.clientTokens.set(key, { ...was, lastUsedAt: at, address });
    },
    async revoke(accountIds, clientId) {
      const gone = [...state.clientTokens.values()].filter(
        (row) => accountIds.includes(row.accountId) && (clientId === undefined || row.clientId === clientId),
      );
      for (const row of gone) state.clientTokens.delete(keyOf(row.accountId, row.clientId));
      return gone.length;
    },
    async expire(now, limit) {
      const old = [...state.clientTokens.values()]
        .filter((row) => (row.current?.expiresAt ?? 0) <= now && (row.next?.expiresAt ?? 0) <= now)
        .slice(0, limit);
      for (const row of old) state.clientTokens.delete(keyOf(row.accountId, row.clientId));
      return old.length;
    },
  };
}
