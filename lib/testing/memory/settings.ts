import type { SettingChange, SettingsStore } from '../../config/ports.ts';
import { sortableId } from '../../kernel/ids.ts';
import { canonicalJson } from '../../store/audit/chain.ts';
import type { MemoryState } from './state.ts';

export function memorySettingsStore(state: MemoryState, now: () => number = Date.now): SettingsStore {
  const version = (): number => state.settingChanges.at(-1)?.version ?? 0;
  return {
    load: async () => ({ version: version(), values: Object.fromEntries(state.settingValues) }),
    async save(expectedVersion, values, by, undoes) {
      const keys = Object.keys(values);
      const newer = state.settingChanges.filter((c) => c.version > expectedVersion && c.changes.some((part) => keys.includes(part.key)));
      if (newer.length > 0) return { conflict: newer };
      const changes = keys
        .sort()
        .map((key) => ({ key, from: state.settingValues.get(key) ?? null, to: values[key] ?? null }))
        .filter(({ from, to }) => canonicalJson(from) !== canonicalJson(to));
      for (const { key, to } of changes) {
        if (to === null) state.settingValues.delete(key);
        else state.settingValues.set(key, to);
      }
      const change: SettingChange = { id: sortableId(), version: version() + 1, at: now(), by, changes, undoes };
      state.settingChanges = [...state.settingChanges, change];
      return change;
    },
    async history(query) {
      return state.settingChanges
        .filter((c) => query.beforeVersion === undefined || c.version < query.beforeVersion)
        .filter((c) => query.key === undefined || c.changes.some((part) => part.key === query.key))
        .toReversed()
        .slice(0, query.limit);
    },
    change: async (id) => state.settingChanges.find((c) => c.id === id) ?? null,
  };
}
