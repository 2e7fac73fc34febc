import type { AuditQuery, AuditRecord, AuditStore } from '../../admin/shared/ports.ts';
import { sortableId } from '../../kernel/ids.ts';
import { type Db, isUuid, type Tx } from '../db.ts';
import { prefixQuery } from '../directory/account-rows.ts';
import { Prisma } from '../generated/client.ts';
import { clean } from '../json-rows.ts';
import { CursorError, decodeCursor, encodeCursor } from '../paging.ts';
import { bodyWords, textTerms } from '../search-words.ts';
import { auditText } from './audit-text.ts';
import { auditHash, canonicalJson } from './chain.ts';

interface Row {
  id: string;
  node: string;
  seq: number;
  at: number;
  actor: string;
  actor_kind: string;
  role: string;
  address: string;
  action: string;
  target: string;
  target_key: string;
  before: string;
  after: string;
  result: string;
  detail: string;
  parent_id: string | null;
  previous: string;
  hash: string;
}
const columns = Prisma.sql`id::text AS id, node, seq::float8 AS seq, at::float8 AS at, actor, actor_kind, role, address, action, target, target_key,
  before, after, result, detail, parent_id, previous, hash`;
const toRecord = (row: Row): AuditRecord => ({
  id: row.id,
  at: row.at,
  actor: row.actor,
  actorKind: row.actor_kind,
  role: row.role,
  address: row.address,
  node: row.node,
  action: row.action,
  target: row.target,
  targetKey: row.target_key,
  before: JSON.parse(row.before) as unknown,
  after: JSON.parse(row.after) as unknown,
  result: row.result as AuditRecord['result'],
  detail: row.detail,
  parentId: row.parent_id,
  hash: row.hash,
});

function condition(query: Omit<AuditQuery, 'limit' | 'cursor'>): Prisma.Sql {
  const parts: Prisma.Sql[] = [];
  if (query.actor !== undefined) parts.push(Prisma.sql`actor = ${query.actor}`);
  if (query.action !== undefined) parts.push(Prisma.sql`action = ${query.action}`);
  if (query.targetKey !== undefined) parts.push(Prisma.sql`target_key = ${query.targetKey}`);
  if (query.result !== undefined) parts.push(Prisma.sql`result = ${query.result}`);
  if (query.since !== undefined) parts.push(Prisma.sql`at >= ${BigInt(Math.trunc(query.since))}`);
  if (query.until !== undefined) parts.push(Prisma.sql`at <= ${BigInt(Math.trunc(query.until))}`);
  if (query.parentId !== undefined) parts.push(Prisma.sql`parent_id = ${query.parentId}`);
  const terms = query.search === undefined ? [] : textTerms(query.search);
  if (terms.length > 0) parts.push(Prisma.sql`words @@ ${prefixQuery(terms)}::tsquery`);
  return parts.length === 0 ? Prisma.sql`TRUE` : Prisma.join(parts, ' AND ');
}

const SLICE = 500;

