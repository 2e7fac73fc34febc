import type { ProfileStore } from '../../profile/ports.ts';
import { type Db, ms, type Tx } from '../db.ts';
import { jsonRows } from '../json-rows.ts';
import type { Statement } from '../reads.ts';
import type { Channel } from '../write-behind.ts';

export interface LastSeenWrite {
  readonly id: number;
  readonly at: number;
  readonly status: string;
}

const photosOf: Statement = {
  name: 'vcard.photos',
  text: 'SELECT account_id, photo, CASE WHEN photo IS NULL THEN xml END AS xml FROM vcard WHERE account_id = ANY($1::int[])',
};

export function prismaProfileStore({ db, lastSeen }: { db: Db; lastSeen: Channel<LastSeenWrite> }): ProfileStore {
  const { tx } = db;
  return {
    vcard: async (accountId) => (await tx.vcard.findUnique({ where: { accountId } }))?.xml ?? null,
    async saveVcard(accountId, xml, photo) {
      await tx.$executeRaw`
        INSERT INTO vcard (account_id, xml, photo)
        SELECT ${accountId}::int, ${xml}, ${photo ?? null}::text WHERE EXISTS (SELECT 1 FROM account WHERE id = ${accountId}::int)
        ON CONFLICT (account_id) DO UPDATE SET xml = EXCLUDED.xml, photo = EXCLUDED.photo`;
    },
    async photos(accountIds) {
      if (accountIds.length === 0) return new Map();
      const rows = await db.read<{ account_id: number; photo: string | null; xml: string | null }>(photosOf, [accountIds]);
      return new Map(rows.map((row) => [row.account_id, { photo: row.photo, xml: row.xml ?? '' }]));
    },
    privateXml: async (accountId, name, ns) =>
      (await tx.privateXml.findUnique({ where: { accountId_ns_name: { accountId, ns, name } } }))?.xml ?? null,
    async savePrivateXml(accountId, name, ns, xml) {
      await tx.$executeRaw`
        INSERT INTO private_xml (account_id, ns, name, xml) SELECT ${accountId}::int, ${ns}, ${name}, ${xml} WHERE EXISTS (SELECT 1 FROM account WHERE id = ${accountId}::int)
        ON CONFLICT (account_id, ns, name) DO UPDATE SET xml = EXCLUDED.xml`;
    },
    async lastSeen(accountId) {
      const waiting = lastSeen.peek(String(accountId));
      if (waiting !== undefined) return { at: waiting.at, status: waiting.status };
      const row = await tx.lastSeen.findUnique({ where: { accountId } });
      return row === null ? null : { at: ms(row.at), status: row.status };
    },
    saveLastSeen: (accountId, at, status) => lastSeen.put(String(accountId), { id: accountId, at, status }),
  };
}

export const writeLastSeen = (tx: Tx, rows: readonly LastSeenWrite[]): Promise<number> => tx.$executeRaw`
  INSERT INTO last_seen (account_id, at, status)
  SELECT r.id, r.at, r.status FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(id int, at int8, status text)
  WHERE EXISTS (SELECT 1 FROM account WHERE account.id = r.id)
  ON CONFLICT (account_id) DO UPDATE SET at = EXCLUDED.at, status = EXCLUDED.status`;
