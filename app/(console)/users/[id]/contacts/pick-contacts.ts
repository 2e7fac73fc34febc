import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { UserDetail } from '../_load.ts';

export type Contact = UserDetail['contacts'][number];
export const contactSorts = ['contact', 'name'] as const;
export const contactFilters = ['subscription'] as const;

/** A list of contacts is at most some thousand and read as one: it is searched and ordered here. */
export function pickContacts(
  contacts: readonly Contact[],
  query: Pick<TableQuery, 'search' | 'sort' | 'descending' | 'filters'>,
): readonly Contact[] {
  const wanted = query.search.toLowerCase();
  const kinds = query.filters.subscription;
  const found = contacts.filter(
    (each) =>
      (!kinds || kinds.includes(each.subscription)) &&
      (wanted === '' || [each.contact, each.name, ...each.groups].some((text) => text.toLowerCase().includes(wanted))),
  );
  const key = (each: Contact): string => (query.sort === 'name' ? each.name : each.contact);
  const sorted = [...found].sort((a, b) => key(a).localeCompare(key(b)) || a.contact.localeCompare(b.contact));
  return query.descending ? sorted.reverse() : sorted;
}
