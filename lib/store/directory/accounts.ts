import type { Account, AccountStore, NewAccount } from '../../directory/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { homeAddressChanged, prismaHomeStore } from '../assignment/homes.ts';
import { boundDb, type Db, type Tx } from '../db.ts';
import { isUniqueViolation } from '../errors.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';
import type { Statement } from '../reads.ts';
import { fold } from '../search-words.ts';
import type { Channel } from '../write-behind.ts';
import { type AccountRow, accountColumns, type CredentialRow, derived, fromCredentials, toAccount, toCredentials } from './account-rows.ts';
import { eachAccount, findAccounts } from './account-search.ts';
import { domainsGone, domainsUsed } from './domains.ts';

export interface SignInTouch {
  readonly id: number;
  readonly at: number;
}

export interface AccountStoreDeps {
  readonly db: Db;
  readonly touches: Channel<SignInTouch>;
  readonly now: () => number;
  /** Homes of people who are just created; they belong to the same transaction. */
  readonly newHomes?: ((count: number) => readonly (string | null)[] | null) | undefined;
}

const byBare: Statement = { name: 'account.by-bare', text: `SELECT ${accountColumns.sql} FROM account a WHERE a.bare = ANY($1::text[])` };
const credentialsOf: Statement = {
  name: 'account.credentials',
  text: `
    SELECT a.id, a.bare, a.enabled, a.source, c.salt, c.iterations, c.sha1_stored_key, c.sha1_server_key, c.sha256_stored_key, c.sha256_server_key
    FROM account a LEFT JOIN credential c ON c.account_id = a.id WHERE a.bare = ANY($1::text[])`,
};

