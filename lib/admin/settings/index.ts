import { resetSetting, saveSettingsCase, setSetting, undoSettings } from './change-settings.ts';
import { getSections, getSetting, listSettings, previewSettings, searchSettings, settingsHistory } from './read-settings.ts';

/** The use cases of this area; the key is the verb in their id. */
export const settings = {
  list: listSettings,
  sections: getSections,
  get: getSetting,
  search: searchSettings,
  preview: previewSettings,
  save: saveSettingsCase,
  set: setSetting,
  reset: resetSetting,
  history: settingsHistory,
  undo: undoSettings,
} as const;
