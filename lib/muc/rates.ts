import { TokenBucket } from '../kernel/token-bucket.ts';

/** More people than this are not remembered at once: those whose buckets are full are forgotten first, then all. */
const MOST = 10_000;

/** A rate for each of many people. Those who are too fast are refused, and what is refused is not counted. */
export class Rates {
  private readonly buckets = new Map<string, TokenBucket>();

  allows(who: string, rate: number, burst: number, now: number): boolean {
    if (rate <= 0) return true;
    let bucket = this.buckets.get(who);
    if (bucket === undefined) {
      if (this.buckets.size >= MOST) this.makeSpace(rate, burst, now);
      bucket = new TokenBucket();
      this.buckets.set(who, bucket);
    }
    const wait = bucket.spend(1, rate, burst, now);
    if (wait === 0) return true;
    bucket.spend(-1, rate, burst, now);
    return false;
  }

  private makeSpace(rate: number, burst: number, now: number): void {
    for (const [who, bucket] of this.buckets) if (bucket.isFull(rate, burst, now)) this.buckets.delete(who);
    if (this.buckets.size >= MOST) this.buckets.clear();
  }
}
