import { z } from 'zod';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { sliceOf } from '../shared/fields.ts';
import { checkPermission } from '../shared/permission.ts';
import type { JobResult } from '../shared/ports.ts';
import { jobFaults } from './faults.ts';
import { findJobsInput, jobInput, jobResultsInput } from './inputs.ts';
import { jobResult, jobRow, presentJob } from './outputs.ts';

const findJobs = defineUseCase({
  id: 'jobs.find',
  title: 'Find jobs',
  summary: 'Lists jobs, newest first.',
  may: 'jobs.read',
  kind: 'read',
  input: findJobsInput,
  output: sliceOf(jobRow),
  rest: { method: 'GET', path: '/jobs' },
  cli: {
    words: ['jobs', 'list'],
    table: { path: 'items', columns: ['id', 'title', 'state', 'by', 'createdAt', 'done', 'failed', 'total', 'summary'] },
  },
  async run(input, { stores }) {
    const page = await stores.jobs.list({ limit: input.limit, ...(input.cursor === undefined ? {} : { cursor: input.cursor }) });
    return ok({ items: page.items.map(presentJob), next: page.nextCursor });
  },
});

const getJob = defineUseCase({
  id: 'jobs.get',
  title: 'Show a job',
  summary: 'State and progress of one job.',
  may: 'jobs.read',
  kind: 'read',
  input: jobInput,
  output: jobRow,
  rest: { method: 'GET', path: '/jobs/{job}' },
  cli: { words: ['jobs', 'show'], positionals: [{ field: 'job', name: 'JOB' }] },
  async run(input, { stores }) {
    const row = await stores.jobs.get(input.job);
    return row ? ok(presentJob(row)) : refuse(jobFaults.missing({ id: input.job }));
  },
});

const jobResults = defineUseCase({
  id: 'jobs.results',
  title: 'Results of a job',
  summary: 'What became of each row of a job, in order.',
  may: 'jobs.read',
  kind: 'read',
  input: jobResultsInput,
  output: z.object({ items: z.array(jobResult), next: z.int().nullable() }),
  rest: { method: 'GET', path: '/jobs/{job}/results' },
  cli: {
    words: ['jobs', 'results'],
    positionals: [{ field: 'job', name: 'JOB' }],
    table: { path: 'items', columns: ['index', 'target', 'ok', 'message'] },
    examples: ['rollcall jobs results JOB --only-failed'],
  },
  async run(input, { stores }) {
    if (!(await stores.jobs.get(input.job))) return refuse(jobFaults.missing({ id: input.job }));
    const items = await stores.jobs.results(input.job, {
      onlyFailed: input.onlyFailed,
      limit: input.limit,
      ...(input.after === undefined ? {} : { after: input.after }),
    });
    return ok({ items: [...items], next: items.length === input.limit ? (items.at(-1)?.index ?? null) : null });
  },
});

const cancelJob = defineUseCase({
  id: 'jobs.cancel',
  title: 'Cancel a job',
  summary: 'Stops a job after the slice under way. What it did so far stays.',
  may: 'jobs.write',
  audit: 'job.cancel',
  kind: 'effect',
  input: jobInput,
  output: jobRow,
  rest: { method: 'POST', path: '/jobs/{job}/cancel' },
  cli: { words: ['jobs', 'cancel'], positionals: [{ field: 'job', name: 'JOB' }] },
  async run(input, ctx) {
    const row = await ctx.stores.jobs.get(input.job);
    if (!row) return refuse(jobFaults.missing({ id: input.job }));
    ctx.audit({ target: row.title, targetKey: `job:${row.id}` });
    if (row.state !== 'running' && row.state !== 'waiting') return refuse(jobFaults.ended({ state: row.state }));
    if (!ctx.deps.jobs.cancel(row.id)) return refuse(jobFaults.elsewhere());
    return ok(presentJob(row));
  },
});

const retryJob = defineUseCase({
  id: 'jobs.retry',
  title: 'Retry failed rows',
  summary: 'Starts a new job for the rows of an ended one that failed.',
  may: 'jobs.write',
  audit: 'job.retry',
  kind: 'change',
  input: jobInput,
  output: jobRow,
  rest: { method: 'POST', path: '/jobs/{job}/retry', status: 202 },
  cli: { words: ['jobs', 'retry'], positionals: [{ field: 'job', name: 'JOB' }], waits: true },
  async run(input, ctx) {
    const row = await ctx.stores.jobs.get(input.job);
    if (!row) return refuse(jobFaults.missing({ id: input.job }));
    ctx.audit({ target: row.title, targetKey: `job:${row.id}` });
    if (row.state === 'running' || row.state === 'waiting') return refuse(jobFaults.notEnded());
    const failed: string[] = [];
    for (let after = -1; ; ) {
      const slice: readonly JobResult[] = await ctx.stores.jobs.results(row.id, { onlyFailed: true, limit: 500, after });
      failed.push(...slice.map((result) => result.target));
      if (slice.length < 500) break;
      after = slice.at(-1)!.index;
    }
    if (failed.length === 0) return refuse(jobFaults.nothingFailed());
    const work = ctx.deps.jobs.rebuild(row, failed, ctx.viewer);
    if (!work) return refuse(jobFaults.notRepeatable());
    const missing = checkPermission(ctx.viewer, work.may);
    if (missing) return refuse(missing);
    const job = await ctx.deps.jobs.enqueue(ctx, { ...work, title: `${row.title} (again, ${failed.length} rows)` });
    return job.ok ? ok(presentJob(job.value)) : job;
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const jobs = { find: findJobs, get: getJob, results: jobResults, cancel: cancelJob, retry: retryJob } as const;
