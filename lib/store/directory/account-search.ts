import { setTimeout as pause } from 'node:timers/promises';
import type { Account, AccountQuery, Page } from '../../directory/ports.ts';
import type { Db, Tx } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { COUNT_CAP, CursorError, decodeCursor, encodeCursor } from '../paging.ts';
import type { ReadValue } from '../reads.ts';
import { searchTerms } from '../search-words.ts';
import { type AccountRow, accountColumns, prefixQuery, toAccount } from './account-rows.ts';

type Filter = Pick<AccountQuery, 'search' | 'domain' | 'enabled' | 'ids'>;
type Breadth = 'none' | 'narrow' | 'broad';

/**
 * What finds few is gathered by the indexes, once, for the total and the page alike. For what finds many, reading rows in the order wanted until
 * the page is full is far quicker. PostgreSQL guesses badly how many rows the start of a word finds, so a look at some of the table's
 * pages, picked by chance, decides; `IS TRUE` keeps the word index out of a broad search.
 */
const SAMPLE = 2_000;
const BROAD_SHARE = 0.12;

function condition(filter: Filter, breadth: Breadth): Prisma.Sql {
  const parts: Prisma.Sql[] = [];
  if (filter.ids !== undefined) parts.push(Prisma.sql`a.id = ANY(${[...filter.ids]}::int[])`);
  if (filter.domain !== undefined) parts.push(Prisma.sql`a.domain = ${filter.domain}`);
  // Written out, so that the index of the disabled ones is seen to fit.
  if (filter.enabled !== undefined) parts.push(filter.enabled ? Prisma.sql`a.enabled` : Prisma.sql`NOT a.enabled`);
  const terms = filter.search === undefined ? [] : searchTerms(filter.search);
  if (terms.length > 0) {
    const match = Prisma.sql`a.search @@ ${prefixQuery(terms)}::tsquery`;
    parts.push(breadth === 'narrow' ? match : Prisma.sql`(${match}) IS TRUE`);
  }
  return parts.length === 0 ? Prisma.sql`TRUE` : Prisma.join(parts, ' AND ');
}

const keyColumns: Readonly<Record<AccountQuery['sort'], Prisma.Sql>> = {
  userId: Prisma.sql`user_key`,
  name: Prisma.sql`name_key`,
  createdAt: Prisma.sql`created_at`,
  lastSignInAt: Prisma.sql`last_sign_in_at`,
};

async function breadthOf(tx: Tx, filter: Filter): Promise<Breadth> {
  const searched = filter.search !== undefined && searchTerms(filter.search).length > 0;
  if (filter.ids !== undefined) return 'narrow';
  if (!searched && filter.domain === undefined && filter.enabled === undefined) return 'none';
  const [seen] = await tx.$queryRaw<{ rows: number; hits: number }[]>`
    SELECT count(*)::int AS rows, (count(*) FILTER (WHERE ${condition(filter, 'broad')}))::int AS hits
    FROM account a TABLESAMPLE SYSTEM ((SELECT least(100, 100.0 * ${SAMPLE} / greatest(reltuples, 1)) FROM pg_class WHERE oid = 'account'::regclass))`;
  return seen !== undefined && seen.hits > Math.max(seen.rows * BROAD_SHARE, 20) ? 'broad' : 'narrow';
}

interface Position {
  readonly key: string | number;
  readonly id: number;
}

export async function findAccounts(tx: Tx, query: AccountQuery): Promise<Page<Account>> {
  const textual = query.sort === 'userId' || query.sort === 'name';
  const order = `${query.sort}${query.descending ? '-' : '+'}`;
  let after: Position | null = null;
  if (query.cursor !== undefined) {
    const [name, key, id] = decodeCursor(query.cursor, ['string', textual ? 'string' : 'number', 'number']);
    if (name !== order) throw new CursorError();
    after = { key: key!, id: Number(id) };
  }
  const breadth = await breadthOf(tx, query);
  const gathered = breadth === 'narrow' ? await gather(tx, query, after) : null;
  if (gathered !== null && gathered.total <= COUNT_CAP) return pageOf(query, order, gathered.rows, gathered.total);
  const [rows, [counted]] = await Promise.all([
    read(tx, query, after),
    tx.$queryRaw<{ n: number }[]>`
      SELECT count(*)::int AS n FROM (SELECT 1 FROM account a WHERE ${condition(query, 'broad')} LIMIT ${COUNT_CAP + 1}) AS capped`,
  ]);
  return pageOf(query, order, rows, counted?.n ?? 0);
}

