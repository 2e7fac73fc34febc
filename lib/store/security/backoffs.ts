import type { BackoffStore } from '../../security/ports.ts';
import { type Db, ms, type Tx } from '../db.ts';
import { clean, jsonRows } from '../json-rows.ts';
import type { Channel } from '../write-behind.ts';

export interface BackoffWrite {
  readonly key: string;
  /** Null takes the counter away. */
  readonly state: { readonly failures: number; readonly windowStart: number; readonly lockedUntil: number } | null;
}

export function prismaBackoffStore({ db, writes }: { db: Db; writes: Channel<BackoffWrite> }): BackoffStore {
  return {
    async load() {
      await writes.flush();
      const rows = await db.tx.backoff.findMany();
      return rows.map((row) => ({
        key: row.key,
        failures: row.failures,
        windowStart: ms(row.windowStart),
        lockedUntil: ms(row.lockedUntil),
      }));
    },
    save: (key, state) => writes.put(clean(key), { key: clean(key), state }),
  };
}

export async function writeBackoffs(tx: Tx, writes: readonly BackoffWrite[]): Promise<void> {
  const gone = writes.filter((write) => write.state === null).map((write) => write.key);
  const kept = writes.flatMap(({ key, state }) =>
    state === null ? [] : [{ key, f: state.failures, w: Math.trunc(state.windowStart), l: Math.trunc(state.lockedUntil) }],
  );
  if (gone.length > 0) await tx.backoff.deleteMany({ where: { key: { in: gone } } });
  if (kept.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO backoff (key, failures, window_start, locked_until)
    SELECT r.key, r.f, r.w, r.l FROM jsonb_to_recordset(${jsonRows(kept)}::jsonb) AS r(key text, f int, w int8, l int8)
    ON CONFLICT (key) DO UPDATE SET failures = EXCLUDED.failures, window_start = EXCLUDED.window_start, locked_until = EXCLUDED.locked_until`;
}
