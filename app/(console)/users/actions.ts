'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { endSessionsInput } from '@/lib/admin/sessions/inputs.ts';
import {
  createUserInput,
  generateUsersInput,
  previewBulkInput,
  revokeClientInput,
  runBulkInput,
  setPasswordInput,
  signOutInput,
  updateUserInput,
  usersInput,
} from '@/lib/admin/users/inputs.ts';

export const createUser = consoleAction(createUserInput, (input, viewer) => admin().users.create(viewer, input));
export const updateUser = consoleAction(updateUserInput, (input, viewer) => admin().users.update(viewer, input));
export const setPassword = consoleAction(setPasswordInput, (input, viewer) => admin().users.setPassword(viewer, input));
export const enableUsers = consoleAction(usersInput, (input, viewer) => admin().users.enable(viewer, input));
export const disableUsers = consoleAction(usersInput, (input, viewer) => admin().users.disable(viewer, input));
export const deleteUsers = consoleAction(usersInput, (input, viewer) => admin().users.delete(viewer, input));
export const generateUsers = consoleAction(generateUsersInput, (input, viewer) => admin().users.generate(viewer, input));
export const previewBulk = consoleAction(previewBulkInput, (input, viewer) => admin().users.previewBulk(viewer, input));
export const runBulk = consoleAction(runBulkInput, (input, viewer) => admin().users.runBulk(viewer, input));
export const revokeClient = consoleAction(revokeClientInput, (input, viewer) => admin().users.revokeClient(viewer, input));
export const signOutUser = consoleAction(signOutInput, (input, viewer) => admin().users.signOut(viewer, input));
export const endUserSessions = consoleAction(endSessionsInput, (input, viewer) => admin().sessions.end(viewer, input));
