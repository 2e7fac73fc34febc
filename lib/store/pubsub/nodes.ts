import type { BareJid } from '../../kernel/jid.ts';
import type { Affiliation, Item, NodeChange, NodeConfig, NodeSummary, PubSubStore, StoredNode, Subscription } from '../../pubsub/ports.ts';
import { type Db, isUuid } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import type { Statement } from '../reads.ts';

interface NodeRecord {
  id: string;
  account_id: number | null;
  name: string;
  config: NodeConfig;
  creator: string;
  at: number;
  item_count: number;
  item_bytes: number;
  affiliations: [string, string][] | null;
  subscriptions: [string, string, string, boolean][] | null;
}
interface ItemRecord {
  node_id: string;
  id: string;
  uid: string;
  at: number;
  publisher: string;
  xml: string;
  bytes: number;
  expires_at: number | null;
}

const toNode = (row: NodeRecord): StoredNode => ({
  id: row.id,
  name: row.name,
  config: row.config,
  creator: row.creator as BareJid,
  at: row.at,
  itemCount: row.item_count,
  itemBytes: row.item_bytes,
  affiliations: new Map((row.affiliations ?? []).map(([jid, affiliation]) => [jid, affiliation as Affiliation])),
  subscriptions: (row.subscriptions ?? []).map(([jid, subid, state, deliver]) => ({
    jid,
    subid,
    state: state as Subscription['state'],
    deliver,
  })),
});
const toItem = (row: ItemRecord): Item => ({
  id: row.id,
  uid: row.uid,
  at: row.at,
  publisher: row.publisher as BareJid,
  xml: row.xml,
  bytes: row.bytes,
  expiresAt: row.expires_at,
});

const itemColumns = Prisma.sql`node_id::text AS node_id, id, uid::text AS uid, at::float8 AS at, publisher, xml, bytes, expires_at::float8 AS expires_at`;
/** Nodes with their lists in one look: most have none. */
const withLists = (where: string): string => `
  SELECT n.id::text AS id, n.account_id, n.name, n.config, n.creator, n.at::float8 AS at, n.item_count, n.item_bytes::float8 AS item_bytes,
    (SELECT jsonb_agg(jsonb_build_array(x.jid, x.affiliation) ORDER BY x.jid) FROM pubsub_affiliation x WHERE x.node_id = n.id) AS affiliations,
    (SELECT jsonb_agg(jsonb_build_array(x.jid, x.subid, x.state, x.deliver) ORDER BY x.jid)
       FROM pubsub_subscription x WHERE x.node_id = n.id) AS subscriptions
  FROM pubsub_node n WHERE ${where} ORDER BY n.name`;
const nodesOfPeople: Statement = { name: 'pubsub.of-people', text: withLists('n.account_id = ANY($1::int[])') };
const nodesOfService: Statement = { name: 'pubsub.of-service', text: withLists('n.service = $1::text') };

