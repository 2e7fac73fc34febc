import { catalogue } from '../../config/catalogue.ts';
import { settingFaults } from '../../config/faults.ts';
import { planSave, type SettingsPlan, shown } from '../../config/plan.ts';
import type { SettingChange } from '../../config/ports.ts';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { presentChange } from './view.ts';

type PlanView = Omit<SettingsPlan['lines'][number], 'from' | 'to'> & { from: SettingsValue; to: SettingsValue };
type SettingsValue = string | number | boolean | string[];

const shownOf = (key: string, value: unknown): SettingsValue => {
  const entry = catalogue.get(key);
  return (entry ? shown(entry.setting, value) : value) as SettingsValue;
};
export const presentPlan = (plan: SettingsPlan): PlanView[] =>
  plan.lines.map((line) => ({ ...line, from: shownOf(line.key, line.from), to: shownOf(line.key, line.to) }));

/**
 * Saves values within the transaction of the use case; the running node hears of it after the commit. `version` is the one the person saw: a
 * setting that somebody else changed after it is a conflict, and `details.theirs` holds what they did.
 */
export async function saveSettings(
  ctx: UseCaseContext<AdminDeps>,
  values: Readonly<Record<string, unknown>>,
  version: number,
): Promise<Result<{ version: number; changeId: string; lines: PlanView[] }, Fault>> {
  const { settings } = ctx.deps;
  ctx.audit({ target: Object.keys(values).join(', ') });
  const planned = planSave(values, (key) => settings.value(key), settings.nodeScope);
  if (!planned.ok) return planned;
  const { lines, writes } = planned.value;
  // Asking for what is so already is no mistake: scripts set values without looking first.
  if (lines.length === 0) return ok({ version: settings.version, changeId: '', lines: [] });
  ctx.audit({
    target: lines.map((line) => line.label).join(', '),
    targetKey: lines.length === 1 ? `setting:${lines[0]?.key ?? ''}` : '',
    before: Object.fromEntries(lines.map((line) => [line.key, shownOf(line.key, line.from)])),
    after: Object.fromEntries(lines.map((line) => [line.key, shownOf(line.key, line.to)])),
  });
  const saved = await ctx.stores.settings.save(version, writes, ctx.viewer.name, null);
  if ('conflict' in saved)
    return refuse(
      conflictOf(
        saved.conflict,
        lines.map((line) => line.key),
      ),
    );
  ctx.afterCommit(() => settings.committed(saved));
  return ok({ version: saved.version, changeId: saved.id, lines: presentPlan(planned.value) });
}

/** `keys`: the settings that were to be saved. The newest change comes first in `details.theirs`. */
export function conflictOf(conflict: readonly SettingChange[], keys: readonly string[]): Fault {
  const theirs = [...conflict].sort((a, b) => b.version - a.version).map(presentChange);
  const [newest] = theirs;
  const line = newest?.changes.find((change) => keys.includes(change.key)) ?? newest?.changes[0];
  return settingFaults.conflict({ label: line?.label ?? 'A setting', by: newest?.by ?? 'somebody else' }, { details: { theirs } });
}
