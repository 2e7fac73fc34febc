import type { FileLogRecord, FileRow, FileStore, NewSlot, Usage } from '../../files/ports.ts';
import { sortableId } from '../../kernel/ids.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { big, type Db, isUuid } from '../db.ts';
import { prefixQuery } from '../directory/account-rows.ts';
import { Prisma } from '../generated/client.ts';
import { clean } from '../json-rows.ts';
import { COUNT_CAP, CursorError, decodeCursor, encodeCursor } from '../paging.ts';
import { bodyWords, textTerms } from '../search-words.ts';
import type { Channel } from '../write-behind.ts';
import { type DownloadWrite, type LogRow, logColumns, toLogRecord } from './downloads.ts';
import { fileText } from './file-text.ts';

interface Row {
  id: string;
  account_id: number;
  owner: string;
  name: string;
  type: string;
  sniffed: string;
  sha256: string;
  size: number;
  purpose: string;
  stored: boolean;
  created_at: number;
  slot_until: number;
  stored_at: number;
  downloads: number;
  last_download_at: number | null;
}
const columns = Prisma.sql`id, account_id, owner, name, type, sniffed, sha256, size::float8 AS size, purpose, stored, created_at::float8 AS created_at,
  slot_until::float8 AS slot_until, stored_at::float8 AS stored_at, downloads::float8 AS downloads, last_download_at::float8 AS last_download_at`;
const toRow = (row: Row): FileRow => ({
  id: row.id,
  accountId: row.account_id,
  owner: row.owner as BareJid,
  name: row.name,
  type: row.type,
  sniffed: row.sniffed,
  sha256: row.sha256,
  size: row.size,
  purpose: row.purpose as FileRow['purpose'],
  state: row.stored ? 'stored' : 'waiting',
  createdAt: row.created_at,
  slotUntil: row.slot_until,
  storedAt: row.stored_at,
  downloads: row.downloads,
  lastDownloadAt: row.last_download_at,
});

const DAY_MS = 86_400_000;
const sortColumns = { storedAt: Prisma.sql`stored_at`, size: Prisma.sql`size`, downloads: Prisma.sql`downloads` } as const;

function condition(filter: Parameters<FileStore['pick']>[0]): Prisma.Sql {
  const parts: Prisma.Sql[] = [Prisma.sql`stored`];
  const { search, accountId, owner, type, since, until, minSize } = filter;
  if (accountId !== undefined) parts.push(Prisma.sql`account_id = ${accountId}`);
  if (owner !== undefined) parts.push(Prisma.sql`owner = ${owner}`);
  if (type !== undefined) parts.push(Prisma.sql`starts_with(type, ${type})`);
  if (since !== undefined) parts.push(Prisma.sql`stored_at >= ${big(since)}`);
  if (until !== undefined) parts.push(Prisma.sql`stored_at <= ${big(until)}`);
  if (minSize !== undefined) parts.push(Prisma.sql`size >= ${big(minSize)}`);
  const terms = search === undefined ? [] : textTerms(search);
  // A search without a single letter finds nothing: it must not mean everything, least of all to who deletes what it finds.
  if (terms.length > 0) parts.push(Prisma.sql`words @@ ${prefixQuery(terms)}::tsquery`);
  else if (search !== undefined) parts.push(Prisma.sql`false`);
  return Prisma.join(parts, ' AND ');
}

