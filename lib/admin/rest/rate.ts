import type { Clock } from '../../kernel/clock.ts';

/** Token buckets by key: `rate` a second, as many at once. Buckets that are full again are forgotten. */
export function createRate(clock: Clock, rate: number): { take(key: string): boolean } {
  const buckets = new Map<string, { left: number; at: number }>();
  const maxBuckets = 10_000;
  return {
    take(key) {
      const now = clock.monotonic();
      const bucket = buckets.get(key);
      if (!bucket) {
        if (buckets.size >= maxBuckets) forgetFull(now);
        buckets.set(key, { left: rate - 1, at: now });
        return true;
      }
      bucket.left = Math.min(rate, bucket.left + ((now - bucket.at) * rate) / 1000);
      bucket.at = now;
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
  function forgetFull(now: number) {
    for (const [key, bucket] of buckets) if (now - bucket.at > 1000) buckets.delete(key);
    // All of them busy within the last second: a flood of addresses. Start over rather than grow.
    if (buckets.size >= maxBuckets) buckets.clear();
  }
}
