import type { HomeStore } from '../../assignment/ports.ts';
import type { ReportStore } from '../../blocking/ports.ts';
import type { CallManagerStore } from '../../callmanager/ports.ts';
import type { ClusterStore } from '../../cluster/ports.ts';
import type { SettingsStore } from '../../config/ports.ts';
import type { AccountStore, ClientTokenStore, DomainStore } from '../../directory/ports.ts';
import type { FileStore } from '../../files/ports.ts';
import type { DirectoryStore } from '../../ldap/ports.ts';
import type { NoticeStore } from '../../notices/ports.ts';
import type { RedundancyStore } from '../../redundancy/ports.ts';
import type { ApiTokenStore, ConsoleSessionStore, OperatorStore, RoleStore, SecondFactorStore } from '../../security/ports.ts';
import type { ComponentStore } from '../../xmpp/components/ports.ts';

export interface AuditRecord {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly actorKind: string;
  readonly role: string;
  readonly address: string;
  readonly node: string;
  /** `entity.verb`. */
  readonly action: string;
  /** What it was done to, for people; and a key such as `user:42` for links and filters. */
  readonly target: string;
  readonly targetKey: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly result: 'done' | 'refused' | 'failed';
  readonly detail: string;
  readonly parentId: string | null;
  /** SHA-256 over the record and the hash before it (per node): a gap or a change shows. */
  readonly hash: string;
}
export type NewAudit = Omit<AuditRecord, 'id' | 'at' | 'hash' | 'node'>;
export interface AuditQuery {
  readonly actor?: string;
  readonly action?: string;
  readonly targetKey?: string;
  readonly result?: 'done' | 'refused' | 'failed';
  readonly search?: string;
  readonly since?: number;
  readonly until?: number;
  readonly parentId?: string;
  readonly limit: number;
  readonly cursor?: string;
}
export interface AuditStore {
  append(record: NewAudit): Promise<AuditRecord>;
  find(query: AuditQuery): Promise<{ items: readonly AuditRecord[]; nextCursor: string | null }>;
  get(id: string): Promise<AuditRecord | null>;
  each(query: Omit<AuditQuery, 'limit' | 'cursor'>): AsyncIterable<readonly AuditRecord[]>;
  /** Walks the chain of this node; tells the first record that does not fit. */
  verify(): Promise<{ ok: boolean; checked: number; brokenAt: string | null }>;
  /** Retention, the one way a record may go: deletes at most `limit` of the oldest before then; returns how many went. */
  expire(before: number, limit: number): Promise<number>;
}

export interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly by: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly input: unknown;
  readonly summary: string;
}
export interface JobResult {
  readonly index: number;
  readonly target: string;
  readonly ok: boolean;
  readonly message: string;
}
export interface JobStore {
  create(row: JobRow): Promise<void>;
  update(id: string, patch: Partial<JobRow>): Promise<void>;
  addResults(id: string, rows: readonly JobResult[]): Promise<void>;
  get(id: string): Promise<JobRow | null>;
  list(query: { limit: number; cursor?: string }): Promise<{ items: readonly JobRow[]; nextCursor: string | null }>;
  results(id: string, query: { onlyFailed?: boolean; limit: number; after?: number }): Promise<readonly JobResult[]>;
  /** Deletes at most `limit` ended jobs and their results older than `before`; returns how many went. */
  expire(before: number, limit: number): Promise<number>;
}

/** The stores an administrator's change touches, all bound to one transaction. */
export interface AdminStores {
  readonly accounts: AccountStore;
  readonly domains: DomainStore;
  readonly settings: SettingsStore;
  readonly operators: OperatorStore;
  readonly consoleSessions: ConsoleSessionStore;
  readonly secondFactors: SecondFactorStore;
  readonly roles: RoleStore;
  readonly tokens: ApiTokenStore;
  readonly audit: AuditStore;
  readonly jobs: JobStore;
  readonly clientTokens: ClientTokenStore;
  readonly files: FileStore;
  readonly components: ComponentStore;
  readonly notices: NoticeStore;
  readonly reports: ReportStore;
  readonly cluster: ClusterStore;
  readonly homes: HomeStore;
  readonly redundancy: RedundancyStore;
  readonly directories: DirectoryStore;
  readonly callManager: CallManagerStore;
}
/** Writes that belong together. The work runs in one transaction; a throw rolls all of it back. */
export interface UnitOfWork {
  run<T>(work: (stores: AdminStores) => Promise<T>): Promise<T>;
  /** The same stores without a transaction, for reads. */
  readonly stores: AdminStores;
}
