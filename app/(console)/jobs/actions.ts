'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { undoAssignInput } from '@/lib/admin/assignment/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { jobInput, jobResultsInput } from '@/lib/admin/jobs/inputs.ts';

export const cancelJob = consoleAction(jobInput, (input, viewer) => admin().jobs.cancel(viewer, input));
export const retryJob = consoleAction(jobInput, (input, viewer) => admin().jobs.retry(viewer, input));
export const undoAssignment = consoleAction(undoAssignInput, (input, viewer) => admin().assignment.undo(viewer, input));
export const readResults = consoleAction(jobResultsInput, (input, viewer) => admin().jobs.results(viewer, input));
