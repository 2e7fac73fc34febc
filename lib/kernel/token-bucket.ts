/**
 * A rate with a burst. Spending never fails: it may go below zero, and the answer says how long the spender should wait. So nothing is dropped, the one who
 * is too fast is slowed (security-and-limits O-1).
 */
export class TokenBucket {
  private tokens = Number.NaN;
  private at = 0;
  private since = 0;

  /** Takes `cost`; returns the milliseconds until the bucket is no longer in debt, 0 when it is not. A `rate` (per second) of 0 is no limit. */
  spend(cost: number, rate: number, burst: number, nowMs: number): number {
    if (rate <= 0) return 0;
    const tokens = Number.isNaN(this.tokens) ? burst : Math.min(burst, this.tokens + ((nowMs - this.at) * rate) / 1000);
    this.tokens = tokens - cost;
    this.at = nowMs;
    // Timers are coarse, so a moment without debt is no rest; a second's worth is.
    if (tokens >= Math.min(burst, Math.max(1, rate))) this.since = 0;
    else if (this.tokens < 0 && this.since === 0) this.since = nowMs;
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens * 1000) / rate);
  }

  /** For how many milliseconds the spender has been too fast, without a rest of a second; as of the last spending. */
  get tooFastFor(): number {
    return this.since === 0 ? 0 : this.at - this.since;
  }

  /** Would be full by now, so it holds nothing worth remembering. */
  isFull(rate: number, burst: number, nowMs: number): boolean {
    return Number.isNaN(this.tokens) || this.tokens + ((nowMs - this.at) * rate) / 1000 >= burst;
  }
}