/** The audit of all nodes; records are appended to the chain of `node`. */
export function prismaAuditStore({ db, node, now }: { db: Db; node: string; now: () => number }): AuditStore {
  const { tx } = db;
  async function* slices(where: Prisma.Sql): AsyncGenerator<readonly Row[]> {
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const rows = await tx.$queryRaw<
        Row[]
      >`SELECT ${columns} FROM audit WHERE ${where} AND audit.id > ${after}::uuid ORDER BY audit.id LIMIT ${SLICE}`;
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      if (rows.length < SLICE) return;
      after = last.id;
    }
  }

  return {
    append: (given) =>
      db.atomically(async (inside) => {
        const head = await lockHead(inside, node);
        // As it will be read back, so that a hash can be recomputed from what is stored.
        const text = (value: string): string => clean(value);
        const before = canonicalJson(given.before);
        const after = canonicalJson(given.after);
        const record: Omit<AuditRecord, 'hash'> = {
          id: sortableId(),
          at: Math.trunc(now()),
          node,
          actor: text(given.actor),
          actorKind: text(given.actorKind),
          role: text(given.role),
          address: text(given.address),
          action: text(given.action),
          target: text(given.target),
          targetKey: text(given.targetKey),
          before: JSON.parse(before) as unknown,
          after: JSON.parse(after) as unknown,
          result: given.result,
          detail: text(given.detail),
          parentId: given.parentId,
        };
        const hash = auditHash(head.hash, record);
        await inside.$executeRaw`
          INSERT INTO audit (id, node, seq, at, actor, actor_kind, role, address, action, target, target_key, before, after, result, detail, parent_id, previous, hash, words)
          VALUES (${record.id}::uuid, ${node}, ${BigInt(head.seq + 1)}, ${BigInt(record.at)}, ${record.actor}, ${record.actorKind}, ${record.role}, ${record.address},
            ${record.action}, ${record.target}, ${record.targetKey}, ${before}, ${after}, ${record.result}, ${record.detail}, ${record.parentId},
            ${head.hash}, ${hash}, array_to_tsvector(${bodyWords(auditText(record))}::text[]))`;
        await inside.$executeRaw`UPDATE audit_head SET seq = ${BigInt(head.seq + 1)}, hash = ${hash} WHERE node = ${node}`;
        return { ...record, hash };
      }),

    async find(query) {
      let before = Prisma.empty;
      if (query.cursor !== undefined) {
        const [id] = decodeCursor(query.cursor, ['string']);
        if (!isUuid(String(id))) throw new CursorError();
        before = Prisma.sql`AND audit.id < ${String(id)}::uuid`;
      }
      const rows = await tx.$queryRaw<
        Row[]
      >`SELECT ${columns} FROM audit WHERE ${condition(query)} ${before} ORDER BY audit.id DESC LIMIT ${query.limit + 1}`;
      const items = rows.slice(0, query.limit).map(toRecord);
      const last = items.at(-1);
      return { items, nextCursor: last !== undefined && rows.length > query.limit ? encodeCursor([last.id]) : null };
    },
    async get(id) {
      if (!isUuid(id)) return null;
      const [row] = await tx.$queryRaw<Row[]>`SELECT ${columns} FROM audit WHERE id = ${id}::uuid`;
      return row === undefined ? null : toRecord(row);
    },
    async *each(query) {
      for await (const rows of slices(condition(query))) yield rows.map(toRecord);
    },

    async verify() {
      // The end is read first: what is appended while we walk is not part of the question.
      const [head] = await tx.$queryRaw<
        { seq: number; hash: string }[]
      >`SELECT seq::float8 AS seq, hash FROM audit_head WHERE node = ${node}`;
      let checked = 0;
      let last: { seq: number; hash: string } | null = null;
      for (let after = 0; head !== undefined; ) {
        const rows: Row[] = await tx.$queryRaw<Row[]>`
          SELECT ${columns} FROM audit WHERE node = ${node} AND audit.seq > ${BigInt(after)} AND audit.seq <= ${BigInt(head.seq)} ORDER BY audit.seq LIMIT ${SLICE}`;
        for (const row of rows) {
          checked++;
          const { hash, ...record } = toRecord(row);
          // The first that retention left follows one that is gone; it is held by its own hash.
          const follows = last === null || (row.seq === last.seq + 1 && row.previous === last.hash);
          if (!follows || auditHash(row.previous, record) !== hash) return { ok: false, checked, brokenAt: row.id };
          last = { seq: row.seq, hash };
        }
        const end = rows.at(-1);
        if (end === undefined || rows.length < SLICE) break;
        after = end.seq;
      }
      // Records cut off at the end show by the head, which remembers the last one.
      const complete = head === undefined || last === null || (last.seq === head.seq && last.hash === head.hash);
      return { ok: complete, checked, brokenAt: complete ? null : 'end' };
    },

    expire: (before, limit) =>
      db.atomically(async (inside) => {
        await inside.$executeRaw`SELECT set_config('rollcall.audit_retention', 'on', true)`;
        const gone = await inside.$executeRaw`
          DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ${BigInt(Math.trunc(before))} ORDER BY at LIMIT ${limit})`;
        await inside.$executeRaw`SELECT set_config('rollcall.audit_retention', 'off', true)`;
        return gone;
      }),
  };
}

/** Puts appends of a node in order until the transaction ends. */
async function lockHead(tx: Tx, node: string): Promise<{ seq: number; hash: string }> {
  await tx.$executeRaw`INSERT INTO audit_head (node, seq, hash) VALUES (${node}, 0, '') ON CONFLICT DO NOTHING`;
  const [head] = await tx.$queryRaw<
    { seq: number; hash: string }[]
  >`SELECT seq::float8 AS seq, hash FROM audit_head WHERE node = ${node} FOR UPDATE`;
  if (head === undefined) throw new Error('the head of the audit chain is missing');
  return head;
}
