import type { z } from 'zod';
import type { findUsersInput } from '@/lib/admin/users/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

export const userSorts = ['userId', 'name', 'createdAt', 'lastSignInAt'] as const;
export const userFilters = ['domain', 'state', 'presence'] as const;

type FindInput = z.input<typeof findUsersInput>;
/** What a bulk action and an export understand of the list: who is online is not written down, so it is not part of it. */
export type UserFilter = Pick<FindInput, 'search' | 'domain' | 'enabled'>;
type Narrowing = Pick<TableQuery, 'search' | 'filters'>;

export function userFilter(query: Narrowing): UserFilter {
  const domain = query.filters.domain?.[0];
  const state = query.filters.state?.[0];
  return {
    ...(query.search ? { search: query.search } : {}),
    ...(domain ? { domain } : {}),
    ...(state === 'enabled' || state === 'disabled' ? { enabled: state === 'enabled' } : {}),
  };
}

export const onlyOnline = (query: Narrowing): boolean => query.filters.presence?.[0] === 'online';

/** The table's state in the URL as the use case wants it. What is not among the choices is left out, so an old link still opens. */
export function usersInput(query: TableQuery): FindInput {
  const sort = userSorts.find((name) => name === query.sort);
  return {
    ...userFilter(query),
    ...(onlyOnline(query) ? { online: true as const } : {}),
    ...(sort ? { sort, descending: query.descending } : {}),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  };
}

/** The same filter for a link to the export. */
export function exportQuery(query: Narrowing): string {
  const { search, domain, enabled } = userFilter(query);
  const params = new URLSearchParams();
  if (search) params.set('search', search);
  if (domain) params.set('domain', domain);
  if (enabled !== undefined) params.set('enabled', String(enabled));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
