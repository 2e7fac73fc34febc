/** A directory that people come from (LDAP, RFC 4511): its servers, how it is read, and what it is used for. */
export interface Directory {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly kind: DirectoryKind;
  /** In order: the first that answers serves. */
  readonly servers: readonly DirectoryServer[];
  readonly security: 'ldaps' | 'starttls' | 'none';
  /** Authorities that sign the servers' certificates; '' for the public ones. */
  readonly caPem: string;
  /** '' reads without signing in. */
  readonly bindDn: string;
  /** Readable again with the key in the data folder; '' without a password. */
  readonly sealedPassword: string;
  readonly base: string;
  /** Which entries are people. */
  readonly filter: string;
  readonly attributes: AttributeMap;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly pageSize: number;
  /** Binds at a time for people who sign in. */
  readonly maxBinds: number;
  /** For how long a password that was right is taken again without asking; 0 asks each time. */
  readonly rememberMinutes: number;
  /** People of this directory sign in with their password there. */
  readonly signIn: boolean;
  /** Clients that look for people find those of this directory too. */
  readonly search: boolean;
  /** Cards of its people who made none. */
  readonly cards: boolean;
  /** Whoever is in a group uses the console in its role; none lets nobody in. */
  readonly groups: readonly GroupRole[];
  readonly createdAt: number;
  readonly version: number;
}
export type DirectoryKind = 'active-directory' | 'generic';
export interface DirectoryServer {
  readonly host: string;
  readonly port: number;
}
/** A role for the members of a group, first match first. */
export interface GroupRole {
  readonly group: string;
  readonly role: string;
}

/** Which attribute holds what; '' where the directory has none. */
export interface AttributeMap {
  /** Never changes and is never given again (objectGUID, entryUUID). */
  readonly key: string;
  readonly userId: string;
  readonly name: string;
  readonly mail: string;
  /** A SIP or mail address that others reach the person by. */
  readonly uri: string;
  readonly phone: string;
  readonly department: string;
  readonly title: string;
  readonly photo: string;
  /** Holds the bits of Active Directory's userAccountControl. */
  readonly control: string;
}

/** One person, as the directory has them. */
export interface DirectoryPerson {
  readonly key: string;
  readonly dn: string;
  readonly userId: string;
  readonly name: string;
  readonly mail: string;
  readonly uri: string;
  readonly phone: string;
  readonly department: string;
  readonly title: string;
  readonly enabled: boolean;
}

/** Which of a directory's people get accounts here. */
export interface Agreement {
  readonly id: string;
  readonly directoryId: string;
  readonly name: string;
  readonly enabled: boolean;
  /** '' for the directory's. */
  readonly base: string;
  readonly filter: string;
  /** IM domain of their addresses; '' for the default. */
  readonly domain: string;
  /** 0: only by hand. */
  readonly everyMinutes: number;
  /** Days between somebody's going and the removal of the account; -1 never removes. */
  readonly graceDays: number;
  /** More than this share of the people disabled or removed at once is asked about. */
  readonly maxLossPercent: number;
  /** Accounts made here by hand become the directory's when the user ID is the same. */
  readonly adopt: boolean;
  readonly nextAt: number;
  readonly createdAt: number;
  readonly version: number;
}

/** What ties an account to the directory. */
export interface LinkedPerson {
  readonly accountId: number;
  readonly agreementId: string;
  readonly directoryId: string;
  readonly key: string;
  readonly dn: string;
  readonly uri: string;
  readonly phone: string;
  readonly department: string;
  readonly title: string;
  /** Since when the directory does not have them any more. */
  readonly goneAt: number | null;
}
/** With the account as it is. */
export interface LinkedAccount extends LinkedPerson {
  readonly userId: string;
  readonly bare: string;
  readonly name: string;
  readonly mail: string;
  readonly enabled: boolean;
}

export type RunState = 'running' | 'done' | 'held' | 'failed';
export interface SyncCounts {
  readonly created: number;
  readonly changed: number;
  readonly enabled: number;
  readonly disabled: number;
  readonly gone: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Left out, each with its reason. */
  readonly faulty: number;
}
export interface SyncRun {
  readonly id: string;
  readonly agreementId: string;
  readonly jobId: string;
  readonly isTrial: boolean;
  readonly state: RunState;
  readonly by: string;
  readonly at: number;
  readonly endedAt: number | null;
  readonly counts: SyncCounts;
  readonly why: string;
  /** The first of what it changed or would change. */
  readonly changes: readonly SyncChange[];
}
export interface SyncChange {
  readonly what: 'create' | 'change' | 'enable' | 'disable' | 'gone' | 'remove' | 'fault';
  readonly userId: string;
  readonly detail: string;
}

export interface DirectoryStore {
  list(): Promise<readonly Directory[]>;
  add(row: Directory): Promise<'added' | 'taken'>;
  /** Null: there is none. `conflict`: somebody changed it since `version`. */
  update(
    id: string,
    patch: Partial<Omit<Directory, 'id' | 'createdAt' | 'version'>>,
    version?: number,
  ): Promise<Directory | null | 'conflict' | 'taken'>;
  /** With its agreements and ties; the accounts stay. */
  remove(id: string): Promise<boolean>;

  agreements(): Promise<readonly Agreement[]>;
  addAgreement(row: Agreement): Promise<'added' | 'taken'>;
  updateAgreement(
    id: string,
    patch: Partial<Omit<Agreement, 'id' | 'directoryId' | 'createdAt' | 'version'>>,
    version?: number,
  ): Promise<Agreement | null | 'conflict' | 'taken'>;
  removeAgreement(id: string): Promise<boolean>;
  /** When it runs next; false when that is not `was` any more. No change of the agreement, so its version stays. */
  schedule(id: string, nextAt: number, was: number): Promise<boolean>;

  /** Everybody tied to an agreement, in slices. */
  linked(agreementId: string): AsyncIterable<readonly LinkedAccount[]>;
  linkOf(accountId: number): Promise<LinkedAccount | null>;
  /** Ties of a whole directory, by key: somebody may have moved from one agreement to another. */
  linksByKey(directoryId: string, keys: readonly string[]): Promise<readonly LinkedPerson[]>;
  /** Makes or replaces. */
  link(rows: readonly LinkedPerson[]): Promise<void>;
  countLinked(): Promise<readonly { readonly agreementId: string; readonly people: number; readonly gone: number }[]>;

  addRun(run: SyncRun): Promise<void>;
  updateRun(id: string, patch: Partial<Pick<SyncRun, 'state' | 'endedAt' | 'counts' | 'why' | 'changes' | 'jobId'>>): Promise<void>;
  run(id: string): Promise<SyncRun | null>;
  /** Newest first, without their changes. */
  runs(agreementId: string, limit: number): Promise<readonly SyncRun[]>;
  /** The newest of each agreement. */
  lastRuns(): Promise<readonly SyncRun[]>;
  expireRuns(before: number, limit: number): Promise<number>;
}
