import type { z } from 'zod';
import type { findRoomsInput } from '@/lib/admin/rooms/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

export const roomTableSorts = ['address', 'title', 'createdAt', 'occupants'] as const;
export const roomFilters = ['kind', 'listed', 'server', 'people'] as const;

type FindInput = z.input<typeof findRoomsInput>;
/** What a bulk action understands of the list: who is inside changes by the second, so it is not part of it. */
export type RoomFilter = Pick<FindInput, 'search' | 'domain' | 'persistent' | 'public'>;
type Narrowing = Pick<TableQuery, 'search' | 'filters'>;

export function roomFilter(query: Narrowing): RoomFilter {
  const kind = query.filters.kind?.[0];
  const listed = query.filters.listed?.[0];
  const domain = query.filters.server?.[0];
  return {
    ...(query.search ? { search: query.search } : {}),
    ...(domain ? { domain } : {}),
    ...(kind === 'persistent' || kind === 'passing' ? { persistent: kind === 'persistent' } : {}),
    ...(listed === 'public' || listed === 'hidden' ? { public: listed === 'public' } : {}),
  };
}

/** Only rooms with somebody inside, by filter or because they are ordered by how many. */
export const onlyOccupied = (query: Pick<TableQuery, 'filters' | 'sort'>): boolean =>
  query.filters.people?.[0] === 'inside' || query.sort === 'occupants';

/** The table's state in the URL as the use case wants it. What is not among the choices is left out, so an old link still opens. */
export function roomsInput(query: TableQuery): FindInput {
  const sort = roomTableSorts.find((name) => name === query.sort);
  return {
    ...roomFilter(query),
    ...(onlyOccupied(query) ? { occupied: true as const } : {}),
    ...(sort ? { sort, descending: query.descending } : {}),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  };
}
