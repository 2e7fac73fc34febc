import type { z } from 'zod';
import type { transcriptInput } from '@/lib/admin/rooms/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

export const transcriptFilters = ['nick', 'sender', 'since', 'until'] as const;

/** The transcript asked for by the URL. What cannot be read as a time is left out. */
export function transcriptInputOf(room: string, query: Pick<TableQuery, 'search' | 'filters' | 'cursor'>): z.input<typeof transcriptInput> {
  const moment = (name: string): number | undefined => {
    const at = Date.parse(query.filters[name]?.[0] ?? '');
    return Number.isNaN(at) ? undefined : at;
  };
  const nick = query.filters.nick?.[0];
  const sender = query.filters.sender?.[0];
  const since = moment('since');
  const until = moment('until');
  return {
    room,
    ...(query.search ? { search: query.search } : {}),
    ...(nick ? { nick } : {}),
    ...(sender ? { sender } : {}),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  };
}

/** The same for a link to the export. */
export function transcriptExportHref(room: string, query: Pick<TableQuery, 'search' | 'filters'>, format: 'csv' | 'json'): string {
  const { room: _, cursor: __, ...asked } = transcriptInputOf(room, { ...query, cursor: null });
  const params = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(asked)) params.set(name, String(value));
  return `/api/v1/rooms/${encodeURIComponent(room)}/messages/export?${params}`;
}
