import type { NoticeKind, NoticeSeen, NoticeStore } from '../../notices/ports.ts';
import { big, type Db, ms } from '../db.ts';

export function prismaNoticeStore({ db }: { db: Db }): NoticeStore {
  const { tx } = db;
  return {
    async all() {
      const rows = await tx.notice.findMany({ orderBy: { kind: 'asc' } });
      return rows.map((row) => ({ ...row, kind: row.kind as NoticeKind, version: ms(row.version), since: ms(row.since) }));
    },
    async put(notice) {
      const data = { ...notice, version: big(notice.version), since: big(notice.since) };
      await tx.notice.upsert({ where: { kind: notice.kind }, create: data, update: data });
    },
    async remove(kind) {
      return (await tx.notice.deleteMany({ where: { kind } })).count > 0;
    },
    async seen(accountIds) {
      const found = new Map<number, NoticeSeen>();
      if (accountIds.length === 0) return found;
      const rows = await tx.noticeSeen.findMany({ where: { accountId: { in: [...accountIds] } } });
      for (const { accountId, motd, welcomed } of rows) found.set(accountId, { motd: ms(motd), welcomed });
      return found;
    },
    async saveSeen(accountId, { motd, welcomed }) {
      await tx.$executeRaw`
        INSERT INTO notice_seen (account_id, motd, welcomed) SELECT id, ${big(motd)}, ${welcomed} FROM account WHERE id = ${accountId}
        ON CONFLICT (account_id) DO UPDATE SET motd = excluded.motd, welcomed = excluded.welcomed`;
    },
    async madeAt(accountIds) {
      const rows = await tx.account.findMany({ where: { id: { in: [...accountIds] } }, select: { id: true, createdAt: true } });
      return new Map(rows.map(({ id, createdAt }) => [id, ms(createdAt)]));
    },
  };
}
