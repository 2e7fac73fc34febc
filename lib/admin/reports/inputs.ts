import { z } from 'zod';
import { pageCursor, pageLimit } from '../shared/fields.ts';

const report = z.string().trim().min(1).max(100).describe('Id of the report');

export const findReportsInput = z.strictObject({
  search: z.string().trim().max(255).optional().describe('Start of the reported address, or of who reported it'),
  state: z.enum(['open', 'closed']).optional().describe('Waiting for an administrator, or done with'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const reportInput = z.strictObject({ report });
export const closeReportInput = z.strictObject({
  report,
  note: z.string().trim().max(1_000).default('').describe('What was done about it'),
});
