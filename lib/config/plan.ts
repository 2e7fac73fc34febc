import type { Fault } from '../kernel/faults.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { type CatalogueEntry, entryOfStorageKey, storageKey } from './catalogue.ts';
import { settingFaults } from './faults.ts';
import type { SettingChange } from './ports.ts';
import { isSecret, SECRET_MASK, type Setting } from './setting.ts';
import { formatSetting } from './setting-text.ts';
import { sameValue, validateAll } from './validate.ts';

/** What a save would do, worked out before anything is written; the diff dialog and the save itself use the same plan. */
export interface SettingsPlan {
  readonly lines: readonly PlanLine[];
  /** What goes to the store; `null` means back to the default. */
  readonly writes: Readonly<Record<string, unknown>>;
}
export interface PlanLine {
  readonly key: string;
  readonly label: string;
  readonly section: string;
  /** The values themselves; secrets too, so what is shown of a line goes through `shown`. */
  readonly from: unknown;
  readonly to: unknown;
  readonly fromText: string;
  readonly toText: string;
  readonly warning: string;
  readonly applies: 'now' | 'new-sessions';
  /** The whole line in words. */
  readonly says: string;
}

const appliesText = {
  now: 'Applies at once, also to open sessions.',
  'new-sessions': 'Applies to sessions that start from now on.',
} as const;

/** `current` gives the value in use for a key. Unchanged values are left out; a key may be given `null` to go back to its default. */
export function planSave(
  values: Readonly<Record<string, unknown>>,
  current: (key: string) => unknown,
  node: string,
): Result<SettingsPlan, Fault> {
  const checked = validateAll(values);
  if (!checked.ok) return checked;
  const lines: PlanLine[] = [];
  const writes: Record<string, unknown> = {};
  const wanted = new Map([...checked.value].map(([entry, value]) => [entry.key, value]));
  const after = (key: string) => (wanted.has(key) ? wanted.get(key) : current(key));
  for (const [entry, to] of checked.value) {
    const from = current(entry.key);
    if (sameValue(from, to) || (to === SECRET_MASK && isSecret(entry.setting))) continue;
    writes[storageKey(entry, node)] = sameValue(to, entry.setting.default) ? null : to;
    lines.push(line(entry, from, to, after));
  }
  return ok({ lines, writes });
}

function line(entry: CatalogueEntry, from: unknown, to: unknown, after: (key: string) => unknown): PlanLine {
  const { setting, section, key } = entry;
  const fromText = formatSetting(setting, from);
  const toText = formatSetting(setting, to);
  const warning = [warningOf(setting, from, to), combinationWarning(key, to, after)].filter((w) => w !== '').join(' ');
  return {
    key,
    label: setting.label,
    section: section.title,
    from,
    to,
    fromText,
    toText,
    warning,
    applies: setting.applies,
    says: `${setting.label}: ${isSecret(setting) && fromText === toText ? 'another value' : `${fromText} becomes ${toText}`}. ${appliesText[setting.applies]}${warning === '' ? '' : ` ${warning}`}`,
  };
}

/** What may be shown of a value. */
export const shown = (setting: Setting, value: unknown): unknown => (isSecret(setting) && value !== '' ? SECRET_MASK : value);

/** The warning for this direction, '' when there is none. 0 counts as the largest value where it means "no limit". */
export function warningOf(setting: Setting, from: unknown, to: unknown): string {
  const w = setting.warnings;
  if (!w) return '';
  if (setting.kind === 'switch') return (to === true ? w.on : w.off) ?? w.change ?? '';
  if (setting.kind === 'count' || setting.kind === 'duration' || setting.kind === 'size' || setting.kind === 'port') {
    const weight = (v: unknown) =>
      v === 0 && (setting.zero === 'no limit' || setting.zero === 'for ever') ? Number.POSITIVE_INFINITY : Number(v);
    return (weight(to) > weight(from) ? w.raise : w.lower) ?? w.change ?? '';
  }
  return w.change ?? '';
}

/** Values that are allowed alone but do nothing, or something odd, together. */
function combinationWarning(key: string, to: unknown, after: (key: string) => unknown): string {
  if (key === 'xmpp.c2sPlainWithoutTls' && to === true && after('xmpp.c2sRequireTls') === true) {
    return 'It has no effect while "Require TLS from clients" is on.';
  }
  if (key === 'console.bannerAcknowledge' && to === true && after('console.bannerText') === '') {
    return 'It has no effect while the banner is empty.';
  }
  if (
    (key === 'xmpp.idleClose' || key === 'xmpp.idlePing') &&
    Number(after('xmpp.idleClose')) > 0 &&
    Number(after('xmpp.idlePing')) >= Number(after('xmpp.idleClose'))
  ) {
    return 'Idle clients are closed before they are asked for a sign of life.';
  }
  return '';
}

/**
 * The values that put an earlier save back. Refused when one of them was changed again since, because the undo would
 * throw away somebody's later decision unseen.
 */
export function planUndo(
  change: SettingChange,
  stored: Readonly<Record<string, unknown>>,
): Result<Readonly<Record<string, unknown>>, Fault> {
  const writes: Record<string, unknown> = {};
  for (const { key, from, to } of change.changes) {
    const now = stored[key] ?? null;
    if (!sameValue(now, to)) return refuse(settingFaults.overtaken({ label: entryOfStorageKey(key)?.entry.setting.label ?? key }));
    writes[key] = from;
  }
  return ok(writes);
}
