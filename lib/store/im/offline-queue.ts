import type { OfflineQueue } from '../../im/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { type Db, isUuid } from '../db.ts';
import type { Statement } from '../reads.ts';

interface OfflineRecord {
  readonly uid: string;
  readonly sender: string;
  readonly at: number;
  readonly xml: string;
}
const countsOf: Statement = {
  name: 'offline.counts',
  text: 'SELECT account_id AS id, count(*)::int AS n FROM offline WHERE account_id = ANY($1::int[]) GROUP BY account_id',
};
/** Before every id of ours. */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';
const pageOf: Statement = {
  name: 'offline.page',
  text: `SELECT uid::text AS uid, sender, at::float8 AS at, xml FROM offline
    WHERE account_id = $1::int AND uid > $2::uuid ORDER BY offline.uid LIMIT $3::int`,
};

export function prismaOfflineQueue({ db }: { db: Db }): OfflineQueue {
  const { tx } = db;
  return {
    async counts(accountIds) {
      const counts = new Map(accountIds.map((id) => [id, 0]));
      if (accountIds.length === 0) return counts;
      const rows = await db.read<{ id: number; n: number }>(countsOf, [accountIds]);
      for (const { id, n } of rows) counts.set(id, n);
      return counts;
    },
    async read(accountId, limit, afterUid) {
      if (afterUid !== undefined && !isUuid(afterUid)) return [];
      const rows = await db.read<OfflineRecord>(pageOf, [accountId, afterUid ?? NIL_UUID, limit]);
      return rows.map((row) => ({ accountId, uid: row.uid, from: row.sender as BareJid, at: row.at, xml: row.xml }));
    },
    countFrom: (accountId, from) => tx.offlineRow.count({ where: { accountId, sender: from } }),
    async remove(accountId, uids) {
      if (uids === 'all') await tx.$executeRaw`DELETE FROM offline WHERE account_id = ${accountId}`;
      else await tx.$executeRaw`DELETE FROM offline WHERE account_id = ${accountId} AND uid = ANY(${uids.filter(isUuid)}::uuid[])`;
    },
    expire: (before, limit) => tx.$executeRaw`
      DELETE FROM offline WHERE ctid = ANY(ARRAY(SELECT ctid FROM offline WHERE at < ${BigInt(Math.trunc(before))} LIMIT ${limit}))`,
  };
}
