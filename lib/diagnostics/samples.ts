import { createHistogram, performance } from 'node:perf_hooks';
import type { EngineFigures } from './ports.ts';

/** One second, or one minute, of the node. Rates are per second. */
export interface Sample {
  /** Milliseconds since 1970, end of the interval. */
  readonly at: number;
  readonly sessions: number;
  readonly usersOnline: number;
  readonly messagesPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly presencePerSecond: number;
  readonly signInsPerSecond: number;
  readonly signInFailuresPerSecond: number;
  /** How late the event loop was, milliseconds. */
  readonly loopP50: number;
  readonly loopP99: number;
  readonly loopMax: number;
  /** Share of one core, 0 to 1 and above when several threads work. */
  readonly cpu: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
}

export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}
/** The event loop since the last read. */
export interface LoopMonitor {
  read(): LoopDelay;
  stop(): void;
}

const resolutionMs = 10;
/**
 * A timer that measures how late it is called. Not `monitorEventLoopDelay`: each `reset` of it drops the interval under way, and
 * with it a block that began or ended around the reset.
 */
export function createLoopMonitor(): LoopMonitor {
  const histogram = createHistogram();
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    // The histogram takes whole nanoseconds from 1.
    histogram.record(Math.max(1, Math.round((now - last - resolutionMs) * 1e6)));
    last = now;
  }, resolutionMs);
  timer.unref();
  const ms = (nanoseconds: number) => Math.round(nanoseconds / 1e4) / 100;
  return {
    read() {
      const delay =
        histogram.count === 0
          ? { p50: 0, p99: 0, max: 0 }
          : { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max) };
      histogram.reset();
      return delay;
    },
    stop: () => clearInterval(timer),
  };
}

export interface RawReading {
  readonly at: number;
  /** Monotonic milliseconds. */
  readonly elapsed: number;
  readonly figures: EngineFigures;
  readonly loop: LoopDelay;
  /** Microseconds of CPU used since start. */
  readonly cpuMicros: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
}

/** The last `capacity` values, oldest first. */
export interface Ring<T> {
  push(value: T): void;
  values(): readonly T[];
  last(): T | null;
}
export function createRing<T>(capacity: number): Ring<T> {
  const kept: T[] = [];
  let start = 0;
  return {
    push(value) {
      if (kept.length < capacity) kept.push(value);
      else {
        kept[start] = value;
        start = (start + 1) % capacity;
      }
    },
    values: () => [...kept.slice(start), ...kept.slice(0, start)],
    last: () => (kept.length === 0 ? null : (kept[(start + kept.length - 1) % kept.length] ?? null)),
  };
}

/** Two readings make a sample. A total that went down means the part behind it was started anew: its rate is then counted from zero. */
export function sampleBetween(before: RawReading, now: RawReading): Sample {
  const seconds = Math.max(0.001, (now.elapsed - before.elapsed) / 1000);
  const rate = (key: keyof EngineFigures) => {
    const gained = now.figures[key] - before.figures[key];
    return Math.round(((gained < 0 ? now.figures[key] : gained) / seconds) * 100) / 100;
  };
  return {
    at: now.at,
    sessions: now.figures.sessions,
    usersOnline: now.figures.usersOnline,
    messagesPerSecond: rate('messagesIn'),
    deliveredPerSecond: rate('messagesDelivered'),
    presencePerSecond: rate('presenceIn'),
    signInsPerSecond: rate('signIns'),
    signInFailuresPerSecond: rate('signInFailures'),
    loopP50: now.loop.p50,
    loopP99: now.loop.p99,
    loopMax: now.loop.max,
    cpu: Math.round(((now.cpuMicros - before.cpuMicros) / (seconds * 1e6)) * 1000) / 1000,
    residentBytes: now.residentBytes,
    heapBytes: now.heapBytes,
  };
}

/** A minute of seconds as one: rates and shares are means, gauges the last, delays the median, the worst p99 and the worst of all. */
export function foldMinute(seconds: readonly Sample[]): Sample | null {
  const last = seconds.at(-1);
  if (!last) return null;
  const mean = (key: keyof Sample) => Math.round((seconds.reduce((sum, s) => sum + s[key], 0) / seconds.length) * 100) / 100;
  const most = (key: keyof Sample) => seconds.reduce((top, s) => Math.max(top, s[key]), 0);
  const medians = seconds.map((s) => s.loopP50).sort((a, b) => a - b);
  return {
    ...last,
    messagesPerSecond: mean('messagesPerSecond'),
    deliveredPerSecond: mean('deliveredPerSecond'),
    presencePerSecond: mean('presencePerSecond'),
    signInsPerSecond: mean('signInsPerSecond'),
    signInFailuresPerSecond: mean('signInFailuresPerSecond'),
    loopP50: medians[Math.floor(medians.length / 2)] ?? 0,
    loopP99: most('loopP99'),
    loopMax: most('loopMax'),
    cpu: mean('cpu'),
  };
}
