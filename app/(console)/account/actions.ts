'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { changePasswordInput, endConsoleSessionsInput } from '@/lib/admin/security/inputs.ts';

export const changePassword = consoleAction(changePasswordInput, (input, viewer) => admin().self.changePassword(viewer, input));
export const endConsoleSessions = consoleAction(endConsoleSessionsInput, (input, viewer) => admin().consoleSessions.end(viewer, input));
