import type { BareJid } from '../../kernel/jid.ts';
import type { RoomArchive, RoomArchiveQuery, RoomMessage } from '../../muc/ports.ts';
import { sharedConditions } from '../archive-conditions.ts';
import { type Db, isUuid } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { COUNT_CAP } from '../paging.ts';

interface Row {
  room_id: number;
  uid: string;
  at: number;
  nick: string;
  sender: string;
  occupant_id: string;
  xml: string;
  body: string;
  stanza_id: string;
}
const columns = Prisma.sql`room_id, uid::text AS uid, at::float8 AS at, nick, sender, occupant_id, xml, body, stanza_id`;
const toMessage = (row: Row): RoomMessage => ({
  roomId: row.room_id,
  uid: row.uid,
  at: row.at,
  nick: row.nick,
  sender: row.sender as BareJid,
  occupantId: row.occupant_id,
  xml: row.xml,
  body: row.body,
  stanzaId: row.stanza_id,
});

/** Null: nothing can match. */
function condition(query: RoomArchiveQuery): Prisma.Sql | null {
  const parts: Prisma.Sql[] = [Prisma.sql`room_id = ${query.roomId}`];
  if (query.with?.nick !== undefined) parts.push(Prisma.sql`nick = ${query.with.nick}`);
  if (query.with?.sender !== undefined) parts.push(Prisma.sql`sender = ${query.with.sender}`);
  const narrowed = sharedConditions(query, query.roomId);
  return narrowed === null ? null : Prisma.join([...parts, ...narrowed], ' AND ');
}

export function prismaRoomArchive({ db }: { db: Db }): RoomArchive {
  const { tx } = db;
  return {
    async page(query) {
      const where = condition(query);
      const bounds = [query.afterUid, query.beforeUid].filter((uid) => uid !== undefined);
      const bounded = bounds.length > 0;
      if (where === null || !bounds.every(isUuid)) return { rows: [], complete: true, count: bounded ? null : 0 };
      const after = query.afterUid === undefined ? Prisma.empty : Prisma.sql`AND uid > ${query.afterUid}::uuid`;
      const before = query.beforeUid === undefined ? Prisma.empty : Prisma.sql`AND uid < ${query.beforeUid}::uuid`;
      const direction = query.direction === 'forward' ? Prisma.sql`ASC` : Prisma.sql`DESC`;
      const found = await tx.$queryRaw<Row[]>`
        SELECT ${columns} FROM room_message WHERE ${where} ${after} ${before} ORDER BY room_message.uid ${direction} LIMIT ${query.max + 1}`;
      const complete = found.length <= query.max;
      const rows = found.slice(0, query.max).map(toMessage);
      if (query.direction === 'backward') rows.reverse();
      // As in people's archives: counting is for the first look.
      let count: number | null = null;
      if (!bounded) count = complete ? rows.length : await countCapped(where);
      return { rows, complete, count };
    },
    async recent(roomIds, limit) {
      const found = new Map<number, RoomMessage[]>();
      if (roomIds.length === 0 || limit <= 0) return found;
      const rows = await tx.$queryRaw<Row[]>`
        SELECT newest.* FROM unnest(${[...new Set(roomIds)]}::int[]) AS wanted(id), LATERAL (
          SELECT ${columns} FROM room_message m WHERE m.room_id = wanted.id AND m.body <> '' ORDER BY m.uid DESC LIMIT ${limit}) AS newest
        ORDER BY newest.room_id, newest.uid`;
      for (const row of rows) {
        const list = found.get(row.room_id);
        if (list === undefined) found.set(row.room_id, [toMessage(row)]);
        else list.push(toMessage(row));
      }
      return found;
    },
    async existing(roomId, uids) {
      const asked = uids.filter(isUuid);
      if (asked.length === 0) return [];
      const rows = await tx.$queryRaw<
        { uid: string }[]
      >`SELECT uid::text AS uid FROM room_message WHERE room_id = ${roomId} AND uid = ANY(${asked}::uuid[])`;
      const found = new Set(rows.map((row) => row.uid));
      return asked.filter((uid) => found.has(uid.toLowerCase()));
    },
    async edges(roomId) {
      const rows = await tx.$queryRaw<{ uid: string; at: number }[]>`
        (SELECT uid::text AS uid, at::float8 AS at FROM room_message WHERE room_id = ${roomId} ORDER BY room_message.uid LIMIT 1)
        UNION ALL
        (SELECT uid::text AS uid, at::float8 AS at FROM room_message WHERE room_id = ${roomId} ORDER BY room_message.uid DESC LIMIT 1)`;
      const [first, last] = rows;
      return first === undefined || last === undefined ? null : { first, last };
    },
    async newestUid() {
      // No index is over the id alone: the newest of each room, by a probe of its key, and of those the newest.
      const [row] = await tx.$queryRaw<{ uid: string }[]>`
        SELECT newest.uid::text AS uid FROM room r, LATERAL (SELECT uid FROM room_message WHERE room_id = r.id ORDER BY uid DESC LIMIT 1) AS newest
        ORDER BY newest.uid DESC LIMIT 1`;
      return row?.uid ?? null;
    },
    expire: (before, limit) => tx.$executeRaw`
      DELETE FROM room_message WHERE ctid = ANY(ARRAY(SELECT ctid FROM room_message WHERE at < ${BigInt(Math.trunc(before))} LIMIT ${limit}))`,
  };

  async function countCapped(where: Prisma.Sql): Promise<number | null> {
    const [row] = await tx.$queryRaw<
      { n: number }[]
    >`SELECT count(*)::int AS n FROM (SELECT 1 FROM room_message WHERE ${where} LIMIT ${COUNT_CAP + 1}) AS capped`;
    return row === undefined || row.n > COUNT_CAP ? null : row.n;
  }
}
