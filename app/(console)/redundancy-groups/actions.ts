'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import {
  createGroupInput,
  groupInput,
  nodeActionInput,
  previewActionInput,
  recoverInput,
  updateGroupInput,
} from '@/lib/admin/redundancy/inputs.ts';

export const createGroup = consoleAction(createGroupInput, (input, viewer) => admin().redundancy.create(viewer, input));
export const updateGroup = consoleAction(updateGroupInput, (input, viewer) => admin().redundancy.update(viewer, input));
export const deleteGroup = consoleAction(groupInput, (input, viewer) => admin().redundancy.delete(viewer, input));
export const failover = consoleAction(nodeActionInput, (input, viewer) => admin().redundancy.failover(viewer, input));
export const fallback = consoleAction(nodeActionInput, (input, viewer) => admin().redundancy.fallback(viewer, input));
export const recover = consoleAction(recoverInput, (input, viewer) => admin().redundancy.recover(viewer, input));
/** Changes nothing. */
export const previewAction = consoleAction(previewActionInput, (input, viewer) => admin().redundancy.preview(viewer, input));
