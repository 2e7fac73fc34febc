import { type ArchiveRow, type JournalEntry, type OfflineRow, RETRACTION_REACH } from '../../im/ports.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';
import { bodyWords } from '../search-words.ts';

const keyOf = (row: { accountId: number; uid: string }): string => `${row.accountId} ${row.uid}`;

/** More words than this in one message are not indexed. */
const MAX_WORDS = 2_000;

/** The index is over `account:word`: a search looks only at the words of one archive. The copies of a message share their body. */
function createWords(): (row: ArchiveRow) => string | null {
  let body = '';
  let words: string[] = [];
  return (row) => {
    if (row.body === '') return null;
    if (row.body !== body) {
      body = row.body;
      words = bodyWords(body).slice(0, MAX_WORDS);
    }
    return words.length === 0 ? null : words.map((word) => `${row.accountId}:${word}`).join(' ');
  };
}

const archived = (row: ArchiveRow, words: string | null) => {
  const { accountId: a, uid: u, peer: p, outgoing: o, at: t, xml: x, body: b, stanzaId: s } = row;
  return { a, u, p, o, t, x, b, s, w: words };
};

/**
 * One statement for all the entries. Repeating it changes nothing (ids are ours), and rows of an account that went are left out.
 * Its parts see the same snapshot, so a message kept for later and taken by its recipient within one batch is settled here.
 */
export function journalStatement(entries: readonly JournalEntry[]): Prisma.Sql {
  const wordsOf = createWords();
  const archive: ReturnType<typeof archived>[] = [];
  const tombstones: { a: number; p: string; o: boolean; s: string; x: string }[] = [];
  const offline = new Map<string, OfflineRow>();
  const removed = new Map<string, { a: number; u: string }>();
  for (const entry of entries) {
    // First what is taken back, so that a message never takes back itself.
    for (const { accountId: a, peer: p, outgoing: o, stanzaId: s, xml: x } of entry.retracted ?? []) {
      const here = archive.findLast((row) => row.a === a && row.p === p && row.o === o && row.s === s);
      if (here === undefined) tombstones.push({ a, p, o, s, x });
      else Object.assign(here, { x, b: '', w: null });
    }
    for (const row of entry.archive) archive.push(archived(row, wordsOf(row)));
    for (const row of entry.offline) offline.set(keyOf(row), row);
    for (const row of entry.offlineRemoved ?? []) {
      offline.delete(keyOf(row));
      removed.set(keyOf(row), { a: row.accountId, u: row.uid });
    }
  }
  const parts: Prisma.Sql[] = [];
  if (archive.length > 0) {
    parts.push(Prisma.sql`archived AS (
      INSERT INTO archive (account_id, uid, peer, outgoing, at, xml, body, stanza_id, words)
      SELECT r.a, r.u, r.p, r.o, r.t, r.x, r.b, r.s, array_to_tsvector(string_to_array(r.w, ' '))
      FROM jsonb_to_recordset(${jsonRows(archive)}::jsonb) AS r(a int, u uuid, p text, o bool, t int8, x text, b text, s text, w text)
      WHERE EXISTS (SELECT 1 FROM account WHERE id = r.a)
      ON CONFLICT DO NOTHING)`);
  }
  if (tombstones.length > 0) {
    parts.push(Prisma.sql`retracted AS (
      UPDATE archive m SET xml = found.x, body = '', words = NULL
      FROM (SELECT r.a, r.x, (
          SELECT near.uid FROM (
            SELECT uid, outgoing, stanza_id FROM archive WHERE account_id = r.a AND peer = r.p ORDER BY uid DESC LIMIT ${RETRACTION_REACH}) AS near
          WHERE near.stanza_id = r.s AND near.outgoing = r.o ORDER BY near.uid DESC LIMIT 1) AS uid
        FROM jsonb_to_recordset(${jsonRows(tombstones)}::jsonb) AS r(a int, p text, o bool, s text, x text)) AS found
      WHERE m.account_id = found.a AND m.uid = found.uid)`);
  }
  if (offline.size > 0) {
    const rows = [...offline.values()].map(({ accountId: a, uid: u, from: f, at: t, xml: x }) => ({ a, u, f, t, x }));
    parts.push(Prisma.sql`kept AS (
      INSERT INTO offline (account_id, uid, sender, at, xml)
      SELECT r.a, r.u, r.f, r.t, r.x
      FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(a int, u uuid, f text, t int8, x text)
      WHERE EXISTS (SELECT 1 FROM account WHERE id = r.a)
      ON CONFLICT DO NOTHING)`);
  }
  if (removed.size > 0) {
    parts.push(Prisma.sql`taken AS (
      DELETE FROM offline USING jsonb_to_recordset(${jsonRows([...removed.values()])}::jsonb) AS r(a int, u uuid)
      WHERE offline.account_id = r.a AND offline.uid = r.u)`);
  }
  return parts.length === 0 ? Prisma.sql`SELECT 1` : Prisma.sql`WITH ${Prisma.join(parts, ', ')} SELECT 1`;
}
