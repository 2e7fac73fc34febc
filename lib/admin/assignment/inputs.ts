import { z } from 'zod';
import { pageCursor, pageLimit } from '../shared/fields.ts';

const node = z.string().trim().min(1).max(253);
const userRef = z.string().trim().min(1).max(3100).describe('User ID, address, or id:NUMBER');

export const showAssignmentInput = z.strictObject({});
export const assignedPeopleInput = z.strictObject({
  node: node.optional().describe('Only users with their home on this node'),
  unassigned: z.literal(true).optional().describe('Only users without a home'),
  moving: z.literal(true).optional().describe('Only users on the way to another home'),
  search: z.string().trim().max(255).optional().describe('Start of the user ID, address, or any word of name or mail'),
  limit: pageLimit,
  cursor: pageCursor,
});

const targetFields = {
  users: z.array(userRef).min(1).max(5_000).optional().describe('Users, each as user ID, address, or id:NUMBER'),
  from: node.optional().describe('All users of this home'),
  unassigned: z.literal(true).optional().describe('All users without a home'),
  to: node.nullable().describe('The new home; null takes the home away'),
};
const problem = { message: 'Say who is meant: users, from, or unassigned; one of them.', path: ['users'] };
const namesOne = ({ users, from, unassigned }: { users?: unknown; from?: unknown; unassigned?: unknown }): boolean =>
  [users, from, unassigned].filter((each) => each !== undefined).length === 1;

export const previewAssignInput = z.strictObject(targetFields).refine(namesOne, problem);
export const assignInput = z
  .strictObject({ ...targetFields, expect: z.int().min(0).optional().describe('Refuse when more users than this would move') })
  .refine(namesOne, problem);
export type AssignTarget = z.output<typeof previewAssignInput>;

export const previewRebalanceInput = z.strictObject({});
export const rebalanceInput = z.strictObject({
  expect: z.int().min(0).optional().describe('Refuse when more users than this would move'),
});
export const undoAssignInput = z.strictObject({ job: z.string().min(1).max(100).describe('The job whose moves are taken back') });
