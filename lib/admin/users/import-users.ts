import { ok, refuse } from '../../kernel/result.ts';
import { jobRow, presentJob } from '../jobs/outputs.ts';
import type { JobWork, RowOutcome } from '../jobs/runner.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { createBatch } from './create-batch.ts';
import { readUserRows } from './csv.ts';
import { userFaults } from './faults.ts';
import { type Judged, judgeRows } from './import-rows.ts';
import { importUsersInput } from './inputs.ts';
import { importPreview } from './outputs.ts';
import { defaultDomain } from './resolve.ts';

const shown = 200;

export const previewImport = defineUseCase({
  id: 'users.previewImport',
  title: 'Preview an import',
  summary: 'Checks every row of a CSV file of users and tells what an import would create, skip and refuse. Changes nothing.',
  may: 'users.write',
  kind: 'read',
  input: importUsersInput,
  output: importPreview,
  rest: { method: 'POST', path: '/users/import/preview', body: 'text/csv', bodyField: 'csv' },
  cli: {
    words: ['users', 'preview-import'],
    positionals: [{ field: 'csv', name: 'FILE.csv', file: true }],
    examples: ['rollcall users preview-import people.csv'],
  },
  async run(input, { stores }) {
    const counts = { rows: 0, willCreate: 0, withoutPassword: 0, willSkip: 0, willFail: 0 };
    const problems: { line: number; userId: string; message: string }[] = [];
    const skips: typeof problems = [];
    const known = new Set((await stores.domains.list()).map((row) => row.domain as string));
    const newDomains = new Set<string>();
    for await (const slice of judgeRows(input.csv, stores, await defaultDomain(stores))) {
      if (slice.is === 'broken') return refuse(userFaults.badFile({ reason: slice.reason }, { fields: { csv: slice.reason } }));
      for (const judged of slice.rows) {
        counts.rows++;
        if (judged.is === 'create') {
          counts.willCreate++;
          if (judged.row.password === '') counts.withoutPassword++;
          if (!known.has(judged.row.domain)) newDomains.add(judged.row.domain);
          continue;
        }
        const list = judged.is === 'skip' ? skips : problems;
        judged.is === 'skip' ? counts.willSkip++ : counts.willFail++;
        if (list.length < shown) list.push({ line: judged.line, userId: judged.userId.slice(0, 255), message: judged.message });
      }
    }
    return ok({ ...counts, newDomains: [...newDomains].sort().slice(0, shown), problems, skips });
  },
});

export const importUsers = defineUseCase({
  id: 'users.import',
  title: 'Import users',
  summary: 'Creates the users of a CSV file as a job. Rows with a problem are reported by line, users who exist are skipped.',
  may: 'users.write',
  audit: 'user.import',
  kind: 'change',
  input: importUsersInput,
  output: jobRow,
  rest: { method: 'POST', path: '/users/import', body: 'text/csv', bodyField: 'csv', status: 202 },
  cli: {
    words: ['users', 'import'],
    positionals: [{ field: 'csv', name: 'FILE.csv', file: true }],
    waits: true,
    examples: ['rollcall users import people.csv', 'rollcall users import - < people.csv'],
  },
  async run(input, ctx) {
    // A file without a header or a column that is none is refused before there is a job.
    for await (const reading of readUserRows(input.csv)) {
      if (reading.is === 'broken') return refuse(userFaults.badFile({ reason: reading.reason }, { fields: { csv: reading.reason } }));
      break;
    }
    const job = await ctx.deps.jobs.enqueue(ctx, importWork(input.csv, ctx.deps, ctx.viewer.name));
    if (!job.ok) return job;
    ctx.audit({
      target: 'Import of users',
      targetKey: `job:${job.value.id}`,
      after: { job: job.value.id, bytes: Buffer.byteLength(input.csv) },
    });
    return ok(presentJob(job.value));
  },
});

/** The file lives in this closure only: it holds passwords, which may not be stored, so an import cannot go on after a restart. */
function importWork(csv: string, deps: AdminDeps, by: string): JobWork {
  const { stores } = deps.uow;
  let created = 0;
  let skipped = 0;
  let broken = '';
  return {
    kind: 'user.import',
    may: 'users.write',
    title: 'Import of users',
    input: {},
    async prepare() {
      let total = 0;
      for await (const reading of readUserRows(csv)) {
        if (reading.is === 'row') total++;
        else broken = reading.reason;
      }
      return { total: broken === '' ? total : 1 };
    },
    async *slices() {
      // A file that cannot be read to its end makes nobody: half of it would be hard to tell from all of it.
      if (broken !== '') {
        yield [{ target: 'The file', ok: false, message: broken }];
        return;
      }
      for await (const slice of judgeRows(csv, stores, await defaultDomain(stores))) {
        if (slice.is === 'broken') throw new Error(slice.reason);
        const making = slice.rows.flatMap((judged) => (judged.is === 'create' ? [{ row: judged.row, name: nameOf(judged) }] : []));
        const batch = await createBatch(making, stores, deps.passwords);
        if (batch.created > 0) deps.events.emit('users.imported', { count: batch.created, by });
        created += batch.created;
        const made = batch.outcomes[Symbol.iterator]();
        const outcomes = slice.rows.map((judged): RowOutcome => {
          if (judged.is === 'create') return made.next().value as RowOutcome;
          return judged.is === 'skip'
            ? { target: nameOf(judged), ok: true, message: `Skipped: ${judged.message}` }
            : { target: nameOf(judged), ok: false, message: judged.message };
        });
        skipped += outcomes.filter((outcome) => outcome.message.startsWith('Skipped')).length;
        yield outcomes;
      }
    },
    summary: ({ failed }) => `${created} created, ${skipped} skipped, ${failed} refused.`,
  };
}
const nameOf = (judged: Judged) => `line ${judged.line}: ${judged.is === 'create' ? judged.row.userId : judged.userId.slice(0, 255)}`;
