import type { z } from 'zod';
import type { findMembersInput, findOccupantsInput } from '@/lib/admin/rooms/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

type Query = Pick<TableQuery, 'search' | 'filters' | 'cursor'>;
const placed = (query: Query) => ({
  ...(query.search ? { search: query.search } : {}),
  ...(query.cursor ? { cursor: query.cursor } : {}),
});

const occupantRoles = ['moderator', 'participant', 'visitor'] as const;
export function occupantsInput(room: string, query: Query): z.input<typeof findOccupantsInput> {
  const role = occupantRoles.find((name) => name === query.filters.role?.[0]);
  return { room, ...placed(query), ...(role ? { role } : {}) };
}

const memberAffiliations = ['owner', 'admin', 'member', 'outcast'] as const;
export function membersInput(room: string, query: Query): z.input<typeof findMembersInput> {
  const affiliation = memberAffiliations.find((name) => name === query.filters.affiliation?.[0]);
  return { room, ...placed(query), ...(affiliation ? { affiliation } : {}) };
}