export function prismaPubSubStore({
  db,
  save,
}: {
  readonly db: Db;
  readonly save: (changes: readonly NodeChange[]) => Promise<void>;
}): PubSubStore {
  const { tx } = db;
  return {
    save,
    async loadPeople(accountIds) {
      const found = new Map<number, StoredNode[]>();
      if (accountIds.length === 0) return found;
      const rows = await db.read<NodeRecord>(nodesOfPeople, [accountIds]);
      for (const row of rows) {
        if (row.account_id === null) continue;
        const list = found.get(row.account_id);
        if (list === undefined) found.set(row.account_id, [toNode(row)]);
        else list.push(toNode(row));
      }
      return found;
    },
    async accountsOf(bares) {
      if (bares.length === 0) return new Map();
      const rows = await tx.account.findMany({ where: { bare: { in: [...bares] }, enabled: true }, select: { id: true, bare: true } });
      return new Map(rows.map((row) => [row.bare as BareJid, row.id]));
    },
    async loadService(service) {
      return (await db.read<NodeRecord>(nodesOfService, [service])).map(toNode);
    },
    async heads(nodeId) {
      const rows = await tx.$queryRaw<{ id: string; uid: string; bytes: number; publisher: string }[]>`
        SELECT id, uid::text AS uid, bytes, publisher FROM pubsub_item WHERE node_id = ${nodeId}::uuid ORDER BY pubsub_item.uid`;
      return rows.map((row) => ({ ...row, publisher: row.publisher as BareJid }));
    },
    async items(nodeId, ids) {
      if (ids.length === 0) return [];
      const rows = await tx.$queryRaw<ItemRecord[]>`
        SELECT ${itemColumns} FROM pubsub_item WHERE node_id = ${nodeId}::uuid AND id = ANY(${[...ids]}::text[])`;
      const byId = new Map(rows.map((row) => [row.id, toItem(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
    async lastItems(nodeIds) {
      if (nodeIds.length === 0) return new Map();
      const rows = await tx.$queryRaw<ItemRecord[]>`
        SELECT newest.* FROM unnest(${[...nodeIds]}::uuid[]) AS wanted(id), LATERAL (
          SELECT ${itemColumns} FROM pubsub_item WHERE node_id = wanted.id ORDER BY pubsub_item.uid DESC LIMIT 1) AS newest`;
      return new Map(rows.map((row) => [row.node_id, toItem(row)]));
    },
    async expired(now, limit) {
      const rows = await tx.$queryRaw<{ bare: string | null; service: string | null; name: string; id: string }[]>`
        SELECT a.bare, n.service, n.name, i.id FROM pubsub_item i JOIN pubsub_node n ON n.id = i.node_id LEFT JOIN account a ON a.id = n.account_id
        WHERE i.expires_at <= ${BigInt(Math.trunc(now))} ORDER BY i.expires_at LIMIT ${limit}`;
      return rows.map(({ bare, service, name, id }) => ({ owner: bare ?? service ?? '', isService: service !== null, node: name, id }));
    },
    async forgetPerson(bare, renamedTo) {
      await db.atomically(async (inside) => {
        if (renamedTo !== undefined) {
          await inside.$executeRaw`
            UPDATE pubsub_affiliation a SET jid = ${renamedTo} WHERE jid = ${bare}
              AND NOT EXISTS (SELECT 1 FROM pubsub_affiliation b WHERE b.node_id = a.node_id AND b.jid = ${renamedTo})`;
          await inside.$executeRaw`
            UPDATE pubsub_subscription a SET jid = ${renamedTo} || substr(jid, length(${bare}) + 1) WHERE (jid = ${bare} OR (jid > ${`${bare}/`} AND jid < ${`${bare}0`}))
              AND NOT EXISTS (SELECT 1 FROM pubsub_subscription b WHERE b.node_id = a.node_id
                AND b.jid = ${renamedTo} || substr(a.jid, length(${bare}) + 1))`;
        }
        await inside.$executeRaw`DELETE FROM pubsub_affiliation WHERE jid = ${bare}`;
        // "0" follows "/": all full addresses of the bare one, by the index.
        await inside.$executeRaw`DELETE FROM pubsub_subscription WHERE jid = ${bare} OR (jid > ${`${bare}/`} AND jid < ${`${bare}0`})`;
      });
    },
    async find(query) {
      const where: Prisma.Sql[] = [Prisma.sql`TRUE`];
      if (query.after !== undefined) {
        if (!isUuid(query.after)) return { items: [], next: false };
        where.push(Prisma.sql`n.id < ${query.after}::uuid`);
      }
      if (query.owner !== undefined)
        where.push(Prisma.sql`(n.service = ${query.owner} OR n.account_id = (SELECT id FROM account WHERE bare = ${query.owner}))`);
      if (query.kind !== undefined)
        where.push(query.kind === 'service' ? Prisma.sql`n.service IS NOT NULL` : Prisma.sql`n.service IS NULL`);
      if (query.name !== undefined) where.push(Prisma.sql`strpos(lower(n.name), ${query.name.toLowerCase()}) > 0`);
      const rows = await tx.$queryRaw<(NodeRecord & { owner: string; subscribers: number; last_at: number | null })[]>`
        SELECT n.id::text AS id, n.name, n.config, n.creator, n.at::float8 AS at, n.item_count, n.item_bytes::float8 AS item_bytes,
          coalesce(n.service, a.bare) AS owner,
          (SELECT count(*)::int FROM pubsub_subscription x WHERE x.node_id = n.id AND x.state = 'subscribed') AS subscribers,
          (SELECT i.at::float8 FROM pubsub_item i WHERE i.node_id = n.id ORDER BY i.uid DESC LIMIT 1) AS last_at
        FROM pubsub_node n LEFT JOIN account a ON a.id = n.account_id
        WHERE ${Prisma.join(where, ' AND ')} ORDER BY n.id DESC LIMIT ${query.limit + 1}`;
      const items = rows.slice(0, query.limit).map(
        (row): NodeSummary => ({
          id: row.id,
          name: row.name,
          config: row.config,
          creator: row.creator as BareJid,
          at: row.at,
          itemCount: row.item_count,
          itemBytes: row.item_bytes,
          owner: row.owner,
          subscribers: row.subscribers,
          lastItemAt: row.last_at,
        }),
      );
      return { items, next: rows.length > query.limit };
    },
  };
}
