import { useCallback, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
const memory = new Map<string, string>();
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
function read(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

/** A choice of this browser (columns of a table). Null until something was chosen, and while the server renders. */
export function usePreference(name: string): [string | null, (value: string | null) => void] {
  const key = `rollcall.${name}`;
  const value = useSyncExternalStore(
    subscribe,
    () => read(key),
    () => null,
  );
  const save = useCallback(
    (next: string | null) => {
      try {
        if (next === null) localStorage.removeItem(key);
        else localStorage.setItem(key, next);
      } catch {
        // No storage: the choice lasts for this page.
      }
      if (next === null) memory.delete(key);
      else memory.set(key, next);
      for (const each of listeners) each();
    },
    [key],
  );
  return [value, save];
}
