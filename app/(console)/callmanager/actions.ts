'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import {
  cancelSyncInput,
  configureCallManagerInput,
  decideRunInput,
  fetchCertificateInput,
  removeCallManagerInput,
  syncCallManagerInput,
  testCallManagerInput,
} from '@/lib/admin/callmanager/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const configureCallManager = consoleAction(configureCallManagerInput, (input, viewer) =>
  admin().callManager.configure(viewer, input),
);
export const removeCallManager = consoleAction(removeCallManagerInput, (input, viewer) => admin().callManager.remove(viewer, input));
export const testCallManager = consoleAction(testCallManagerInput, (input, viewer) => admin().callManager.test(viewer, input));
export const fetchCertificate = consoleAction(fetchCertificateInput, (input, viewer) =>
  admin().callManager.fetchCertificate(viewer, input),
);
export const syncNow = consoleAction(syncCallManagerInput, (input, viewer) => admin().callManager.sync(viewer, input));
export const confirmRun = consoleAction(decideRunInput, (input, viewer) => admin().callManager.confirm(viewer, input));
export const discardRun = consoleAction(decideRunInput, (input, viewer) => admin().callManager.discard(viewer, input));
export const cancelSync = consoleAction(cancelSyncInput, (input, viewer) => admin().callManager.cancel(viewer, input));
