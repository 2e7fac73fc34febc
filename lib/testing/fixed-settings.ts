/** Settings as the schema defaults them, with a few changed: what rooms get in tests. */
import { type SectionId, type SectionValues, sections } from '../config/schema/index.ts';
import { type LiveBox, liveBox } from '../kernel/live.ts';

export function settingValues<S extends SectionId>(id: S, change: Partial<SectionValues<S>> = {}): SectionValues<S> {
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(sections[id].settings)) values[name] = setting.default;
  return { ...(values as SectionValues<S>), ...change };
}

export const settingsBox = <S extends SectionId>(id: S, change: Partial<SectionValues<S>> = {}): LiveBox<SectionValues<S>> =>
  liveBox(settingValues(id, change));
