import type { Account, ScramCredentials } from '../../directory/ports.ts';
import type { BareJid, Domain } from '../../kernel/jid.ts';
import { Prisma } from '../generated/client.ts';
import { accountWords, fold } from '../search-words.ts';

export interface AccountRow {
  id: number;
  user_id: string;
  local: string;
  domain: string;
  bare: string;
  name: string;
  mail: string;
  enabled: boolean;
  source: string;
  created_at: number;
  updated_at: number;
  last_sign_in_at: number;
  version: number;
}

/** Times as doubles: exact for milliseconds, and plain numbers on our side. */
export const accountColumns = Prisma.sql`a.id, a.user_id, a.local, a.domain, a.bare, a.name, a.mail, a.enabled, a.source,
  a.created_at::float8 AS created_at, a.updated_at::float8 AS updated_at, a.last_sign_in_at::float8 AS last_sign_in_at, a.version`;

export const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  userId: row.user_id,
  local: row.local,
  domain: row.domain as Domain,
  bare: row.bare as BareJid,
  name: row.name,
  mail: row.mail,
  enabled: row.enabled,
  source: row.source as Account['source'],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  lastSignInAt: row.last_sign_in_at === 0 ? null : row.last_sign_in_at,
  version: row.version,
});

type Identity = Pick<Account, 'userId' | 'local' | 'domain' | 'name' | 'mail'>;

/** The columns made from what a person is called, for the JSON of a multi-row statement. */
export const derived = (row: Identity) => ({
  user_key: fold(row.userId),
  bare: `${row.local}@${row.domain}`,
  name_key: fold(row.name),
  words: accountWords(row),
});

export interface CredentialRow {
  salt: string | null;
  iterations: number | null;
  sha1_stored_key: string | null;
  sha1_server_key: string | null;
  sha256_stored_key: string | null;
  sha256_server_key: string | null;
}
export const toCredentials = (row: CredentialRow): ScramCredentials | null =>
  row.salt === null
    ? null
    : {
        salt: row.salt,
        iterations: row.iterations ?? 0,
        sha1: { storedKey: row.sha1_stored_key ?? '', serverKey: row.sha1_server_key ?? '' },
        sha256: row.sha256_stored_key === null ? null : { storedKey: row.sha256_stored_key, serverKey: row.sha256_server_key ?? '' },
      };
export const fromCredentials = (c: ScramCredentials) => ({
  salt: c.salt,
  iterations: c.iterations,
  sha1_stored_key: c.sha1.storedKey,
  sha1_server_key: c.sha1.serverKey,
  sha256_stored_key: c.sha256?.storedKey ?? null,
  sha256_server_key: c.sha256?.serverKey ?? null,
});

/** A tsquery of `'term':*` joined by and; quotes and backslashes doubled as its grammar asks. */
export const prefixQuery = (terms: readonly string[]): string =>
  terms.map((term) => `'${term.replaceAll('\\', '\\\\').replaceAll("'", "''")}':*`).join(' & ');
