import type { Archive, ArchivePageQuery, ArchivePrefs, ArchiveRow } from '../../im/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { sharedConditions } from '../archive-conditions.ts';
import { type Db, isUuid } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { COUNT_CAP } from '../paging.ts';
import type { Statement } from '../reads.ts';
import { resourceMarks } from './with-filter.ts';

interface Row {
  account_id: number;
  uid: string;
  peer: string;
  outgoing: boolean;
  at: number;
  xml: string;
  body: string;
  stanza_id: string;
}
const columns = Prisma.sql`account_id, uid::text AS uid, peer, outgoing, at::float8 AS at, xml, body, stanza_id`;
const toRow = (row: Row): ArchiveRow => ({
  accountId: row.account_id,
  uid: row.uid,
  peer: row.peer as BareJid,
  outgoing: row.outgoing,
  at: row.at,
  xml: row.xml,
  body: row.body,
  stanzaId: row.stanza_id,
});

const prefsOf: Statement = {
  name: 'archive.prefs',
  text: 'SELECT account_id, "default", always, never FROM archive_pref WHERE account_id = ANY($1::int[])',
};
/** The newest of each account by a probe of its key, in one statement. */
const sentLately: Statement = {
  name: 'archive.sent-lately',
  text: `
    SELECT who.id AS account_id, sent.peer, sent.stanza_id FROM unnest($1::int[]) AS who(id), LATERAL (
      SELECT uid, peer, stanza_id
      FROM (SELECT uid, peer, stanza_id, outgoing, at FROM archive WHERE account_id = who.id ORDER BY uid DESC LIMIT $2::int) AS newest
      WHERE outgoing AND at >= $3::int8 AND stanza_id <> '' ORDER BY uid DESC LIMIT $4::int) AS sent
    ORDER BY who.id, sent.uid DESC`,
};

/** Null: nothing can match. */
function condition(query: ArchivePageQuery): Prisma.Sql | null {
  const parts: Prisma.Sql[] = [Prisma.sql`account_id = ${query.accountId}`];
  if (query.with !== undefined) {
    const slash = query.with.indexOf('/');
    parts.push(Prisma.sql`peer = ${slash === -1 ? query.with : query.with.slice(0, slash)}`);
    if (slash !== -1) {
      const marks = resourceMarks(query.with);
      parts.push(Prisma.sql`EXISTS (SELECT 1 FROM unnest(${marks}::text[]) AS mark WHERE strpos(xml, mark) > 0)`);
    }
  }
  const narrowed = sharedConditions(query, query.accountId);
  return narrowed === null ? null : Prisma.join([...parts, ...narrowed], ' AND ');
}

