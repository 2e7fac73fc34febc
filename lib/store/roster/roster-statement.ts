import type { PendingIn, RosterChange, RosterItem } from '../../roster/ports.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';

interface Key {
  readonly a: number;
  readonly c: string;
}

/** What is to be true after several changes: of each contact the last word. */
class LastWord<T> {
  readonly put = new Map<string, Key & { row: T }>();
  readonly gone = new Map<string, Key>();
  set(a: number, c: string, row: T): void {
    this.gone.delete(`${a} ${c}`);
    this.put.set(`${a} ${c}`, { a, c, row });
  }
  remove(a: number, c: string): void {
    this.put.delete(`${a} ${c}`);
    this.gone.set(`${a} ${c}`, { a, c });
  }
}

/** One statement for changes of many rosters, in the order given. Repeating it changes nothing. */
export function rosterStatement(changes: readonly RosterChange[]): Prisma.Sql {
  const versions = new Map<number, number>();
  const items = new LastWord<RosterItem>();
  const pending = new LastWord<PendingIn>();
  for (const { accountId, version, put, remove, pendingPut, pendingRemove } of changes) {
    versions.set(accountId, Math.max(version, versions.get(accountId) ?? 0));
    for (const contact of remove ?? []) items.remove(accountId, contact);
    for (const item of put ?? []) items.set(accountId, item.contact, item);
    for (const contact of pendingRemove ?? []) pending.remove(accountId, contact);
    for (const row of pendingPut ?? []) pending.set(accountId, row.contact, row);
  }
  const versionRows = [...versions].map(([a, v]) => ({ a, v }));
  const parts: Prisma.Sql[] = [
    Prisma.sql`head AS (
      INSERT INTO roster (account_id, version)
      SELECT r.a, r.v FROM jsonb_to_recordset(${jsonRows(versionRows)}::jsonb) AS r(a int, v int8)
      WHERE EXISTS (SELECT 1 FROM account WHERE id = r.a)
      ON CONFLICT (account_id) DO UPDATE SET version = GREATEST(roster.version, EXCLUDED.version))`,
  ];
  if (items.gone.size > 0) {
    parts.push(Prisma.sql`dropped AS (
      DELETE FROM roster_item i USING jsonb_to_recordset(${jsonRows([...items.gone.values()])}::jsonb) AS r(a int, c text)
      WHERE i.account_id = r.a AND i.contact = r.c)`);
  }
  if (items.put.size > 0) {
    const rows = [...items.put.values()].map(({ a, c, row }) => ({
      a,
      c,
      n: row.name,
      g: row.groups,
      s: row.subscription,
      k: row.ask,
      p: row.approved,
      v: row.version,
    }));
    parts.push(Prisma.sql`written AS (
      INSERT INTO roster_item (account_id, contact, name, groups, subscription, ask, approved, version)
      SELECT r.a, r.c, r.n, r.g, r.s, r.k, r.p, r.v
      FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(a int, c text, n text, g text[], s text, k bool, p bool, v int8)
      WHERE EXISTS (SELECT 1 FROM account WHERE id = r.a)
      ON CONFLICT (account_id, contact) DO UPDATE SET name = EXCLUDED.name, groups = EXCLUDED.groups,
        subscription = EXCLUDED.subscription, ask = EXCLUDED.ask, approved = EXCLUDED.approved, version = EXCLUDED.version)`);
  }
  if (pending.gone.size > 0) {
    parts.push(Prisma.sql`answered AS (
      DELETE FROM pending_in p USING jsonb_to_recordset(${jsonRows([...pending.gone.values()])}::jsonb) AS r(a int, c text)
      WHERE p.account_id = r.a AND p.contact = r.c)`);
  }
  if (pending.put.size > 0) {
    const rows = [...pending.put.values()].map(({ a, c, row }) => ({ a, c, x: row.xml, t: row.at }));
    parts.push(Prisma.sql`asked AS (
      INSERT INTO pending_in (account_id, contact, xml, at)
      SELECT r.a, r.c, r.x, r.t FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(a int, c text, x text, t int8)
      WHERE EXISTS (SELECT 1 FROM account WHERE id = r.a)
      ON CONFLICT (account_id, contact) DO UPDATE SET xml = EXCLUDED.xml, at = EXCLUDED.at)`);
  }
  return Prisma.sql`WITH ${Prisma.join(parts, ', ')} SELECT 1`;
}
