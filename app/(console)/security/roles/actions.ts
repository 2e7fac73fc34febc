'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { createRoleInput, deleteRoleInput, updateRoleInput } from '@/lib/admin/roles/inputs.ts';

export const createRole = consoleAction(createRoleInput, (input, viewer) => admin().roles.create(viewer, input));
export const updateRole = consoleAction(updateRoleInput, (input, viewer) => admin().roles.update(viewer, input));
export const deleteRole = consoleAction(deleteRoleInput, (input, viewer) => admin().roles.delete(viewer, input));
