import { sortableId } from '../../kernel/ids.ts';
import type { SignInLog, SignInOutcome, SignInRecord } from '../../security/ports.ts';
import { type Db, ms, type Tx } from '../db.ts';
import { clean, jsonRows } from '../json-rows.ts';
import { fold } from '../search-words.ts';
import type { Channel } from '../write-behind.ts';

/** A row to write; equal failures of one minute share a name and add up. */
export interface SignInWrite extends SignInRecord {
  readonly count: number;
  readonly sameAs: string | null;
}

/** Names come from whoever connects: long ones are cut before they are kept. */
const MAX_NAME = 300;

export const addFailures = (was: SignInWrite, now: SignInWrite): SignInWrite => ({ ...now, count: was.count + now.count });

export function prismaSignInLog({ db, rows }: { db: Db; rows: Channel<SignInWrite> }): SignInLog {
  const { tx } = db;
  return {
    record(given) {
      const row = { ...given, name: clean(given.name).slice(0, MAX_NAME) };
      const minute = Math.floor(row.at / 60_000);
      const sameAs =
        row.outcome === 'ok' ? null : JSON.stringify([minute, row.kind, row.outcome, row.address, row.mechanism, row.accountId, row.name]);
      rows.put(sameAs ?? sortableId(), { ...row, count: 1, sameAs });
    },
    async recent(query) {
      await rows.flush();
      const found = await tx.signIn.findMany({
        where: {
          ...(query.accountId === undefined ? {} : { accountId: query.accountId }),
          ...(query.name === undefined ? {} : { nameKey: fold(query.name) }),
        },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: query.limit,
      });
      return found.map((row) => ({
        at: ms(row.at),
        kind: row.kind as SignInRecord['kind'],
        name: row.name,
        accountId: row.accountId,
        address: row.address,
        mechanism: row.mechanism,
        outcome: row.outcome as SignInOutcome,
      }));
    },
    async goodAddresses(name, since) {
      await rows.flush();
      const found = await tx.$queryRaw<{ address: string }[]>`
        SELECT DISTINCT address COLLATE "C" AS address FROM sign_in WHERE name_key = ${fold(name)} AND at >= ${BigInt(Math.trunc(since))} AND outcome = 'ok' ORDER BY 1`;
      return found.map((row) => row.address);
    },
    expire: (before, limit) =>
      tx.$executeRaw`DELETE FROM sign_in WHERE id IN (SELECT id FROM sign_in WHERE at < ${BigInt(Math.trunc(before))} ORDER BY at LIMIT ${limit})`,
  };
}

export const writeSignIns = (tx: Tx, rows: readonly SignInWrite[]): Promise<number> => tx.$executeRaw`
  INSERT INTO sign_in (at, kind, name, name_key, account_id, address, mechanism, outcome, count, same_as)
  SELECT r.at, r.kind, r.name, r.name_key, r.account_id, r.address, r.mechanism, r.outcome, r.count, r.same_as
  FROM jsonb_to_recordset(${jsonRows(rows.map(({ accountId, sameAs, ...row }) => ({ ...row, account_id: accountId, same_as: sameAs, name_key: fold(row.name) })))}::jsonb)
    AS r(at int8, kind text, name text, name_key text, account_id int, address text, mechanism text, outcome text, count int, same_as text)
  ON CONFLICT (same_as) DO UPDATE SET at = GREATEST(sign_in.at, EXCLUDED.at), count = sign_in.count + EXCLUDED.count`;
