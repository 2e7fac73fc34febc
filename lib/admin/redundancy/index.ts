import { failoverNode, fallbackNode, previewAction, recoverGroup } from './actions.ts';
import { createGroup, deleteGroup, listGroups, updateGroup } from './groups.ts';

/** The use cases of this area; the key is the verb in their id. */
export const redundancy = {
  list: listGroups,
  create: createGroup,
  update: updateGroup,
  delete: deleteGroup,
  preview: previewAction,
  failover: failoverNode,
  fallback: fallbackNode,
  recover: recoverGroup,
} as const;
