import type { SettingChange, SettingsStore } from '../../config/ports.ts';
import { sortableId } from '../../kernel/ids.ts';
import { canonicalJson } from '../audit/chain.ts';
import { type Db, ms } from '../db.ts';
import type { SettingChangeModel } from '../generated/models.ts';

/** Saves are rare and must see each other; this lock puts them in order until their transaction ends. */
const SETTINGS_LOCK = 7_218_003;

const toChange = (row: SettingChangeModel): SettingChange => ({
  id: row.id,
  version: row.version,
  at: ms(row.at),
  by: row.by,
  changes: JSON.parse(row.changes) as SettingChange['changes'],
  undoes: row.undoes,
});

export function prismaSettingsStore({ db, now }: { db: Db; now: () => number }): SettingsStore {
  const { tx } = db;
  return {
    // One statement, so that values and version are of the same moment.
    async load() {
      const [row] = await tx.$queryRaw<{ version: number; values: Record<string, string> | null }[]>`
        SELECT coalesce((SELECT max(version) FROM setting_change), 0)::int AS version, (SELECT jsonb_object_agg(key, value) FROM setting) AS values`;
      const values = Object.fromEntries(Object.entries(row?.values ?? {}).map(([key, text]) => [key, JSON.parse(text) as unknown]));
      return { version: row?.version ?? 0, values };
    },
    save: (expectedVersion, values, by, undoes) =>
      db.atomically(async (inside) => {
        await inside.$executeRaw`SELECT pg_advisory_xact_lock(${SETTINGS_LOCK})`;
        const keys = Object.keys(values).sort();
        const newer = await inside.settingChange.findMany({
          where: { version: { gt: expectedVersion }, keys: { hasSome: keys } },
          orderBy: { version: 'asc' },
        });
        if (newer.length > 0) return { conflict: newer.map(toChange) };
        const stored = await inside.setting.findMany({ where: { key: { in: keys } } });
        const was = new Map(stored.map((row) => [row.key, JSON.parse(row.value) as unknown]));
        const changes = keys
          .map((key) => ({ key, from: was.get(key) ?? null, to: values[key] ?? null }))
          .filter(({ from, to }) => canonicalJson(from) !== canonicalJson(to));
        for (const { key, to } of changes) {
          if (to === null) await inside.setting.deleteMany({ where: { key } });
          else
            await inside.setting.upsert({
              where: { key },
              create: { key, value: canonicalJson(to) },
              update: { value: canonicalJson(to) },
            });
        }
        const latest = await inside.settingChange.aggregate({ _max: { version: true } });
        const row = await inside.settingChange.create({
          data: {
            id: sortableId(),
            version: (latest._max.version ?? 0) + 1,
            at: BigInt(Math.trunc(now())),
            by,
            keys: changes.map((change) => change.key),
            changes: canonicalJson(changes),
            undoes,
          },
        });
        return toChange(row);
      }),
    async history(query) {
      const rows = await tx.settingChange.findMany({
        where: {
          ...(query.beforeVersion === undefined ? {} : { version: { lt: query.beforeVersion } }),
          ...(query.key === undefined ? {} : { keys: { has: query.key } }),
        },
        orderBy: { version: 'desc' },
        take: query.limit,
      });
      return rows.map(toChange);
    },
    async change(id) {
      const row = await tx.settingChange.findUnique({ where: { id } });
      return row === null ? null : toChange(row);
    },
  };
}
