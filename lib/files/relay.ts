import type { Duplex } from 'node:stream';
import type { FilesValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import { TokenBucket } from '../kernel/token-bucket.ts';

export interface Relay {
  readonly bytes: number;
  end(): void;
}

type Limits = Live<Pick<FilesValues, 'proxyBytesPerSecond' | 'proxyMaxSize' | 'proxyIdle'>>;

/** Joins two connections: what one says the other hears, at the pace of the slower one and of the limit. */
export function createRelay(deps: {
  readonly legs: readonly [Duplex, Duplex];
  readonly settings: Limits;
  readonly clock: Clock;
  /** Once, when both have gone. */
  readonly ended: (bytes: number, why: string) => void;
}): Relay {
  const { clock, legs, settings } = deps;
  const bucket = new TokenBucket();
  let bytes = 0;
  let last = clock.monotonic();
  let isOver = false;
  let idle: { cancel(): void };

  function over(why: string): void {
    if (isOver) return;
    isOver = true;
    idle.cancel();
    for (const leg of legs) leg.destroy();
    deps.ended(bytes, why);
  }

  function watch(): void {
    const limit = settings.get().proxyIdle * 1000;
    const left = limit - (clock.monotonic() - last);
    if (left <= 0) return over('idle');
    idle = clock.setTimeout(watch, Math.min(left, limit));
  }

  function join(from: Duplex, to: Duplex): void {
    /** Why nothing is read now: the other side is slow, or the limit is reached. */
    let slow = false;
    let limited = false;
    const goOn = () => {
      if (!slow && !limited && !isOver) from.resume();
    };
    from.on('data', (chunk: Buffer) => {
      const { proxyBytesPerSecond, proxyMaxSize } = settings.get();
      bytes += chunk.length;
      last = clock.monotonic();
      if (proxyMaxSize > 0 && bytes > proxyMaxSize) return over('too much');
      if (!to.write(chunk)) slow = true;
      const wait = bucket.spend(chunk.length, proxyBytesPerSecond, proxyBytesPerSecond, last);
      if (wait > 0) {
        limited = true;
        clock.setTimeout(() => {
          limited = false;
          goOn();
        }, wait);
      }
      if (slow || limited) from.pause();
    });
    to.on('drain', () => {
      slow = false;
      last = clock.monotonic();
      goOn();
    });
    // One side may have said everything while the other has not (half-closed).
    from.on('end', () => {
      if (!to.writableEnded) to.end();
    });
    from.on('error', () => over('broken'));
    from.on('close', () => {
      // Whoever went without a word takes the other along; what was written to a side that ended is still sent.
      if (!from.readableEnded) over('broken');
      else if (to.destroyed) over('done');
      else if (!to.writableEnded) to.end();
    });
  }

  watch();
  join(legs[0], legs[1]);
  join(legs[1], legs[0]);
  for (const leg of legs) leg.resume();
  return {
    get bytes() {
      return bytes;
    },
    end: () => over('ended'),
  };
}
