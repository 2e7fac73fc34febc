import type { Measured, Report } from './job.ts';

/** Says something to the main process and waits until it says `continue`. */
export function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => resolve());
    process.send?.(message);
  });
}

export interface Stopwatch {
  stop(units: number, latency: { quantile(share: number): number | null } | null, errors: number): Promise<Measured>;
}

/** The measured part: its start and end are told to the main process, which reads the server's CPU at both. */
export async function startWatch(): Promise<Stopwatch> {
  await report({ is: 'start' });
  const started = performance.now();
  const cpu = process.cpuUsage();
  return {
    async stop(units, latency, errors) {
      const seconds = (performance.now() - started) / 1000;
      const used = process.cpuUsage(cpu);
      await report({ is: 'end' });
      return {
        units,
        seconds,
        p50: latency?.quantile(0.5) ?? null,
        p99: latency?.quantile(0.99) ?? null,
        generatorCpu: (used.user + used.system) / 1e6,
        errors,
      };
    },
  };
}

export const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Runs `work(0) … work(count - 1)` with at most `parallel` under way. */
export async function spread(count: number, parallel: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, lane));
}
