import type { BareJid } from '../../kernel/jid.ts';
import {
  type Affiliation,
  type RoomAffiliation,
  type RoomConfig,
  type RoomHat,
  type RoomHats,
  type RoomStore,
  roomSortKey,
  roomWords,
} from '../../muc/ports.ts';
import { big, type Db } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { clean, jsonRows } from '../json-rows.ts';
import { listRooms } from './room-list.ts';

interface RoomRow {
  id: number;
  jid: string;
  config: string;
  subject: string | null;
  subject_by: string;
  subject_at: number;
  created_at: number;
  created_by: string;
  vcard: string;
}
interface AffiliationRow {
  room_id: number;
  who: string;
  affiliation: string;
  nick: string | null;
  reason: string;
}

/** Columns that are copies of the configuration, to find by. */
const copied = (jid: string, config: RoomConfig) => {
  const title = clean(config.title);
  const description = clean(config.description);
  return {
    title,
    titleKey: String(roomSortKey({ jid: jid as BareJid, title, createdAt: 0 }, 'title')),
    description,
    words: roomWords({ jid, title, description }),
    json: jsonRows([config]).slice(1, -1),
  };
};

const affiliationRows = (rows: readonly RoomAffiliation[]): string =>
  jsonRows(rows.map(({ who: w, affiliation: a, nick: n, reason: r }) => ({ w, a, n, r })));

/** The hats of these rooms; rooms without are absent. */
async function hatsOf(tx: Db['tx'], ids: readonly number[]): Promise<ReadonlyMap<number, RoomHats>> {
  const found = new Map<number, { kinds: RoomHat[]; worn: { who: string; uri: string }[] }>();
  if (ids.length === 0) return found;
  const rows = await tx.$queryRaw<{ room_id: number; uri: string; title: string; hue: string; wearers: string[] | null }[]>`
    SELECT h.room_id, h.uri, h.title, h.hue,
      (SELECT array_agg(w.who) FROM room_hat_wearer w WHERE w.room_id = h.room_id AND w.uri = h.uri) AS wearers
    FROM room_hat h WHERE h.room_id = ANY(${[...ids]}::int[]) ORDER BY h.room_id, h.uri COLLATE "C"`;
  for (const { room_id, uri, title, hue, wearers } of rows) {
    const hats = found.get(room_id) ?? { kinds: [], worn: [] };
    found.set(room_id, hats);
    hats.kinds.push({ uri, title, hue });
    for (const who of wearers ?? []) hats.worn.push({ who, uri });
  }
  for (const { worn } of found.values()) worn.sort((a, b) => (a.who < b.who || (a.who === b.who && a.uri < b.uri) ? -1 : 1));
  return found;
}

