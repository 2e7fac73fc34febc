import type { CallManagerValues } from '../config/schema/index.ts';
import type { Account } from '../directory/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { AxlClient } from './axl/client.ts';
import { createOperations, type Operations } from './axl/operations.ts';
import { copyOf, emptyTally, plannedSum, sayCounts, type Tally, takenAway } from './counts.ts';
import { callManagerFaults, isFault } from './faults.ts';
import type { CallManagerStore, ChangePosition, StagedUser, SyncRun } from './ports.ts';
import { readEquipment, refreshOne } from './read-equipment.ts';
import { createUserReader } from './read-users.ts';

export interface SyncDeps {
  readonly store: CallManagerStore;
  /** Writes what was planned for some people, in one transaction. */
  readonly apply: (run: SyncRun, rows: readonly StagedUser[]) => Promise<void>;
  readonly addressProblem: (userId: string) => string | null;
  readonly accounts: (userIds: readonly string[]) => Promise<ReadonlyMap<string, Account>>;
  readonly settings: Live<CallManagerValues>;
  readonly clock: Clock;
  readonly log: Log;
  /** The run has moved on: for pages that watch it. */
  readonly moved: (run: SyncRun) => void;
}

/** A run under way: what is told of it to the outside is a copy. */
export interface Running {
  run: SyncRun;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** Where changes go on after it; null: only a full run helps. */
  position: ChangePosition | null;
}

/** People written in one transaction: some tens of milliseconds. */
const APPLY_SLICE = 200;
const freeLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

export const beginRun = (run: Omit<SyncRun, 'state' | 'endedAt' | 'counts' | 'says'>, signal: AbortSignal): Running => ({
  run: { ...run, state: 'reading', endedAt: 0, counts: emptyTally(), says: '' },
  tally: emptyTally(),
  signal,
  position: null,
});

