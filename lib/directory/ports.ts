import type { BareJid, Domain } from '../kernel/jid.ts';

/** A person with an IM address. */
export interface Account {
  /** Made by the database, never reused; everything a person owns hangs on it, so the address can change. */
  readonly id: number;
  /** As people type it at sign-in; case-insensitive unique. */
  readonly userId: string;
  readonly local: string;
  readonly domain: Domain;
  readonly bare: BareJid;
  readonly name: string;
  readonly mail: string;
  readonly enabled: boolean;
  readonly source: 'local' | 'ldap' | 'call-manager';
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastSignInAt: number | null;
  /** Rises by one with each change; an edit of an older version is a conflict. */
  readonly version: number;
}

export interface NewAccount {
  readonly userId: string;
  readonly local: string;
  readonly domain: Domain;
  readonly name: string;
  readonly mail: string;
  readonly enabled: boolean;
  readonly credentials: ScramCredentials | null;
  /** Where it comes from; local when absent. */
  readonly source?: Account['source'];
}

/** Never the password (RFC 5802 §3, RFC 7677). Binary parts are base64. */
export interface ScramCredentials {
  readonly salt: string;
  readonly iterations: number;
  readonly sha1: { readonly storedKey: string; readonly serverKey: string };
  /** Null where the password came as a SHA-1 hash from elsewhere; it is added when the client shows what it takes. */
  readonly sha256: { readonly storedKey: string; readonly serverKey: string } | null;
}

/** What a client sees of stored credentials before it has proved anything. */
export interface CredentialProfile {
  readonly iterations: number;
  readonly hasSha256: boolean;
  readonly accounts: number;
}

export interface AccountQuery {
  /** Matches the start of user ID, of the address, or of any word of the name or mail; case-insensitive. */
  readonly search?: string;
  readonly domain?: string;
  readonly enabled?: boolean;
  /** Restrict to these. */
  readonly ids?: readonly number[];
  readonly sort: 'userId' | 'name' | 'createdAt' | 'lastSignInAt';
  readonly descending: boolean;
  readonly limit: number;
  /** Opaque, from the page before. */
  readonly cursor?: string;
}

/** Keyset page. `total` stops counting at 10,000 (`totalIsFloor`). */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly total: number;
  readonly totalIsFloor: boolean;
}

export interface AccountStore {
  get(id: number): Promise<Account | null>;
  byBare(bares: readonly BareJid[]): Promise<Map<BareJid, Account>>;
  byUserId(userId: string): Promise<Account | null>;
  /** Keyed as asked; case does not matter. For imports and bulk work: one statement for all. */
  byUserIds(userIds: readonly string[]): Promise<Map<string, Account>>;
  find(query: AccountQuery): Promise<Page<Account>>;
  /** All that match, in slices of 200, for exports and bulk jobs. */
  each(query: Pick<AccountQuery, 'search' | 'domain' | 'enabled' | 'ids'>): AsyncIterable<readonly Account[]>;
  /** One multi-row statement. `taken` rows (user ID or address exists) are left out and told. */
  create(
    rows: readonly NewAccount[],
  ): Promise<{ created: readonly Account[]; taken: readonly { index: number; by: 'userId' | 'address' }[] }>;
  /**
   * Null when missing; 'conflict' when `expectedVersion` is given and old; 'taken' when the new address or user ID belongs to another.
   * An account whose source is no longer `local` loses its password here.
   */
  update(
    id: number,
    patch: Partial<Pick<Account, 'userId' | 'local' | 'domain' | 'name' | 'mail' | 'enabled' | 'source'>>,
    expectedVersion?: number,
  ): Promise<Account | null | 'conflict' | 'taken'>;
  setEnabled(ids: readonly number[], enabled: boolean): Promise<readonly Account[]>;
  /** Removes the accounts and everything they own (roster, offline, archive, profile, block list, credentials). Returns what was removed. */
  remove(ids: readonly number[]): Promise<readonly Account[]>;
  credentials(
    bares: readonly BareJid[],
  ): Promise<Map<BareJid, { accountId: number; enabled: boolean; credentials: ScramCredentials | null; source?: Account['source'] }>>;
  /** IM domains in which somebody has a password here. */
  passwordDomains(): Promise<readonly string[]>;
  /** A new password: every token of the account is void with the old one. */
  setCredentials(id: number, credentials: ScramCredentials): Promise<void>;
  /** The same password hashed better; nothing happens, and false, when the stored credentials are no longer `from`. */
  upgradeCredentials(id: number, from: ScramCredentials, to: ScramCredentials): Promise<boolean>;
  /** How stored passwords are hashed, and how many so. */
  credentialProfiles(): Promise<readonly CredentialProfile[]>;
  counts(): Promise<{ total: number; enabled: number; byDomain: readonly { domain: string; users: number }[] }>;
  touchSignIn(id: number, at: number): void;
}

