import type { Tx } from '../db.ts';
import { Prisma } from '../generated/client.ts';

const SLICE = 5_000;

/** All ids of a table in order, slice by slice; a slice is one text, which is far cheaper to take from the driver than so many rows. */
export async function* eachId(tx: Tx, table: Prisma.Sql, where: Prisma.Sql = Prisma.sql`TRUE`): AsyncGenerator<readonly string[]> {
  for (let last = ''; ; ) {
    const [found] = await tx.$queryRaw<{ ids: string | null }[]>`
      SELECT string_agg(uuid, ' ') AS ids FROM (SELECT uuid FROM ${table} WHERE ${where} AND uuid > ${last} ORDER BY uuid LIMIT ${SLICE}) AS slice`;
    const ids = found?.ids?.split(' ') ?? [];
    if (ids.length > 0) yield ids;
    const end = ids.at(-1);
    if (end === undefined || ids.length < SLICE) return;
    last = end;
  }
}
