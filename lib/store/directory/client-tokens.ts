import type { ClientToken, ClientTokenStore, TokenChange, TokenClient } from '../../directory/ports.ts';
import type { Db, Tx } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';
import type { Channel } from '../write-behind.ts';

export interface TokenTouch {
  readonly accountId: number;
  readonly clientId: string;
  readonly at: number;
  readonly address: string;
}

interface Row {
  account_id: number;
  client_id: string;
  software: string;
  device: string;
  address: string;
  created_at: number;
  last_used_at: number;
  current_seed: string;
  current_mechanism: string;
  current_issued_at: number;
  current_expires_at: number;
  current_count: number;
  next_seed: string;
  next_mechanism: string;
  next_issued_at: number;
  next_expires_at: number;
}

const columns = Prisma.sql`t.account_id, t.client_id, t.software, t.device, t.address, t.created_at::float8 AS created_at,
  t.last_used_at::float8 AS last_used_at, t.current_seed, t.current_mechanism, t.current_issued_at::float8 AS current_issued_at,
  t.current_expires_at::float8 AS current_expires_at, t.current_count::float8 AS current_count, t.next_seed, t.next_mechanism,
  t.next_issued_at::float8 AS next_issued_at, t.next_expires_at::float8 AS next_expires_at`;

const token = (seed: string, mechanism: string, issuedAt: number, expiresAt: number, count: number): ClientToken | null =>
  seed === '' ? null : { seed, mechanism, issuedAt, expiresAt, count };

const toClient = (row: Row): TokenClient => ({
  accountId: row.account_id,
  clientId: row.client_id,
  software: row.software,
  device: row.device,
  address: row.address,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  current: token(row.current_seed, row.current_mechanism, row.current_issued_at, row.current_expires_at, row.current_count),
  next: token(row.next_seed, row.next_mechanism, row.next_issued_at, row.next_expires_at, 0),
});

const asked = (changes: readonly TokenChange[]): string =>
  jsonRows(
    changes.map(({ accountId, clientId, used, count, invalidate, next, software, device, address, at }) => ({
      account_id: accountId,
      client_id: clientId,
      used,
      count,
      invalidate,
      next_seed: next?.seed ?? '',
      next_mechanism: next?.mechanism ?? '',
      next_issued_at: next?.issuedAt ?? 0,
      next_expires_at: next?.expiresAt ?? 0,
      software,
      device,
      address,
      at,
    })),
  );
const asRows = (changes: readonly TokenChange[]): Prisma.Sql => Prisma.sql`jsonb_to_recordset(${asked(changes)}::jsonb)
  AS r(account_id int, client_id text, used text, count int8, invalidate bool, next_seed text, next_mechanism text, next_issued_at int8,
    next_expires_at int8, software text, device text, address text, at int8)`;

const keyOf = (accountId: number, clientId: string): string => `${accountId} ${clientId}`;
type Done = { account_id: number; client_id: string };

/** First tokens, and new ones for clients that signed in by other means. */
async function give(tx: Tx, changes: readonly TokenChange[], keep: number): Promise<Done[]> {
  const rows = await tx.$queryRaw<(Done & { made: boolean })[]>`
    INSERT INTO client_token AS t (account_id, client_id, software, device, address, created_at, last_used_at,
      next_seed, next_mechanism, next_issued_at, next_expires_at)
    SELECT r.account_id, r.client_id, r.software, r.device, r.address, r.at, r.at, r.next_seed, r.next_mechanism, r.next_issued_at, r.next_expires_at
    FROM ${asRows(changes)} WHERE EXISTS (SELECT 1 FROM account WHERE account.id = r.account_id)
    ON CONFLICT (account_id, client_id) DO UPDATE SET software = EXCLUDED.software, device = EXCLUDED.device, address = EXCLUDED.address,
      last_used_at = EXCLUDED.last_used_at, next_seed = EXCLUDED.next_seed, next_mechanism = EXCLUDED.next_mechanism,
      next_issued_at = EXCLUDED.next_issued_at, next_expires_at = EXCLUDED.next_expires_at
    RETURNING t.account_id, t.client_id, t.xmax = 0 AS made`;
  const grown = [...new Set(rows.filter((row) => row.made).map((row) => row.account_id))];
  if (grown.length > 0)
    await tx.$executeRaw`
      DELETE FROM client_token t USING (
        SELECT account_id, client_id, row_number() OVER (PARTITION BY account_id ORDER BY last_used_at DESC, client_id) AS place
        FROM client_token WHERE account_id = ANY(${grown}::int[])
      ) AS o WHERE t.account_id = o.account_id AND t.client_id = o.client_id AND o.place > ${keep}`;
  return rows;
}

