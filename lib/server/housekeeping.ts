import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';

/** Work that repeats: what is older than the settings keep goes, a slice at a time; certificates and services are looked at. */
export interface Housekeeping {
  start(): void;
  stop(): Promise<void>;
}

export interface HousekeepingTask {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<unknown> | unknown;
}

export function createHousekeeping(deps: {
  readonly tasks: readonly HousekeepingTask[];
  readonly clock: Clock;
  readonly log: Log;
}): Housekeeping {
  const timers = new Map<HousekeepingTask, { cancel(): void }>();
  let running: Promise<unknown> = Promise.resolve();
  let stopped = true;

  function schedule(task: HousekeepingTask): void {
    timers.set(
      task,
      deps.clock.setTimeout(() => {
        // One after the other: housekeeping must never be what the database is busy with.
        running = running
          .then(() => (stopped ? undefined : task.run()))
          .catch((error: unknown) => deps.log.warn('housekeeping.failed', { task: task.name, error }))
          .finally(() => {
            if (!stopped) schedule(task);
          });
      }, task.everyMs),
    );
  }

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      for (const task of deps.tasks) schedule(task);
    },
    async stop() {
      stopped = true;
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
      await running;
    },
  };
}
