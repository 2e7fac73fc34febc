import { z } from 'zod';

export const haActions = ['failover', 'fallback', 'recover'] as const;

const groupRef = z.string().trim().min(1).max(128).describe('Name of the group, or id:NUMBER');
const nodeRef = z.string().trim().min(1).max(253).describe('Name of the node');
/** As in the original: letters, digits, underscore, hyphen. */
export const groupName = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(/^[\w-]+$/, 'Letters, digits, underscores and hyphens only.')
  .describe('Name: letters, digits, underscores and hyphens');
const description = z
  .string()
  .trim()
  .max(128)
  .regex(/^[^"%&/<>]*$/, 'No quotes, and none of % & / < >.')
  .describe('What it is for');
const highAvailability = z.boolean().describe('The nodes of the group take over from each other');
const automaticFallback = z.boolean().describe('A node that was failed over takes its users back by itself when it is healthy again');
const expect = z.int().min(0).optional().describe('Refuse when another number of users than this would be touched');

export const listGroupsInput = z.strictObject({});
export const createGroupInput = z.strictObject({
  name: groupName,
  description: description.default(''),
  first: nodeRef.describe('Its first node'),
  second: nodeRef.optional().describe('Its second node'),
});
export const updateGroupInput = z.strictObject({
  group: groupRef,
  version: z.int().optional().describe('The version seen; an older one than the stored is refused'),
  name: groupName.optional(),
  description: description.optional(),
  highAvailability: highAvailability.optional(),
  automaticFallback: automaticFallback.optional(),
  first: nodeRef.optional().describe('Its first node'),
  second: nodeRef.nullable().optional().describe('Its second node; null takes it out'),
});
export const groupInput = z.strictObject({ group: groupRef });
export const previewActionInput = z.strictObject({ node: nodeRef, action: z.enum(haActions).describe('failover, fallback or recover') });
export const nodeActionInput = z.strictObject({ node: nodeRef, expect });
export const recoverInput = z.strictObject({ group: groupRef, expect });
