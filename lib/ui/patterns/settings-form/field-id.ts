/** Id of a setting's control in its form, and so the anchor that leads to it: `#setting-im-offlineMessages`. */
export const settingFieldId = (key: string): string => `setting-${key.replaceAll('.', '-')}`;
