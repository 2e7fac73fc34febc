import type { z } from 'zod';
import type { findSessionsInput } from '@/lib/admin/sessions/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

export const sessionSortNames = ['since', 'user', 'address', 'client'] as const;
export const sessionFilters = ['state', 'transport', 'address', 'client'] as const;

type Input = z.input<typeof findSessionsInput>;

/** The table's state in the URL as the use case wants it. What is not among the choices is left out, so an old link still opens. */
export function sessionsInput(query: TableQuery): Input {
  const one = (name: (typeof sessionFilters)[number]) => query.filters[name]?.[0];
  const state = one('state');
  const transport = one('transport');
  const address = one('address');
  const client = one('client');
  const sort = sessionSortNames.find((name) => name === query.sort);
  return {
    ...(query.search ? { user: query.search } : {}),
    ...(state === 'live' || state === 'hibernating' ? { state } : {}),
    ...(transport === 'tcp' || transport === 'direct-tls' || transport === 'websocket' || transport === 'bosh' ? { transport } : {}),
    ...(address ? { address } : {}),
    ...(client ? { client } : {}),
    ...(sort ? { sort, descending: query.descending } : { sort: 'since', descending: true }),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  };
}
