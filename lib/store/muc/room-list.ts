import type { BareJid } from '../../kernel/jid.ts';
import { type RoomListQuery, type RoomListRow, type RoomPlace, roomSortKey } from '../../muc/ports.ts';
import type { Tx } from '../db.ts';
import { prefixQuery } from '../directory/account-rows.ts';
import { Prisma } from '../generated/client.ts';
import { CursorError, decodeCursor, encodeCursor } from '../paging.ts';
import { searchTerms } from '../search-words.ts';

interface Row {
  id: number;
  jid: string;
  title: string;
  description: string;
  persistent: boolean;
  is_public: boolean;
  members_only: boolean;
  has_password: boolean;
  created_at: number;
  created_by: string;
  members: number;
}
const toRow = (row: Row): RoomListRow => ({
  id: row.id,
  jid: row.jid as BareJid,
  title: row.title,
  description: row.description,
  persistent: row.persistent,
  isPublic: row.is_public,
  membersOnly: row.members_only,
  hasPassword: row.has_password,
  createdAt: row.created_at,
  createdBy: row.created_by,
  members: row.members,
});

function condition(query: RoomListQuery): Prisma.Sql {
  const parts: Prisma.Sql[] = [];
  if (query.domain !== undefined) parts.push(Prisma.sql`r.domain = ${query.domain}`);
  if (query.persistent !== undefined) parts.push(Prisma.sql`r.persistent = ${query.persistent}`);
  if (query.publicOnly === true) parts.push(Prisma.sql`r.is_public`);
  if (query.hiddenOnly === true) parts.push(Prisma.sql`NOT r.is_public`);
  const terms = query.text === undefined ? [] : searchTerms(query.text);
  if (terms.length > 0) parts.push(Prisma.sql`r.search @@ ${prefixQuery(terms)}::tsquery`);
  else if (query.text !== undefined) parts.push(Prisma.sql`false`);
  return parts.length === 0 ? Prisma.sql`TRUE` : Prisma.join(parts, ' AND ');
}

const keyColumns: Readonly<Record<RoomListQuery['sort'], Prisma.Sql>> = {
  jid: Prisma.sql`r.jid`,
  title: Prisma.sql`r.title_key`,
  createdAt: Prisma.sql`r.created_at`,
};

/** One page by keyset; a node holds tens of thousands of rooms, so counting them all is cheap. */
export async function listRooms(
  tx: Tx,
  query: RoomListQuery,
): Promise<{ readonly rows: readonly RoomListRow[]; readonly next: string | null; readonly total: number }> {
  const descending = query.direction === 'descending';
  const order = `${query.sort}${descending ? '-' : '+'}`;
  const textual = query.sort !== 'createdAt';
  let place: RoomPlace | undefined = query.place;
  if (query.after !== undefined) {
    const [name, key, jid] = decodeCursor(query.after, ['string', textual ? 'string' : 'number', 'string']);
    if (name !== order) throw new CursorError();
    place = { key: key!, jid: String(jid) };
  }
  const where = condition(query);
  const [counted] = await tx.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM room r WHERE ${where}`;
  const column = keyColumns[query.sort];
  const direction = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const behind =
    place === undefined
      ? Prisma.empty
      : Prisma.sql`AND (${column}, r.jid) ${descending ? Prisma.sql`<` : Prisma.sql`>`} (${place.key}${textual ? Prisma.sql`::text` : Prisma.sql`::int8`}, ${place.jid}::text)`;
  const found = await tx.$queryRaw<Row[]>`
    SELECT r.id, r.jid, r.title, r.description, r.persistent, r.is_public, r.members_only, r.has_password,
      r.created_at::float8 AS created_at, r.created_by,
      (SELECT count(*)::int FROM room_affiliation a WHERE a.room_id = r.id AND a.affiliation <> 'outcast') AS members
    FROM room r WHERE ${where} ${behind}
    ORDER BY ${column} ${direction}, r.jid ${direction} LIMIT ${query.limit + 1}`;
  const rows = found.slice(0, query.limit).map(toRow);
  const last = rows.at(-1);
  const more = last !== undefined && found.length > query.limit;
  return { rows, next: more ? encodeCursor([order, roomSortKey(last, query.sort), last.jid]) : null, total: counted?.n ?? 0 };
}
