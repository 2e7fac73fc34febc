import type { Fault } from '../kernel/faults.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { type CatalogueEntry, catalogue } from './catalogue.ts';
import { settingFaults } from './faults.ts';
import { nearestName } from './nearest.ts';
import type { ListSetting, NumberSetting, Setting, TextSetting } from './setting.ts';
import { formatSetting, parseSettingText } from './setting-text.ts';

/** The entry behind a key; an unknown key is told the nearest known one. */
export function findSetting(key: string): Result<CatalogueEntry, Fault> {
  const entry = catalogue.get(key);
  if (entry) return ok(entry);
  const near = nearestName(key, catalogue.keys());
  return refuse(settingFaults.unknown({ key, hint: near ? ` Did you mean "${near}"?` : '' }));
}

/**
 * A value as it will be stored. Text is taken in its typed form (`10m`, `256K`, `off`); other values must have the type of the setting.
 * The refusal says in one sentence what would be accepted.
 */
export function validateSetting(key: string, value: unknown): Result<unknown, Fault> {
  const found = findSetting(key);
  if (!found.ok) return found;
  const { setting } = found.value;
  const meant = typeof value === 'string' ? parseSettingText(setting, value) : value;
  const why = problemOf(setting, meant);
  if (why === null) return ok(setting.kind === 'list' ? [...new Set(meant as readonly string[])] : meant);
  return refuse(settingFaults.invalid({ label: setting.label, why }, { fields: { [key]: why } }));
}

/** Null when the value may stand; else the sentence that tells what may. */
export function problemOf(setting: Setting, value: unknown): string | null {
  switch (setting.kind) {
    case 'switch':
      return typeof value === 'boolean' ? null : 'It is on or off.';
    case 'count':
    case 'duration':
    case 'size':
    case 'port':
      return numberProblem(setting, value);
    case 'text':
    case 'domain':
      return textProblem(setting, value);
    case 'choice':
      return setting.options.some((o) => o.value === value) ? null : `It is one of ${setting.options.map((o) => o.value).join(', ')}.`;
    case 'list':
      return listProblem(setting, value);
  }
}

function numberProblem(setting: NumberSetting<'count' | 'duration' | 'size' | 'port'>, value: unknown): string | null {
  // A bound such as 0 is told as a number here: "from no limit to 100" helps nobody.
  const { zero, ...plain } = setting;
  const least = zero ? Math.max(1, setting.min) : setting.min;
  const from = setting.kind === 'count' ? least.toLocaleString('en-US') : formatSetting(plain, least);
  const bounds = `${zero ? `0 (${zero}) or a value ` : ''}from ${from} to ${formatSetting(plain, setting.max)}`;
  const form = setting.kind === 'duration' ? ', for example 90s, 10m or 2h' : setting.kind === 'size' ? ', for example 64K or 4M' : '';
  if (typeof value !== 'number' || !Number.isInteger(value)) return `It is a whole number ${bounds}${form}.`;
  return value < setting.min || value > setting.max ? `It is ${bounds}${form}.` : null;
}

const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function textProblem(setting: TextSetting, value: unknown): string | null {
  if (typeof value !== 'string') return 'It is text.';
  if (value.length > setting.maxLength)
    return `It is at most ${setting.maxLength.toLocaleString('en-US')} characters; this has ${value.length.toLocaleString('en-US')}.`;
  if (controlCharacters.test(value)) return 'It may not hold control characters.';
  if (!setting.multiline && /[\r\n]/.test(value)) return 'It is one line.';
  return setting.pattern && !new RegExp(setting.pattern.regex, 'u').test(value) ? setting.pattern.says : null;
}

function listProblem(setting: ListSetting, value: unknown): string | null {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) return 'It is a list of texts, separated by commas.';
  if (value.length > setting.maxItems) return `It has at most ${setting.maxItems} entries; this has ${value.length}.`;
  const items = value as string[];
  if (items.some((item) => item.trim() === '')) return 'No entry may be empty.';
  if (items.some((item) => item.length > 1000 || controlCharacters.test(item)))
    return 'An entry has at most 1,000 characters and no control characters.';
  const { pattern } = setting;
  if (pattern) {
    const regex = new RegExp(pattern.regex, 'u');
    const odd = items.find((item) => !regex.test(item));
    if (odd !== undefined) return `"${odd.slice(0, 100)}" cannot be used. ${pattern.says}`;
  }
  return null;
}

/** Same value? Lists count by content. */
export const sameValue = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((item, i) => item === b[i]) : a === b;

/** All values checked at once, so that a form shows every problem together. */
export function validateAll(values: Readonly<Record<string, unknown>>): Result<ReadonlyMap<CatalogueEntry, unknown>, Fault> {
  const good = new Map<CatalogueEntry, unknown>();
  const bad: Fault[] = [];
  for (const [key, value] of Object.entries(values)) {
    const entry = catalogue.get(key);
    const checked = entry && value === null ? ok(entry.setting.default) : validateSetting(key, value);
    if (checked.ok && entry) good.set(entry, checked.value);
    else if (!checked.ok) bad.push(checked.fault);
  }
  const [first] = bad;
  if (!first) return ok(good);
  if (bad.length === 1) return refuse(first);
  const fields = Object.assign({}, ...bad.map((f) => f.fields ?? {})) as Record<string, string>;
  return refuse(settingFaults.severalInvalid({ count: bad.length, first: first.message }, { fields }));
}
