import type { JobRow, JobStore } from '../../admin/shared/ports.ts';
import { canonicalJson } from '../audit/chain.ts';
import { big, bigOrNull, type Db, ms, msOrNull } from '../db.ts';
import type { Prisma } from '../generated/client.ts';
import type { JobModel } from '../generated/models.ts';
import { jsonRows } from '../json-rows.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';

const toJob = (row: JobModel): JobRow => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  state: row.state as JobRow['state'],
  by: row.by,
  createdAt: ms(row.createdAt),
  startedAt: msOrNull(row.startedAt),
  endedAt: msOrNull(row.endedAt),
  total: row.total,
  done: row.done,
  failed: row.failed,
  input: JSON.parse(row.input) as unknown,
  summary: row.summary,
});

export function prismaJobStore({ db }: { db: Db }): JobStore {
  const { tx } = db;
  return {
    async create({ createdAt, startedAt, endedAt, input, ...row }) {
      await tx.job.create({
        data: {
          ...row,
          createdAt: big(createdAt),
          startedAt: bigOrNull(startedAt),
          endedAt: bigOrNull(endedAt),
          input: canonicalJson(input),
        },
      });
    },
    async update(id, { id: _, createdAt, startedAt, endedAt, input, ...row }) {
      const data: Prisma.JobUpdateManyMutationInput = { ...row };
      if (createdAt !== undefined) data.createdAt = big(createdAt);
      if (startedAt !== undefined) data.startedAt = bigOrNull(startedAt);
      if (endedAt !== undefined) data.endedAt = bigOrNull(endedAt);
      if (input !== undefined) data.input = canonicalJson(input);
      await tx.job.updateMany({ where: { id }, data });
    },
    async addResults(id, rows) {
      if (rows.length === 0) return;
      // Of two results for one row in one call the last counts; PostgreSQL would refuse to write a row twice.
      const last = [...new Map(rows.map((row) => [row.index, row])).values()];
      await tx.$executeRaw`
        INSERT INTO job_result (job_id, index, target, ok, message)
        SELECT ${id}, r.index, r.target, r.ok, r.message
        FROM jsonb_to_recordset(${jsonRows(last)}::jsonb) AS r(index int, target text, ok bool, message text)
        WHERE EXISTS (SELECT 1 FROM job WHERE job.id = ${id})
        ON CONFLICT (job_id, index) DO UPDATE SET target = EXCLUDED.target, ok = EXCLUDED.ok, message = EXCLUDED.message`;
    },
    async get(id) {
      const row = await tx.job.findUnique({ where: { id } });
      return row === null ? null : toJob(row);
    },
    async list(query) {
      let where: Prisma.JobWhereInput = {};
      if (query.cursor !== undefined) {
        const [at, id] = decodeCursor(query.cursor, ['number', 'string']);
        where = { OR: [{ createdAt: { lt: big(Number(at)) } }, { createdAt: big(Number(at)), id: { lt: String(id) } }] };
      }
      const rows = await tx.job.findMany({ where, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: query.limit + 1 });
      const items = rows.slice(0, query.limit).map(toJob);
      const last = items.at(-1);
      return { items, nextCursor: last !== undefined && rows.length > query.limit ? encodeCursor([last.createdAt, last.id]) : null };
    },
    async results(id, query) {
      const rows = await tx.jobResult.findMany({
        where: {
          jobId: id,
          ...(query.onlyFailed === true ? { ok: false } : {}),
          ...(query.after === undefined ? {} : { index: { gt: query.after } }),
        },
        orderBy: { index: 'asc' },
        take: query.limit,
      });
      return rows.map(({ index, target, ok, message }) => ({ index, target, ok, message }));
    },
    expire: (before, limit) => tx.$executeRaw`
      DELETE FROM job WHERE id IN (SELECT id FROM job WHERE ended_at < ${BigInt(Math.trunc(before))} ORDER BY created_at LIMIT ${limit})`,
  };
}
