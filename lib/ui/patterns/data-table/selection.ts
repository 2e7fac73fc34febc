import { useCallback, useMemo, useRef, useState } from 'react';

export interface SelectionState {
  readonly keys: ReadonlySet<string>;
  readonly matching: boolean;
  toggle(key: string, withShift: boolean): void;
  toggleAll(): void;
  selectMatching(): void;
  clear(): void;
}

/** Ticked rows of this page. Shift extends from the last one ticked; a new page or filter starts afresh (`scope` changes). */
export function useSelection(order: readonly string[], scope: string): SelectionState {
  const [state, setState] = useState<{ scope: string; keys: ReadonlySet<string>; matching: boolean }>({
    scope,
    keys: new Set(),
    matching: false,
  });
  const last = useRef<string | null>(null);
  const current = state.scope === scope ? state : { scope, keys: new Set<string>(), matching: false };
  const keys = useMemo(() => new Set([...current.keys].filter((key) => order.includes(key))), [current.keys, order]);

  const toggle = useCallback(
    (key: string, withShift: boolean) => {
      setState((was) => {
        const next = extend(was.scope === scope ? was.keys : new Set(), order, key, withShift ? last.current : null);
        last.current = key;
        return { scope, keys: next, matching: false };
      });
    },
    [order, scope],
  );
  return {
    keys,
    matching: current.matching,
    toggle,
    toggleAll: () => setState({ scope, keys: keys.size === order.length ? new Set() : new Set(order), matching: false }),
    selectMatching: () => setState({ scope, keys: new Set(order), matching: true }),
    clear: () => setState({ scope, keys: new Set(), matching: false }),
  };
}

/** The set after a click on `key`: alone, or with all rows between it and `anchor`, which take its new state. */
export function extend(keys: ReadonlySet<string>, order: readonly string[], key: string, anchor: string | null): ReadonlySet<string> {
  const next = new Set(keys);
  const on = !keys.has(key);
  const from = anchor === null ? -1 : order.indexOf(anchor);
  const to = order.indexOf(key);
  const range = from < 0 || to < 0 ? [key] : order.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const each of range) {
    if (on) next.add(each);
    else next.delete(each);
  }
  return next;
}
