import { z } from 'zod';

const key = z.string().trim().min(1).max(200).describe('Name of the setting, for example im.offlineMessages');
/** A setting's value: its own type, or text in the forms that the command line takes (10m, 256K, on). */
export const settingValue = z
  .union([z.string().max(20_000), z.number(), z.boolean(), z.array(z.string().max(1_000)).max(1_000)])
  .describe('The value; text such as 10m, 256K, on is understood');
const values = z.record(z.string().max(200), settingValue.nullable()).describe('Values by setting; null puts the default back');

export const listSettingsInput = z.strictObject({
  section: z.string().max(100).optional().describe('Only this section, for example xmpp'),
  changed: z.boolean().default(false).describe('Only what differs from the default'),
});
export const getSettingInput = z.strictObject({ key });
export const sectionsInput = z.strictObject({ section: z.string().max(100).optional().describe('Only this section') });
export const setSettingInput = z.strictObject({ key, value: settingValue });
export const resetSettingInput = z.strictObject({ key });
export const saveSettingsInput = z.strictObject({
  version: z.int().min(0).describe('Version of the settings the values were chosen by'),
  values,
});
export const previewSettingsInput = z.strictObject({ values });
export const settingsHistoryInput = z.strictObject({
  key: key.optional().describe('Only changes of this setting'),
  limit: z.int().min(1).max(200).default(50).describe('How many at most (1 to 200)'),
  before: z.int().optional().describe('Only changes before this version'),
});
export const undoSettingsInput = z.strictObject({ id: z.string().trim().min(1).max(100).describe('Id of the change, from the history') });
export const searchSettingsInput = z.strictObject({
  query: z.string().trim().min(1).max(200).describe('Words of the name, label or help'),
});
