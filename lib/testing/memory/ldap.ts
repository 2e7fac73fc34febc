import type { DirectoryStore, LinkedAccount, LinkedPerson } from '../../ldap/ports.ts';
import { fold } from '../../store/search-words.ts';
import type { MemoryState } from './state.ts';

export function memoryDirectoryStore(state: MemoryState): DirectoryStore {
  const byName = <T extends { name: string }>(rows: Iterable<T>): T[] => [...rows].sort((a, b) => (fold(a.name) < fold(b.name) ? -1 : 1));
  const isTaken = (rows: Iterable<{ id: string; name: string }>, name: string, except: string) =>
    [...rows].some((row) => row.id !== except && fold(row.name) === fold(name));
  const joined = (link: LinkedPerson): LinkedAccount | null => {
    const account = state.accounts.get(link.accountId);
    if (account === undefined) return null;
    const { userId, bare, name, mail, enabled } = account;
    return { ...link, userId, bare, name, mail, enabled };
  };
  const setFree = (which: (link: LinkedPerson) => boolean) => {
    for (const [id, link] of state.ldapPeople) {
      if (!which(link)) continue;
      state.ldapPeople.delete(id);
      const account = state.accounts.get(id);
      if (account !== undefined) state.accounts.set(id, { ...account, source: 'local', version: account.version + 1 });
    }
  };
  const dropAgreement = (id: string): boolean => {
    setFree(({ agreementId }) => agreementId === id);
    for (const [run, { agreementId }] of state.ldapRuns) if (agreementId === id) state.ldapRuns.delete(run);
    return state.ldapAgreements.delete(id);
  };
  const newestFirst = () => [...state.ldapRuns.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  return {
    list: async () => byName(state.ldapDirectories.values()),
    async add(row) {
      if (isTaken(state.ldapDirectories.values(), row.name, row.id)) return 'taken';
      state.ldapDirectories.set(row.id, row);
      return 'added';
    },
    async update(id, patch, version) {
      if (patch.name !== undefined && isTaken(state.ldapDirectories.values(), patch.name, id)) return 'taken';
      const was = state.ldapDirectories.get(id);
      if (was === undefined) return null;
      if (version !== undefined && version !== was.version) return 'conflict';
      const row = { ...was, ...patch, version: was.version + 1 };
      state.ldapDirectories.set(id, row);
      return row;
    },
    async remove(id) {
      for (const agreement of [...state.ldapAgreements.values()]) if (agreement.directoryId === id) dropAgreement(agreement.id);
      return state.ldapDirectories.delete(id);
    },
    agreements: async () => byName(state.ldapAgreements.values()),
    async addAgreement(row) {
      if (isTaken(state.ldapAgreements.values(), row.name, row.id)) return 'taken';
      state.ldapAgreements.set(row.id, row);
      return 'added';
    },
    async updateAgreement(id, patch, version) {
      if (patch.name !== undefined && isTaken(state.ldapAgreements.values(), patch.name, id)) return 'taken';
      const was = state.ldapAgreements.get(id);
      if (was === undefined) return null;
      if (version !== undefined && version !== was.version) return 'conflict';
      const row = { ...was, ...patch, version: was.version + 1 };
      state.ldapAgreements.set(id, row);
      return row;
    },
    removeAgreement: async (id) => dropAgreement(id),
    async schedule(id, nextAt, was) {
      const row = state.ldapAgreements.get(id);
      if (row?.nextAt !== was) return false;
      state.ldapAgreements.set(id, { ...row, nextAt });
      return true;
    },
    async *linked(agreementId) {
      const rows = [...state.ldapPeople.values()]
        .filter((link) => link.agreementId === agreementId)
        .sort((a, b) => a.accountId - b.accountId)
        .flatMap((link) => joined(link) ?? []);
      for (let at = 0; at < rows.length; at += 1_000) yield rows.slice(at, at + 1_000);
    },
    async linkOf(accountId) {
      const link = state.ldapPeople.get(accountId);
      return link === undefined ? null : joined(link);
    },
    async linksByKey(directoryId, keys) {
      const wanted = new Set(keys);
      return [...state.ldapPeople.values()].filter(
        (link) => link.directoryId === directoryId && wanted.has(link.key) && state.accounts.has(link.accountId),
      );
    },
    async link(rows) {
      for (const row of rows) if (state.accounts.has(row.accountId)) state.ldapPeople.set(row.accountId, row);
    },
    async countLinked() {
      const counts = new Map<string, { people: number; gone: number }>();
      for (const link of state.ldapPeople.values()) {
        if (!state.accounts.has(link.accountId)) continue;
        const { people, gone } = counts.get(link.agreementId) ?? { people: 0, gone: 0 };
        counts.set(link.agreementId, { people: people + 1, gone: gone + (link.goneAt === null ? 0 : 1) });
      }
      return [...counts]
        .map(([agreementId, count]) => ({ agreementId, ...count }))
        .sort((a, b) => (a.agreementId < b.agreementId ? -1 : 1));
    },
    async addRun(run) {
      state.ldapRuns.set(run.id, run);
    },
    async updateRun(id, patch) {
      const was = state.ldapRuns.get(id);
      if (was !== undefined) state.ldapRuns.set(id, { ...was, ...patch });
    },
    run: async (id) => state.ldapRuns.get(id) ?? null,
    runs: async (agreementId, limit) =>
      newestFirst()
        .filter((run) => run.agreementId === agreementId)
        .slice(0, limit)
        .map((run) => ({ ...run, changes: [] })),
    async lastRuns() {
      const seen = new Set<string>();
      return newestFirst()
        .filter(({ agreementId }) => !seen.has(agreementId) && seen.add(agreementId))
        .map((run) => ({ ...run, changes: [] }))
        .sort((a, b) => (a.agreementId < b.agreementId ? -1 : 1));
    },
    async expireRuns(before, limit) {
      const old = [...state.ldapRuns.values()]
        .filter(({ at }) => at < before)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit);
      for (const { id } of old) state.ldapRuns.delete(id);
      return old.length;
    },
  };
}
