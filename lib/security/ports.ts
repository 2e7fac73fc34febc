/** Why a sign-in ended as it did; people outside see one text for all failures, administrators see this. */
export type SignInOutcome =
  | 'ok'
  | 'unknown-account'
  | 'wrong-password'
  | 'wrong-second-factor'
  | 'disabled'
  | 'backed-off'
  | 'no-encryption'
  | 'bad-channel-binding'
  | 'no-such-hash'
  | 'bad-token'
  | 'malformed'
  | 'directory-down'
  | 'resource-limit'
  | 'unassigned';

export interface SignInRecord {
  readonly at: number;
  readonly kind: 'xmpp' | 'console' | 'token';
  /** As typed when the account is unknown. */
  readonly name: string;
  readonly accountId: number | null;
  readonly address: string;
  readonly mechanism: string;
  readonly outcome: SignInOutcome;
}
export interface SignInLog {
  /** Buffered, written in batches, equal failures of one minute counted together. */
  record(row: SignInRecord): void;
  recent(query: { accountId?: number; name?: string; limit: number }): Promise<readonly SignInRecord[]>;
  /** Addresses with a good sign-in to the account since then. */
  goodAddresses(name: string, since: number): Promise<readonly string[]>;
  /** Deletes at most `limit` rows older than `before`; returns how many went. */
  expire(before: number, limit: number): Promise<number>;
}

/** Someone who may use the console. */
export interface Operator {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  /** A `RoleName` or the id of a `CustomRole`. */
  readonly role: string;
  readonly enabled: boolean;
  readonly mustChangePassword: boolean;
  /** Whose password it is: ours, or a directory's, which then gives the role too. */
  readonly source: 'local' | 'directory';
  readonly createdAt: number;
  readonly lastSignInAt: number | null;
  readonly version: number;
}
/** The roles that every installation has; an operator's role is one of them or the id of a `CustomRole`. */
export type RoleName = 'administrator' | 'operator' | 'read-only';

/** A role that an administrator made. */
export interface CustomRole {
  /** `role-...`, so that it is never a built-in name. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
  readonly createdAt: number;
  readonly version: number;
}
export interface RoleStore {
  list(): Promise<readonly CustomRole[]>;
  get(id: string): Promise<CustomRole | null>;
  /** `taken`: a role of this name exists, letter case apart. */
  create(row: Pick<CustomRole, 'id' | 'name' | 'description' | 'permissions'>): Promise<CustomRole | 'taken'>;
  update(
    id: string,
    patch: Partial<Pick<CustomRole, 'name' | 'description' | 'permissions'>>,
    expectedVersion?: number,
  ): Promise<CustomRole | null | 'conflict' | 'taken'>;
  remove(id: string): Promise<boolean>;
}

export interface OperatorStore {
  byUsername(username: string): Promise<(Operator & { passwordHash: string }) | null>;
  get(id: string): Promise<Operator | null>;
  list(): Promise<readonly Operator[]>;
  create(row: {
    id: string;
    username: string;
    name: string;
    role: string;
    passwordHash: string;
    mustChangePassword: boolean;
    /** Default `local`. */
    source?: Operator['source'];
  }): Promise<Operator | 'taken'>;
  update(
    id: string,
    patch: Partial<{
      name: string;
      role: string;
      enabled: boolean;
      passwordHash: string;
      mustChangePassword: boolean;
      lastSignInAt: number;
    }>,
    expectedVersion?: number,
  ): Promise<Operator | null | 'conflict'>;
  remove(id: string): Promise<boolean>;
}

/** The second factor of one operator. */
export interface SecondFactorRow {
  readonly operatorId: string;
  /** The secret of the authenticator app, readable with the installation's key only. */
  readonly sealedSecret: string;
  /** Milliseconds since 1970. */
  readonly enabledAt: number;
  /** The newest time step whose code was taken. */
  readonly lastStep: number;
  /** SHA-256 of the recovery codes not used yet. */
  readonly recoveryHashes: readonly string[];
}
export interface SecondFactorStore {
  get(operatorId: string): Promise<SecondFactorRow | null>;
  /** Makes or replaces. */
  put(row: SecondFactorRow): Promise<void>;
  remove(operatorId: string): Promise<boolean>;
  /** True once for each step, and never for one before it, however many ask at the same time. */
  spendStep(operatorId: string, step: number): Promise<boolean>;
  /** True once for each code. */
  spendRecovery(operatorId: string, hash: string): Promise<boolean>;
}

/** A signed-in browser. The cookie holds a random secret; the store its SHA-256. */
export interface ConsoleSession {
  readonly id: string;
  readonly operatorId: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly agent: string;
}
export interface ConsoleSessionStore {
  create(row: ConsoleSession & { secretHash: string }): Promise<void>;
  bySecretHash(hash: string): Promise<ConsoleSession | null>;
  listFor(operatorId: string | null): Promise<readonly (ConsoleSession & { username: string })[]>;
  touch(id: string, at: number): void;
  remove(ids: readonly string[]): Promise<number>;
  removeFor(operatorId: string, exceptId?: string): Promise<number>;
  expire(now: number, idleBefore: number): Promise<number>;
}

/** A token for programs. Shown once; stored as SHA-256. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  /** Permissions it may use, never more than its maker has. */
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}
export interface ApiTokenStore {
  create(row: ApiToken & { secretHash: string }): Promise<void>;
  bySecretHash(hash: string): Promise<ApiToken | null>;
  list(): Promise<readonly ApiToken[]>;
  revoke(id: string, at: number): Promise<boolean>;
  touch(id: string, at: number): void;
}

/** Back-off counters survive a restart (limits §3.3). */
export interface BackoffStore {
  load(): Promise<readonly { key: string; failures: number; windowStart: number; lockedUntil: number }[]>;
  save(key: string, state: { failures: number; windowStart: number; lockedUntil: number } | null): void;
}
