/** Time as the rooms see it, so that tests can hold it still. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. For stamps that people or peers read. */
  now(): number;
  /** Monotonic milliseconds. For every time-out and duration: a jump of the wall clock must not end a session. */
  monotonic(): number;
  setTimeout(fn: () => void, ms: number): { cancel(): void };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(fn, ms) {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
