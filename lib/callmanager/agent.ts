import type { Fault } from '../kernel/faults.ts';
import { sortableId } from '../kernel/ids.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import type { AxlClient } from './axl/client.ts';
import { copyOf, plannedSum } from './counts.ts';
import { callManagerFaults } from './faults.ts';
import type { Publisher, SyncMarks, SyncRun } from './ports.ts';
import { beginRun, createSyncRunner, type Running, type SyncDeps } from './run-sync.ts';
import { dueRun, nextDue } from './schedule.ts';

export interface SyncAgentDeps extends SyncDeps {
  /** Refused when the stored password cannot be read. */
  readonly connect: (publisher: Publisher, marks: SyncMarks, signal: AbortSignal) => Result<AxlClient, Fault>;
  /** Of several nodes only one runs by the clock, and takes up what a stop left half done; absent: this one. */
  readonly isInCharge?: () => boolean;
}

export interface AgentStatus {
  readonly isStarted: boolean;
  readonly isConfigured: boolean;
  readonly isEnabled: boolean;
  readonly host: string;
  /** The run under way, or the one that waits for a decision. */
  readonly run: SyncRun | null;
  readonly lastFullAt: number;
  readonly lastGoodAt: number;
  readonly spoken: string;
  readonly release: string;
  /** Since the last good run. */
  readonly failure: { readonly at: number; readonly since: number; readonly says: string } | null;
  readonly nextFullAt: number | null;
}

