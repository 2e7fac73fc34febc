import type { Clock } from '../../kernel/clock.ts';
import type { EventHub } from '../../kernel/events.ts';
import type { Fault } from '../../kernel/faults.ts';
import { sortableId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { isDatabaseAway } from '../shared/database-away.ts';
import type { AdminStores, JobResult, JobRow, UnitOfWork } from '../shared/ports.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import type { Permission, Viewer } from '../shared/viewer.ts';
import { jobFaults } from './faults.ts';

/**
 * Long work, cut in slices: between two slices the event loop is free, progress is told and a cancel is heard. State and results are
 * in the store. One job runs per person and four per node (limits §3.4); more wait in the order they came. What a job needs and may
 * not be stored (passwords of an import) lives in its closure only, so such a job cannot go on after a restart and says so.
 */
export interface JobWork {
  readonly kind: string;
  readonly title: string;
  /** What it takes to start it, so that a retry asks for no less than the first run. */
  readonly may: Permission;
  /** Kept in the store, for the page and for going on after a restart. Never holds a secret. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Counts what there is to do; may add to the stored input what must not be worked out twice (the list of ids). */
  prepare(): Promise<{ total: number; input?: Readonly<Record<string, unknown>> }>;
  /**
   * Goes on after the first `from` rows. Each value is the outcome of one slice, in order of the rows. Audit records of the slices
   * name `job:JOB` as their parent.
   */
  slices(from: number, job: string): AsyncIterable<readonly RowOutcome[]>;
  /**
   * Where the slices have come to, added to the stored input after each. Work that has it does not go by the number of rows, and waits for a database that
   * is away instead of failing: `slices` is then called again and goes on behind its place.
   */
  place?(): Readonly<Record<string, unknown>>;
  /** Sentence for the end. */
  summary(counts: { done: number; failed: number }): string;
}
export type RowOutcome = Omit<JobResult, 'index'>;

/** Makes the work again from what is stored. Null: this kind cannot. */
export type RebuildWork = (row: JobRow, onlyTargets: readonly string[] | null, viewer: Viewer) => JobWork | null;

export interface JobRunner {
  /** Writes the row in the transaction of the use case; the work starts after the commit. Refused when too many wait. */
  enqueue(ctx: Pick<UseCaseContext<unknown>, 'viewer' | 'stores' | 'afterCommit'>, work: JobWork): Promise<Result<JobRow, Fault>>;
  /** Ends after the slice under way. False when it neither runs nor waits on this node. */
  cancel(id: string): boolean;
  /** After a restart: what can go on goes on, the rest is marked failed with the reason. */
  recover(): Promise<void>;
  /** Makes the work of an ended job again, for a retry. */
  rebuild: RebuildWork;
  /** Resolves when nothing runs or waits; for shutdown and tests. */
  idle(): Promise<void>;
  /** Stops after the slices under way, leaving the rows as running, so that the next start deals with them. */
  stop(): Promise<void>;
}

interface Entry {
  readonly id: string;
  readonly owner: string;
  readonly viewer: Viewer;
  readonly work: JobWork;
  readonly from: number;
  readonly already: { done: number; failed: number };
  cancelled: boolean;
}

const maxPerNode = 4;
const maxPerOwner = 1;
const maxWaiting = 20;
const retryMs = 5000;

export function createJobRunner(deps: { uow: UnitOfWork; clock: Clock; log: Log; events: EventHub; rebuild: RebuildWork }): JobRunner {
  const waiting: Entry[] = [];
  const running = new Map<string, Entry>();
  const idlers: (() => void)[] = [];
  /** Ends the pauses early, at shutdown. */
  const pauses = new Set<() => void>();
  let stopping = false;
  const jobs = () => deps.uow.stores.jobs;

  function startNext() {
    while (!stopping && running.size < maxPerNode) {
      const index = waiting.findIndex((entry) => [...running.values()].filter((other) => other.owner === entry.owner).length < maxPerOwner);
      const entry = index < 0 ? undefined : waiting.splice(index, 1)[0];
      if (!entry) break;
      running.set(entry.id, entry);
      void run(entry);
    }
    if (running.size === 0 && (waiting.length === 0 || stopping)) for (const wake of idlers.splice(0)) wake();
  }

  async function run(entry: Entry): Promise<void> {
    let { done, failed } = entry.already;
    let total = 0;
    let isWhole = false;
    let input = entry.work.input;
    const tell = (state: string) => deps.events.emit('job.changed', { jobId: entry.id, state, done: done + failed, total });
    try {
      const plan = await entry.work.prepare();
      total = plan.total;
      input = plan.input ?? input;
      await jobs().update(entry.id, {
        state: 'running',
        startedAt: deps.clock.now(),
        total,
        ...(plan.input ? { input: withViewer(plan.input, entry.viewer) } : {}),
      });
      tell('running');
      let index = entry.from;
      if (!entry.cancelled) {
        isWhole = true;
        for await (const slice of entry.work.slices(entry.from, entry.id)) {
          await jobs().addResults(
            entry.id,
            slice.map((row) => ({ ...row, index: index++ })),
          );
          for (const row of slice) row.ok ? done++ : failed++;
          const place = entry.work.place?.();
          await jobs().update(entry.id, {
            done,
            failed,
            ...(place === undefined ? {} : { input: withViewer({ ...input, ...place }, entry.viewer) }),
          });
          tell('running');
          isWhole = !entry.cancelled && !stopping;
          if (!isWhole) break;
          await freeLoop();
        }
      }
      if (stopping && !entry.cancelled && !isWhole && done + failed < total) return;
      const state = entry.cancelled ? 'cancelled' : 'done';
      const summary = entry.work.summary({ done, failed });
      await end(entry, state, entry.cancelled ? `Cancelled after ${done + failed} of ${total}. ${summary}` : summary, {
        done,
        failed,
        total,
      });
    } catch (error) {
      if (entry.work.place !== undefined && isDatabaseAway(error)) {
        deps.log.warn('job.waits-for-database', { job: entry.id, kind: entry.work.kind, done: done + failed });
        await retryPause();
        if (stopping) return;
        const rest: Entry = { ...entry, from: done + failed, already: { done, failed } };
        running.set(entry.id, rest);
        return await run(rest);
      }
      deps.log.error('job.broke', { job: entry.id, kind: entry.work.kind, error: error instanceof Error ? error.stack : String(error) });
      const where = `after ${done + failed} of ${total}`;
      const text = isDatabaseAway(error)
        ? `The database could not be reached ${where}. Run it again: what is done already is skipped.`
        : `Stopped by a fault inside the server ${where}. The log names it ${entry.id}.`;
      await endWhenPossible(entry, text, { done, failed, total });
    } finally {
      running.delete(entry.id);
      startNext();
    }
  }

  /** The database that ended the job may be away a while longer; until it is back the job keeps its place, so nobody starts it twice. */
  async function endWhenPossible(entry: Entry, summary: string, counts: { done: number; failed: number; total: number }) {
    while (!stopping) {
      try {
        return await end(entry, 'failed', summary, counts);
      } catch (error) {
        deps.log.error('job.end-not-written', { job: entry.id, error: String(error) });
        await retryPause();
      }
    }
  }

  function retryPause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = deps.clock.setTimeout(() => wake(), retryMs);
      const wake = () => {
        timer.cancel();
        pauses.delete(wake);
        resolve();
      };
      pauses.add(wake);
    });
  }

  async function end(
    entry: Entry,
    state: 'done' | 'failed' | 'cancelled',
    summary: string,
    counts: { done: number; failed: number; total: number },
  ) {
    const { viewer } = entry;
    const record = await deps.uow.run(async (stores) => {
      await stores.jobs.update(entry.id, { state, summary, endedAt: deps.clock.now(), done: counts.done, failed: counts.failed });
      return stores.audit.append({
        actor: viewer.name,
        actorKind: viewer.kind,
        role: viewer.role,
        address: viewer.address,
        action: `${entry.work.kind}.ended`,
        target: entry.work.title,
        targetKey: `job:${entry.id}`,
        before: null,
        after: { rows: counts.total, succeeded: counts.done, failed: counts.failed },
        result: state === 'failed' ? 'failed' : 'done',
        detail: summary,
        parentId: null,
      });
    });
    deps.events.emit('audit.appended', { id: record.id });
    deps.events.emit('job.changed', { jobId: entry.id, state, done: counts.done + counts.failed, total: counts.total });
  }

  return {
    rebuild: deps.rebuild,
    async enqueue(ctx, work) {
      if (stopping) return refuse(jobFaults.stopping());
      if (waiting.length >= maxWaiting) return refuse(jobFaults.tooMany({ count: waiting.length }));
      const row: JobRow = {
        id: sortableId(deps.clock.now()),
        kind: work.kind,
        title: work.title,
        state: 'waiting',
        by: ctx.viewer.name,
        createdAt: deps.clock.now(),
        startedAt: null,
        endedAt: null,
        total: 0,
        done: 0,
        failed: 0,
        input: withViewer(work.input, ctx.viewer),
        summary: '',
      };
      await ctx.stores.jobs.create(row);
      ctx.afterCommit(() => {
        waiting.push({
          id: row.id,
          owner: ctx.viewer.id,
          viewer: ctx.viewer,
          work,
          from: 0,
          already: { done: 0, failed: 0 },
          cancelled: false,
        });
        deps.events.emit('job.changed', { jobId: row.id, state: 'waiting', done: 0, total: 0 });
        startNext();
      });
      return ok(row);
    },
    cancel(id) {
      const entry = running.get(id);
      if (entry) {
        entry.cancelled = true;
        return true;
      }
      const index = waiting.findIndex((other) => other.id === id);
      const [gone] = index < 0 ? [] : waiting.splice(index, 1);
      if (!gone) return false;
      void end(gone, 'cancelled', 'Cancelled before it began.', { done: 0, failed: 0, total: 0 }).catch((error: unknown) =>
        deps.log.error('job.end-not-written', { job: id, error: String(error) }),
      );
      return true;
    },
    async recover() {
      for await (const row of unfinished(deps.uow.stores)) {
        const viewer = viewerOf(row);
        const work = viewer && deps.rebuild(row, null, viewer);
        if (work && viewer) {
          waiting.push({
            id: row.id,
            owner: viewer.id,
            viewer,
            work,
            from: row.done + row.failed,
            already: { done: row.done, failed: row.failed },
            cancelled: false,
          });
        } else {
          await jobs().update(row.id, {
            state: 'failed',
            endedAt: deps.clock.now(),
            summary: `The server was restarted after ${row.done + row.failed} of ${row.total}. Run it again: what is done already is skipped.`,
          });
        }
      }
      startNext();
    },
    idle: () =>
      new Promise((resolve) => {
        idlers.push(resolve);
        startNext();
      }),
    stop() {
      stopping = true;
      for (const wake of [...pauses]) wake();
      return this.idle();
    },
  };
}

const freeLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Unfinished rows are among the newest: as many as can run and wait. */
async function* unfinished(stores: AdminStores): AsyncIterable<JobRow> {
  const { items } = await stores.jobs.list({ limit: 200 });
  for (const row of [...items].reverse()) if (row.state === 'running' || row.state === 'waiting') yield row;
}

/** The stored input tells who started the job, so that one that goes on after a restart keeps its actor in the audit log. */
const withViewer = (input: Readonly<Record<string, unknown>>, viewer: Viewer) => ({
  ...input,
  startedBy: { kind: viewer.kind, id: viewer.id, name: viewer.name, role: viewer.role, address: viewer.address },
});
function viewerOf(row: JobRow): Viewer | null {
  const by = (row.input as { startedBy?: Omit<Viewer, 'permissions'> } | null)?.startedBy;
  // It may do nothing but go on with what was permitted when it started.
  return by ? { ...by, permissions: [] } : null;
}
