import { isSecret, type Setting } from './setting.ts';

/** Text forms of values: what people type at the command line, and what diffs and tables show. */

const durations: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];
const durationWords: Readonly<Record<string, number>> = {
  ...Object.fromEntries(durations),
  min: 60_000,
  sec: 1_000,
  second: 1_000,
  seconds: 1_000,
  minute: 60_000,
  minutes: 60_000,
  hour: 3_600_000,
  hours: 3_600_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
};
/** Sizes count in 1,024s, as memory and the defaults do; `KB` is taken as `KiB`. */
const sizeWords: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

const yes = new Set(['true', 'on', 'yes', '1', 'enabled']);
const no = new Set(['false', 'off', 'no', '0', 'disabled']);

/** What a text means for this kind of setting; `undefined` when it means nothing. Bounds are checked elsewhere. */
export function parseSettingText(setting: Setting, text: string): unknown {
  const trimmed = text.trim();
  switch (setting.kind) {
    case 'switch': {
      const word = trimmed.toLowerCase();
      return yes.has(word) ? true : no.has(word) ? false : undefined;
    }
    case 'count':
    case 'port': {
      const digits = trimmed.replace(/[,_](?=\d{3}\b)/g, '');
      return /^-?\d{1,15}$/.test(digits) ? Number(digits) : undefined;
    }
    case 'duration':
      return parseDuration(trimmed, setting.unit);
    case 'size':
      return parseSize(trimmed);
    case 'list':
      return parseList(trimmed);
    case 'choice': {
      const found = setting.options.find((o) => o.value.toLowerCase() === trimmed.toLowerCase());
      return found?.value ?? trimmed;
    }
    case 'text':
    case 'domain':
      return text;
  }
}

function parseDuration(text: string, unit: string): number | undefined {
  const unitMs = unit === 'ms' ? 1 : 1_000;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  let ms = 0;
  let rest = text.toLowerCase();
  while (rest !== '') {
    const part = /^(\d{1,12}(?:\.\d{1,3})?)\s*([a-z]+)\s*/.exec(rest);
    const factor = part ? durationWords[part[2] ?? ''] : undefined;
    if (!part || factor === undefined) return undefined;
    ms += Number(part[1]) * factor;
    rest = rest.slice(part[0].length);
  }
  const value = ms / unitMs;
  return text === '' || !Number.isInteger(value) ? undefined : value;
}

function parseSize(text: string): number | undefined {
  const part = /^(\d{1,15}(?:\.\d{1,3})?)\s*([bkmgt]?)(?:i?b)?(?:\/s)?$/i.exec(text);
  if (!part) return undefined;
  const value = Number(part[1]) * (sizeWords[(part[2] ?? '').toLowerCase() || 'b'] ?? 1);
  return Number.isInteger(value) ? value : Math.round(value);
}

function parseList(text: string): unknown {
  if (text === '') return [];
  if (text.startsWith('[')) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }
  return text.split(/[,\n]/).flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
}

const grouped = (n: number): string => n.toLocaleString('en-US');

/** A value as people read it: `10 min`, `256 KiB`, `on`, `no limit`. */
export function formatSetting(setting: Setting, value: unknown): string {
  switch (setting.kind) {
    case 'switch':
      return value === true ? 'on' : 'off';
    case 'list':
      return Array.isArray(value) && value.length > 0 ? value.join(', ') : 'none';
    case 'choice':
      return setting.options.find((o) => o.value === value)?.label ?? String(value);
    case 'text':
    case 'domain':
      if (isSecret(setting)) return value === '' ? 'not set' : 'set';
      return value === '' ? 'empty' : String(value);
    default: {
      const n = Number(value);
      if (n === 0 && setting.zero) return setting.zero;
      if (setting.kind === 'duration') return formatDuration(n, setting.unit);
      if (setting.kind === 'size') return `${formatSize(n)}${setting.unit.endsWith('/s') ? '/s' : ''}`;
      return setting.kind === 'port' ? String(n) : `${grouped(n)} ${setting.unit}`;
    }
  }
}

const durationNames: readonly (readonly [string, number])[] = [
  ['days', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
];
/** The largest units that tell it exactly, two at most; otherwise the setting's own unit. */
export function formatDuration(value: number, unit: string): string {
  let rest = value * (unit === 'ms' ? 1 : 1_000);
  if (rest === 0) return `0 ${unit}`;
  const parts: string[] = [];
  for (const [name, ms] of durationNames) {
    const count = Math.floor(rest / ms);
    if (count > 0) parts.push(`${grouped(count)} ${name === 'days' && count === 1 ? 'day' : name}`);
    rest -= count * ms;
  }
  return parts.length > 2 ? `${grouped(value)} ${unit}` : parts.join(' ');
}

export function formatSize(bytes: number): string {
  const names = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < names.length - 1 && Number.isInteger((value / 1024) * 100)) {
    value /= 1024;
    step++;
  }
  return `${grouped(value)} ${names[step] ?? 'bytes'}`;
}
