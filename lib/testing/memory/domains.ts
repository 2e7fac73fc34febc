import type { Account, DomainRow, DomainStore } from '../../directory/ports.ts';
import type { MemoryState } from './state.ts';

/** A domain appears with its first user. */
export function domainsUsed(state: MemoryState, accounts: readonly Account[], at: number): void {
  for (const { domain } of accounts) {
    if (!state.domains.has(domain)) state.domains.set(domain, { domain, managed: 'system', isDefault: false, createdAt: at });
  }
}

/** A domain that came with a user goes with the last one; what was added by hand and the default stay. */
export function domainsGone(state: MemoryState): void {
  const used = new Set<string>([...state.accounts.values()].map((a) => a.domain));
  for (const row of [...state.domains.values()]) {
    if (row.managed === 'system' && !row.isDefault && !used.has(row.domain)) state.domains.delete(row.domain);
  }
}

export function memoryDomainStore(state: MemoryState, now: () => number = Date.now): DomainStore {
  const users = (domain: string): number => [...state.accounts.values()].filter((a) => a.domain === domain).length;
  return {
    async list() {
      const rows: DomainRow[] = [...state.domains.values()].map((row) => ({ ...row, users: users(row.domain) }));
      return rows.sort((a, b) => (a.domain < b.domain ? -1 : 1));
    },
    async add(domain) {
      const was = state.domains.get(domain);
      if (was !== undefined) return 'exists';
      state.domains.set(domain, { domain, managed: 'administrator', isDefault: false, createdAt: now() });
      return 'added';
    },
    async rename(from, to) {
      const was = state.domains.get(from);
      if (was === undefined) return 'missing';
      if (users(from) > 0) return 'in-use';
      if (state.domains.has(to)) return 'exists';
      state.domains.delete(from);
      state.domains.set(to, { ...was, domain: to });
      return 'renamed';
    },
    async remove(domain) {
      const was = state.domains.get(domain);
      if (was === undefined) return 'missing';
      if (was.isDefault || users(domain) > 0) return 'in-use';
      state.domains.delete(domain);
      return 'removed';
    },
    async setDefault(domain) {
      for (const [name, row] of state.domains) if (row.isDefault && name !== domain) state.domains.set(name, { ...row, isDefault: false });
      const was = state.domains.get(domain);
      state.domains.set(
        domain,
        was === undefined ? { domain, managed: 'administrator', isDefault: true, createdAt: now() } : { ...was, isDefault: true },
      );
      domainsGone(state);
    },
  };
}
