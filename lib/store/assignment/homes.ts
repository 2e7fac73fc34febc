import type { AssignedPerson, HomeStore, PeopleQuery } from '../../assignment/ports.ts';
import type { OwnershipStore, PersonHome } from '../../cluster/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { big, type Db, ms, type Tx } from '../db.ts';
import { prefixQuery } from '../directory/account-rows.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';
import { searchTerms } from '../search-words.ts';

/** The next version of people's homes. Its row is held until commit: versions become visible in their order, so a reader misses none. */
async function nextVersion(tx: Tx): Promise<bigint> {
  const [row] = await tx.$queryRaw<{ version: bigint }[]>`
    INSERT INTO user_home_version (id, version) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET version = user_home_version.version + 1 RETURNING version`;
  return row!.version;
}

/** The address of somebody changed: every node has to learn under which one their home is looked up now. */
export async function homeAddressChanged(tx: Tx, accountId: number): Promise<void> {
  const [has] = await tx.$queryRaw<unknown[]>`SELECT 1 FROM user_home WHERE account_id = ${accountId}`;
  if (has === undefined) return;
  const version = await nextVersion(tx);
  await tx.$executeRaw`UPDATE user_home SET version = ${version} WHERE account_id = ${accountId}`;
}

interface HomeRecord {
  readonly account_id: number;
  readonly bare: string;
  readonly node: string | null;
  readonly moving: boolean;
  readonly next: string | null;
  readonly version: bigint;
}
const columns = Prisma.sql`h.account_id, a.bare, h.node, h.moving, h.next, h.version`;
const toHome = (row: HomeRecord): PersonHome => ({
  accountId: row.account_id,
  bare: row.bare as BareJid,
  home: row.node,
  moving: row.moving,
  next: row.next,
  version: ms(row.version),
});

const SLICE = 5_000;

function condition(query: PeopleQuery): Prisma.Sql {
  const parts: Prisma.Sql[] = [Prisma.sql`TRUE`];
  if (query.node === null) parts.push(Prisma.sql`h.node IS NULL AND h.moving IS NOT TRUE`);
  else if (query.node !== undefined) parts.push(Prisma.sql`h.node = ${query.node}`);
  if (query.moving) parts.push(Prisma.sql`h.moving`);
  const terms = query.search === undefined ? [] : searchTerms(query.search);
  if (terms.length > 0) parts.push(Prisma.sql`a.search @@ ${prefixQuery(terms)}::tsquery`);
  return Prisma.join(parts, ' AND ');
}

type PersonRecord = HomeRecord & { readonly user_id: string; readonly user_key: string; readonly name: string; readonly enabled: boolean };

