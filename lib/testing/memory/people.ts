import type { BlockListStore } from '../../blocking/ports.ts';
import type { ProfileStore } from '../../profile/ports.ts';
import type { PendingIn, RosterItem, RosterSnapshot, RosterStore } from '../../roster/ports.ts';
import type { MemoryState } from './state.ts';

const EMPTY: RosterSnapshot = { version: 0, items: [], pendingIn: [] };
const byContact = (a: { contact: string }, b: { contact: string }): number => (a.contact < b.contact ? -1 : 1);

export function memoryRosterStore(state: MemoryState): RosterStore {
  return {
    load: async (accountIds) => new Map(accountIds.map((id) => [id, state.rosters.get(id) ?? EMPTY])),
    async save(change) {
      if (state.removedAccounts.has(change.accountId)) return;
      const was = state.rosters.get(change.accountId) ?? EMPTY;
      const items = new Map<string, RosterItem>(was.items.map((item) => [item.contact, item]));
      const pending = new Map<string, PendingIn>(was.pendingIn.map((row) => [row.contact, row]));
      for (const contact of change.remove ?? []) items.delete(contact);
      for (const item of change.put ?? []) items.set(item.contact, item);
      for (const contact of change.pendingRemove ?? []) pending.delete(contact);
      for (const row of change.pendingPut ?? []) pending.set(row.contact, row);
      state.rosters.set(change.accountId, {
        version: Math.max(was.version, change.version),
        items: [...items.values()].sort(byContact),
        pendingIn: [...pending.values()].sort((a, b) => a.at - b.at || byContact(a, b)),
      });
    },
    async holdersOf(contacts) {
      const named = new Set<string>(contacts);
      return [...state.rosters].flatMap(([accountId, { items, pendingIn }]) => {
        const account = state.accounts.get(accountId);
        const holds = items.some((item) => named.has(item.contact)) || pendingIn.some((row) => named.has(row.contact));
        return account !== undefined && holds ? [{ accountId, bare: account.bare }] : [];
      });
    },
  };
}

export function memoryBlockListStore(state: MemoryState): BlockListStore {
  return {
    load: async (accountIds) => new Map(accountIds.map((id) => [id, state.blockLists.get(id) ?? []])),
    async save(accountId, jids) {
      if (!state.removedAccounts.has(accountId)) state.blockLists.set(accountId, [...new Set(jids)].sort());
    },
  };
}

export function memoryProfileStore(state: MemoryState): ProfileStore {
  const keyOf = (accountId: number, name: string, ns: string): string => `${accountId} ${ns} ${name}`;
  return {
    vcard: async (accountId) => state.vcards.get(accountId) ?? null,
    async saveVcard(accountId, xml, photo) {
      if (state.removedAccounts.has(accountId)) return;
      state.vcards.set(accountId, xml);
      if (photo === undefined) state.photos.delete(accountId);
      else state.photos.set(accountId, photo);
    },
    photos: async (accountIds) =>
      new Map(
        accountIds.flatMap((id) => {
          const xml = state.vcards.get(id);
          if (xml === undefined) return [];
          const photo = state.photos.get(id) ?? null;
          return [[id, { photo, xml: photo === null ? xml : '' }] as const];
        }),
      ),
    privateXml: async (accountId, name, ns) => state.privateXml.get(keyOf(accountId, name, ns))?.xml ?? null,
    async savePrivateXml(accountId, name, ns, xml) {
      if (!state.removedAccounts.has(accountId)) state.privateXml.set(keyOf(accountId, name, ns), { accountId, xml });
    },
    lastSeen: async (accountId) => state.lastSeen.get(accountId) ?? null,
    saveLastSeen(accountId, at, status) {
      if (!state.removedAccounts.has(accountId)) state.lastSeen.set(accountId, { at, status });
    },
  };
}
