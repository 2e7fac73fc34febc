'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { serviceInput } from '@/lib/admin/services/inputs.ts';

export const startService = consoleAction(serviceInput, (input, viewer) => admin().services.start(viewer, input));
export const stopService = consoleAction(serviceInput, (input, viewer) => admin().services.stop(viewer, input));
export const restartService = consoleAction(serviceInput, (input, viewer) => admin().services.restart(viewer, input));
/** Changes nothing. */
export const previewStop = consoleAction(serviceInput, (input, viewer) => admin().services.previewStop(viewer, input));
