import { z } from 'zod';
import { callManagerFaults } from '../../callmanager/index.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import {
  cancelSyncInput,
  decideRunInput,
  getRunInput,
  listRunsInput,
  plannedInput,
  runProblemsInput,
  syncCallManagerInput,
} from './inputs.ts';
import { plannedView, presentPlanned, presentRun, problemView, runView } from './outputs.ts';

export const syncCallManager = defineUseCase({
  id: 'callManager.sync',
  title: 'Synchronise now',
  summary: 'Starts a run, or a preview that waits for a decision. One runs at a time; a run that waited is discarded.',
  may: 'callManager.write',
  audit: 'callmanager.sync',
  kind: 'effect',
  input: syncCallManagerInput,
  output: runView,
  rest: { method: 'POST', path: '/callmanager/sync', status: 202 },
  cli: {
    words: ['callmanager', 'sync'],
    examples: ['rollcall callmanager sync', 'rollcall callmanager sync --kind changes', 'rollcall callmanager sync --preview'],
  },
  async run({ kind, preview }, ctx) {
    ctx.audit({ targetKey: 'callmanager' });
    const begun = await ctx.deps.callManager.agent.sync({ kind, trigger: preview ? 'preview' : 'administrator', by: ctx.viewer.name });
    if (!begun.ok) return begun;
    ctx.audit({ target: preview ? 'Preview' : kind, after: { run: begun.value.id, kind, preview } });
    return ok(presentRun(begun.value));
  },
});

export const listRuns = defineUseCase({
  id: 'callManager.runs',
  title: 'List synchronisations',
  summary: 'Past runs and the present one, newest first, with what they found.',
  may: 'callManager.read',
  kind: 'read',
  input: listRunsInput,
  output: z.object({ items: z.array(runView), next: z.string().nullable() }),
  rest: { method: 'GET', path: '/callmanager/runs' },
  cli: { words: ['callmanager', 'runs'], table: { path: 'items', columns: ['id', 'kind', 'state', 'startedAt', 'endedAt', 'says'] } },
  async run({ limit, before }, { deps, stores }) {
    const rows = await stores.callManager.runs({ limit: limit + 1, ...(before === undefined ? {} : { before }) });
    const live = deps.callManager.agent.status().run;
    const items = rows.slice(0, limit).map((run) => presentRun(run.id === live?.id ? live : run));
    return ok({ items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null });
  },
});

export const getRun = defineUseCase({
  id: 'callManager.run',
  title: 'Show a synchronisation',
  summary: 'What one run found, applied and complained about.',
  may: 'callManager.read',
  kind: 'read',
  input: getRunInput,
  output: runView,
  rest: { method: 'GET', path: '/callmanager/runs/{run}' },
  cli: { words: ['callmanager', 'run'], positionals: [{ field: 'run', name: 'RUN' }] },
  async run({ run }, { deps, stores }) {
    const live = deps.callManager.agent.status().run;
    const found = live?.id === run ? live : await stores.callManager.run(run);
    return found === null ? refuse(callManagerFaults.noRun({ id: run })) : ok(presentRun(found));
  },
});

export const plannedOf = defineUseCase({
  id: 'callManager.planned',
  title: 'Show what a synchronisation would change',
  summary: 'For each person what a waiting run would do: create, change, enable, disable.',
  may: 'callManager.read',
  kind: 'read',
  input: plannedInput,
  output: z.object({ items: z.array(plannedView), next: z.string().nullable() }),
  rest: { method: 'GET', path: '/callmanager/runs/{run}/planned' },
  cli: {
    words: ['callmanager', 'planned'],
    positionals: [{ field: 'run', name: 'RUN' }],
    table: { path: 'items', columns: ['userId', 'name', 'action', 'says', 'problem'] },
  },
  async run({ run, action, limit, after }, { stores }) {
    if ((await stores.callManager.run(run)) === null) return refuse(callManagerFaults.noRun({ id: run }));
    const rows = await stores.callManager.staged(run, {
      limit: limit + 1,
      ...(action === undefined ? {} : { action }),
      ...(after === undefined ? {} : { after }),
    });
    const items = rows.slice(0, limit).map(presentPlanned);
    return ok({ items, next: rows.length > limit ? (items.at(-1)?.uuid ?? null) : null });
  },
});