/** The Sync Agent: runs by schedule and on demand, one at a time. */
export interface SyncAgent {
  start(): Promise<void>;
  /** Ends a run between two steps; one that was applying goes on at the next start. */
  stop(): Promise<void>;
  sync(wanted: { kind: 'full' | 'changes'; trigger: 'administrator' | 'preview'; by: string }): Promise<Result<SyncRun, Fault>>;
  confirm(id: string, by: string): Promise<Result<SyncRun, Fault>>;
  discard(id: string, by: string): Promise<Result<SyncRun, Fault>>;
  cancel(by: string): Result<SyncRun, Fault>;
  /** The call manager was entered, changed or forgotten. */
  reload(): Promise<void>;
  status(): AgentStatus;
  /** Why clients cannot sign in yet; null: they can. */
  gate(): string | null;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

const TICK_MS = 5_000;
const LONGEST_BACKOFF_MS = 30 * 60_000;
const noMarks: SyncMarks = { spoken: '', release: '', position: null, lastFullAt: 0, lastGoodAt: 0 };

export function createSyncAgent(deps: SyncAgentDeps): SyncAgent {
  const { clock, log, settings, store } = deps;
  const runner = createSyncRunner(deps);
  const isInCharge = () => deps.isInCharge?.() ?? true;
  let publisher: Publisher | null = null;
  let marks = noMarks;
  let isStarted = false;
  let timer: { cancel(): void } | null = null;
  let current: { readonly running: Running; readonly abort: AbortController; ended: Promise<void>; cancelledBy: string } | null = null;
  let waiting: Running | null = null;
  let failure: AgentStatus['failure'] = null;
  let failures = 0;
  let gateSince: number | null = null;

  async function reload(): Promise<void> {
    const was = publisher;
    publisher = await store.publisher();
    marks = await store.marks();
    if (was?.updatedAt !== publisher?.updatedAt) {
      failure = null;
      failures = 0;
    }
  }

  /** `text`: a fault, or what an exception said. */
  async function fail(running: Running, fault: Fault, cancelledBy: string): Promise<void> {
    const isCancelled = running.signal.aborted;
    await store.dropStaged(running.run.id);
    // What was partly applied is compared anew: the changes alone would not tell the rest.
    if (running.run.state === 'applying') await store.saveMarks({ position: null });
    const says = isCancelled ? `Cancelled by ${cancelledBy}.` : fault.message;
    await runner.update(running, { state: isCancelled ? 'cancelled' : 'failed', endedAt: clock.now(), says });
    if (isCancelled) return;
    failures++;
    failure = { at: clock.now(), since: failure?.since ?? clock.now(), says };
    log.warn('callmanager.sync-failed', { run: running.run.id, kind: running.run.kind, why: says });
  }

  function launch(running: Running, abort: AbortController, work: () => Promise<Fault | null>): void {
    const entry = { running, abort, ended: Promise.resolve(), cancelledBy: '' };
    current = entry;
    entry.ended = (async () => {
      try {
        const fault = await work();
        if (fault === null) await succeeded(running);
        else if (isStarted || !running.signal.aborted) await fail(running, fault, entry.cancelledBy);
      } catch (error) {
        log.error('callmanager.sync-broke', { run: running.run.id, error });
        const text = error instanceof Error ? error.message : String(error);
        await fail(running, callManagerFaults.malformed({ why: text }), entry.cancelledBy).catch((again: unknown) =>
          log.error('callmanager.run-not-written', { run: running.run.id, error: again }),
        );
      } finally {
        if (current === entry) current = null;
        marks = await store.marks().catch(() => marks);
        deps.moved(running.run);
      }
    })();
  }

  async function succeeded(running: Running): Promise<void> {
    failures = 0;
    failure = null;
    const { run, tally } = running;
    if (run.state === 'waiting') {
      waiting = running;
      log.warn('callmanager.sync-waits', { run: run.id, why: run.says });
      return;
    }
    log.info('callmanager.synced', { run: run.id, kind: run.kind, ...tally });
    await store.keepRuns(settings.get().keepRuns);
    // A look every two minutes that found nothing tells nothing.
    if (run.kind === 'changes' && run.trigger === 'schedule' && plannedSum(tally) + tally.equipmentChanged + tally.problems === 0)
      await store.dropRun(run.id);
  }

  async function begin(kind: SyncRun['kind'], trigger: SyncRun['trigger'], by: string): Promise<Result<SyncRun, Fault>> {
    if (publisher === null) return refuse(callManagerFaults.none());
    if (current !== null) return refuse(callManagerFaults.running({ since: stamp(current.running.run.startedAt) }));
    if (waiting !== null && trigger !== 'schedule') {
      // What waits is older than what is about to be read.
      await close(waiting, 'discarded', by);
      waiting = null;
    }
    const abort = new AbortController();
    const client = deps.connect(publisher, marks, abort.signal);
    const running = beginRun({ id: sortableId(clock.now()), kind, trigger, by, startedAt: clock.now() }, abort.signal);
    launch(running, abort, async () => {
      if (!client.ok) return client.fault;
      try {
        return await runner.run(running, client.value);
      } finally {
        client.value.close();
      }
    });
    return ok(running.run);
  }

  async function close(running: Running, state: 'discarded' | 'cancelled', by: string): Promise<void> {
    await store.dropStaged(running.run.id);
    // Its changes were not applied, so the list of changes can no longer be gone on with.
    await store.saveMarks({ position: null });
    marks = await store.marks();
    await runner.update(running, { state, endedAt: clock.now(), says: `Discarded by ${by}. ${running.run.says}` });
  }

  function tick(): void {
    timer = clock.setTimeout(tick, TICK_MS);
    if (publisher === null || !publisher.enabled || current !== null || waiting !== null || !isInCharge()) return;
    const now = clock.now();
    if (failure !== null) {
      const pause = Math.min(LONGEST_BACKOFF_MS, Math.max(30, settings.get().pollInterval) * 1000 * 2 ** Math.min(10, failures - 1));
      if (now - failure.at < pause) return;
    }
    const due = dueRun(marks, settings.get(), now);
    if (due === null) return;
    void begin(due === 'changes' ? 'changes' : 'full', due === 'first' ? 'first' : 'schedule', 'Sync Agent').then((begun) => {
      if (!begun.ok) log.warn('callmanager.not-begun', { why: begun.fault.message });
    });
  }

  /** What a stop or a crash left half done. */
  async function recover(): Promise<void> {
    const [run] = await store.runs({ limit: 1 });
    if (run === undefined || run.endedAt !== 0) return;
    const abort = new AbortController();
    const running: Running = { run, tally: copyOf(run.counts), signal: abort.signal, position: null };
    if (run.state === 'waiting') waiting = running;
    else if (run.state === 'applying') launch(running, abort, () => runner.apply(running));
    else {
      await store.dropStaged(run.id);
      await runner.update(running, { state: 'failed', endedAt: clock.now(), says: 'The server was stopped while it was read.' });
    }
  }

  return {
    reload,
    async start() {
      if (isStarted) return;
      await reload();
      isStarted = true;
      gateSince ??= publisher?.enabled === true && marks.lastFullAt === 0 ? clock.now() : null;
      if (isInCharge()) await recover();
      tick();
    },
    async stop() {
      isStarted = false;
      timer?.cancel();
      timer = null;
      const entry = current;
      entry?.abort.abort();
      await entry?.ended;
      waiting = null;
    },
    async sync({ kind, trigger, by }) {
      if (!isStarted) return refuse(callManagerFaults.stopped());
      await reload();
      return begin(kind, trigger, by);
    },
    async confirm(id, by) {
      if (!isStarted) return refuse(callManagerFaults.stopped());
      if (current !== null) return refuse(callManagerFaults.running({ since: stamp(current.running.run.startedAt) }));
      const held = waiting;
      if (held === null || held.run.id !== id) return refuseState(id);
      waiting = null;
      const abort = new AbortController();
      const running: Running = { ...held, run: { ...held.run, says: `Confirmed by ${by}.` }, signal: abort.signal };
      launch(running, abort, () => runner.apply(running));
      return ok(running.run);
    },
    async discard(id, by) {
      const held = waiting;
      if (held === null || held.run.id !== id) return refuseState(id);
      waiting = null;
      await close(held, 'discarded', by);
      return ok(held.run);
    },
    cancel(by) {
      if (current === null) return refuse(callManagerFaults.notRunning());
      current.cancelledBy = by;
      current.abort.abort();
      return ok(current.running.run);
    },
    status: () => ({
      isStarted,
      isConfigured: publisher !== null,
      isEnabled: publisher?.enabled ?? false,
      host: publisher?.host ?? '',
      run: current?.running.run ?? waiting?.run ?? null,
      lastFullAt: marks.lastFullAt,
      lastGoodAt: marks.lastGoodAt,
      spoken: marks.spoken,
      release: marks.release,
      failure,
      nextFullAt: publisher?.enabled ? nextDue(settings.get().fullSyncAt, clock.now()) : null,
    }),
    gate() {
      const { gateFirstSync, gateTimeout } = settings.get();
      if (gateSince === null || !gateFirstSync || marks.lastFullAt !== 0 || publisher?.enabled !== true) return null;
      // A run that failed is told by an alarm, and may fail for days: people who have accounts are not locked out for it.
      if (failure !== null) return null;
      if (gateTimeout > 0 && clock.now() - gateSince >= gateTimeout * 1000) return null;
      return 'The first synchronisation with the call manager has not ended yet.';
    },
    async idle() {
      while (current !== null) await current.ended;
    },
  };

  async function refuseState(id: string): Promise<Result<SyncRun, Fault>> {
    const run = await store.run(id);
    return refuse(run === null ? callManagerFaults.noRun({ id }) : callManagerFaults.notWaiting({ id, state: run.state }));
  }
}

const stamp = (at: number): string => new Date(at).toISOString().slice(11, 16);

/** What is wrong, for the list of alarms. */
export function syncAlarms(
  status: AgentStatus,
): { id: string; severity: 'critical' | 'warning'; what: string; action: string; link: string; since?: number }[] {
  const alarms: ReturnType<typeof syncAlarms> = [];
  if (status.failure !== null && status.isEnabled)
    alarms.push({
      id: 'callmanager-sync',
      severity: 'warning',
      what: `Synchronisation with the call manager ${status.host} fails. ${status.failure.says}`,
      action: 'Test the connection; users that are here already are not touched.',
      link: '/callmanager',
      since: status.failure.since,
    });
  if (status.run?.state === 'waiting')
    alarms.push({
      id: 'callmanager-waits',
      severity: 'warning',
      what: `Synchronisation with the call manager waits. ${status.run.says}`,
      action: 'Look at what it found; apply or discard it.',
      link: '/callmanager',
    });
  return alarms;
}