export function prismaHomeStore({ db }: { db: Db }): HomeStore {
  const { tx } = db;
  return {
    async of(ids) {
      if (ids.length === 0) return new Map();
      const rows = await tx.$queryRaw<HomeRecord[]>`
        SELECT ${columns} FROM user_home h JOIN account a ON a.id = h.account_id WHERE h.account_id = ANY(${[...ids]}::int[])`;
      return new Map(rows.map((row) => [row.account_id, toHome(row)]));
    },
    async counts() {
      const rows = await tx.$queryRaw<{ node: string | null; people: number; moving: number }[]>`
        SELECT CASE WHEN h.moving THEN h.next ELSE h.node END AS node, count(*)::int AS people, (count(*) FILTER (WHERE h.moving))::int AS moving
        FROM account a LEFT JOIN user_home h ON h.account_id = a.id GROUP BY 1`;
      const byNode = new Map<string, number>();
      let unassigned = 0;
      for (const { node, people } of rows) {
        if (node === null) unassigned += people;
        else byNode.set(node, people);
      }
      const sum = (of: 'people' | 'moving') => rows.reduce((total, row) => total + row[of], 0);
      return { total: sum('people'), unassigned, byNode, moving: sum('moving') };
    },
    async find(query) {
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, ['string', 'number']);
      const rows = await tx.$queryRaw<PersonRecord[]>`
        SELECT a.id AS account_id, a.bare, h.node, coalesce(h.moving, false) AS moving, h.next, coalesce(h.version, 0) AS version,
          a.user_id, a.user_key, a.name, a.enabled
        FROM account a LEFT JOIN user_home h ON h.account_id = a.id
        WHERE ${condition(query)} ${after === null ? Prisma.empty : Prisma.sql`AND (a.user_key, a.id) > (${String(after[0])}, ${Number(after[1])})`}
        ORDER BY a.user_key, a.id LIMIT ${query.limit + 1}`;
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        items: page.map((row): AssignedPerson => ({ ...toHome(row), userId: row.user_id, name: row.name, enabled: row.enabled })),
        nextCursor: last !== undefined && rows.length > page.length ? encodeCursor([last.user_key, last.account_id]) : null,
      };
    },
    async assign(changes) {
      if (changes.length === 0) return [];
      return db.atomically(async (inside) => {
        const version = await nextVersion(inside);
        const rows = changes.map(({ accountId, to, from }) => ({ id: accountId, to, any: from === undefined, from: from ?? null }));
        const changed = await inside.$queryRaw<{ account_id: number }[]>`
          INSERT INTO user_home AS h (account_id, node, version)
          SELECT DISTINCT ON (r.id) r.id, r.to, ${version}
          FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(id int, "to" text, "any" bool, "from" text)
          JOIN account a ON a.id = r.id LEFT JOIN user_home was ON was.account_id = r.id
          WHERE (CASE WHEN was.moving THEN was.next ELSE was.node END) IS DISTINCT FROM r.to
            AND (r."any" OR (CASE WHEN was.moving THEN was.next ELSE was.node END) IS NOT DISTINCT FROM r."from")
          ON CONFLICT (account_id) DO UPDATE SET
            node = CASE WHEN h.node IS NULL THEN EXCLUDED.node ELSE h.node END,
            moving = h.node IS NOT NULL AND h.node IS DISTINCT FROM EXCLUDED.node,
            next = CASE WHEN h.node IS NOT NULL AND h.node IS DISTINCT FROM EXCLUDED.node THEN EXCLUDED.node END,
            version = EXCLUDED.version
          RETURNING account_id`;
        return changed.map((row) => row.account_id);
      });
    },
    unassigned: async (limit) =>
      (
        await tx.$queryRaw<{ id: number }[]>`
          SELECT a.id FROM account a LEFT JOIN user_home h ON h.account_id = a.id WHERE h.node IS NULL AND h.moving IS NOT TRUE ORDER BY a.id LIMIT ${limit}`
      ).map((row) => row.id),
    idsOn: async (node, after, limit) =>
      (
        await tx.$queryRaw<{ id: number }[]>`
          SELECT account_id AS id FROM user_home
          WHERE (CASE WHEN moving THEN next ELSE node END) = ${node} AND account_id > ${after} ORDER BY account_id LIMIT ${limit}`
      ).map((row) => row.id),
  };
}

export function prismaOwnershipStore({ db }: { db: Db }): OwnershipStore {
  const { tx } = db;
  return {
    async prove(node) {
      const [[people], homes] = await Promise.all([
        tx.$queryRaw<{ version: bigint }[]>`SELECT version FROM user_home_version WHERE id = 1`,
        // What the update reads is what was true while it held its own row; the other rows are of the same moment or later.
        tx.$queryRaw<{ name: string; acting: string; epoch: bigint; handover: string }[]>`
          WITH proved AS (UPDATE home_node SET proved_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE name = ${node} RETURNING 1)
          SELECT name, acting, epoch, handover FROM home_node WHERE (SELECT count(*) FROM proved) >= 0 ORDER BY name`,
      ]);
      return {
        homes: homes.map((row) => ({ ...row, epoch: ms(row.epoch), handover: row.handover as 'none' | 'asked' | 'done' })),
        people: people === undefined ? 0 : ms(people.version),
      };
    },
    async *peopleAfter(version) {
      for (let from = { version: BigInt(version), id: 2_147_483_647 }; ; ) {
        const rows = await tx.$queryRaw<HomeRecord[]>`
          SELECT ${columns} FROM user_home h JOIN account a ON a.id = h.account_id
          WHERE (h.version, h.account_id) > (${from.version}, ${from.id}) ORDER BY h.version, h.account_id LIMIT ${SLICE}`;
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows.map(toHome);
        if (rows.length < SLICE) return;
        from = { version: last.version, id: last.account_id };
      }
    },
    async letGo(home, epoch) {
      await tx.$executeRaw`UPDATE home_node SET handover = 'done' WHERE name = ${home} AND epoch = ${big(epoch)} AND handover = 'asked'`;
    },
    async arrive(people) {
      if (people.length === 0) return;
      await db.atomically(async (inside) => {
        const version = await nextVersion(inside);
        await inside.$executeRaw`
          UPDATE user_home h SET node = h.next, moving = false, next = NULL, version = ${version}
          FROM jsonb_to_recordset(${jsonRows(people.map(({ accountId, version: v }) => ({ id: accountId, v })))}::jsonb) AS r(id int, v int8)
          WHERE h.account_id = r.id AND h.version = r.v AND h.moving`;
      });
    },
  };
}
