import type { Page } from '../directory/ports.ts';

/** The call manager that people come from. The password is sealed: AXL asks for basic authentication, so the very text is needed. */
export interface Publisher {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly sealedPassword: string;
  /** Certificates of the authorities it is trusted by, PEM; empty: those that everybody trusts. */
  readonly caPem: string;
  /** Name in its certificate where that is not `host`; empty: `host`. */
  readonly serverName: string;
  /** Schema version to speak; empty: found out. */
  readonly schemaVersion: string;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What runs learned, for the next one. */
export interface SyncMarks {
  /** The schema version that was agreed; empty before the first talk. */
  readonly spoken: string;
  /** Release of the call manager, for people. */
  readonly release: string;
  /** Where its queue of changes goes on; null: only a full run helps. */
  readonly position: ChangePosition | null;
  /** End of the last full run that was applied, and of the last run of any kind; 0: never. */
  readonly lastFullAt: number;
  readonly lastGoodAt: number;
}
export interface ChangePosition {
  readonly queueId: string;
  readonly next: number;
}

/** A person as the call manager tells it. `uuid` stays when the user id is renamed. */
export interface IncomingUser {
  readonly uuid: string;
  readonly userId: string;
  readonly name: string;
  readonly mail: string;
  readonly department: string;
  readonly title: string;
  readonly telephone: string;
  readonly mobile: string;
  readonly directoryUri: string;
  readonly homeCluster: boolean;
  readonly imEnabled: boolean;
  readonly active: boolean;
  readonly extension: string;
  readonly partition: string;
  readonly serviceProfile: string;
}
export interface CallManagerUser extends IncomingUser {
  /** Of all that was told, so that the next run sees at once that nothing changed. */
  readonly digest: string;
  /** Null: has no account here. */
  readonly accountId: number | null;
  /** Why there is no account, or what is wrong with it, in a sentence; empty: nothing. */
  readonly problem: string;
  /** When the call manager stopped knowing them; 0: it knows them. */
  readonly goneAt: number;
}
/** May they use IM and presence here? Home cluster and the IM switch are the licence (protocol matrix §4.1). */
export const isEntitled = (user: Pick<IncomingUser, 'homeCluster' | 'imEnabled' | 'active'>): boolean =>
  user.active && user.homeCluster && user.imEnabled;

export interface Device {
  readonly uuid: string;
  readonly name: string;
  readonly description: string;
  readonly model: string;
  readonly protocol: string;
  readonly kind: string;
  /** User id of its owner; empty: nobody's. */
  readonly owner: string;
  /** Ids of the people it is associated with, in order. */
  readonly users: readonly string[];
  /** Ids of its lines, in the order of the buttons. */
  readonly lines: readonly string[];
}
export interface Line {
  readonly uuid: string;
  readonly pattern: string;
  readonly partition: string;
  readonly description: string;
}

/** What a run means for a person. `note`: known there, no business of ours; `gone`: known there no more. */
export const syncActions = ['create', 'adopt', 'update', 'enable', 'disable', 'gone', 'note'] as const;
export type SyncAction = (typeof syncActions)[number];
export interface StagedUser {
  readonly uuid: string;
  readonly action: SyncAction;
  readonly userId: string;
  /** What changes, in words. */
  readonly says: string;
  /** What is wrong with this person, in words; empty: nothing. */
  readonly problem: string;
  /** Null for who is gone. */
  readonly incoming: IncomingUser | null;
}

export const runStates = ['reading', 'waiting', 'applying', 'done', 'failed', 'discarded', 'cancelled'] as const;
export type RunState = (typeof runStates)[number];
export interface RunCounts {
  readonly read: number;
  readonly unchanged: number;
  readonly planned: Readonly<Record<SyncAction, number>>;
  readonly applied: number;
  readonly problems: number;
  readonly devices: number;
  readonly lines: number;
  /** Devices and lines that were written or removed. */
  readonly equipmentChanged: number;
  readonly requests: number;
  readonly retries: number;
}
export interface SyncRun {
  readonly id: string;
  readonly kind: 'full' | 'changes';
  readonly trigger: 'schedule' | 'administrator' | 'preview' | 'first';
  readonly by: string;
  readonly state: RunState;
  readonly startedAt: number;
  /** 0: not ended. */
  readonly endedAt: number;
  readonly counts: RunCounts;
  /** How it ended or what it waits for, in a sentence. */
  readonly says: string;
}
export const problemKinds = ['duplicate-user-id', 'invalid-user-id', 'duplicate-uri', 'invalid-uri', 'taken', 'equipment'] as const;
export type ProblemKind = (typeof problemKinds)[number];
export interface SyncProblem {
  readonly uuid: string;
  readonly userId: string;
  readonly kind: ProblemKind;
  readonly says: string;
}

export interface KnownUser {
  readonly uuid: string;
  readonly userId: string;
  readonly name: string;
  readonly mail: string;
  readonly digest: string;
  readonly accountId: number | null;
  readonly isEntitled: boolean;
  readonly problem: string;
  readonly goneAt: number;
}
export interface CallManagerUserQuery {
  /** Start of the user id. */
  readonly search?: string;
  readonly show: 'all' | 'entitled' | 'not-entitled' | 'problems' | 'gone';
  readonly limit: number;
  readonly cursor?: string;
}

export interface CallManagerStore {
  publisher(): Promise<Publisher | null>;
  savePublisher(row: Publisher): Promise<void>;
  marks(): Promise<SyncMarks>;
  saveMarks(patch: Partial<SyncMarks>): Promise<void>;
  /** Forgets the call manager and all that came from it. Its accounts stay, as local ones; how many. */
  release(): Promise<number>;

