import { type CatalogueEntry, catalogue, entryOfStorageKey } from '../../config/catalogue.ts';
import { shown } from '../../config/plan.ts';
import type { SettingChange } from '../../config/ports.ts';
import type { SettingsControl } from '../../config/registry.ts';
import { formatSetting } from '../../config/setting-text.ts';
import type { SectionView, SettingChangeView, SettingView } from './outputs.ts';

type Value = SettingView['value'];
const plain = (value: unknown): Value => (Array.isArray(value) ? value.map(String) : (value as Value));

export function presentSetting(entry: CatalogueEntry, settings: SettingsControl): SettingView {
  const { setting, key, name, sectionId } = entry;
  const value = settings.value(key);
  const isNumber = setting.kind === 'count' || setting.kind === 'duration' || setting.kind === 'size' || setting.kind === 'port';
  return {
    key,
    name,
    section: sectionId,
    kind: setting.kind,
    label: setting.label,
    help: setting.help,
    value: plain(shown(setting, value)),
    default: plain(setting.default),
    valueText: formatSetting(setting, value),
    defaultText: formatSetting(setting, setting.default),
    changed: settings.isChanged(key),
    scope: setting.scope ?? 'cluster',
    applies: setting.applies,
    warnings: { ...setting.warnings },
    min: isNumber ? setting.min : null,
    max: isNumber ? setting.max : null,
    unit: isNumber ? setting.unit : '',
    zero: isNumber ? (setting.zero ?? '') : '',
    options: setting.kind === 'choice' ? setting.options.map((o) => ({ value: o.value, label: o.label, help: o.help ?? '' })) : [],
    maxLength: setting.kind === 'text' || setting.kind === 'domain' ? setting.maxLength : null,
    multiline: setting.kind === 'text' && setting.multiline === true,
    maxItems: setting.kind === 'list' ? setting.maxItems : null,
  };
}

export function presentSections(settings: SettingsControl, only?: string): SectionView[] {
  const sections = new Map<string, SectionView>();
  for (const entry of catalogue.values()) {
    if (only !== undefined && entry.sectionId !== only) continue;
    const { title, purpose, page } = entry.section;
    const section = sections.get(entry.sectionId) ?? { id: entry.sectionId, title, purpose, page, settings: [] };
    section.settings.push(presentSetting(entry, settings));
    sections.set(entry.sectionId, section);
  }
  return [...sections.values()];
}

export function presentChange(change: SettingChange): SettingChangeView {
  const changes = change.changes.map(({ key, from, to }) => {
    const known = entryOfStorageKey(key);
    const text = (value: unknown) =>
      known ? formatSetting(known.entry.setting, value ?? known.entry.setting.default) : JSON.stringify(value);
    return {
      key: known?.entry.key ?? key,
      label: known?.entry.setting.label ?? key,
      node: known?.node ?? '',
      fromText: text(from),
      toText: text(to),
    };
  });
  const { id, version, at, by, undoes } = change;
  const says = changes
    .map((line) => `${line.key}${line.node === '' ? '' : ` on ${line.node}`}: ${line.fromText} becomes ${line.toText}`)
    .join('; ');
  return { id, version, at, by, undoes, changes, says };
}
