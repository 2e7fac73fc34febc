import type { Log } from '../../kernel/log.ts';
import type { JobRunner } from '../jobs/runner.ts';
import { systemViewer } from '../shared/viewer.ts';
import { type SyncDeps, syncWork } from './sync-work.ts';

const MINUTE_MS = 60_000;

export interface DirectorySchedule {
  /** Runs that a stopped server left unfinished are ended. */
  recover(): Promise<void>;
  /** Starts what is due; called twice a minute. */
  look(): Promise<void>;
}

/** Agreements run by themselves, each at its own times. */
export function createDirectorySchedule(deps: SyncDeps & { readonly jobs: JobRunner; readonly log: Log }): DirectorySchedule {
  const { clock, directories, jobs, log, uow } = deps;
  return {
    async recover() {
      for (const { id, state } of await uow.stores.directories.lastRuns()) {
        if (state !== 'running') continue;
        const why = 'The server was stopped meanwhile. The next run goes on.';
        await uow.stores.directories.updateRun(id, { state: 'failed', endedAt: clock.now(), why });
      }
    },
    async look() {
      const now = clock.now();
      for (const agreement of await uow.stores.directories.agreements()) {
        if (!agreement.enabled || agreement.everyMinutes === 0 || agreement.nextAt > now || directories.syncing.has(agreement.id)) continue;
        if (directories.running(agreement.directoryId) === null) continue;
        const next = now + agreement.everyMinutes * MINUTE_MS;
        // Of several nodes, only the one that moved the time runs it.
        if (!(await uow.stores.directories.schedule(agreement.id, next, agreement.nextAt))) continue;
        const afterwards: (() => void)[] = [];
        const started = await uow.run((stores) => {
          afterwards.length = 0;
          const ctx = { viewer: systemViewer, stores, afterCommit: (fn: () => void) => void afterwards.push(fn) };
          return jobs.enqueue(ctx, syncWork({ agreement, isTrial: false, isConfirmed: false }, deps, systemViewer));
        });
        if (started.ok) for (const run of afterwards) run();
        else log.warn('ldap.sync-not-started', { agreement: agreement.name, why: started.fault.message });
      }
    },
  };
}
