import { z } from 'zod';
import { pageCursor, pageLimit } from '../shared/fields.ts';

const jobId = z.string().min(1).max(100).describe('Id of the job');
export const findJobsInput = z.strictObject({ limit: pageLimit, cursor: pageCursor });
export const jobInput = z.strictObject({ job: jobId });
export const jobResultsInput = z.strictObject({
  job: jobId,
  onlyFailed: z.boolean().default(false).describe('Only rows that failed'),
  limit: pageLimit,
  after: z.int().min(-1).optional().describe('Go on after the row of this index'),
});