/** The used token becomes the current one; the condition is looked at under the lock of the row, so a count is taken once. */
async function use(tx: Tx, changes: readonly TokenChange[]): Promise<Done[]> {
  const rows = await tx.$queryRaw<Done[]>`
    UPDATE client_token t SET
      current_seed = CASE WHEN r.invalidate THEN '' ELSE r.used END,
      current_mechanism = CASE WHEN t.next_seed = r.used THEN t.next_mechanism ELSE t.current_mechanism END,
      current_issued_at = CASE WHEN t.next_seed = r.used THEN t.next_issued_at ELSE t.current_issued_at END,
      current_expires_at = CASE WHEN t.next_seed = r.used THEN t.next_expires_at ELSE t.current_expires_at END,
      current_count = GREATEST(r.count, CASE WHEN t.next_seed = r.used THEN 0 ELSE t.current_count END),
      next_seed = CASE WHEN r.next_seed <> '' OR r.invalidate OR t.next_seed = r.used THEN r.next_seed ELSE t.next_seed END,
      next_mechanism = CASE WHEN r.next_seed <> '' THEN r.next_mechanism ELSE t.next_mechanism END,
      next_issued_at = CASE WHEN r.next_seed <> '' THEN r.next_issued_at ELSE t.next_issued_at END,
      next_expires_at = CASE WHEN r.next_seed <> '' THEN r.next_expires_at ELSE t.next_expires_at END,
      software = r.software, device = r.device, address = r.address, last_used_at = r.at
    FROM ${asRows(changes)}
    WHERE t.account_id = r.account_id AND t.client_id = r.client_id
      AND ((t.next_seed = r.used AND r.count <> 0) OR (t.current_seed = r.used AND (r.count < 0 OR r.count > t.current_count)))
    RETURNING t.account_id, t.client_id`;
  const voided = changes.filter((change) => change.invalidate && change.next === null);
  if (voided.length > 0)
    await tx.$executeRaw`
      DELETE FROM client_token t USING ${asRows(voided)}
      WHERE t.account_id = r.account_id AND t.client_id = r.client_id AND t.current_seed = '' AND t.next_seed = ''`;
  return rows;
}

export function prismaClientTokenStore({ db, touches }: { db: Db; touches: Channel<TokenTouch> }): ClientTokenStore {
  const { tx } = db;
  return {
    async find(keys) {
      if (keys.length === 0) return [];
      const rows = await tx.$queryRaw<(Row & { at: number })[]>`
        SELECT r.at, ${columns} FROM jsonb_to_recordset(${jsonRows(keys.map(({ bare, clientId }, at) => ({ at, bare, client_id: clientId })))}::jsonb)
          AS r(at int, bare text, client_id text)
        JOIN account a ON a.bare = r.bare JOIN client_token t ON t.account_id = a.id AND t.client_id = r.client_id`;
      const found: (TokenClient | null)[] = keys.map(() => null);
      for (const row of rows) found[row.at] = toClient(row);
      return found;
    },
    async listFor(accountId) {
      const rows = await tx.$queryRaw<
        Row[]
      >`SELECT ${columns} FROM client_token t WHERE t.account_id = ${accountId} ORDER BY t.last_used_at DESC, t.client_id`;
      return rows.map(toClient);
    },
    change: (changes, keep) =>
      db.atomically(async (inside) => {
        const given = changes.filter((change) => change.used === '');
        const used = changes.filter((change) => change.used !== '');
        const done = [...(given.length > 0 ? await give(inside, given, keep) : []), ...(used.length > 0 ? await use(inside, used) : [])];
        const keys = new Set(done.map((row) => keyOf(row.account_id, row.client_id)));
        return changes.map((change) => keys.has(keyOf(change.accountId, change.clientId)));
      }),
    touch: (accountId, clientId, at, address) => touches.put(keyOf(accountId, clientId), { accountId, clientId, at, address }),
    async revoke(accountIds, clientId) {
      if (accountIds.length === 0) return 0;
      const one = clientId === undefined ? Prisma.empty : Prisma.sql`AND client_id = ${clientId}`;
      return tx.$executeRaw`DELETE FROM client_token WHERE account_id = ANY(${[...accountIds]}::int[]) ${one}`;
    },
    expire: (now, limit) => tx.$executeRaw`
      DELETE FROM client_token WHERE (account_id, client_id) IN (
        SELECT account_id, client_id FROM client_token WHERE current_expires_at <= ${BigInt(now)} AND next_expires_at <= ${BigInt(now)} LIMIT ${limit})`,
  };
}

/** Writes the gathered times of use. */
export const writeClientTouches = (tx: Tx, rows: readonly TokenTouch[]): Promise<number> => tx.$executeRaw`
  UPDATE client_token t SET last_used_at = r.at, address = r.address
  FROM jsonb_to_recordset(${jsonRows(rows.map(({ accountId, clientId, ...row }) => ({ account_id: accountId, client_id: clientId, ...row })))}::jsonb)
    AS r(account_id int, client_id text, at int8, address text)
  WHERE t.account_id = r.account_id AND t.client_id = r.client_id AND t.last_used_at < r.at`;
