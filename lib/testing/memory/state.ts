import type { AuditRecord, JobResult, JobRow } from '../../admin/shared/ports.ts';
import type { Report } from '../../blocking/ports.ts';
import type {
  SyncRun as CallManagerRun,
  CallManagerUser,
  Device,
  Line,
  Publisher,
  StagedUser,
  SyncMarks,
  SyncProblem,
} from '../../callmanager/ports.ts';
import type { NodeRow } from '../../cluster/ports.ts';
import type { SettingChange } from '../../config/ports.ts';
import type { Account, DomainRow, ScramCredentials, TokenClient } from '../../directory/ports.ts';
import type { FileLogRecord, FileRow } from '../../files/ports.ts';
import type { ArchivePrefs, ArchiveRow, OfflineRow } from '../../im/ports.ts';
import type { Agreement, Directory, LinkedPerson, SyncRun } from '../../ldap/ports.ts';
import type { RoomMessage, StoredRoom } from '../../muc/ports.ts';
import type { Notice, NoticeSeen } from '../../notices/ports.ts';
import type { PushRegistration } from '../../push/ports.ts';
import type { RosterSnapshot } from '../../roster/ports.ts';
import type { ApiToken, ConsoleSession, CustomRole, Operator, SecondFactorRow, SignInRecord } from '../../security/ports.ts';
import type { ComponentRow } from '../../xmpp/components/ports.ts';
import type { MemoryGroup, MemoryHome, MemoryHomeNode } from './assignment.ts';
import type { MemoryNode } from './pubsub.ts';

export interface MemoryDomain extends Omit<DomainRow, 'users'> {}

/**
 * All tables of the memory adapters. Rows are never changed in place, so a copy of the maps is a snapshot: that is how a unit of
 * work takes back what it did.
 */
export interface MemoryState {
  nextAccountId: number;
  accounts: Map<number, Account>;
  /** Ids that once were; rows for them are dropped as a foreign key would. */
  removedAccounts: Map<number, true>;
  credentials: Map<number, ScramCredentials>;
  domains: Map<string, MemoryDomain>;
  rosters: Map<number, RosterSnapshot>;
  blockLists: Map<number, readonly string[]>;
  vcards: Map<number, string>;
  photos: Map<number, string>;
  privateXml: Map<string, { accountId: number; xml: string }>;
  lastSeen: Map<number, { at: number; status: string }>;
  /** By `accountId uid`. */
  archive: Map<string, ArchiveRow>;
  archivePrefs: Map<number, ArchivePrefs>;
  offline: Map<string, OfflineRow>;
  signIns: readonly SignInRecord[];
  operators: Map<string, Operator & { passwordHash: string }>;
  roles: Map<string, CustomRole>;
  secondFactors: Map<string, SecondFactorRow>;
  consoleSessions: Map<string, ConsoleSession & { secretHash: string }>;
  tokens: Map<string, ApiToken & { secretHash: string }>;
  backoff: Map<string, { failures: number; windowStart: number; lockedUntil: number }>;
  settingValues: Map<string, unknown>;
  settingChanges: readonly SettingChange[];
  audit: readonly AuditRecord[];
  jobs: Map<string, JobRow>;
  jobResults: Map<string, readonly JobResult[]>;
  nextRoomId: number;
  rooms: Map<number, StoredRoom>;
  /** By `roomId uid`. */
  roomMessages: Map<string, RoomMessage>;
  /** By `accountId clientId`. */
  clientTokens: Map<string, TokenClient>;
  pubsub: Map<string, MemoryNode>;
  files: Map<string, FileRow>;
  fileLog: readonly FileLogRecord[];
  components: Map<string, ComponentRow>;
  clusterNodes: Map<string, NodeRow>;
  /** Under no name: the id. */
  clusterSecrets: Map<string, string>;
  pushes: Map<string, PushRegistration>;
  notices: Map<string, Notice>;
  noticesSeen: Map<number, NoticeSeen>;
  reports: Map<string, Report>;
  homes: Map<number, MemoryHome>;
  homesVersion: number;
  homeNodes: Map<string, MemoryHomeNode>;
  groups: Map<number, MemoryGroup>;
  nextGroupId: number;
  ldapDirectories: Map<string, Directory>;
  ldapAgreements: Map<string, Agreement>;
  ldapPeople: Map<number, LinkedPerson>;
  ldapRuns: Map<string, SyncRun>;
  callManager: Map<'one', { publisher: Publisher; marks: SyncMarks }>;
  callManagerUsers: Map<string, CallManagerUser>;
  callManagerDevices: Map<string, Device & { digest: string }>;
  callManagerLines: Map<string, Line & { digest: string }>;
  callManagerRuns: Map<string, CallManagerRun>;
  callManagerProblems: Map<string, readonly (SyncProblem & { readonly index: number })[]>;
  callManagerStaged: Map<string, StagedUser & { readonly runId: string }>;
}

export const createMemoryState = (): MemoryState => ({
  nextAccountId: 1,
  accounts: new Map(),
  removedAccounts: new Map(),
  credentials: new Map(),
  domains: new Map(),
  rosters: new Map(),
  blockLists: new Map(),
  vcards: new Map(),
  photos: new Map(),
  privateXml: new Map(),
  lastSeen: new Map(),
  archive: new Map(),
  archivePrefs: new Map(),
  offline: new Map(),
  signIns: [],
  operators: new Map(),
  roles: new Map(),
  secondFactors: new Map(),
  consoleSessions: new Map(),
  tokens: new Map(),
  backoff: new Map(),
  settingValues: new Map(),
  settingChanges: [],
  audit: [],
  jobs: new Map(),
  jobResults: new Map(),
  nextRoomId: 1,
  rooms: new Map(),
  roomMessages: new Map(),
  clientTokens: new Map(),
  pubsub: new Map(),
  files: new Map(),
  fileLog: [],
  components: new Map(),
  clusterNodes: new Map(),
  clusterSecrets: new Map(),
  pushes: new Map(),
  notices: new Map(),
  noticesSeen: new Map(),
  reports: new Map(),
  homes: new Map(),
  homesVersion: 0,
  homeNodes: new Map(),
  groups: new Map(),
  nextGroupId: 1,
  ldapDirectories: new Map(),
  ldapAgreements: new Map(),
  ldapPeople: new Map(),
  ldapRuns: new Map(),
  callManager: new Map(),
  callManagerUsers: new Map(),
  callManagerDevices: new Map(),
  callManagerLines: new Map(),
  callManagerRuns: new Map(),
  callManagerProblems: new Map(),
  callManagerStaged: new Map(),
});

/** Copies the tables; calling the result puts them back as they were. */
export function snapshot(state: MemoryState): () => void {
  const copy: Record<string, unknown> = {};
  for (const [name, table] of Object.entries(state)) copy[name] = table instanceof Map ? new Map(table) : table;
  const nextAccountId = () => state.nextAccountId;
  return () => {
    // Ids are never given again, as with a sequence.
    const keep = nextAccountId();
    Object.assign(state, copy);
    state.nextAccountId = keep;
  };
}
