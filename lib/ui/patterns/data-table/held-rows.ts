import { useMemo, useState } from 'react';

export interface HeldRows<R> {
  readonly rows: readonly R[];
  /** Rows that came and wait. */
  readonly waiting: number;
  /** Keys of rows that are gone but still shown. */
  readonly gone: ReadonlySet<string>;
  release(): void;
}

/**
 * Keeps the rows of a live table in place: values of known rows are renewed, new rows wait, gone rows stay (quiet) until released.
 * With `live` off, or when `scope` (page, filters) changes, everything is shown at once.
 */
export function useHeldRows<R>(rows: readonly R[], rowKey: (row: R) => string, live: boolean, scope: string): HeldRows<R> {
  const [held, setHeld] = useState<{ scope: string; rows: readonly R[] }>({ scope, rows });
  if (held.scope !== scope) setHeld({ scope, rows });
  const base = live && held.scope === scope ? held.rows : rows;
  return useMemo(() => {
    const view = holdRows(base, rows, rowKey);
    return { ...view, release: () => setHeld({ scope, rows }) };
  }, [base, rows, rowKey, scope]);
}

export function holdRows<R>(shown: readonly R[], now: readonly R[], rowKey: (row: R) => string): Omit<HeldRows<R>, 'release'> {
  if (shown === now) return { rows: now, waiting: 0, gone: new Set() };
  const fresh = new Map(now.map((row) => [rowKey(row), row]));
  const gone = new Set<string>();
  const rows = shown.map((row) => {
    const key = rowKey(row);
    const renewed = fresh.get(key);
    fresh.delete(key);
    if (renewed === undefined) gone.add(key);
    return renewed ?? row;
  });
  return { rows, waiting: fresh.size, gone };
}
