/** A histogram of microseconds in steps of about 2 %: constant memory, no sorting, any number of samples. */
export interface Latency {
  add(milliseconds: number): void;
  reset(): void;
  readonly count: number;
  /** Milliseconds; null without samples. `share` is 0..1. */
  quantile(share: number): number | null;
}

const stepsPerOctave = 32;

export function createLatency(): Latency {
  const buckets = new Uint32Array(stepsPerOctave * 32);
  let count = 0;
  return {
    add(milliseconds) {
      const microseconds = Math.max(1, milliseconds * 1000);
      const index = Math.min(buckets.length - 1, Math.floor(Math.log2(microseconds) * stepsPerOctave));
      buckets[index] = buckets[index]! + 1;
      count++;
    },
    reset() {
      buckets.fill(0);
      count = 0;
    },
    get count() {
      return count;
    },
    quantile(share) {
      if (count === 0) return null;
      let left = Math.ceil(count * share);
      for (let index = 0; index < buckets.length; index++) {
        left -= buckets[index]!;
        if (left <= 0) return 2 ** ((index + 0.5) / stepsPerOctave) / 1000;
      }
      return null;
    },
  };
}
