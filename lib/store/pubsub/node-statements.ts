/**
 * Changes of nodes as statements over many rows. Those of one batch concern different realms, or different parts of one, so their order among each
 * other does not matter but for this: nodes come before what hangs on them. Repeating a statement changes nothing.
 */
import type { NodeChange } from '../../pubsub/ports.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';

export function nodeStatements(changes: readonly NodeChange[]): Prisma.Sql[] {
  const statements: Prisma.Sql[] = [];
  const gone = changes.flatMap((change) => (change.remove ? [change.nodeId] : []));
  if (gone.length > 0) statements.push(Prisma.sql`DELETE FROM pubsub_node WHERE id = ANY(${gone}::uuid[])`);

  const nodes = changes.flatMap(({ put }) =>
    put === undefined
      ? []
      : [
          {
            i: put.id,
            a: 'accountId' in put.realm ? put.realm.accountId : null,
            s: 'service' in put.realm ? put.realm.service : null,
            n: put.name,
            c: put.config,
            w: put.creator,
            t: put.at,
            k: put.itemCount,
            b: put.itemBytes,
          },
        ],
  );
  if (nodes.length > 0)
    statements.push(Prisma.sql`
      INSERT INTO pubsub_node (id, account_id, service, name, config, creator, at, item_count, item_bytes)
      SELECT r.i, r.a, r.s, r.n, r.c, r.w, r.t, r.k, r.b
      FROM jsonb_to_recordset(${jsonRows(nodes)}::jsonb) AS r(i uuid, a int, s text, n text, c jsonb, w text, t int8, k int, b int8)
      WHERE r.a IS NULL OR EXISTS (SELECT 1 FROM account WHERE id = r.a)
      ON CONFLICT (id) DO UPDATE SET config = EXCLUDED.config`);

  for (const { nodeId, expiry } of changes) {
    if (expiry === undefined) continue;
    const until = expiry === 0 ? Prisma.sql`NULL` : Prisma.sql`at + ${BigInt(expiry) * 1000n}::int8`;
    statements.push(Prisma.sql`UPDATE pubsub_item SET expires_at = ${until} WHERE node_id = ${nodeId}::uuid`);
  }

  const parts = [...itemParts(changes), ...listParts(changes)];
  if (parts.length > 0) statements.push(Prisma.sql`WITH ${Prisma.join(parts, ', ')} SELECT 1`);
  return statements;
}

function itemParts(changes: readonly NodeChange[]): Prisma.Sql[] {
  const parts: Prisma.Sql[] = [];
  const cleared = changes.flatMap(({ nodeId, items }) => (items?.clear ? [nodeId] : []));
  if (cleared.length > 0) parts.push(Prisma.sql`cleared AS (DELETE FROM pubsub_item WHERE node_id = ANY(${cleared}::uuid[]))`);
  const removed = changes.flatMap(({ nodeId, items }) => (items?.remove ?? []).map((id) => ({ n: nodeId, i: id })));
  if (removed.length > 0)
    parts.push(Prisma.sql`removed AS (
      DELETE FROM pubsub_item USING jsonb_to_recordset(${jsonRows(removed)}::jsonb) AS r(n uuid, i text)
      WHERE pubsub_item.node_id = r.n AND pubsub_item.id = r.i)`);
  const put = changes.flatMap(({ nodeId, items }) =>
    (items?.put ?? []).map(({ id, uid, at, publisher, xml, bytes, expiresAt }) => ({
      n: nodeId,
      i: id,
      u: uid,
      t: at,
      p: publisher,
      x: xml,
      b: bytes,
      e: expiresAt,
    })),
  );
  if (put.length > 0)
    parts.push(Prisma.sql`written AS (
      INSERT INTO pubsub_item (node_id, id, uid, at, publisher, xml, bytes, expires_at)
      SELECT r.n, r.i, r.u, r.t, r.p, r.x, r.b, r.e
      FROM jsonb_to_recordset(${jsonRows(put)}::jsonb) AS r(n uuid, i text, u uuid, t int8, p text, x text, b int, e int8)
      WHERE EXISTS (SELECT 1 FROM pubsub_node WHERE id = r.n)
      ON CONFLICT (node_id, id) DO UPDATE SET uid = EXCLUDED.uid, at = EXCLUDED.at, publisher = EXCLUDED.publisher,
        xml = EXCLUDED.xml, bytes = EXCLUDED.bytes, expires_at = EXCLUDED.expires_at)`);
  const counts = changes.flatMap(({ nodeId, counts: c }) => (c === undefined ? [] : [{ n: nodeId, k: c.items, b: c.bytes }]));
  if (counts.length > 0)
    parts.push(Prisma.sql`counted AS (
      UPDATE pubsub_node SET item_count = r.k, item_bytes = r.b
      FROM jsonb_to_recordset(${jsonRows(counts)}::jsonb) AS r(n uuid, k int, b int8) WHERE pubsub_node.id = r.n)`);
  return parts;
}

