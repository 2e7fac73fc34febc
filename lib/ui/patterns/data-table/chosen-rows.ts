import type { TableQuery } from './query.ts';

type Key = string | number;

/** Search, filters and order of a table whose rows are all there. */
export function chosenRows<R>(
  rows: readonly R[],
  query: TableQuery,
  how: {
    /** What the search looks in. */
    text: (row: R) => string;
    filters?: Readonly<Record<string, (row: R) => string>>;
    sorts: Readonly<Record<string, (row: R) => Key>>;
    /** The order when none is chosen. */
    otherwise?: { readonly id: string; readonly descending?: boolean };
  },
): readonly R[] {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    const text = how.text(row).toLowerCase();
    if (!words.every((word) => text.includes(word))) return false;
    return Object.entries(query.filters).every(([name, values]) => {
      const of = how.filters?.[name];
      return of === undefined || values.includes(of(row));
    });
  });
  const sort = query.sort === '' ? how.otherwise : query;
  const keyOf = how.sorts[query.sort === '' ? (how.otherwise?.id ?? '') : query.sort];
  if (!keyOf) return found;
  const turn = sort?.descending ? -1 : 1;
  return found.toSorted((a, b) => compare(keyOf(a), keyOf(b)) * turn);
}

const compare = (a: Key, b: Key): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en');
