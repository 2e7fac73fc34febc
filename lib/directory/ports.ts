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
}

/** Never the password (RFC 5802 §3, RFC 7677). Binary parts are base64. */
export interface ScramCredentials {
  readonly salt: string;
  readonly iterations: number;
  readonly sha1: { readonly storedKey: string; readonly serverKey: string };
  readonly sha256: { readonly storedKey: string; readonly serverKey: string };
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
  /** All that match, in slices of 500, for exports and bulk jobs. */
  each(query: Pick<AccountQuery, 'search' | 'domain' | 'enabled' | 'ids'>): AsyncIterable<readonly Account[]>;
  /** One multi-row statement. `taken` rows (user ID or address exists) are left out and told. */
  create(
    rows: readonly NewAccount[],
  ): Promise<{ created: readonly Account[]; taken: readonly { index: number; by: 'userId' | 'address' }[] }>;
  /** Null when missing; 'conflict' when `expectedVersion` is given and old; 'taken' when the new address or user ID belongs to another. */
  update(
    id: number,
    patch: Partial<Pick<Account, 'userId' | 'local' | 'domain' | 'name' | 'mail' | 'enabled'>>,
    expectedVersion?: number,
  ): Promise<Account | null | 'conflict' | 'taken'>;
  setEnabled(ids: readonly number[], enabled: boolean): Promise<readonly Account[]>;
  /** Removes the accounts and everything they own (roster, offline, archive, profile, block list, credentials). Returns what was removed. */
  remove(ids: readonly number[]): Promise<readonly Account[]>;
  credentials(
    bares: readonly BareJid[],
  ): Promise<Map<BareJid, { accountId: number; enabled: boolean; credentials: ScramCredentials | null }>>;
  setCredentials(id: number, credentials: ScramCredentials): Promise<void>;
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
