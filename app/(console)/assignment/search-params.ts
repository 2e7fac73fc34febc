import type { z } from 'zod';
import type { assignedPeopleInput } from '@/lib/admin/assignment/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

/** Besides nodes the filter of homes has these two; a node cannot be named so, for names of nodes have no colon. */
export const NOBODY = ':none';
export const MOVING = ':moving';

export function peopleInput(query: TableQuery): z.input<typeof assignedPeopleInput> {
  const home = query.filters.home?.[0];
  return {
    ...(home === undefined
      ? {}
      : home === NOBODY
        ? { unassigned: true as const }
        : home === MOVING
          ? { moving: true as const }
          : { node: home }),
    ...(query.search ? { search: query.search } : {}),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  };
}
