import { z } from 'zod';
import { catalogue } from '../../config/catalogue.ts';
import { settingFaults } from '../../config/faults.ts';
import { nearestName } from '../../config/nearest.ts';
import { planSave } from '../../config/plan.ts';
import { sections } from '../../config/schema/index.ts';
import { findSetting } from '../../config/validate.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import {
  getSettingInput,
  listSettingsInput,
  previewSettingsInput,
  searchSettingsInput,
  sectionsInput,
  settingsHistoryInput,
} from './inputs.ts';
import { planLine, sectionView, settingChangeView, settingView } from './outputs.ts';
import { presentPlan } from './save.ts';
import { presentChange, presentSections, presentSetting } from './view.ts';

function unknownSection(section: string | undefined) {
  if (section === undefined || Object.hasOwn(sections, section)) return null;
  const near = nearestName(section, Object.keys(sections));
  return settingFaults.unknown({
    key: section,
    hint: near ? ` Did you mean the section "${near}"?` : ` The sections are ${Object.keys(sections).join(', ')}.`,
  });
}

const row = settingView.pick({ key: true, label: true, value: true, valueText: true, defaultText: true, changed: true, section: true });

export const listSettings = defineUseCase({
  id: 'settings.list',
  title: 'List settings',
  summary: 'Every setting with the value in use.',
  may: 'settings.read',
  kind: 'read',
  input: listSettingsInput,
  output: z.object({ version: z.int(), items: z.array(row) }),
  rest: { method: 'GET', path: '/settings' },
  cli: {
    words: ['settings', 'list'],
    positionals: [{ field: 'section', name: 'SECTION' }],
    table: { path: 'items', columns: ['key', 'valueText', 'defaultText', 'changed'] },
    examples: ['rollcall settings list', 'rollcall settings list xmpp --changed'],
  },
  async run({ section, changed }, { deps: { settings } }) {
    const fault = unknownSection(section);
    if (fault) return refuse(fault);
    const items = [...catalogue.values()]
      .filter((entry) => section === undefined || entry.sectionId === section)
      .map((entry) => presentSetting(entry, settings))
      .filter((item) => !changed || item.changed);
    return ok({ version: settings.version, items });
  },
});

export const getSections = defineUseCase({
  id: 'settings.sections',
  title: 'Settings by section',
  summary: 'The schema of all settings with the values in use: labels, bounds, units, warnings.',
  may: 'settings.read',
  kind: 'read',
  input: sectionsInput,
  output: z.object({ version: z.int(), sections: z.array(sectionView) }),
  rest: { method: 'GET', path: '/settings-sections' },
  cli: {
    words: ['settings', 'sections'],
    positionals: [{ field: 'section', name: 'SECTION' }],
    table: { path: 'sections', columns: ['id', 'title', 'purpose'] },
  },
  async run({ section }, { deps: { settings } }) {
    const fault = unknownSection(section);
    return fault ? refuse(fault) : ok({ version: settings.version, sections: presentSections(settings, section) });
  },
});

export const getSetting = defineUseCase({
  id: 'settings.get',
  title: 'Show a setting',
  summary: 'One setting: value, default, bounds, and who changed it last.',
  may: 'settings.read',
  kind: 'read',
  input: getSettingInput,
  output: settingView.extend({ version: z.int(), lastChange: settingChangeView.nullable() }),
  rest: { method: 'GET', path: '/settings/{key}' },
  cli: { words: ['settings', 'get'], positionals: [{ field: 'key', name: 'KEY' }], examples: ['rollcall settings get im.offlineMessages'] },
  async run({ key }, { deps: { settings }, stores }) {
    const found = findSetting(key);
    if (!found.ok) return found;
    const stored = found.value.setting.scope === 'node' ? `${key}@${settings.nodeScope}` : key;
    const [last] = await stores.settings.history({ key: stored, limit: 1 });
    return ok({ ...presentSetting(found.value, settings), version: settings.version, lastChange: last ? presentChange(last) : null });
  },
});

export const settingsHistory = defineUseCase({
  id: 'settings.history',
  title: 'History of settings',
  summary: 'Who changed which setting, from what to what, newest first.',
  may: 'settings.read',
  kind: 'read',
  input: settingsHistoryInput,
  output: z.object({ items: z.array(settingChangeView), next: z.int().nullable() }),
  rest: { method: 'GET', path: '/settings-history' },
  cli: {
    words: ['settings', 'history'],
    positionals: [{ field: 'key', name: 'KEY' }],
    table: { path: 'items', columns: ['id', 'version', 'at', 'by', 'says'] },
    examples: ['rollcall settings history', 'rollcall settings history im.enabled'],
  },
  async run({ key, limit, before }, { deps: { settings }, stores }) {
    let stored: string | undefined;
    if (key !== undefined) {
      const found = findSetting(key);
      if (!found.ok) return found;
      stored = found.value.setting.scope === 'node' ? `${key}@${settings.nodeScope}` : key;
    }
    const changes = await stores.settings.history({
      limit: limit + 1,
      ...(stored === undefined ? {} : { key: stored }),
      ...(before === undefined ? {} : { beforeVersion: before }),
    });
    const items = changes.slice(0, limit).map(presentChange);
    return ok({ items, next: changes.length > limit ? (items.at(-1)?.version ?? null) : null });
  },
});

export const searchSettings = defineUseCase({
  id: 'settings.search',
  title: 'Search settings',
  summary: 'Settings whose name, label or help holds all the words.',
  may: 'settings.read',
  kind: 'read',
  input: searchSettingsInput,
  output: z.object({ items: z.array(settingView.extend({ sectionTitle: z.string(), page: z.string() })) }),
  rest: { method: 'GET', path: '/settings-search' },
  cli: {
    words: ['settings', 'search'],
    positionals: [{ field: 'query', name: 'WORDS' }],
    table: { path: 'items', columns: ['key', 'valueText', 'label'] },
  },
  async run({ query }, { deps: { settings } }) {
    const words = query.toLowerCase().split(/\s+/);
    const found = [...catalogue.values()].flatMap((entry) => {
      const { setting, section, key } = entry;
      const near = `${key} ${setting.label}`.toLowerCase();
      const all = `${near} ${setting.help} ${setting.keywords?.join(' ') ?? ''} ${section.title}`.toLowerCase();
      if (!words.every((word) => all.includes(word))) return [];
      return [{ entry, rank: words.filter((word) => near.includes(word)).length }];
    });
    found.sort((a, b) => b.rank - a.rank);
    return ok({
      items: found
        .slice(0, 50)
        .map(({ entry }) => ({ ...presentSetting(entry, settings), sectionTitle: entry.section.title, page: entry.section.page })),
    });
  },
});

export const previewSettings = defineUseCase({
  id: 'settings.preview',
  title: 'Preview a change of settings',
  summary: 'What a save would change, in words, with warnings and when it applies. Changes nothing.',
  may: 'settings.read',
  kind: 'read',
  input: previewSettingsInput,
  output: z.object({ version: z.int(), lines: z.array(planLine) }),
  rest: { method: 'POST', path: '/settings-preview' },
  cli: { none: 'settings set prints the same lines, with their warnings, when it has saved.' },
  async run({ values }, { deps: { settings } }) {
    const planned = planSave(values, (key) => settings.value(key), settings.nodeScope);
    return planned.ok ? ok({ version: settings.version, lines: presentPlan(planned.value) }) : planned;
  },
});
