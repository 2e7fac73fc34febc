'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { deleteFilesInput } from '@/lib/admin/files/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const deleteFiles = consoleAction(deleteFilesInput, (input, viewer) => admin().files.delete(viewer, input));
