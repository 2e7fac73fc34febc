import type { OfflineQueue } from '../../im/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { type Db, isUuid } from '../db.ts';
import { Prisma } from '../generated/client.ts';

export function prismaOfflineQueue({ db }: { db: Db }): OfflineQueue {
  const { tx } = db;
  return {
    async counts(accountIds) {
      const counts = new Map(accountIds.map((id) => [id, 0]));
      if (accountIds.length === 0) return counts;
      const rows = await tx.$queryRaw<{ id: number; n: number }[]>`
        SELECT account_id AS id, count(*)::int AS n FROM offline WHERE account_id = ANY(${[...accountIds]}::int[]) GROUP BY account_id`;
      for (const { id, n } of rows) counts.set(id, n);
      return counts;
    },
    async read(accountId, limit, afterUid) {
      if (afterUid !== undefined && !isUuid(afterUid)) return [];
      const after = afterUid === undefined ? Prisma.empty : Prisma.sql`AND uid > ${afterUid}::uuid`;
      const rows = await tx.$queryRaw<{ uid: string; sender: string; at: number; xml: string }[]>`
        SELECT uid::text AS uid, sender, at::float8 AS at, xml FROM offline WHERE account_id = ${accountId} ${after} ORDER BY offline.uid LIMIT ${limit}`;
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
