'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { saveSettingsInput, settingsHistoryInput, undoSettingsInput } from '@/lib/admin/settings/inputs.ts';

export const saveSettings = consoleAction(saveSettingsInput, (input, viewer) => admin().settings.save(viewer, input));
/** Answers in the shape of a save, so that a form can take back what it just saved. */
export const undoSettings = consoleAction(undoSettingsInput, async (input, viewer) => {
  const undone = await admin().settings.undo(viewer, input);
  return undone.ok ? { ok: true, value: { version: undone.value.version, changeId: undone.value.id } } : undone;
});
/** What others saved meanwhile, for a form that is open. Changes nothing. */
export const recentChanges = consoleAction(settingsHistoryInput, (input, viewer) => admin().settings.history(viewer, input));
