import { ok, refuse } from '../../kernel/result.ts';
import { jobRow, presentJob } from '../jobs/outputs.ts';
import type { JobWork } from '../jobs/runner.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { invalidFields } from '../shared/problems.ts';
import { addressFor, unusablePassword } from './account-rules.ts';
import { createBatch } from './create-batch.ts';
import { generateUsersInput } from './inputs.ts';
import { defaultDomain } from './resolve.ts';

const sliceSize = 500;

export const generateUsers = defineUseCase({
  id: 'users.generate',
  title: 'Generate users',
  summary: 'Makes users PREFIX1 to PREFIXn with passwords made the same way, as a job. For load tests and demonstrations.',
  may: 'users.write',
  audit: 'user.generate',
  kind: 'change',
  input: generateUsersInput,
  output: jobRow,
  rest: { method: 'POST', path: '/users/generate', status: 202 },
  cli: {
    words: ['users', 'generate'],
    waits: true,
    examples: ['rollcall users generate --prefix load --count 5000 --password-prefix secret-'],
  },
  async run(input, ctx) {
    const domain = input.domain ?? (await defaultDomain(ctx.stores));
    for (const number of [1, input.count]) {
      const address = addressFor(`${input.prefix}${number}`, domain);
      if (!address.ok) return refuse(invalidFields({ [address.field === 'userId' ? 'prefix' : 'domain']: address.problem }));
      // No rule about length: passwords that count up are weak whatever their length, and who asks for them knows it.
      const unusable = unusablePassword(`${input.passwordPrefix}${number}`);
      if (unusable) return refuse(invalidFields({ passwordPrefix: unusable }));
    }
    const job = await ctx.deps.jobs.enqueue(ctx, generateWork({ ...input, domain }, ctx.deps, ctx.viewer.name));
    if (!job.ok) return job;
    ctx.audit({
      target: `${input.prefix}1 to ${input.prefix}${input.count}`,
      targetKey: `job:${job.value.id}`,
      after: { count: input.count, domain, job: job.value.id },
    });
    return ok(presentJob(job.value));
  },
});

function generateWork(
  input: { prefix: string; count: number; passwordPrefix: string; domain: string },
  deps: AdminDeps,
  by: string,
): JobWork {
  let created = 0;
  return {
    kind: 'user.generate',
    may: 'users.write',
    title: `Generate ${input.prefix}1 to ${input.prefix}${input.count}`,
    input: { prefix: input.prefix, count: input.count, domain: input.domain },
    prepare: async () => ({ total: input.count }),
    async *slices(from) {
      for (let start = from + 1; start <= input.count; start += sliceSize) {
        const rows = [];
        for (let number = start; number < start + sliceSize && number <= input.count; number++) {
          const userId = `${input.prefix}${number}`;
          const address = addressFor(userId, input.domain);
          // Digits are valid in every localpart, so what held for the first and the last holds for all.
          if (!address.ok) throw new Error(`no address for generated user ${userId}`);
          rows.push({
            name: userId,
            row: { userId, name: '', mail: '', password: `${input.passwordPrefix}${number}`, enabled: true, ...address.value },
          });
        }
        const batch = await createBatch(rows, deps.uow.stores, deps.passwords);
        created += batch.created;
        if (batch.created > 0) deps.events.emit('users.imported', { count: batch.created, by });
        yield batch.outcomes;
      }
    },
    summary: ({ done }) => `${created} created, ${done - created} existed already.`,
  };
}
