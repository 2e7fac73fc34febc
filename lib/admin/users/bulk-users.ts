import { ok, refuse } from '../../kernel/result.ts';
import { jobRow, presentJob } from '../jobs/outputs.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import type { AdminStores } from '../shared/ports.ts';
import { bulkTargets, planSteps } from './bulk-plan.ts';
import { bulkWork } from './bulk-work.ts';
import { userFaults } from './faults.ts';
import { type BulkTarget, previewBulkInput, runBulkInput } from './inputs.ts';
import { bulkPreview } from './outputs.ts';

const flags = {
  toDomain: { flag: 'to-domain', help: 'The new IM domain, for setDomain' },
} as const;

async function preview(input: BulkTarget, stores: AdminStores, engine: AdminDeps['engine']) {
  let matching = 0;
  let willChange = 0;
  let sessionsTouched = 0;
  const skipped = new Map<string, number>();
  const sample: { id: number; userId: string; address: string; becomes: string }[] = [];
  for await (const { accounts, missing } of bulkTargets(stores, input)) {
    matching += accounts.length;
    for (const _ of missing) skipped.set('There is no such user.', (skipped.get('There is no such user.') ?? 0) + 1);
    for (const step of await planSteps(stores, input.action, input.toDomain, accounts)) {
      if (!step.does) {
        skipped.set(step.why, (skipped.get(step.why) ?? 0) + 1);
        continue;
      }
      willChange++;
      if (input.action !== 'enable') sessionsTouched += engine.sessionsOf(step.account.bare).length;
      if (sample.length < 20)
        sample.push({ id: step.account.id, userId: step.account.userId, address: step.account.bare, becomes: step.becomes });
    }
  }
  const reasons = [...skipped].map(([why, count]) => ({ why, count })).sort((a, b) => b.count - a.count);
  return { matching, willChange, sessionsTouched, skipped: reasons.slice(0, 50), sample };
}

export const previewBulk = defineUseCase({
  id: 'users.previewBulk',
  title: 'Preview a bulk action',
  summary: 'Tells how many users a bulk action would change, whom it would skip and why, and how many sessions it ends.',
  may: 'users.read',
  kind: 'read',
  input: previewBulkInput,
  output: bulkPreview,
  rest: { method: 'POST', path: '/users/bulk/preview' },
  cli: {
    words: ['users', 'preview-bulk'],
    positionals: [{ field: 'action', name: 'ACTION' }],
    flags,
    examples: ['rollcall users preview-bulk disable --domain old.example.com'],
  },
  run: async (input, { stores, deps }) => ok(await preview(input, stores, deps.engine)),
});

export const runBulk = defineUseCase({
  id: 'users.runBulk',
  title: 'Run a bulk action',
  summary: 'Enables, disables, removes or moves many users as a job: those named, or all that match a filter.',
  may: 'users.write',
  audit: 'user.bulk',
  kind: 'change',
  input: runBulkInput,
  output: jobRow,
  rest: { method: 'POST', path: '/users/bulk', status: 202 },
  cli: {
    words: ['users', 'bulk'],
    positionals: [{ field: 'action', name: 'ACTION' }],
    flags,
    waits: true,
    examples: ['rollcall users bulk disable --search temp', 'rollcall users bulk setDomain --to-domain example.org --domain example.com'],
  },
  async run(input, ctx) {
    const { expect, ...target } = input;
    if (expect !== undefined) {
      const now = await preview(target, ctx.stores, ctx.deps.engine);
      if (now.willChange > expect) return refuse(userFaults.moreThanExpected({ count: now.willChange, expected: expect }));
    }
    const job = await ctx.deps.jobs.enqueue(ctx, bulkWork(target, ctx.deps, ctx.viewer));
    if (!job.ok) return job;
    ctx.audit({ target: job.value.title, targetKey: `job:${job.value.id}`, after: { ...target, users: target.users?.length } });
    return ok(presentJob(job.value));
  },
});