export const problemsOf = defineUseCase({
  id: 'callManager.problems',
  title: 'Show the problems of a synchronisation',
  summary:
    'People whom a run could not take over, or not whole, and why: duplicate and invalid user IDs and directory URIs, taken accounts.',
  may: 'callManager.read',
  kind: 'read',
  input: runProblemsInput,
  output: z.object({ items: z.array(problemView), next: z.int().nullable() }),
  rest: { method: 'GET', path: '/callmanager/runs/{run}/problems' },
  cli: {
    words: ['callmanager', 'problems'],
    positionals: [{ field: 'run', name: 'RUN' }],
    table: { path: 'items', columns: ['userId', 'kind', 'says'] },
  },
  async run({ run, limit, after }, { stores }) {
    if ((await stores.callManager.run(run)) === null) return refuse(callManagerFaults.noRun({ id: run }));
    const rows = await stores.callManager.problems(run, { limit: limit + 1, after });
    const items = rows.slice(0, limit).map((row) => ({ ...row }));
    return ok({ items, next: rows.length > limit ? (items.at(-1)?.index ?? null) : null });
  },
});

export const confirmRun = defineUseCase({
  id: 'callManager.confirm',
  title: 'Apply a waiting synchronisation',
  summary: 'Applies what a preview, or a run that asked first, has found.',
  may: 'callManager.write',
  audit: 'callmanager.confirm',
  kind: 'effect',
  input: decideRunInput,
  output: runView,
  rest: { method: 'POST', path: '/callmanager/runs/{run}/confirm', status: 202 },
  cli: { words: ['callmanager', 'confirm'], positionals: [{ field: 'run', name: 'RUN' }] },
  async run({ run }, ctx) {
    ctx.audit({ target: run, targetKey: `sync:${run}` });
    const begun = await ctx.deps.callManager.agent.confirm(run, ctx.viewer.name);
    if (!begun.ok) return begun;
    ctx.audit({ after: { planned: begun.value.counts.planned } });
    return ok(presentRun(begun.value));
  },
});

export const discardRun = defineUseCase({
  id: 'callManager.discard',
  title: 'Discard a waiting synchronisation',
  summary: 'Forgets what a waiting run has found. The next run reads everything again.',
  may: 'callManager.write',
  audit: 'callmanager.discard',
  kind: 'effect',
  input: decideRunInput,
  output: runView,
  rest: { method: 'POST', path: '/callmanager/runs/{run}/discard' },
  cli: { words: ['callmanager', 'discard'], positionals: [{ field: 'run', name: 'RUN' }] },
  async run({ run }, ctx) {
    ctx.audit({ target: run, targetKey: `sync:${run}` });
    const done = await ctx.deps.callManager.agent.discard(run, ctx.viewer.name);
    return done.ok ? ok(presentRun(done.value)) : done;
  },
});

export const cancelSync = defineUseCase({
  id: 'callManager.cancel',
  title: 'Cancel the synchronisation',
  summary: 'Ends the run under way. What it has applied already stays.',
  may: 'callManager.write',
  audit: 'callmanager.cancel',
  kind: 'effect',
  input: cancelSyncInput,
  output: runView,
  rest: { method: 'POST', path: '/callmanager/cancel' },
  cli: { words: ['callmanager', 'cancel'] },
  async run(_input, ctx) {
    ctx.audit({ targetKey: 'callmanager' });
    const done = ctx.deps.callManager.agent.cancel(ctx.viewer.name);
    if (!done.ok) return done;
    ctx.audit({ target: done.value.id });
    return ok(presentRun(done.value));
  },
});
