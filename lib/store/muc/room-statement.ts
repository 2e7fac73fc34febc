import type { RoomMessage } from '../../muc/ports.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';
import { bodyWords } from '../search-words.ts';

/** What the room's journal takes: a message, or that one's content is gone (XEP-0425). */
export type RoomEntry =
  | { readonly message: RoomMessage; readonly retracted: null }
  | { readonly message: null; readonly retracted: { readonly roomId: number; readonly uid: string; readonly xml: string } };

/** More words than this in one message are not indexed. */
const MAX_WORDS = 2_000;

/** The index is over `room:word`: a search looks only at the words of one room. */
function words(roomId: number, body: string): string | null {
  if (body === '') return null;
  const found = bodyWords(body).slice(0, MAX_WORDS);
  return found.length === 0 ? null : found.map((word) => `${roomId}:${word}`).join(' ');
}

/**
 * One statement for all the entries. Repeating it changes nothing, and messages of a room that went are left out. Its parts see the
 * same snapshot, so a message retracted within the batch that brings it is stored as its tombstone.
 */
export function roomStatement(entries: readonly RoomEntry[]): Prisma.Sql {
  const stored = new Map<string, { r: number; u: string; x: string } & Record<string, unknown>>();
  const tombstones: { r: number; u: string; x: string }[] = [];
  for (const { message, retracted } of entries) {
    if (message !== null) {
      const { roomId: r, uid: u, at: t, nick: n, sender: f, occupantId: o, xml: x, body: b, stanzaId: s } = message;
      stored.set(`${r} ${u.toLowerCase()}`, { r, u, t, n, f, o, x, b, s, w: words(r, b) });
      continue;
    }
    const { roomId: r, uid: u, xml: x } = retracted;
    const here = stored.get(`${r} ${u.toLowerCase()}`);
    if (here === undefined) tombstones.push({ r, u, x });
    else Object.assign(here, { x, b: '', w: null });
  }
  const parts: Prisma.Sql[] = [];
  if (stored.size > 0) {
    parts.push(Prisma.sql`said AS (
      INSERT INTO room_message (room_id, uid, at, nick, sender, occupant_id, xml, body, stanza_id, words)
      SELECT r.r, r.u, r.t, r.n, r.f, r.o, r.x, r.b, r.s, array_to_tsvector(string_to_array(r.w, ' '))
      FROM jsonb_to_recordset(${jsonRows([...stored.values()])}::jsonb)
        AS r(r int, u uuid, t int8, n text, f text, o text, x text, b text, s text, w text)
      WHERE EXISTS (SELECT 1 FROM room WHERE id = r.r)
      ON CONFLICT DO NOTHING)`);
  }
  if (tombstones.length > 0) {
    parts.push(Prisma.sql`unsaid AS (
      UPDATE room_message m SET xml = r.x, body = '', words = NULL
      FROM jsonb_to_recordset(${jsonRows(tombstones)}::jsonb) AS r(r int, u uuid, x text)
      WHERE m.room_id = r.r AND m.uid = r.u)`);
  }
  return parts.length === 0 ? Prisma.sql`SELECT 1` : Prisma.sql`WITH ${Prisma.join(parts, ', ')} SELECT 1`;
}
