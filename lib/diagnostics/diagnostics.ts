import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { ServerValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Live, liveBox } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { createAlarmBook, databaseTrouble, judge, memoryShare } from './alarms.ts';
import type { Alarm, DiagnosticSources } from './ports.ts';
import { createPrometheusText } from './prometheus.ts';
import { createLoopMonitor, createRing, foldMinute, type LoopMonitor, type RawReading, type Sample, sampleBetween } from './samples.ts';

export interface HealthReport {
  /** The process answers at all. */
  readonly live: boolean;
  /** Clients may be sent here. */
  readonly ready: boolean;
  /** Why it is not ready, sentences. */
  readonly reasons: readonly string[];
}
export interface NodeFacts {
  readonly name: string;
  readonly version: string;
  readonly startedAt: number;
  readonly uptimeSeconds: number;
  readonly memory: { readonly usedBytes: number; readonly limitBytes: number };
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  readonly nodeVersion: string;
}
export type SeriesSpan = 'ten-minutes' | 'day';

export interface Diagnostics {
  start(): void;
  stop(): void;
  health(): HealthReport;
  alarms(): readonly Alarm[];
  facts(): NodeFacts;
  lastSecond(): Sample | null;
  /** `ten-minutes`: one sample a second; `day`: one a minute. Oldest first. */
  series(span: SeriesSpan): readonly Sample[];
  /** True while memory is short (O-3): listeners then take no new connections. */
  readonly isMemoryShort: Live<boolean>;
  readonly metrics: { readonly contentType: string; render(): Promise<string> };
  /** Set by the composer: nothing is ready before all is started, and while the node stops. */
  setPhase(phase: 'starting' | 'running' | 'stopping'): void;
  /** Takes a reading and judges; `start` does it each second. */
  tick(): void;
}

/** How long the loop must be late, or good again, before an alarm comes or goes. */
const loopSeconds = 10;
const diskEveryMs = 30_000;

export function createDiagnostics(deps: {
  readonly sources: DiagnosticSources;
  readonly settings: Live<ServerValues>;
  readonly clock: Clock;
  readonly log: Log;
  readonly nodeName: string;
  readonly version: string;
  readonly dataDir: string;
  /** For tests. */
  readonly loop?: LoopMonitor;
  readonly readDisk?: () => Promise<{ freeBytes: number; totalBytes: number }>;
  readonly residentBytes?: () => number;
}): Diagnostics {
  const { sources, settings, clock, log } = deps;
  const loop = deps.loop ?? createLoopMonitor();
  const residentBytes = deps.residentBytes ?? (() => process.memoryUsage.rss());
  const seconds = createRing<Sample>(600);
  const minutes = createRing<Sample>(1_440);
  const book = createAlarmBook({ clock, log });
  const isMemoryShort = liveBox(false);
  const startedAt = clock.now();
  const startedMonotonic = clock.monotonic();
  let before: RawReading | null = null;
  let minute: Sample[] = [];
  let late = 0;
  let good = 0;
  let isLate = false;
  let disk: NodeFacts['disk'] = null;
  let diskAskedAt = Number.NEGATIVE_INFINITY;
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  let timer: { cancel(): void } | null = null;

  const limitBytes = (): number => {
    const set = settings.get().memoryLimit;
    if (set > 0) return set;
    // In a container the machine is larger than what the process may use.
    const constrained = process.constrainedMemory();
    const total = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
    return Math.floor(total * 0.75);
  };
  const readDisk =
    deps.readDisk ??
    (async () => {
      const { bavail, blocks, bsize } = await statfs(deps.dataDir);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    });

  function askDisk(now: number): void {
    if (now - diskAskedAt < diskEveryMs) return;
    diskAskedAt = now;
    readDisk().then(
      (found) => {
        disk = found;
      },
      (error: unknown) => {
        disk = null;
        log.warn('diagnostics.disk-unreadable', { error });
      },
    );
  }

  /** Median over the limit for ten seconds: late; ten good seconds: over. One slow second is no alarm. */
  function followLoop(sample: Sample): void {
    if (sample.loopP50 > settings.get().loopDelayAlarm) {
      late++;
      good = 0;
    } else {
      good++;
      late = 0;
    }
    if (late >= loopSeconds) isLate = true;
    else if (good >= loopSeconds) isLate = false;
  }

  function tick(): void {
    const elapsed = clock.monotonic();
    const { user, system } = process.cpuUsage();
    const reading: RawReading = {
      at: clock.now(),
      elapsed,
      figures: { ...sources.figures() },
      loop: loop.read(),
      cpuMicros: user + system,
      residentBytes: residentBytes(),
      heapBytes: process.memoryUsage().heapUsed,
    };
    if (before) {
      const sample = sampleBetween(before, reading);
      seconds.push(sample);
      minute.push(sample);
      if (minute.length >= 60) {
        const folded = foldMinute(minute);
        if (folded) minutes.push(folded);
        minute = [];
      }
      followLoop(sample);
    }
    before = reading;
    askDisk(elapsed);
    const memory = { usedBytes: reading.residentBytes, limitBytes: limitBytes() };
    const isShort = memory.usedBytes > memory.limitBytes * memoryShare;
    if (isShort !== isMemoryShort.get()) isMemoryShort.set(isShort);
    const loopLate = isLate ? { p50: seconds.last()?.loopP50 ?? 0, limitMs: settings.get().loopDelayAlarm } : null;
    // While the node starts, parts that do not run yet are not wrong.
    const services = phase === 'running' ? sources.services() : [];
    book.update(
      judge({
        database: sources.database(),
        services,
        certificates: sources.certificates(),
        loopLate,
        memory,
        disk,
        more: sources.alarms(),
      }),
    );
  }

  function health(): HealthReport {
    const reasons: string[] = [];
    if (phase === 'starting') reasons.push('The node is starting.');
    if (phase === 'stopping') reasons.push('The node is stopping.');
    const database = sources.database();
    if (database.state === 'down') reasons.push(databaseTrouble(database));
    if (phase === 'running') {
      for (const s of sources.services()) {
        if (s.critical && s.state !== 'started' && s.state !== 'degraded') reasons.push(`${s.title} is ${s.state}. ${s.why}`.trim());
      }
    }
    return { live: true, ready: reasons.length === 0, reasons };
  }

  const diagnostics: Diagnostics = {
    start() {
      const next = () => {
        timer = clock.setTimeout(() => {
          try {
            tick();
          } catch (error) {
            log.error('diagnostics.tick-failed', { error });
          }
          if (timer) next();
        }, 1_000);
      };
      tick();
      next();
    },
    stop() {
      timer?.cancel();
      timer = null;
      loop.stop();
    },
    health,
    alarms: () => book.current(),
    facts: () => ({
      name: deps.nodeName,
      version: deps.version,
      startedAt,
      uptimeSeconds: Math.floor((clock.monotonic() - startedMonotonic) / 1000),
      memory: { usedBytes: residentBytes(), limitBytes: limitBytes() },
      disk,
      nodeVersion: process.version,
    }),
    lastSecond: () => seconds.last(),
    series: (span) => (span === 'day' ? minutes.values() : seconds.values()),
    isMemoryShort,
    metrics: createPrometheusText({
      figures: sources.figures,
      services: sources.services,
      certificates: sources.certificates,
      alarms: () => book.current(),
      lastSecond: () => seconds.last(),
      isDatabaseUp: () => sources.database().state === 'up',
    }),
    setPhase(next) {
      phase = next;
    },
    tick,
  };
  return diagnostics;
}