/** One run from the first request to its end, or to the question that an administrator must answer. */
export function createSyncRunner(deps: SyncDeps): {
  /** Reads; then applies, unless it is a preview or takes too much away. */
  run(running: Running, client: AxlClient): Promise<Fault | null>;
  /** Applies what is staged, from wherever it stopped. */
  apply(running: Running): Promise<Fault | null>;
  update(running: Running, patch: Partial<SyncRun>): Promise<void>;
} {
  const { clock, settings, store } = deps;

  function show(running: Running, patch: Partial<SyncRun> = {}): void {
    running.run = { ...running.run, ...patch, counts: copyOf(running.tally) };
    deps.moved(running.run);
  }
  async function update(running: Running, patch: Partial<SyncRun>): Promise<void> {
    show(running, patch);
    await store.saveRun(running.run);
  }
  const restOf = (running: Running) => async () => {
    show(running);
    await freeLoop();
  };
  const readerOf = (running: Running, operations: Operations) =>
    createUserReader({
      operations,
      store,
      runId: running.run.id,
      tally: running.tally,
      addressProblem: deps.addressProblem,
      accounts: deps.accounts,
      adopts: () => settings.get().adoptAccounts,
      rest: restOf(running),
    });

  async function readAll(running: Running, operations: Operations): Promise<Fault | null> {
    // Asked before anything is read: what changes meanwhile is told again by the next look at the changes.
    const queue = await operations.changes(null);
    if (queue.ok) running.position = { queueId: queue.value.queueId, next: queue.value.last + 1 };
    else if (!isFault(queue.fault, 'refused') && !isFault(queue.fault, 'tooLarge')) return queue.fault;
    const reader = readerOf(running, operations);
    const fault = await reader.all();
    if (fault || !settings.get().equipment) return fault;
    const { tally } = running;
    const equipment = await readEquipment({
      operations,
      store,
      vanishShare: settings.get().confirmShare,
      rest: restOf(running),
      progress: (what, count) => {
        if (what === 'lines') tally.lines = count;
        else tally.devices = count;
      },
    });
    if (!('devices' in equipment)) return equipment;
    tally.equipmentChanged = equipment.changed;
    if (equipment.problem !== '') await reader.tell([{ uuid: '', userId: '', kind: 'equipment', says: equipment.problem }]);
    return null;
  }

  /** 'full': the changes cannot tell everything, so everything is read. */
  async function readChanges(running: Running, operations: Operations, from: ChangePosition): Promise<Fault | 'full' | null> {
    const latest = new Map<string, { readonly type: string; readonly isGone: boolean }>();
    for (let at = from; ; ) {
      const page = await operations.changes(at);
      if (!page.ok) return isFault(page.fault, 'queueGone') ? 'full' : page.fault;
      const { changes, first, last, next, queueId } = page.value;
      if (queueId !== from.queueId || (last >= at.next && first > at.next)) return 'full';
      for (const change of changes) latest.set(change.uuid, { type: change.type, isGone: change.action === 'r' });
      if (latest.size > settings.get().maxChanges) return 'full';
      const isEnd = next > last || next <= at.next;
      at = { queueId, next: Math.max(next, at.next) };
      running.position = at;
      if (isEnd) break;
    }
    const of = (type: string, isGone: boolean) =>
      [...latest].flatMap(([uuid, one]) => (one.type === type && one.isGone === isGone ? [uuid] : []));
    const fault = await readerOf(running, operations).some(of('User', false), of('User', true));
    if (fault || !settings.get().equipment) return fault;
    for (const type of ['Line', 'Phone'] as const) {
      for (const uuid of [...of(type, false), ...of(type, true)]) {
        const refused = await refreshOne(operations, store, type, uuid);
        if (refused) return refused;
        running.tally.equipmentChanged++;
      }
    }
    return null;
  }

  async function apply(running: Running): Promise<Fault | null> {
    await update(running, { state: 'applying' });
    for (;;) {
      if (running.signal.aborted) return callManagerFaults.cancelled();
      const rows = await store.staged(running.run.id, { limit: APPLY_SLICE });
      if (rows.length === 0) break;
      await deps.apply(running.run, rows);
      running.tally.applied += rows.length;
      await restOf(running)();
    }
    const at = clock.now();
    await store.saveMarks({
      lastGoodAt: at,
      position: running.position,
      ...(running.run.kind === 'full' ? { lastFullAt: at } : {}),
    });
    await update(running, { state: 'done', endedAt: at, says: `Done: ${sayCounts(running.tally)}` });
    return null;
  }

  /** Would more be taken away than may be without a question? */
  async function tooMuch(tally: Tally): Promise<{ away: number; served: number } | null> {
    const away = takenAway(tally);
    if (away === 0) return null;
    const served = await store.served();
    return away * 100 > served * settings.get().confirmShare ? { away, served } : null;
  }

  return {
    update,
    apply,
    async run(running, client) {
      const { tally } = running;
      const marks = await store.marks();
      const agreed = await client.agree();
      if (!agreed.ok) return agreed.fault;
      if (marks.spoken !== agreed.value.version || marks.release !== agreed.value.release)
        await store.saveMarks({ spoken: agreed.value.version, release: agreed.value.release });
      const operations = createOperations(client, () => settings.get().pageRows);
      if (running.run.kind === 'changes') {
        const fault = marks.position === null ? 'full' : await readChanges(running, operations, marks.position);
        if (fault !== 'full' && fault !== null) return fault;
        if (fault === 'full') {
          await store.dropStaged(running.run.id);
          running.run = { ...running.run, kind: 'full' };
        }
      }
      if (running.run.kind === 'full') {
        await update(running, {});
        const fault = await readAll(running, operations);
        if (fault) return fault;
      }
      tally.requests = client.figures.requests;
      tally.retries = client.figures.retries;
      if (running.run.trigger === 'preview' && plannedSum(tally) > 0) {
        await update(running, { state: 'waiting', says: `A preview. It would bring: ${sayCounts(tally)}` });
        return null;
      }
      const much = await tooMuch(tally);
      if (much !== null) {
        const share = much.served === 0 ? 100 : Math.round((much.away * 100) / much.served);
        await update(running, {
          state: 'waiting',
          says: `${much.away.toLocaleString('en-US')} of ${much.served.toLocaleString('en-US')} users who are served here (${share} %) would be disabled. Nothing was changed; decide whether it is right.`,
        });
        return null;
      }
      return apply(running);
    },
  };
}
