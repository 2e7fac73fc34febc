import { sortableId } from '../../kernel/ids.ts';
import { createSyncPlan, DirectoryDown, type RunningDirectory, type SyncStep, sentenceOf } from '../../ldap/index.ts';
import type { Agreement, LinkedAccount, LinkedPerson, SyncCounts, SyncRun } from '../../ldap/ports.ts';
import type { JobWork, RowOutcome } from '../jobs/runner.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { Viewer } from '../shared/viewer.ts';
import { addressFor } from '../users/account-rules.ts';
import { defaultDomain } from '../users/resolve.ts';
import { applySteps, changeOf } from './sync-apply.ts';

export type SyncDeps = Pick<AdminDeps, 'uow' | 'events' | 'settings' | 'directories' | 'clock'>;
export const syncKind = 'directory.sync';

/** One transaction each. */
const SLICE = 250;
/** Kept with the run for its page; the job has all of them. */
const SHOWN_CHANGES = 500;
const LOOKED_UP = 1_000;
const nothing: SyncCounts = { created: 0, changed: 0, enabled: 0, disabled: 0, gone: 0, removed: 0, unchanged: 0, faulty: 0 };

/**
 * Brings the accounts of an agreement in line with its directory. Everything is read and planned first, so that a run which would take many people away
 * stops before it touched anybody; then each step is done by itself. A run that ends half way is no harm: the next one finds what is left.
 */
export function syncWork(
  { agreement, isTrial, isConfirmed }: { readonly agreement: Agreement; readonly isTrial: boolean; readonly isConfirmed: boolean },
  deps: SyncDeps,
  viewer: Viewer,
): JobWork {
  const { clock, directories, uow } = deps;
  const runId = sortableId(clock.now());
  let steps: readonly SyncStep[] = [];
  let counts = nothing;
  let outcome: { state: 'held' | 'failed'; why: string } | null = null;
  const told = () => deps.events.emit('directory.changed', { directoryId: agreement.directoryId, what: 'synchronised', by: viewer.name });

  async function plan(running: RunningDirectory): Promise<void> {
    const store = uow.stores.directories;
    const links: LinkedAccount[] = [];
    for await (const slice of store.linked(agreement.id)) links.push(...slice);
    const domain = agreement.domain || (await defaultDomain(uow.stores));
    const foreign = new Map<string, LinkedPerson>();
    const planned = createSyncPlan({
      links,
      foreign: (key) => foreign.get(key),
      addressOf(userId) {
        const address = addressFor(userId, domain);
        return address.ok ? { ok: true, ...address.value } : { ok: false, problem: address.problem };
      },
      rules: agreement,
      now: clock.now(),
    });
    await running.everyone(agreement, planned.take, planned.restart);
    const existing = new Map<string, { id: number; bare: string; source: string }>();
    const unknown = planned.unknown();
    for (let at = 0; at < unknown.length; at += LOOKED_UP) {
      const part = unknown.slice(at, at + LOOKED_UP);
      const [accounts, ties] = await Promise.all([
        uow.stores.accounts.byUserIds(part.map(({ userId }) => userId)),
        store.linksByKey(
          agreement.directoryId,
          part.map(({ key }) => key),
        ),
      ]);
      for (const [userId, account] of accounts) existing.set(userId, account);
      for (const tie of ties) if (tie.agreementId !== agreement.id) foreign.set(tie.key, tie);
    }
    const done = planned.finish(existing);
    counts = done.counts;
    steps = done.steps;
    if (done.held !== null && !isConfirmed && !isTrial) outcome = { state: 'held', why: done.held };
    else if (done.held !== null && isTrial) outcome = null;
    heldWhy = done.held ?? '';
  }
  let heldWhy = '';

  async function end(patch: Partial<Pick<SyncRun, 'state' | 'why' | 'counts'>>): Promise<void> {
    await uow.stores.directories.updateRun(runId, {
      state: 'done',
      counts,
      changes: steps.slice(0, SHOWN_CHANGES).map(changeOf),
      endedAt: clock.now(),
      ...patch,
    });
    directories.syncing.delete(agreement.id);
    told();
  }

  return {
    kind: syncKind,
    may: 'directories.write',
    title: `${isTrial ? 'Trial' : 'Synchronisation'}: ${agreement.name}`,
    input: { agreement: agreement.id, run: runId, trial: isTrial, confirm: isConfirmed },
    async prepare() {
      directories.syncing.add(agreement.id);
      await uow.stores.directories.addRun({
        id: runId,
        agreementId: agreement.id,
        jobId: '',
        isTrial,
        state: 'running',
        by: viewer.name,
        at: clock.now(),
        endedAt: null,
        counts,
        why: '',
        changes: [],
      });
      told();
      try {
        const running = directories.running(agreement.directoryId);
        if (running === null) throw new DirectoryDown(agreement.name, 'It is disabled.');
        await plan(running);
      } catch (error) {
        outcome = { state: 'failed', why: error instanceof DirectoryDown ? error.fault.message : sentenceOf(error) };
        steps = [];
        counts = nothing;
      }
      return { total: outcome === null ? steps.length : 1 };
    },
    async *slices(_from, job) {
      await uow.stores.directories.updateRun(runId, { jobId: job });
      if (outcome !== null) {
        const { state, why } = outcome;
        await end({ state, why });
        yield [{ target: agreement.name, ok: false, message: state === 'held' ? `Held: ${why} Nothing was changed.` : why }];
        return;
      }
      let done = 0;
      let failed = 0;
      let isWhole = false;
      try {
        for (let at = 0; at < steps.length; at += SLICE) {
          const part = steps.slice(at, at + SLICE);
          const rows: readonly RowOutcome[] = isTrial ? part.map(trialRow) : await applySteps(part, agreement, deps, viewer, job);
          done += rows.length;
          failed += rows.filter((row, index) => !row.ok && part[index]?.does !== 'fault').length;
          yield rows;
        }
        isWhole = true;
      } finally {
        const why = isTrial ? heldWhy : failed > 0 ? `${failed} could not be done; the job names them.` : '';
        await end(
          isWhole
            ? { why, counts: { ...counts, faulty: counts.faulty + failed } }
            : { state: 'failed', why: `Ended after ${done} of ${steps.length} changes. The next run goes on.` },
        );
      }
    },
    summary() {
      if (outcome !== null) return outcome.state === 'held' ? `Held: ${outcome.why} Nothing was changed.` : outcome.why;
      return `${isTrial ? 'Would be: ' : ''}${sayCounts(counts)}${isTrial && heldWhy !== '' ? ` It would be held: ${heldWhy}` : ''}`;
    },
  };
}

function trialRow(step: SyncStep): RowOutcome {
  const { what, userId, detail } = changeOf(step);
  return { target: userId, ok: what !== 'fault', message: what === 'fault' ? detail : `Would ${verbs[what]}: ${detail}` };
}
const verbs = { create: 'create', change: 'change', enable: 'enable', disable: 'disable', gone: 'disable', remove: 'remove' } as const;

const sayCounts = (c: SyncCounts): string =>
  `${c.created} created, ${c.changed} changed, ${c.enabled} enabled, ${c.disabled + c.gone} disabled, ${c.removed} removed, ${c.unchanged} the same, ${c.faulty} left out.`;
