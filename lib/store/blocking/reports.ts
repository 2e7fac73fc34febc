import type { Report, ReportReason, ReportStore } from '../../blocking/ports.ts';
import { big, bigOrNull, type Db, ms, msOrNull } from '../db.ts';
import type { Prisma } from '../generated/client.ts';

const like = (text: string): string => text.toLowerCase();

export function prismaReportStore({ db }: { db: Db }): ReportStore {
  const { tx } = db;
  const present = (
    row: { at: bigint; closedAt: bigint | null; reason: string; state: string } & Omit<Report, 'at' | 'closedAt' | 'reason' | 'state'>,
  ): Report => ({
    ...row,
    at: ms(row.at),
    closedAt: msOrNull(row.closedAt),
    reason: row.reason as ReportReason,
    state: row.state as Report['state'],
  });
  return {
    async add(report) {
      await tx.spamReport.create({ data: { ...report, at: big(report.at), closedAt: bigOrNull(report.closedAt) } });
    },
    async get(id) {
      const row = await tx.spamReport.findUnique({ where: { id } });
      return row === null ? null : present(row);
    },
    async find({ state, search, limit, after }) {
      const where: Prisma.SpamReportWhereInput = {
        ...(state === undefined ? {} : { state }),
        ...(search === undefined || search === ''
          ? {}
          : { OR: [{ reported: { startsWith: like(search) } }, { reporter: { startsWith: like(search) } }] }),
      };
      const [rows, total] = await Promise.all([
        tx.spamReport.findMany({
          where: after === undefined ? where : { AND: [where, { id: { lt: after } }] },
          orderBy: { id: 'desc' },
          take: limit,
        }),
        tx.spamReport.count({ where }),
      ]);
      return { items: rows.map(present), total };
    },
    async close(id, by, at, note) {
      const { count } = await tx.spamReport.updateMany({
        where: { id, state: 'open' },
        data: { state: 'closed', closedBy: by, closedAt: big(at), note },
      });
      return count > 0;
    },
    countOpen: () => tx.spamReport.count({ where: { state: 'open' } }),
    expire: (before, limit) => tx.$executeRaw`
      DELETE FROM spam_report WHERE ctid = ANY(ARRAY(SELECT ctid FROM spam_report WHERE state = 'closed' AND closed_at < ${big(before)} LIMIT ${limit}))`,
  };
}