export function prismaRoomStore({ db }: { db: Db }): RoomStore {
  const { tx } = db;
  return {
    async load(jids) {
      if (jids.length === 0) return [];
      const rows = await tx.$queryRaw<RoomRow[]>`
        SELECT id, jid, config, subject, subject_by, subject_at::float8 AS subject_at, created_at::float8 AS created_at, created_by, vcard
        FROM room WHERE jid = ANY(${[...jids]}::text[])`;
      const affiliations = new Map<number, RoomAffiliation[]>(rows.map((row) => [row.id, []]));
      const hats = await hatsOf(tx, [...affiliations.keys()]);
      if (rows.length > 0) {
        const found = await tx.$queryRaw<AffiliationRow[]>`
          SELECT room_id, who, affiliation, nick, reason FROM room_affiliation WHERE room_id = ANY(${[...affiliations.keys()]}::int[]) ORDER BY room_id, who`;
        for (const { room_id, who, affiliation, nick, reason } of found)
          affiliations.get(room_id)?.push({ who, affiliation: affiliation as RoomAffiliation['affiliation'], nick, reason });
      }
      return rows.map((row) => ({
        id: row.id,
        jid: row.jid as BareJid,
        config: JSON.parse(row.config) as RoomConfig,
        subject: row.subject === null ? null : { text: row.subject, by: row.subject_by, at: row.subject_at },
        affiliations: affiliations.get(row.id) ?? [],
        createdAt: row.created_at,
        createdBy: row.created_by,
        vcard: row.vcard,
        hats: { kinds: hats.get(row.id)?.kinds ?? [], worn: hats.get(row.id)?.worn ?? [] },
      }));
    },

    async create({ jid, config, subject, affiliations, createdAt, createdBy, vcard, hats }) {
      const { title, titleKey, description, words, json } = copied(jid, config);
      const [made] = await tx.$queryRaw<{ id: number }[]>`
        WITH made AS (
          INSERT INTO room (jid, domain, title, title_key, description, persistent, is_public, members_only, has_password, config,
            subject, subject_by, subject_at, created_at, created_by, vcard, search)
          VALUES (${jid}, ${jid.slice(jid.indexOf('@') + 1)}, ${title}, ${titleKey}, ${description}, ${config.persistent}, ${config.isPublic},
            ${config.membersOnly}, ${config.password !== null}, ${json}, ${subject === null ? null : clean(subject.text)},
            ${clean(subject?.by ?? '')}, ${big(subject?.at ?? 0)}, ${big(createdAt)}, ${clean(createdBy)}, ${clean(vcard)},
            array_to_tsvector(${words}::text[]))
          RETURNING id),
        members AS (
          INSERT INTO room_affiliation (room_id, who, affiliation, nick, reason)
          SELECT made.id, r.w, r.a, r.n, r.r FROM made, jsonb_to_recordset(${affiliationRows(affiliations)}::jsonb) AS r(w text, a text, n text, r text)
          ON CONFLICT DO NOTHING),
        hats AS (
          INSERT INTO room_hat (room_id, uri, title, hue)
          SELECT made.id, r.uri, r.title, r.hue FROM made, jsonb_to_recordset(${jsonRows(hats.kinds)}::jsonb) AS r(uri text, title text, hue text)),
        wearers AS (
          INSERT INTO room_hat_wearer (room_id, uri, who)
          SELECT made.id, r.uri, r.who FROM made, jsonb_to_recordset(${jsonRows(hats.worn)}::jsonb) AS r(uri text, who text))
        SELECT id FROM made`;
      if (made === undefined) throw new Error('the database gave no id for a room');
      return made.id;
    },

    async saveConfig(id, config) {
      const [row] = await tx.$queryRaw<{ jid: string }[]>`SELECT jid FROM room WHERE id = ${id}`;
      if (row === undefined) return;
      const { title, titleKey, description, words, json } = copied(row.jid, config);
      await tx.$executeRaw`
        UPDATE room SET title = ${title}, title_key = ${titleKey}, description = ${description}, persistent = ${config.persistent},
          is_public = ${config.isPublic}, members_only = ${config.membersOnly}, has_password = ${config.password !== null}, config = ${json},
          search = array_to_tsvector(${words}::text[])
        WHERE id = ${id}`;
    },
    async saveSubject(id, { text, by, at }) {
      await tx.$executeRaw`UPDATE room SET subject = ${clean(text)}, subject_by = ${clean(by)}, subject_at = ${big(at)} WHERE id = ${id}`;
    },
    async saveVcard(id, vcard) {
      await tx.$executeRaw`UPDATE room SET vcard = ${clean(vcard)} WHERE id = ${id}`;
    },

    async saveAffiliations(id, changes) {
      // Of each person the last word: one statement may not touch a row twice.
      const last = new Map(changes.map((change) => [change.who, change]));
      const put: RoomAffiliation[] = [];
      const gone: string[] = [];
      for (const { who, affiliation, nick, reason } of last.values()) {
        if (affiliation === 'none') gone.push(who);
        else put.push({ who, affiliation, nick, reason });
      }
      const parts: Prisma.Sql[] = [];
      if (gone.length > 0)
        parts.push(Prisma.sql`gone AS (DELETE FROM room_affiliation WHERE room_id = ${id} AND who = ANY(${gone}::text[]))`);
      if (put.length > 0)
        parts.push(Prisma.sql`put AS (
          INSERT INTO room_affiliation (room_id, who, affiliation, nick, reason)
          SELECT ${id}, r.w, r.a, r.n, r.r FROM jsonb_to_recordset(${affiliationRows(put)}::jsonb) AS r(w text, a text, n text, r text)
          WHERE EXISTS (SELECT 1 FROM room WHERE id = ${id})
          ON CONFLICT (room_id, who) DO UPDATE SET affiliation = EXCLUDED.affiliation, nick = EXCLUDED.nick, reason = EXCLUDED.reason)`);
      if (parts.length > 0) await tx.$executeRaw`WITH ${Prisma.join(parts, ', ')} SELECT 1`;
    },

    async saveHat(id, { uri, title, hue }) {
      await tx.$executeRaw`
        INSERT INTO room_hat (room_id, uri, title, hue)
        SELECT id, ${clean(uri)}, ${clean(title)}, ${hue} FROM room WHERE id = ${id}
        ON CONFLICT (room_id, uri) DO UPDATE SET title = EXCLUDED.title, hue = EXCLUDED.hue`;
    },
    async removeHat(id, uri) {
      await tx.$executeRaw`DELETE FROM room_hat WHERE room_id = ${id} AND uri = ${uri}`;
    },
    async wearHat(id, who, uri, wears) {
      if (wears)
        await tx.$executeRaw`
          INSERT INTO room_hat_wearer (room_id, uri, who) SELECT room_id, uri, ${who} FROM room_hat WHERE room_id = ${id} AND uri = ${uri}
          ON CONFLICT DO NOTHING`;
      else await tx.$executeRaw`DELETE FROM room_hat_wearer WHERE room_id = ${id} AND uri = ${uri} AND who = ${who}`;
    },

    async destroy(id) {
      await db.atomically(async (inside) => {
        // Its archive may be millions of messages.
        await inside.$executeRaw`SET LOCAL statement_timeout = '10min'`;
        await inside.$executeRaw`DELETE FROM room WHERE id = ${id}`;
      });
    },
    async count() {
      const [row] = await tx.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM room`;
      return row?.n ?? 0;
    },
    async countMadeBy(bare) {
      const [row] = await tx.$queryRaw<{ n: number }[]>`
        SELECT count(*)::int AS n FROM room_affiliation a JOIN room r ON r.id = a.room_id
        WHERE a.who = ${bare} AND a.affiliation = 'owner' AND r.created_by = ${bare}`;
      return row?.n ?? 0;
    },
    async countsByDomain() {
      const rows = await tx.$queryRaw<{ domain: string; n: number }[]>`SELECT domain, count(*)::int AS n FROM room GROUP BY domain`;
      return new Map(rows.map(({ domain, n }) => [domain, n]));
    },
    list: (query) => listRooms(tx, query),
    async ofPerson(bare) {
      const rows = await tx.$queryRaw<{ jid: string; affiliation: string; nick: string | null }[]>`
        SELECT r.jid, a.affiliation, a.nick FROM room_affiliation a JOIN room r ON r.id = a.room_id WHERE a.who = ${bare} ORDER BY r.jid`;
      return rows.map(({ jid, affiliation, nick }) => ({ jid: jid as BareJid, affiliation: affiliation as Affiliation, nick }));
    },
    async forgetPerson(bare, renamedTo) {
      await db.atomically(async (inside) => {
        if (renamedTo !== undefined)
          await inside.$executeRaw`
            UPDATE room r SET created_by = ${renamedTo} FROM room_affiliation a WHERE a.room_id = r.id AND a.who = ${bare} AND r.created_by = ${bare}`;
        // Who is there already under the new name keeps what that name has.
        if (renamedTo !== undefined)
          await inside.$executeRaw`
            UPDATE room_affiliation a SET who = ${renamedTo} WHERE who = ${bare}
              AND NOT EXISTS (SELECT 1 FROM room_affiliation b WHERE b.room_id = a.room_id AND b.who = ${renamedTo})`;
        await inside.$executeRaw`DELETE FROM room_affiliation WHERE who = ${bare}`;
        if (renamedTo !== undefined)
          await inside.$executeRaw`
            INSERT INTO room_hat_wearer (room_id, uri, who) SELECT room_id, uri, ${renamedTo} FROM room_hat_wearer WHERE who = ${bare}
            ON CONFLICT DO NOTHING`;
        await inside.$executeRaw`DELETE FROM room_hat_wearer WHERE who = ${bare}`;
      });
    },
  };
}
