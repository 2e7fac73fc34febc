import { z } from 'zod';
import { pageCursor, pageLimit } from '../shared/fields.ts';

const owner = z.string().trim().min(1).max(3071).describe('Address of the person, or domain of the service');
const node = z.string().min(1).max(1024).describe('Name of the node');

export const findNodesInput = z.strictObject({
  owner: owner.optional(),
  kind: z.enum(['person', 'service']).optional().describe('Nodes of people, or of the service'),
  name: z.string().trim().max(255).optional().describe('Part of the name'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const nodeInput = z.strictObject({ owner, node });
export const nodeItemsInput = z.strictObject({ owner, node, limit: pageLimit, cursor: pageCursor });
