import type { ReplicationSource } from '../../redundancy/ports.ts';
import type { Db } from '../db.ts';

interface StandbyRow {
  readonly name: string | null;
  readonly address: string | null;
  readonly state: string | null;
  readonly lag: number | null;
}

/** pg_stat_replication; a user without the right to see it (pg_read_all_stats) gets the names with the rest empty. */
export const prismaReplicationSource = ({ db }: { db: Db }): ReplicationSource => ({
  async read() {
    const askedAt = performance.now();
    const [server] = await db.tx.$queryRaw<{ standby: boolean; version: string }[]>`
      SELECT pg_is_in_recovery() AS standby, current_setting('server_version') AS version`;
    const roundTripMs = performance.now() - askedAt;
    const rows = await db.tx.$queryRaw<StandbyRow[]>`
      SELECT application_name AS name, host(client_addr) AS address, state, (extract(epoch FROM replay_lag) * 1000)::float8 AS lag
      FROM pg_stat_replication ORDER BY 1, 2`.catch(() => []);
    return {
      roundTripMs,
      isStandby: server?.standby ?? false,
      serverVersion: server?.version ?? '',
      standbys: rows.map((row) => ({
        name: row.name ?? '',
        address: row.address ?? '',
        state: row.state ?? 'unknown',
        lagMs: row.lag,
      })),
    };
  },
});
