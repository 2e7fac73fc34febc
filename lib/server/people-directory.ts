import type { AccountStore } from '../directory/ports.ts';
import { parseJid } from '../kernel/jid.ts';
import type { Directories } from '../ldap/index.ts';
import type { FoundPerson, PeopleDirectory } from '../search/ports.ts';

/** People with accounts first, then those of directories that are searched: they may have an address elsewhere, or none, and then are left out. */
export function createPeopleDirectory(deps: {
  readonly accounts: Pick<AccountStore, 'find' | 'byUserIds'>;
  readonly directories: Pick<Directories, 'search'>;
}): PeopleDirectory {
  return {
    async find(words, domain, limit) {
      const where = { search: words, enabled: true, ...(domain === null ? {} : { domain }) };
      const [page, others] = await Promise.all([
        deps.accounts.find({ ...where, sort: 'name', descending: false, limit }),
        deps.directories.search(words.split(' '), limit),
      ]);
      const found = new Map<string, FoundPerson>();
      for (const { bare, userId, name, mail } of page.items) found.set(bare, { bare, userId, name, mail });
      const accounts =
        others.length === 0 ? null : await deps.accounts.byUserIds(others.map(({ userId }) => userId).filter((id) => id !== ''));
      for (const { userId, name, mail, uri } of others) {
        const account = accounts?.get(userId);
        if (account !== undefined && (account.source !== 'ldap' || !account.enabled)) continue;
        const jid = account === undefined ? parseJid(uri) : null;
        const bare = account?.bare ?? (jid !== null && jid.local !== '' && jid.resource === '' ? jid.bare : null);
        if (bare === null || found.has(bare) || found.size >= limit) continue;
        if (domain !== null && parseJid(bare)?.domain !== domain) continue;
        found.set(bare, { bare, userId, name, mail });
      }
      return [...found.values()];
    },
  };
}
