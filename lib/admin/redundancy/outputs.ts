import { z } from 'zod';
import { instant } from '../shared/fields.ts';
import { haActions } from './inputs.ts';

export const groupNodeView = z.object({
  name: z.string(),
  group: z.string(),
  position: z.int(),
  /** Who acts for its people now. */
  acting: z.string(),
  isThere: z.boolean(),
  /** Key and name of the state; `unknown` when the node does not answer. */
  state: z.string(),
  stateName: z.string(),
  reason: z.string(),
  reasonName: z.string(),
  since: instant,
  by: z.string(),
  next: z.string(),
  nextAt: instant.nullable(),
  actions: z.array(z.enum(haActions)),
  /** People that have their home here, and sessions on it now (null: not told). */
  users: z.int(),
  sessions: z.int().nullable(),
  version: z.string(),
  /** Critical services that do not run. */
  down: z.array(z.string()),
});
export type GroupNodeView = z.output<typeof groupNodeView>;

export const groupView = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  highAvailability: z.boolean(),
  automaticFallback: z.boolean(),
  version: z.int(),
  nodes: z.array(groupNodeView),
  /** One sentence on how the group is. */
  says: z.string(),
  tone: z.enum(['good', 'notice', 'bad']),
  /** What stands against turning high availability on. */
  against: z.array(z.string()),
});
export type GroupView = z.output<typeof groupView>;

export const groupList = z.object({
  /** This node is the only one: nothing to take over. */
  alone: z.boolean(),
  groups: z.array(groupView),
  /** Nodes in no group: nobody has a home on them. */
  loose: z.array(z.object({ name: z.string(), isThere: z.boolean() })),
  nodes: z.array(groupNodeView),
});

export const actionPreview = z.object({
  users: z.int(),
  sessions: z.int(),
  says: z.string(),
  /** Why it is refused now; empty when it is not. */
  refused: z.string(),
});
