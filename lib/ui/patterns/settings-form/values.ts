import { countOf, formatBytes, formatNumber } from '../../format.ts';
import type { SettingSpec, SettingValue } from './types.ts';

export interface UnitChoice {
  readonly id: string;
  readonly label: string;
  /** How many of the stored unit one of this is. */
  readonly factor: number;
}
const timeInSeconds: readonly UnitChoice[] = [
  { id: 'd', label: 'days', factor: 86_400 },
  { id: 'h', label: 'hours', factor: 3600 },
  { id: 'min', label: 'minutes', factor: 60 },
  { id: 's', label: 'seconds', factor: 1 },
];
const bytes: readonly UnitChoice[] = [
  { id: 'GiB', label: 'GiB', factor: 1024 ** 3 },
  { id: 'MiB', label: 'MiB', factor: 1024 ** 2 },
  { id: 'KiB', label: 'KiB', factor: 1024 },
  { id: 'B', label: 'bytes', factor: 1 },
];

/** Units a person may choose for this setting, largest first; empty for plain numbers. */
export function unitChoices(spec: Pick<SettingSpec, 'kind' | 'unit'>): readonly UnitChoice[] {
  if (spec.kind === 'size') return bytes;
  if (spec.kind !== 'duration') return [];
  return spec.unit === 'ms'
    ? [...timeInSeconds.map((unit) => ({ ...unit, factor: unit.factor * 1000 })), { id: 'ms', label: 'milliseconds', factor: 1 }]
    : timeInSeconds;
}

/** The largest unit in which the value is a whole number: 1800 s → 30 minutes. */
export function bestUnit(choices: readonly UnitChoice[], value: number): UnitChoice | undefined {
  return choices.find((unit) => value !== 0 && value % unit.factor === 0) ?? choices.at(-1);
}

/** A value in words, for defaults, reviews and histories. `null` means the default. */
export function sayValue(spec: SettingSpec, value: SettingValue | null): string {
  if (value === null) return `${sayValue(spec, spec.default)} (default)`;
  switch (spec.kind) {
    case 'switch':
      return value === true ? 'On' : 'Off';
    case 'choice':
      return spec.options?.find((option) => option.value === value)?.label ?? String(value);
    case 'list':
      return Array.isArray(value) && value.length > 0 ? value.join(', ') : 'None';
    case 'text':
    case 'domain':
      return value === '' ? 'Empty' : String(value);
    default:
      return sayNumber(spec, Number(value));
  }
}

function sayNumber(spec: SettingSpec, value: number): string {
  if (value === 0 && spec.zero) return spec.zero.charAt(0).toUpperCase() + spec.zero.slice(1);
  if (spec.kind === 'port') return String(value);
  const choices = unitChoices(spec);
  if (spec.kind === 'size' && value >= 1024 && value % 1024 !== 0) return formatBytes(value);
  const unit = bestUnit(choices, value);
  if (!unit) return `${formatNumber(value)}${spec.unit ? ` ${value === 1 ? singular(spec.unit) : spec.unit}` : ''}`;
  const count = value / unit.factor;
  return `${formatNumber(count)} ${count === 1 ? singular(unit.label) : unit.label}`;
}

/** Units are written in the plural in the schema. */
const singular = (unit: string): string => (/ies$/.test(unit) ? unit.replace(/ies$/, 'y') : unit.replace(/([^s])s$/, '$1'));

export const sameValue = (a: SettingValue, b: SettingValue): boolean =>
  Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((each, index) => each === b[index]) : a === b;

/** The sentence an administrator should read before this change, by its direction. */
export function warningFor(spec: SettingSpec, from: SettingValue, to: SettingValue): string | undefined {
  const warnings = spec.warnings;
  if (!warnings || sameValue(from, to)) return undefined;
  const directed =
    typeof to === 'boolean'
      ? to
        ? warnings.on
        : warnings.off
      : typeof to === 'number' && typeof from === 'number'
        ? to > from
          ? warnings.raise
          : warnings.lower
        : undefined;
  return directed ?? warnings.change;
}

/** Problem of a value, or null. The server decides again; this is for a quick answer on leaving the field. */
export function problemWith(spec: SettingSpec, value: SettingValue): string | null {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return 'Enter a whole number.';
    if (value === 0 && spec.zero) return null;
    if ((typeof spec.min === 'number' && value < spec.min) || (typeof spec.max === 'number' && value > spec.max)) {
      const least = spec.kind === 'count' ? formatNumber(spec.min ?? 0) : sayNumber({ ...spec, zero: '' }, spec.min ?? 0);
      return `Enter ${least} to ${sayNumber(spec, spec.max ?? Number.MAX_SAFE_INTEGER)}.`;
    }
    return null;
  }
  if (typeof value === 'string') {
    if (typeof spec.maxLength === 'number' && value.length > spec.maxLength)
      return `Use at most ${formatNumber(spec.maxLength)} characters; there are ${formatNumber(value.length)}.`;
    if (spec.pattern && !new RegExp(spec.pattern.regex).test(value)) return spec.pattern.says;
    return null;
  }
  if (Array.isArray(value) && typeof spec.maxItems === 'number' && value.length > spec.maxItems)
    return `Enter at most ${countOf(spec.maxItems, 'line')}; there are ${formatNumber(value.length)}.`;
  return null;
}
