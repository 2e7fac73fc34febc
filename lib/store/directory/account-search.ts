import type { Account, AccountQuery, Page } from '../../directory/ports.ts';
import type { Tx } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { COUNT_CAP, CursorError, decodeCursor, encodeCursor } from '../paging.ts';
import { searchTerms } from '../search-words.ts';
import { type AccountRow, accountColumns, prefixQuery, toAccount } from './account-rows.ts';

type Filter = Pick<AccountQuery, 'search' | 'domain' | 'enabled' | 'ids'>;
type Breadth = 'narrow' | 'broad';

/**
 * The word index answers a search that finds few; for one that finds many, reading rows in the order wanted until the page is full is
 * far quicker. PostgreSQL guesses badly how many rows a prefix finds, so a look at the first rows decides, and `IS TRUE` keeps the
 * word index out of a broad search.
 */
const SAMPLE = 2_000;
const BROAD_SHARE = 0.05;

function condition(filter: Filter, breadth: Breadth): Prisma.Sql {
  const parts: Prisma.Sql[] = [];
  if (filter.ids !== undefined) parts.push(Prisma.sql`a.id = ANY(${[...filter.ids]}::int[])`);
  if (filter.domain !== undefined) parts.push(Prisma.sql`a.domain = ${filter.domain}`);
  if (filter.enabled !== undefined) parts.push(Prisma.sql`a.enabled = ${filter.enabled}`);
  const terms = filter.search === undefined ? [] : searchTerms(filter.search);
  if (terms.length > 0) {
    const match = Prisma.sql`a.search @@ ${prefixQuery(terms)}::tsquery`;
    parts.push(breadth === 'narrow' ? match : Prisma.sql`(${match}) IS TRUE`);
  }
  return parts.length === 0 ? Prisma.sql`TRUE` : Prisma.join(parts, ' AND ');
}

const keyColumns: Readonly<Record<AccountQuery['sort'], Prisma.Sql>> = {
  userId: Prisma.sql`a.user_key`,
  name: Prisma.sql`a.name_key`,
  createdAt: Prisma.sql`a.created_at`,
  lastSignInAt: Prisma.sql`a.last_sign_in_at`,
};

async function breadthOf(tx: Tx, { search }: Filter): Promise<Breadth> {
  if (search === undefined || searchTerms(search).length === 0) return 'narrow';
  const [seen] = await tx.$queryRaw<{ rows: number; hits: number }[]>`
    SELECT count(*)::int AS rows, (count(*) FILTER (WHERE ${condition({ search }, 'broad')}))::int AS hits FROM (SELECT search FROM account LIMIT ${SAMPLE}) AS a`;
  return seen !== undefined && seen.rows === SAMPLE && seen.hits > SAMPLE * BROAD_SHARE ? 'broad' : 'narrow';
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
  const where = condition(query, await breadthOf(tx, query));
  const [counted] = await tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM (SELECT 1 FROM account a WHERE ${where} LIMIT ${COUNT_CAP + 1}) AS capped`;
  const total = counted?.n ?? 0;

  const column = keyColumns[query.sort];
  const direction = query.descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const position =
    after === null
      ? Prisma.empty
      : Prisma.sql`AND (${column}, a.id) ${query.descending ? Prisma.sql`<` : Prisma.sql`>`} (${after.key}${textual ? Prisma.sql`::text` : Prisma.sql`::int8`}, ${after.id}::int)`;
  const rows = await tx.$queryRaw<(AccountRow & { key: string | number })[]>`
    SELECT ${accountColumns}, ${column}${textual ? Prisma.empty : Prisma.sql`::float8`} AS key FROM account a
    WHERE ${where} ${position}
    ORDER BY ${column} ${direction}, a.id ${direction} LIMIT ${query.limit + 1}`;
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return {
    items: items.map(toAccount),
    nextCursor: last !== undefined && rows.length > query.limit ? encodeCursor([order, last.key, last.id]) : null,
    total: Math.min(total, COUNT_CAP),
    totalIsFloor: total > COUNT_CAP,
  };
}

const SLICE = 500;
export async function* eachAccount(tx: Tx, filter: Filter): AsyncGenerator<readonly Account[]> {
  for (let after = 0; ; ) {
    const rows = await tx.$queryRaw<AccountRow[]>`
      SELECT ${accountColumns} FROM account a WHERE ${condition(filter, 'broad')} AND a.id > ${after} ORDER BY a.id LIMIT ${SLICE}`;
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(toAccount);
    if (rows.length < SLICE) return;
    after = last.id;
  }
}
