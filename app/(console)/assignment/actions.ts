'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { assignInput, previewAssignInput, previewRebalanceInput, rebalanceInput } from '@/lib/admin/assignment/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const assign = consoleAction(assignInput, (input, viewer) => admin().assignment.assign(viewer, input));
export const rebalance = consoleAction(rebalanceInput, (input, viewer) => admin().assignment.rebalance(viewer, input));
/** These change nothing. */
export const previewAssign = consoleAction(previewAssignInput, (input, viewer) => admin().assignment.preview(viewer, input));
export const previewRebalance = consoleAction(previewRebalanceInput, (input, viewer) => admin().assignment.previewRebalance(viewer, input));
