import type { z } from 'zod';
import type { findNodesInput } from '@/lib/admin/pubsub/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

export const nodeFilters = ['owner', 'kind'] as const;

/** The table's state in the URL as the use case wants it. What is not among the choices is left out, so an old link still opens. */
export function nodesInput(query: TableQuery): z.input<typeof findNodesInput> {
  const owner = query.filters.owner?.[0];
  const kind = query.filters.kind?.[0];
  return {
    ...(query.search ? { name: query.search } : {}),
    ...(owner ? { owner } : {}),
    ...(kind === 'person' || kind === 'service' ? { kind } : {}),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  };
}
