'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { endSessionsInput } from '@/lib/admin/sessions/inputs.ts';

export const endSessions = consoleAction(endSessionsInput, (input, viewer) => admin().sessions.end(viewer, input));