export function prismaArchive({ db }: { db: Db }): Archive {
  const { tx } = db;
  return {
    async page(query) {
      const where = condition(query);
      const bounded = query.afterUid !== undefined || query.beforeUid !== undefined;
      const bounds = [query.afterUid, query.beforeUid].filter((uid) => uid !== undefined);
      if (where === null || !bounds.every(isUuid)) return { rows: [], complete: true, count: bounded ? null : 0 };
      const after = query.afterUid === undefined ? Prisma.empty : Prisma.sql`AND uid > ${query.afterUid}::uuid`;
      const before = query.beforeUid === undefined ? Prisma.empty : Prisma.sql`AND uid < ${query.beforeUid}::uuid`;
      const direction = query.direction === 'forward' ? Prisma.sql`ASC` : Prisma.sql`DESC`;
      const found = await tx.$queryRaw<Row[]>`
        SELECT ${columns} FROM archive WHERE ${where} ${after} ${before} ORDER BY archive.uid ${direction} LIMIT ${query.max + 1}`;
      const complete = found.length <= query.max;
      const rows = found.slice(0, query.max).map(toRow);
      if (query.direction === 'backward') rows.reverse();
      // Counting is for the first look; a client that pages on from a bound would pay for it with each page.
      let count: number | null = null;
      if (!bounded) count = complete ? rows.length : await countCapped(where);
      return { rows, complete, count };
    },
    async existing(accountId, uids) {
      const asked = uids.filter(isUuid);
      if (asked.length === 0) return [];
      const rows = await tx.$queryRaw<
        { uid: string }[]
      >`SELECT uid::text AS uid FROM archive WHERE account_id = ${accountId} AND uid = ANY(${asked}::uuid[])`;
      const found = new Set(rows.map((row) => row.uid));
      return asked.filter((uid) => found.has(uid.toLowerCase()));
    },
    async edges(accountId) {
      const rows = await tx.$queryRaw<{ uid: string; at: number }[]>`
        (SELECT uid::text AS uid, at::float8 AS at FROM archive WHERE account_id = ${accountId} ORDER BY archive.uid LIMIT 1)
        UNION ALL
        (SELECT uid::text AS uid, at::float8 AS at FROM archive WHERE account_id = ${accountId} ORDER BY archive.uid DESC LIMIT 1)`;
      const [first, last] = rows;
      return first === undefined || last === undefined ? null : { first, last };
    },
    async prefs(accountIds) {
      if (accountIds.length === 0) return new Map();
      const rows = await db.read<ArchivePrefs & { account_id: number }>(prefsOf, [accountIds]);
      return new Map(rows.map((row) => [row.account_id, { default: row.default, always: row.always, never: row.never }]));
    },
    async savePrefs(accountId, prefs) {
      await tx.$executeRaw`
        INSERT INTO archive_pref (account_id, "default", always, never)
        SELECT ${accountId}::int, ${prefs.default}, ${[...prefs.always]}::text[], ${[...prefs.never]}::text[] WHERE EXISTS (SELECT 1 FROM account WHERE id = ${accountId}::int)
        ON CONFLICT (account_id) DO UPDATE SET "default" = EXCLUDED."default", always = EXCLUDED.always, never = EXCLUDED.never`;
    },
    async recentOutgoing(accountIds, since, limit) {
      const found = new Map<number, string[]>();
      if (accountIds.length === 0) return found;
      const values = [[...new Set(accountIds)], limit * 4, BigInt(Math.trunc(since)), limit];
      const rows = await db.read<{ account_id: number; peer: string; stanza_id: string }>(sentLately, values);
      for (const { account_id, peer, stanza_id } of rows) {
        const list = found.get(account_id);
        if (list === undefined) found.set(account_id, [`${peer}\n${stanza_id}`]);
        else list.push(`${peer}\n${stanza_id}`);
      }
      return found;
    },
    expire: (before, limit) => tx.$executeRaw`
      DELETE FROM archive WHERE ctid = ANY(ARRAY(SELECT ctid FROM archive WHERE at < ${BigInt(Math.trunc(before))} LIMIT ${limit}))`,
    async newestUid() {
      // No index is over the id alone: the newest of each account, by a probe of its key, and of those the newest.
      const [row] = await tx.$queryRaw<{ uid: string | null }[]>`
        SELECT newest.uid::text AS uid FROM account a, LATERAL (
          (SELECT uid FROM archive WHERE account_id = a.id ORDER BY uid DESC LIMIT 1)
          UNION ALL (SELECT uid FROM offline WHERE account_id = a.id ORDER BY uid DESC LIMIT 1)) AS newest
        ORDER BY newest.uid DESC LIMIT 1`;
      return row?.uid ?? null;
    },
  };

  async function countCapped(where: Prisma.Sql): Promise<number | null> {
    const [row] = await tx.$queryRaw<
      { n: number }[]
    >`SELECT count(*)::int AS n FROM (SELECT 1 FROM archive WHERE ${where} LIMIT ${COUNT_CAP + 1}) AS capped`;
    return row === undefined || row.n > COUNT_CAP ? null : row.n;
  }
}