export interface DomainRow {
  readonly domain: Domain;
  /** system: in use by a user, appears and vanishes with them; administrator: added by hand. */
  readonly managed: 'system' | 'administrator';
  readonly users: number;
  readonly isDefault: boolean;
  readonly createdAt: number;
}
export interface DomainStore {
  list(): Promise<readonly DomainRow[]>;
  add(domain: Domain): Promise<'added' | 'exists'>;
  rename(from: Domain, to: Domain): Promise<'renamed' | 'missing' | 'exists' | 'in-use'>;
  /** 'in-use' while a user has an address in it or it is the default. */
  remove(domain: Domain): Promise<'removed' | 'missing' | 'in-use'>;
  /** Exactly one domain is the default; it is added when missing, and stays without users. */
  setDefault(domain: Domain): Promise<void>;
}

/** A token of XEP-0484. Not itself: `seed` is what it is derived from with a secret that is not in the database. */
export interface ClientToken {
  readonly seed: string;
  /** The one mechanism it may be used with. */
  readonly mechanism: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly issuedAt: number;
  /** The highest count a client has used it with. */
  readonly count: number;
}

/** An installation of a client that may sign in to an account by a token. */
export interface TokenClient {
  readonly accountId: number;
  /** The id it gave of itself (XEP-0388), a UUID. */
  readonly clientId: string;
  readonly software: string;
  readonly device: string;
  readonly address: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** The token in use; null until the first one is. */
  readonly current: ClientToken | null;
  /** Given to the client and not used yet: until then the current one stays good. */
  readonly next: ClientToken | null;
}

export interface TokenChange {
  readonly accountId: number;
  readonly clientId: string;
  /** Seed of the token that was used; '' when the client signed in otherwise and gets its first, or a new one. */
  readonly used: string;
  /** The count it was used with, -1 without. The change is refused unless it is higher than every one before. */
  readonly count: number;
  /** Signed out: all tokens of this client but `next` are void from now on. */
  readonly invalidate: boolean;
  /** A new token to hand out. */
  readonly next: ClientToken | null;
  readonly software: string;
  readonly device: string;
  readonly address: string;
  readonly at: number;
}

export interface ClientTokenStore {
  /** For sign-in: keyed by position. One statement for all. */
  find(keys: readonly { readonly bare: BareJid; readonly clientId: string }[]): Promise<readonly (TokenClient | null)[]>;
  listFor(accountId: number): Promise<readonly TokenClient[]>;
  /**
   * Uses, rotates, gives and voids tokens, each whole or not at all; answers by position. False: the used token is no longer there, or its count is not
   * higher. No two changes are for the same client. At most `keep` clients an account: the longest unused go.
   */
  change(changes: readonly TokenChange[], keep: number): Promise<readonly boolean[]>;
  /** Used again without a change; written later. */
  touch(accountId: number, clientId: string, at: number, address: string): void;
  /** All clients of the accounts, or only one. How many went. */
  revoke(accountIds: readonly number[], clientId?: string): Promise<number>;
  /** Deletes at most `limit` clients whose tokens have all expired. */
  expire(now: number, limit: number): Promise<number>;
}