export function prismaFileStore({ db, downloads }: { db: Db; downloads: Channel<DownloadWrite> }): FileStore {
  const { tx } = db;
  const ids = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id);

  return {
    reserve: (slot, limits) =>
      db.atomically(async (inside) => {
        // The row lock puts the slots of one person one after the other.
        const account = await inside.$queryRaw<unknown[]>`SELECT 1 FROM account WHERE id = ${slot.accountId} FOR NO KEY UPDATE`;
        if (account.length === 0) return 'no-account';
        const [sums] = await inside.$queryRaw<{ held: number; waiting: number; today: number }[]>`
          SELECT coalesce(sum(size), 0)::float8 AS held, coalesce(sum(size) FILTER (WHERE NOT stored), 0)::float8 AS waiting,
            (SELECT coalesce(sum(size), 0)::float8 FROM file_log
              WHERE account_id = ${slot.accountId} AND what = 'upload' AND at > ${big(slot.createdAt - DAY_MS)}) AS today
          FROM file WHERE account_id = ${slot.accountId} AND (stored OR slot_until > ${big(slot.createdAt)})`;
        const { held, waiting, today } = sums ?? { held: 0, waiting: 0, today: 0 };
        if (limits.quota > 0 && held + slot.size > limits.quota) return 'over-quota';
        if (limits.dailyAmount > 0 && today + waiting + slot.size > limits.dailyAmount) return 'over-daily-amount';
        await insert(inside, slot);
        return 'ok';
      }),
    async get(id) {
      const [row] = await tx.$queryRaw<Row[]>`SELECT ${columns} FROM file WHERE id = ${id}`;
      return row === undefined ? null : toRow(row);
    },
    async hold(id, until) {
      await tx.$executeRaw`UPDATE file SET slot_until = ${big(until)} WHERE id = ${id} AND NOT stored`;
    },
    store: (id, facts) =>
      db.atomically(async (inside) => {
        const [row] = await inside.$queryRaw<Row[]>`
          UPDATE file SET stored = TRUE, type = ${facts.type}, sniffed = ${facts.sniffed}, sha256 = ${facts.sha256}, stored_at = ${big(facts.at)}
          WHERE id = ${id} AND NOT stored RETURNING ${columns}`;
        if (row === undefined) return false;
        await inside.$executeRaw`
          INSERT INTO file_log (id, at, what, file_id, name, type, size, account_id, owner, address)
          VALUES (${sortableId(facts.at)}::uuid, ${big(facts.at)}, 'upload', ${id}, ${row.name}, ${row.type}, ${big(row.size)}, ${row.account_id}, ${row.owner}, ${facts.address})`;
        return true;
      }),
    async remove(wanted) {
      if (wanted.length === 0) return [];
      const rows = await tx.$queryRaw<Row[]>`DELETE FROM file WHERE id = ANY(${[...wanted]}::text[]) RETURNING ${columns}`;
      return rows.map(toRow);
    },
    dropSlots: async (before, limit) =>
      ids(
        await tx.$queryRaw<{ id: string }[]>`
        DELETE FROM file WHERE id IN (SELECT id FROM file WHERE NOT stored AND slot_until < ${big(before)} LIMIT ${limit}) RETURNING id`,
      ),
    async expire(rules, limit) {
      const gone: string[] = [];
      for (const { purpose, before } of rules) {
        if (gone.length >= limit) break;
        gone.push(
          ...ids(
            await tx.$queryRaw<{ id: string }[]>`
            DELETE FROM file WHERE id IN
              (SELECT id FROM file WHERE stored AND purpose = ${purpose} AND stored_at < ${big(before)} ORDER BY stored_at LIMIT ${limit - gone.length})
            RETURNING id`,
          ),
        );
      }
      return gone;
    },
    dropDeparted: async (limit) =>
      ids(
        await tx.$queryRaw<{ id: string }[]>`
        DELETE FROM file WHERE id IN
          (SELECT f.id FROM file f WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = f.account_id) LIMIT ${limit}) RETURNING id`,
      ),
    known: async (asked) =>
      new Set(ids(await tx.$queryRaw<{ id: string }[]>`SELECT id FROM file WHERE stored AND id = ANY(${[...asked]}::text[])`)),

    async find(query) {
      await downloads.flush();
      const order = `${query.sort}${query.descending ? '-' : '+'}`;
      const where = condition(query);
      const column = sortColumns[query.sort];
      let position = Prisma.empty;
      if (query.cursor !== undefined) {
        const [name, key, id] = decodeCursor(query.cursor, ['string', 'number', 'string']);
        if (name !== order) throw new CursorError();
        position = Prisma.sql`AND (${column}, id) ${query.descending ? Prisma.sql`<` : Prisma.sql`>`} (${Number(key)}::int8, ${String(id)}::text)`;
      }
      const direction = query.descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
      const [counted] = await tx.$queryRaw<{ n: number }[]>`
        SELECT count(*)::int AS n FROM (SELECT 1 FROM file WHERE ${where} LIMIT ${COUNT_CAP + 1}) AS capped`;
      const rows = await tx.$queryRaw<Row[]>`
        SELECT ${columns} FROM file WHERE ${where} ${position} ORDER BY ${Prisma.sql`file.${column}`} ${direction}, file.id ${direction} LIMIT ${query.limit + 1}`;
      const items = rows.slice(0, query.limit).map(toRow);
      const last = items.at(-1);
      const total = counted?.n ?? 0;
      return {
        items,
        nextCursor: last !== undefined && rows.length > query.limit ? encodeCursor([order, last[query.sort], last.id]) : null,
        total: Math.min(total, COUNT_CAP),
        totalIsFloor: total > COUNT_CAP,
      };
    },
    pick: async (filter, limit) =>
      ids(await tx.$queryRaw<{ id: string }[]>`SELECT id FROM file WHERE ${condition(filter)} ORDER BY stored_at LIMIT ${limit}`),
    async usage(query) {
      let position = Prisma.empty;
      if (query.cursor !== undefined) {
        const [bytes, id] = decodeCursor(query.cursor, ['number', 'number']);
        position = Prisma.sql`WHERE (bytes, account_id) < (${Number(bytes)}::float8, ${Number(id)}::int)`;
      }
      const owner = query.owner === undefined ? Prisma.empty : Prisma.sql`AND starts_with(owner, ${query.owner})`;
      const account = query.accountId === undefined ? Prisma.empty : Prisma.sql`AND account_id = ${query.accountId}`;
      const rows = await tx.$queryRaw<{ account_id: number; owner: string; files: number; bytes: number; newest: number }[]>`
        SELECT * FROM (
          SELECT account_id, (array_agg(owner ORDER BY stored_at DESC))[1] AS owner, count(*)::int AS files, sum(size)::float8 AS bytes,
            max(stored_at)::float8 AS newest
          FROM file WHERE stored ${owner} ${account} GROUP BY account_id) AS people
        ${position} ORDER BY bytes DESC, account_id DESC LIMIT ${query.limit + 1}`;
      const items = rows
        .slice(0, query.limit)
        .map((row): Usage => ({ accountId: row.account_id, owner: row.owner, files: row.files, bytes: row.bytes, newest: row.newest }));
      const last = items.at(-1);
      return { items, nextCursor: last !== undefined && rows.length > query.limit ? encodeCursor([last.bytes, last.accountId]) : null };
    },
    async totals() {
      const [row] = await tx.$queryRaw<{ files: number; bytes: number; people: number }[]>`
        SELECT count(*)::float8 AS files, coalesce(sum(size), 0)::float8 AS bytes, count(DISTINCT account_id)::float8 AS people FROM file WHERE stored`;
      return row ?? { files: 0, bytes: 0, people: 0 };
    },

    downloaded: (record: FileLogRecord) => {
      const id = sortableId(record.at);
      downloads.put(id, { id, ...record });
    },
    async log(query) {
      await downloads.flush();
      const parts: Prisma.Sql[] = [Prisma.sql`TRUE`];
      if (query.accountId !== undefined) parts.push(Prisma.sql`account_id = ${query.accountId}`);
      if (query.owner !== undefined) parts.push(Prisma.sql`owner = ${query.owner}`);
      if (query.fileId !== undefined) parts.push(Prisma.sql`file_id = ${query.fileId}`);
      if (query.what !== undefined) parts.push(Prisma.sql`what = ${query.what}`);
      if (query.since !== undefined) parts.push(Prisma.sql`at >= ${big(query.since)}`);
      if (query.until !== undefined) parts.push(Prisma.sql`at <= ${big(query.until)}`);
      if (query.cursor !== undefined) {
        const [id] = decodeCursor(query.cursor, ['string']);
        if (!isUuid(String(id))) throw new CursorError();
        parts.push(Prisma.sql`file_log.id < ${String(id)}::uuid`);
      }
      const rows = await tx.$queryRaw<LogRow[]>`
        SELECT ${logColumns} FROM file_log WHERE ${Prisma.join(parts, ' AND ')} ORDER BY file_log.id DESC LIMIT ${query.limit + 1}`;
      const items = rows.slice(0, query.limit);
      const last = items.at(-1);
      return {
        items: items.map(toLogRecord),
        nextCursor: last !== undefined && rows.length > query.limit ? encodeCursor([last.id]) : null,
      };
    },
    expireLog: (before, limit) =>
      tx.$executeRaw`DELETE FROM file_log WHERE id IN (SELECT id FROM file_log WHERE at < ${big(before)} ORDER BY at LIMIT ${limit})`,
  };
}

const insert = (tx: Db['tx'], slot: NewSlot): Promise<number> => {
  const name = clean(slot.name);
  return tx.$executeRaw`
    INSERT INTO file (id, account_id, owner, name, type, size, purpose, created_at, slot_until, words)
    VALUES (${slot.id}, ${slot.accountId}, ${slot.owner}, ${name}, ${clean(slot.type)}, ${big(slot.size)}, ${slot.purpose},
      ${big(slot.createdAt)}, ${big(slot.slotUntil)}, array_to_tsvector(${bodyWords(fileText({ ...slot, name }))}::text[]))`;
};