function listParts(changes: readonly NodeChange[]): Prisma.Sql[] {
  const parts: Prisma.Sql[] = [];
  const noLonger = changes.flatMap(({ nodeId, affiliations }) => (affiliations?.remove ?? []).map((jid) => ({ n: nodeId, j: jid })));
  if (noLonger.length > 0)
    parts.push(Prisma.sql`parted AS (
      DELETE FROM pubsub_affiliation x USING jsonb_to_recordset(${jsonRows(noLonger)}::jsonb) AS r(n uuid, j text)
      WHERE x.node_id = r.n AND x.jid = r.j)`);
  const affiliated = changes.flatMap(({ nodeId, affiliations }) =>
    [...(affiliations?.put ?? [])].map(([jid, affiliation]) => ({ n: nodeId, j: jid, a: affiliation })),
  );
  if (affiliated.length > 0)
    parts.push(Prisma.sql`affiliated AS (
      INSERT INTO pubsub_affiliation (node_id, jid, affiliation)
      SELECT r.n, r.j, r.a FROM jsonb_to_recordset(${jsonRows(affiliated)}::jsonb) AS r(n uuid, j text, a text)
      WHERE EXISTS (SELECT 1 FROM pubsub_node WHERE id = r.n)
      ON CONFLICT (node_id, jid) DO UPDATE SET affiliation = EXCLUDED.affiliation)`);
  const left = changes.flatMap(({ nodeId, subscriptions }) => (subscriptions?.remove ?? []).map((jid) => ({ n: nodeId, j: jid })));
  if (left.length > 0)
    parts.push(Prisma.sql`unsubscribed AS (
      DELETE FROM pubsub_subscription x USING jsonb_to_recordset(${jsonRows(left)}::jsonb) AS r(n uuid, j text)
      WHERE x.node_id = r.n AND x.jid = r.j)`);
  const subscribed = changes.flatMap(({ nodeId, subscriptions }) =>
    (subscriptions?.put ?? []).map(({ jid, subid, state, deliver }) => ({ n: nodeId, j: jid, i: subid, s: state, d: deliver })),
  );
  if (subscribed.length > 0)
    parts.push(Prisma.sql`subscribed AS (
      INSERT INTO pubsub_subscription (node_id, jid, subid, state, deliver)
      SELECT r.n, r.j, r.i, r.s, r.d FROM jsonb_to_recordset(${jsonRows(subscribed)}::jsonb) AS r(n uuid, j text, i text, s text, d bool)
      WHERE EXISTS (SELECT 1 FROM pubsub_node WHERE id = r.n)
      ON CONFLICT (node_id, jid) DO UPDATE SET subid = EXCLUDED.subid, state = EXCLUDED.state, deliver = EXCLUDED.deliver)`);
  return parts;
}
