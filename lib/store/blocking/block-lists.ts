import type { BlockListStore } from '../../blocking/ports.ts';
import type { Db } from '../db.ts';
import type { Statement } from '../reads.ts';

const blockedBy: Statement = {
  name: 'blocked.of',
  text: 'SELECT account_id, jid FROM blocked_jid WHERE account_id = ANY($1::int[]) ORDER BY jid',
};

export function prismaBlockListStore({ db }: { db: Db }): BlockListStore {
  return {
    async load(accountIds) {
      const lists = new Map<number, string[]>(accountIds.map((id) => [id, []]));
      if (lists.size === 0) return lists;
      const rows = await db.read<{ account_id: number; jid: string }>(blockedBy, [[...lists.keys()]]);
      for (const row of rows) lists.get(row.account_id)!.push(row.jid);
      return lists;
    },
    async save(accountId, jids) {
      const list = [...new Set(jids)];
      await db.atomically(async (inside) => {
        // Two devices may save at once: the account's row puts them in order. An account that went has no list.
        const [owner] = await inside.$queryRaw<{ id: number }[]>`SELECT id FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`;
        if (owner === undefined) return;
        await inside.$executeRaw`DELETE FROM blocked_jid WHERE account_id = ${accountId} AND NOT (jid = ANY(${list}::text[]))`;
        await inside.$executeRaw`INSERT INTO blocked_jid (account_id, jid) SELECT ${accountId}::int, j FROM unnest(${list}::text[]) AS j ON CONFLICT DO NOTHING`;
      });
    },
  };
}
