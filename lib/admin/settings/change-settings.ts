import { entryOfStorageKey } from '../../config/catalogue.ts';
import { settingFaults } from '../../config/faults.ts';
import { planUndo } from '../../config/plan.ts';
import { findSetting, problemOf } from '../../config/validate.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { resetSettingInput, saveSettingsInput, setSettingInput, undoSettingsInput } from './inputs.ts';
import { savedSettings, settingChangeView } from './outputs.ts';
import { conflictOf, saveSettings } from './save.ts';
import { presentChange } from './view.ts';

const common = { may: 'settings.write', kind: 'change' } as const;
const table = { path: 'lines', columns: ['key', 'fromText', 'toText', 'warning'] };

export const saveSettingsCase = defineUseCase({
  ...common,
  id: 'settings.save',
  title: 'Save settings',
  summary: 'Saves several settings at once, all or none. They apply on every node within seconds.',
  audit: 'settings.save',
  input: saveSettingsInput,
  output: savedSettings,
  rest: { method: 'PATCH', path: '/settings' },
  cli: { none: 'settings set and settings reset change one at a time.' },
  run: ({ version, values }, ctx) => saveSettings(ctx, values, version),
});

export const setSetting = defineUseCase({
  ...common,
  id: 'settings.set',
  title: 'Set a setting',
  summary: 'Changes one setting. It applies on every node within seconds, without a restart.',
  audit: 'settings.save',
  input: setSettingInput,
  output: savedSettings,
  rest: { method: 'PUT', path: '/settings/{key}' },
  cli: {
    words: ['settings', 'set'],
    positionals: [
      { field: 'key', name: 'KEY' },
      { field: 'value', name: 'VALUE' },
    ],
    table,
    examples: [
      'rollcall settings set im.offlineMessages off',
      'rollcall settings set xmpp.resumeTimeout 10m',
      'rollcall settings set xmpp.maxStanzaBytes 512K',
    ],
  },
  async run({ key, value }, ctx) {
    const found = findSetting(key);
    return found.ok ? saveSettings(ctx, { [key]: value }, ctx.deps.settings.version) : found;
  },
});

export const resetSetting = defineUseCase({
  ...common,
  id: 'settings.reset',
  title: 'Reset a setting',
  summary: 'Puts the default of one setting back.',
  audit: 'settings.reset',
  input: resetSettingInput,
  output: savedSettings,
  rest: { method: 'DELETE', path: '/settings/{key}' },
  cli: {
    words: ['settings', 'reset'],
    positionals: [{ field: 'key', name: 'KEY' }],
    table,
    examples: ['rollcall settings reset im.offlineMessages'],
  },
  async run({ key }, ctx) {
    const found = findSetting(key);
    return found.ok ? saveSettings(ctx, { [key]: null }, ctx.deps.settings.version) : found;
  },
});

export const undoSettings = defineUseCase({
  ...common,
  id: 'settings.undo',
  title: 'Undo a change of settings',
  summary: 'Saves the values that were in use before a change. Refused when one of them was changed again since.',
  audit: 'settings.undo',
  input: undoSettingsInput,
  output: settingChangeView,
  rest: { method: 'POST', path: '/settings-undo' },
  cli: { words: ['settings', 'undo'], positionals: [{ field: 'id', name: 'CHANGE' }], examples: ['rollcall settings undo 01979f2e-...'] },
  async run({ id }, ctx) {
    const { settings } = ctx.deps;
    ctx.audit({ target: id });
    const change = await ctx.stores.settings.change(id);
    if (!change) return refuse(settingFaults.unknownChange({ id }));
    // The values as the database holds them now, not as this node last heard.
    const stored = await ctx.stores.settings.load();
    const planned = planUndo(change, stored.values);
    if (!planned.ok) return planned;
    for (const [key, value] of Object.entries(planned.value)) {
      const known = entryOfStorageKey(key);
      const why = known && value !== null ? problemOf(known.entry.setting, value) : null;
      if (known && why !== null) return refuse(settingFaults.invalid({ label: known.entry.setting.label, why }));
    }
    const saved = await ctx.stores.settings.save(stored.version, planned.value, ctx.viewer.name, id);
    if ('conflict' in saved)
      return refuse(
        conflictOf(
          saved.conflict,
          presentChange(change).changes.map((line) => line.key),
        ),
      );
    const view = presentChange(saved);
    ctx.audit({
      target: view.changes.map((line) => line.label).join(', '),
      before: Object.fromEntries(view.changes.map((line) => [line.key, line.fromText])),
      after: Object.fromEntries(view.changes.map((line) => [line.key, line.toText])),
      detail: `Undoes version ${change.version} by ${change.by}.`,
    });
    ctx.afterCommit(() => settings.committed(saved));
    return ok(view);
  },
});
