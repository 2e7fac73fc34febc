/**
 * The state of a table lives in the URL, so that a link is a view: `q` searches, `sort` names a column (`-name` turns it round),
 * `cursor` is a place of keyset paging, every filter has its own name. Pure, for server pages and for the table.
 */
export type RawSearchParams = Readonly<Record<string, string | string[] | undefined>>;

export interface TableQuery {
  readonly search: string;
  /** '' when the default order is meant. */
  readonly sort: string;
  readonly descending: boolean;
  readonly cursor: string | null;
  /** Chosen values by filter; filters that are not set are absent. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

const MAX_TEXT = 200;
const MAX_CURSOR = 2000;

/** Reads only what the page names; everything else in the URL is ignored. */
export function readTableQuery(raw: RawSearchParams, allowed: { sorts?: readonly string[]; filters?: readonly string[] } = {}): TableQuery {
  const one = (name: string): string => {
    const value = raw[name];
    return (Array.isArray(value) ? value[0] : value) ?? '';
  };
  const sort = one('sort');
  const column = sort.replace(/^-/, '');
  const known = allowed.sorts?.includes(column) ?? false;
  const filters: Record<string, readonly string[]> = {};
  for (const name of allowed.filters ?? []) {
    const values = one(name)
      .split(',')
      .map((value) => value.trim().slice(0, MAX_TEXT))
      .filter((value) => value !== '');
    if (values.length > 0) filters[name] = values;
  }
  const cursor = one('cursor');
  return {
    search: one('q').trim().slice(0, MAX_TEXT),
    sort: known ? column : '',
    descending: known && sort.startsWith('-'),
    cursor: cursor === '' || cursor.length > MAX_CURSOR ? null : cursor,
    filters,
  };
}

/** True when search or a filter narrows the list: "nothing matches" and not "nothing yet". */
export const isNarrowed = (query: Pick<TableQuery, 'search' | 'filters'>): boolean =>
  query.search !== '' || Object.keys(query.filters).length > 0;

/** The same URL with some parameters changed; null takes one away. A new search, order or filter starts at the first page. */
export function withParams(current: URLSearchParams, changes: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams(current);
  if (!('cursor' in changes)) next.delete('cursor');
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === '' ? '?' : `?${text}`;
}
