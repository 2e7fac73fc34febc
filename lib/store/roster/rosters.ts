import type { BareJid } from '../../kernel/jid.ts';
import type { PendingIn, RosterChange, RosterItem, RosterSnapshot, RosterStore, Subscription } from '../../roster/ports.ts';
import { type Db, ms } from '../db.ts';

interface Deps {
  readonly db: Db;
  /** Of the group commit. */
  readonly save: (change: RosterChange) => Promise<void>;
}

export function prismaRosterStore({ db, save }: Deps): RosterStore {
  const { tx } = db;
  return {
    async load(accountIds) {
      const rosters = new Map<number, { version: number; items: RosterItem[]; pendingIn: PendingIn[] }>();
      for (const id of accountIds) rosters.set(id, { version: 0, items: [], pendingIn: [] });
      if (rosters.size === 0) return rosters as Map<number, RosterSnapshot>;
      const ids = [...rosters.keys()];
      // One statement for a whole storm of sign-ins, raw because a roster has hundreds of rows.
      const [heads, items, pending] = await Promise.all([
        tx.roster.findMany({ where: { accountId: { in: ids } } }),
        tx.$queryRaw<
          {
            account_id: number;
            contact: string;
            name: string;
            groups: string[];
            subscription: string;
            ask: boolean;
            approved: boolean;
            version: number;
          }[]
        >`
          SELECT account_id, contact, name, groups, subscription, ask, approved, version::float8 AS version
          FROM roster_item WHERE account_id = ANY(${ids}::int[]) ORDER BY account_id, contact`,
        tx.$queryRaw<{ account_id: number; contact: string; xml: string; at: number }[]>`
          SELECT account_id, contact, xml, at::float8 AS at FROM pending_in WHERE account_id = ANY(${ids}::int[]) ORDER BY account_id, at, contact`,
      ]);
      for (const head of heads) rosters.get(head.accountId)!.version = ms(head.version);
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
