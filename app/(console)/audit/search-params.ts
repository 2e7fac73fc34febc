import type { z } from 'zod';
import type { exportAuditInput, findAuditInput } from '@/lib/admin/audit/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

export const auditFilters = ['actor', 'action', 'target', 'result', 'since', 'until'] as const;
type FindInput = z.input<typeof findAuditInput>;
type AuditFilter = Omit<z.input<typeof exportAuditInput>, 'format'>;
type Narrowing = Pick<TableQuery, 'search' | 'filters'>;

const results = ['done', 'refused', 'failed'] as const;

/** The filters in the URL as the use case wants them. What is none of the choices is left out, so an old link still opens. */
export function auditFilter(query: Narrowing): AuditFilter {
  const one = (name: (typeof auditFilters)[number]) => query.filters[name]?.[0];
  const [actor, action, target] = [one('actor'), one('action'), one('target')];
  const result = results.find((each) => each === one('result'));
  const since = momentOf(one('since'));
  const until = momentOf(one('until'));
  return {
    ...(query.search ? { search: query.search } : {}),
    ...(actor ? { actor } : {}),
    ...(action ? { action: action.slice(0, 100) } : {}),
    ...(target ? { targetKey: target } : {}),
    ...(result ? { result } : {}),
    ...(since === null ? {} : { since }),
    // The minute that was named is part of it.
    ...(until === null ? {} : { until: until + 59_999 }),
  };
}

export const auditInput = (query: TableQuery): FindInput => ({ ...auditFilter(query), ...(query.cursor ? { cursor: query.cursor } : {}) });

/** A link to the export of what is filtered. */
export function auditExportHref(query: Narrowing, format: 'csv' | 'json'): string {
  const params = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(auditFilter(query))) params.set(name, String(value));
  return `/api/v1/audit/export?${params}`;
}

function momentOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z?)?$/.test(text)) return null;
  const at = Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text);
  return Number.isNaN(at) || at < 0 ? null : at;
}
