/** Waits until `check` gives something (not false, null or undefined), or fails after `ms` with what it last threw. */
export async function eventually<T>(check: () => T | Promise<T>, ms = 10_000): Promise<NonNullable<T>> {
  let last: unknown = new Error('the condition did not come true');
  for (const until = performance.now() + ms; performance.now() < until; await new Promise((resolve) => setTimeout(resolve, 15))) {
    try {
      const value = await check();
      if (value !== false && value !== null && value !== undefined) return value;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