export function prismaAccountStore({ db, touches, now, newHomes }: AccountStoreDeps): AccountStore {
  const { tx } = db;
  const one = async (where: Prisma.Sql, on: Tx = tx): Promise<Account | null> => {
    const [row] = await on.$queryRaw<AccountRow[]>`SELECT ${accountColumns} FROM account a WHERE ${where}`;
    return row === undefined ? null : toAccount(row);
  };

  return {
    get: (id) => one(Prisma.sql`a.id = ${id}`),
    byUserId: (userId) => one(Prisma.sql`a.user_key = ${fold(userId)}`),
    async byBare(bares) {
      if (bares.length === 0) return new Map();
      const rows = await db.read<AccountRow>(byBare, [bares]);
      return new Map(rows.map((row) => [row.bare as BareJid, toAccount(row)]));
    },
    async byUserIds(userIds) {
      if (userIds.length === 0) return new Map();
      const rows = await tx.$queryRaw<
        AccountRow[]
      >`SELECT ${accountColumns} FROM account a WHERE a.user_key = ANY(${userIds.map(fold)}::text[])`;
      const byKey = new Map(rows.map((row) => [fold(row.user_id), toAccount(row)]));
      const found = new Map<string, Account>();
      for (const userId of userIds) {
        const account = byKey.get(fold(userId));
        if (account !== undefined) found.set(userId, account);
      }
      return found;
    },
    find: (query) => findAccounts(tx, query),
    each: (query) => eachAccount(db, query),
    create: (rows) =>
      rows.length === 0
        ? Promise.resolve({ created: [], taken: [] })
        : db.atomically(async (inside) => {
            const made = await createAccounts(inside, rows, now());
            const homes = newHomes?.(made.created.length);
            if (homes)
              await prismaHomeStore({ db: boundDb(inside) }).assign(
                made.created.flatMap(({ id }, i) => (homes[i] == null ? [] : [{ accountId: id, to: homes[i] }])),
              );
            return made;
          }),

    async update(id, patch, expectedVersion) {
      try {
        return await db.atomically(async (inside) => {
          const [row] = await inside.$queryRaw<AccountRow[]>`SELECT ${accountColumns} FROM account a WHERE a.id = ${id} FOR UPDATE`;
          if (row === undefined) return null;
          const was = toAccount(row);
          if (expectedVersion !== undefined && expectedVersion !== was.version) return 'conflict';
          const next = { ...was, ...patch };
          const { user_key, bare, name_key, words } = derived(next);
          // Asked rather than tried: a violation would end the whole transaction of the caller.
          const [other] = await inside.$queryRaw<
            { id: number }[]
          >`SELECT id FROM account WHERE (user_key = ${user_key} OR bare = ${bare}) AND id <> ${id} LIMIT 1`;
          if (other !== undefined) return 'taken';
          await domainsUsed(inside, [next.domain], now());
          await inside.$executeRaw`
            UPDATE account SET user_id = ${next.userId}, user_key = ${user_key}, local = ${next.local}, domain = ${next.domain}, bare = ${bare},
              name = ${next.name}, name_key = ${name_key}, mail = ${next.mail}, enabled = ${next.enabled}, source = ${next.source},
              search = array_to_tsvector(${words}::text[]), updated_at = ${BigInt(now())}, version = version + 1
            WHERE id = ${id}`;
          if (bare !== was.bare) await homeAddressChanged(inside, id);
          if (next.domain !== was.domain) await domainsGone(inside, [was.domain]);
          if (!next.enabled || next.source !== was.source) await voidTokens(inside, [id]);
          if (next.source !== 'local' && was.source === 'local') await inside.$executeRaw`DELETE FROM credential WHERE account_id = ${id}`;
          return one(Prisma.sql`a.id = ${id}`, inside);
        });
      } catch (error) {
        // Somebody took it between the question and the answer.
        if (isUniqueViolation(error)) return 'taken';
        throw error;
      }
    },

    async setEnabled(ids, enabled) {
      if (ids.length === 0) return [];
      return db.atomically(async (inside) => {
        const rows = await inside.$queryRaw<AccountRow[]>`
          UPDATE account a SET enabled = ${enabled}, updated_at = ${BigInt(now())}, version = version + 1
          WHERE a.id = ANY(${[...new Set(ids)]}::int[]) AND a.enabled <> ${enabled} RETURNING ${accountColumns}`;
        if (!enabled && rows.length > 0)
          await voidTokens(
            inside,
            rows.map((row) => row.id),
          );
        return rows.map(toAccount);
      });
    },

    async remove(ids) {
      if (ids.length === 0) return [];
      return db.atomically(async (inside) => {
        // What they own may be millions of messages.
        await inside.$executeRaw`SET LOCAL statement_timeout = '10min'`;
        const rows = await inside.$queryRaw<
          AccountRow[]
        >`DELETE FROM account a WHERE a.id = ANY(${[...new Set(ids)]}::int[]) RETURNING ${accountColumns}`;
        await domainsGone(inside, [...new Set(rows.map((row) => row.domain))]);
        return rows.map(toAccount);
      });
    },

    async credentials(bares) {
      if (bares.length === 0) return new Map();
      const rows = await db.read<CredentialRow & { id: number; bare: string; enabled: boolean; source: string }>(credentialsOf, [bares]);
      return new Map(
        rows.map((row) => [
          row.bare as BareJid,
          { accountId: row.id, enabled: row.enabled, credentials: toCredentials(row), source: row.source as Account['source'] },
        ]),
      );
    },
    async setCredentials(id, credentials) {
      await db.atomically(async (inside) => {
        await insertCredentials(inside, [{ id, ...fromCredentials(credentials) }]);
        await voidTokens(inside, [id]);
      });
    },
    async upgradeCredentials(id, from, to) {
      const next = fromCredentials(to);
      const changed = await tx.$executeRaw`
        UPDATE credential SET salt = ${next.salt}, iterations = ${next.iterations}, sha1_stored_key = ${next.sha1_stored_key},
          sha1_server_key = ${next.sha1_server_key}, sha256_stored_key = ${next.sha256_stored_key}, sha256_server_key = ${next.sha256_server_key}
        WHERE account_id = ${id} AND salt = ${from.salt} AND sha1_stored_key = ${from.sha1.storedKey}`;
      return changed > 0;
    },
    passwordDomains: async () =>
      (
        await tx.$queryRaw<{ domain: string }[]>`
          SELECT d.domain FROM domain d
          WHERE EXISTS (SELECT 1 FROM account a JOIN credential c ON c.account_id = a.id WHERE a.domain = d.domain)`
      ).map(({ domain }) => domain),
    credentialProfiles: () => tx.$queryRaw`
      SELECT iterations, sha256_stored_key IS NOT NULL AS "hasSha256", count(*)::int AS accounts FROM credential GROUP BY 1, 2 ORDER BY 1, 2`,

    async counts() {
      const rows = await tx.$queryRaw<{ domain: string; users: number; enabled: number }[]>`
        SELECT domain, count(*)::int AS users, (count(*) FILTER (WHERE enabled))::int AS enabled FROM account GROUP BY domain ORDER BY 2 DESC, 1`;
      return {
        total: rows.reduce((sum, row) => sum + row.users, 0),
        enabled: rows.reduce((sum, row) => sum + row.enabled, 0),
        byDomain: rows.map(({ domain, users }) => ({ domain, users })),
      };
    },
    touchSignIn: (id, at) => touches.put(String(id), { id, at }),
  };
}

