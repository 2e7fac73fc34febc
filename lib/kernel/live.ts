/** A value that changes while the program runs; readers ask at each use or listen. */
export interface Live<T> {
  get(): T;
  /** Called after each change with the new and the old value; returns the way to stop. */
  onChange(fn: (now: T, was: T) => void): () => void;
}

export interface LiveBox<T> extends Live<T> {
  set(value: T): void;
}

export function liveBox<T>(initial: T): LiveBox<T> {
  let value = initial;
  const listeners = new Set<(now: T, was: T) => void>();
  return {
    get: () => value,
    set(next) {
      const was = value;
      value = next;
      for (const fn of listeners) fn(next, was);
    },
    onChange(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
  };
}