type KeyedRow = AccountRow & { readonly key: string | number };

function pageOf(query: AccountQuery, order: string, rows: readonly KeyedRow[], total: number): Page<Account> {
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return {
    items: items.map(toAccount),
    nextCursor: last !== undefined && rows.length > query.limit ? encodeCursor([order, last.key, last.id]) : null,
    total: Math.min(total, COUNT_CAP),
    totalIsFloor: total > COUNT_CAP,
  };
}

/** `column` as it is sorted by, and as plain text or number on our side. */
function ordering(query: AccountQuery, after: Position | null, table: Prisma.Sql) {
  const textual = query.sort === 'userId' || query.sort === 'name';
  const column = keyColumns[query.sort];
  const direction = query.descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const key = Prisma.sql`${table}.${column}`;
  return {
    key,
    shown: Prisma.sql`a.${column}${textual ? Prisma.empty : Prisma.sql`::float8`} AS key`,
    position:
      after === null
        ? Prisma.sql`TRUE`
        : Prisma.sql`(${key}, ${table}.id) ${query.descending ? Prisma.sql`<` : Prisma.sql`>`} (${after.key}${textual ? Prisma.sql`::text` : Prisma.sql`::int8`}, ${after.id}::int)`,
    by: Prisma.sql`${key} ${direction}, ${table}.id ${direction}`,
  };
}

/** One pass over what is found, as far as the total is counted: the total and the page. When there is more, the page says nothing. */
async function gather(tx: Tx, query: AccountQuery, after: Position | null): Promise<{ rows: KeyedRow[]; total: number }> {
  const { shown, position, by } = ordering(query, after, Prisma.sql`hits`);
  const found = await tx.$queryRaw<(KeyedRow & { total: number })[]>`
    WITH hits AS MATERIALIZED (SELECT a.id, a.${keyColumns[query.sort]} FROM account a WHERE ${condition(query, 'narrow')} LIMIT ${COUNT_CAP + 1}),
      page AS (SELECT hits.* FROM hits WHERE ${position} ORDER BY ${by} LIMIT ${query.limit + 1})
    SELECT counted.total, ${shown}, ${accountColumns}
    FROM (SELECT count(*)::int AS total FROM hits) AS counted LEFT JOIN page ON TRUE LEFT JOIN account a ON a.id = page.id
    ORDER BY ${ordering(query, after, Prisma.sql`page`).by}`;
  // A total without a page comes as one empty row.
  return { total: found[0]?.total ?? 0, rows: found.filter((row) => row.id !== null) };
}

function read(tx: Tx, query: AccountQuery, after: Position | null): Promise<KeyedRow[]> {
  const { shown, position, by } = ordering(query, after, Prisma.sql`a`);
  return tx.$queryRaw<KeyedRow[]>`
    SELECT ${accountColumns}, ${shown} FROM account a WHERE ${condition(query, 'broad')} AND ${position} ORDER BY ${by} LIMIT ${query.limit + 1}`;
}

/** Small enough that a slice's turn of the event loop stays short. */
const SLICE = 200;
/** Whoever reads everybody is in no hurry: messages go between two slices, and the database rests as well. 100,000 people take five seconds. */
const REST_MS = 5;
export async function* eachAccount(db: Db, filter: Filter): AsyncGenerator<readonly Account[]> {
  for (let after = 0; ; ) {
    if (after > 0) await pause(REST_MS);
    const { text, values } = Prisma.sql`
      SELECT ${accountColumns} FROM account a WHERE ${condition(filter, 'broad')} AND a.id > ${after}::int ORDER BY a.id LIMIT ${SLICE}::int`;
    const rows = await db.readMany<AccountRow>(text, values as ReadValue[]);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(toAccount);
    if (rows.length < SLICE) return;
    after = last.id;
  }
}