/** Writes the gathered times of sign-in. */
export const writeSignInTouches = (tx: Tx, rows: readonly SignInTouch[]): Promise<number> => tx.$executeRaw`
  UPDATE account SET last_sign_in_at = r.at FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(id int, at int8)
  WHERE account.id = r.id AND account.last_sign_in_at < r.at`;

/** A changed password or a disabled account ends what was granted on the strength of it (security-and-limits A-9). */
const voidTokens = (tx: Tx, ids: readonly number[]): Promise<number> =>
  tx.$executeRaw`DELETE FROM client_token WHERE account_id = ANY(${[...ids]}::int[])`;

const insertCredentials = (tx: Tx, rows: readonly object[]): Promise<number> => tx.$executeRaw`
  INSERT INTO credential (account_id, salt, iterations, sha1_stored_key, sha1_server_key, sha256_stored_key, sha256_server_key)
  SELECT r.id, r.salt, r.iterations, r.sha1_stored_key, r.sha1_server_key, r.sha256_stored_key, r.sha256_server_key
  FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb)
    AS r(id int, salt text, iterations int, sha1_stored_key text, sha1_server_key text, sha256_stored_key text, sha256_server_key text)
  WHERE EXISTS (SELECT 1 FROM account WHERE account.id = r.id)
  ON CONFLICT (account_id) DO UPDATE SET salt = EXCLUDED.salt, iterations = EXCLUDED.iterations,
    sha1_stored_key = EXCLUDED.sha1_stored_key, sha1_server_key = EXCLUDED.sha1_server_key,
    sha256_stored_key = EXCLUDED.sha256_stored_key, sha256_server_key = EXCLUDED.sha256_server_key`;

async function createAccounts(tx: Tx, rows: readonly NewAccount[], at: number): ReturnType<AccountStore['create']> {
  await domainsUsed(tx, [...new Set(rows.map((row) => row.domain))], at);
  const asked = rows.map((row, i) => ({
    i,
    user_id: row.userId,
    local: row.local,
    domain: row.domain,
    name: row.name,
    mail: row.mail,
    enabled: row.enabled,
    source: row.source ?? 'local',
    ...derived(row),
  }));
  const made = await tx.$queryRaw<(AccountRow & { user_key: string })[]>`
    INSERT INTO account AS a (user_id, user_key, local, domain, bare, name, name_key, mail, enabled, source, created_at, updated_at, search)
    SELECT r.user_id, r.user_key, r.local, r.domain, r.bare, r.name, r.name_key, r.mail, r.enabled, r.source, ${BigInt(at)}, ${BigInt(at)}, array_to_tsvector(r.words)
    FROM jsonb_to_recordset(${jsonRows(asked)}::jsonb)
      AS r(i int, user_id text, user_key text, local text, domain text, bare text, name text, name_key text, mail text, enabled bool, source text, words text[])
    ORDER BY r.i
    ON CONFLICT DO NOTHING
    RETURNING ${accountColumns}, a.user_key`;

  const keyOf = (userKey: string, bare: string): string => `${userKey}\n${bare}`;
  const byKey = new Map(made.map((row) => [keyOf(row.user_key, row.bare), toAccount(row)]));
  const created: Account[] = [];
  const credentials: object[] = [];
  const left: typeof asked = [];
  for (const row of asked) {
    const key = keyOf(row.user_key, row.bare);
    const account = byKey.get(key);
    if (account === undefined) {
      left.push(row);
      continue;
    }
    // The first of equal rows made it; a second one finds it taken.
    byKey.delete(key);
    created.push(account);
    const secret = rows[row.i]!.credentials;
    if (secret !== null) credentials.push({ id: account.id, ...fromCredentials(secret) });
  }
  if (credentials.length > 0) await insertCredentials(tx, credentials);
  // A domain that came only with rows that were left out.
  if (left.length > 0) await domainsGone(tx, [...new Set(left.map((row) => row.domain))]);
  const existing =
    left.length === 0
      ? []
      : await tx.$queryRaw<
          { user_key: string }[]
        >`SELECT user_key FROM account WHERE user_key = ANY(${left.map((row) => row.user_key)}::text[])`;
  const userKeys = new Set(existing.map((row) => row.user_key));
  return {
    created,
    taken: left.map((row) => ({ index: row.i, by: userKeys.has(row.user_key) ? ('userId' as const) : ('address' as const) })),
  };
}
