import { z } from 'zod';
import { pageCursor, pageLimit } from '../shared/fields.ts';

const filter = {
  search: z.string().trim().max(255).optional().describe('Words in actor, action, target or detail'),
  actor: z.string().trim().max(255).optional().describe('Who did it'),
  action: z.string().trim().max(100).optional().describe('What was done, for example user.create'),
  targetKey: z.string().trim().max(255).optional().describe('To what, for example user:42'),
  result: z.enum(['done', 'refused', 'failed']).optional().describe('How it ended'),
  since: z.int().min(0).optional().describe('From this time on, milliseconds since 1970'),
  until: z.int().min(0).optional().describe('Up to this time, milliseconds since 1970'),
};
export const findAuditInput = z.strictObject({
  ...filter,
  parentId: z.string().max(100).optional().describe('Parts of this record'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const getAuditInput = z.strictObject({ id: z.string().min(1).max(100).describe('Id of the record') });
export const exportAuditInput = z.strictObject({
  ...filter,
  format: z.enum(['csv', 'json']).default('csv').describe('csv, or json with one record a line'),
});
export const verifyAuditInput = z.strictObject({});