  known(uuids: readonly string[]): Promise<Map<string, KnownUser>>;
  /** Ids of all who are not gone, in slices. */
  eachKnown(): AsyncIterable<readonly string[]>;
  /** People with an account here who may use it. */
  served(): Promise<number>;
  counts(): Promise<{ known: number; entitled: number; served: number; problems: number; gone: number; devices: number; lines: number }>;
  putUsers(rows: readonly CallManagerUser[]): Promise<void>;
  setProblems(rows: readonly { readonly uuid: string; readonly problem: string }[]): Promise<void>;
  markGone(uuids: readonly string[], at: number): Promise<void>;
  /** The longest gone first, of those before then. */
  goneBefore(at: number, limit: number): Promise<readonly CallManagerUser[]>;
  forget(uuids: readonly string[]): Promise<void>;
  find(query: CallManagerUserQuery): Promise<Page<CallManagerUser>>;
  byUserId(userId: string): Promise<CallManagerUser | null>;
  /** Accounts are the call manager's from now on. */
  adopt(accountIds: readonly number[]): Promise<void>;

  deviceDigests(uuids: readonly string[]): Promise<Map<string, string>>;
  lineDigests(uuids: readonly string[]): Promise<Map<string, string>>;
  putDevices(rows: readonly (Device & { readonly digest: string })[]): Promise<void>;
  putLines(rows: readonly (Line & { readonly digest: string })[]): Promise<void>;
  eachDevice(): AsyncIterable<readonly string[]>;
  eachLine(): AsyncIterable<readonly string[]>;
  removeDevices(uuids: readonly string[]): Promise<void>;
  removeLines(uuids: readonly string[]): Promise<void>;
  devicesOf(user: { readonly uuid: string; readonly userId: string }): Promise<readonly (Device & { readonly on: readonly Line[] })[]>;

  saveRun(run: SyncRun): Promise<void>;
  run(id: string): Promise<SyncRun | null>;
  /** Newest first. */
  runs(query: { limit: number; before?: string }): Promise<readonly SyncRun[]>;
  dropRun(id: string): Promise<void>;
  /** All but the newest go, with what they left. */
  keepRuns(count: number): Promise<number>;
  addProblems(runId: string, from: number, rows: readonly SyncProblem[]): Promise<void>;
  problems(runId: string, query: { limit: number; after?: number }): Promise<readonly (SyncProblem & { readonly index: number })[]>;

  stage(runId: string, rows: readonly StagedUser[]): Promise<void>;
  /** In order of the id. */
  staged(runId: string, query: { action?: SyncAction; limit: number; after?: string }): Promise<readonly StagedUser[]>;
  unstage(runId: string, uuids: readonly string[]): Promise<void>;
  dropStaged(runId: string): Promise<void>;
}
