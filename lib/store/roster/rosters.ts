import type { BareJid } from '../../kernel/jid.ts';
import type { PendingIn, RosterChange, RosterItem, RosterSnapshot, RosterStore, Subscription } from '../../roster/ports.ts';
import type { Db } from '../db.ts';
import type { Statement } from '../reads.ts';

interface Deps {
  readonly db: Db;
  /** Of the group commit. */
  readonly save: (change: RosterChange) => Promise<void>;
}

interface ItemRecord {
  readonly account_id: number;
  readonly contact: string;
  readonly name: string;
  readonly groups: string[];
  readonly subscription: string;
  readonly ask: boolean;
  readonly approved: boolean;
  readonly version: number;
}
const versions: Statement = {
  name: 'roster.versions',
  text: 'SELECT account_id, version::float8 AS version FROM roster WHERE account_id = ANY($1::int[])',
};
const itemsOf: Statement = {
  name: 'roster.items',
  text: `SELECT account_id, contact, name, groups, subscription, ask, approved, version::float8 AS version
    FROM roster_item WHERE account_id = ANY($1::int[]) ORDER BY account_id, contact`,
};
const waitingFor: Statement = {
  name: 'roster.waiting',
  text: 'SELECT account_id, contact, xml, at::float8 AS at FROM pending_in WHERE account_id = ANY($1::int[]) ORDER BY account_id, at, contact',
};

export function prismaRosterStore({ db, save }: Deps): RosterStore {
  const { tx } = db;
  return {
    async load(accountIds) {
      const rosters = new Map<number, { version: number; items: RosterItem[]; pendingIn: PendingIn[] }>();
      for (const id of accountIds) rosters.set(id, { version: 0, items: [], pendingIn: [] });
      if (rosters.size === 0) return rosters as Map<number, RosterSnapshot>;
      const ids = [...rosters.keys()];
      // Few statements for a whole storm of sign-ins.
      const [heads, items, pending] = await Promise.all([
        db.read<{ account_id: number; version: number }>(versions, [ids]),
        db.read<ItemRecord>(itemsOf, [ids]),
        db.read<{ account_id: number; contact: string; xml: string; at: number }>(waitingFor, [ids]),
      ]);
      for (const head of heads) rosters.get(head.account_id)!.version = head.version;
      for (const row of items) {
        rosters.get(row.account_id)!.items.push({
          contact: row.contact as BareJid,
          name: row.name,
          groups: row.groups,
          subscription: row.subscription as Subscription,
          ask: row.ask,
          approved: row.approved,
          version: row.version,
        });
      }
      for (const row of pending) rosters.get(row.account_id)!.pendingIn.push({ contact: row.contact as BareJid, xml: row.xml, at: row.at });
      return rosters as Map<number, RosterSnapshot>;
    },
    save,
    async holdersOf(contacts) {
      if (contacts.length === 0) return [];
      const named = [...contacts];
      const rows = await tx.$queryRaw<{ id: number; bare: string }[]>`
        SELECT a.id, a.bare FROM account a WHERE a.id IN (
          SELECT account_id FROM roster_item WHERE contact = ANY(${named}::text[])
          UNION SELECT account_id FROM pending_in WHERE contact = ANY(${named}::text[])) ORDER BY a.id`;
      return rows.map((row) => ({ accountId: row.id, bare: row.bare as BareJid }));
    },
  };
}
