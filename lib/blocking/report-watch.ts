import type { EventHub } from '../kernel/events.ts';
import type { Log } from '../kernel/log.ts';
import type { ReportStore } from './ports.ts';

/** How many reports wait for an administrator, for the list of alarms. Counted again when one comes or is closed. */
export function createReportWatch(deps: { readonly store: ReportStore; readonly events: EventHub; readonly log: Log }) {
  let open = 0;
  let counting: Promise<void> | null = null;
  let again = false;
  async function count(): Promise<void> {
    if (counting !== null) {
      again = true;
      return counting;
    }
    counting = deps.store.countOpen().then(
      (now) => {
        open = now;
      },
      (error: unknown) => deps.log.warn('reports.not-counted', { error }),
    );
    await counting;
    counting = null;
    if (!again) return;
    again = false;
    await count();
  }
  const stop = deps.events.on('report.changed', () => void count());
  return {
    count,
    stop,
    alarms: () =>
      open === 0
        ? []
        : [
            {
              id: 'reports',
              severity: 'warning' as const,
              what: `${open === 1 ? 'One report' : `${open} reports`} of spam or abuse ${open === 1 ? 'waits' : 'wait'} for an administrator.`,
              action: 'Read them, disable accounts here that do such things, and close the reports.',
              link: '/messaging/reports',
            },
          ],
  };
}
