import type { AdminStores, UnitOfWork } from '../admin/shared/ports.ts';
import type { Fence } from '../cluster/ports.ts';
import type { Log } from '../kernel/log.ts';
import { prismaHomeStore, prismaOwnershipStore } from './assignment/homes.ts';
import { prismaAuditStore } from './audit/audits.ts';
import { prismaBlockListStore } from './blocking/block-lists.ts';
import { prismaReportStore } from './blocking/reports.ts';
import { prismaCallManagerStore } from './callmanager/call-manager.ts';
import { prismaClusterStore } from './cluster/nodes.ts';
import { prismaComponentStore } from './components/components.ts';
import { prismaSettingsStore } from './config/settings.ts';
import type { Database } from './database.ts';
import { boundDb, type Db, plainDb, transaction } from './db.ts';
import { prismaAccountStore, type SignInTouch, writeSignInTouches } from './directory/accounts.ts';
import { prismaClientTokenStore, type TokenTouch, writeClientTouches } from './directory/client-tokens.ts';
import { prismaDomainStore } from './directory/domains.ts';
import { type DownloadWrite, writeDownloads } from './files/downloads.ts';
import { prismaFileStore } from './files/files.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { prismaArchive } from './im/archive.ts';
import { prismaOfflineQueue } from './im/offline-queue.ts';
import { prismaJobStore } from './jobs/jobs.ts';
import { prismaDirectoryStore } from './ldap/directories.ts';
import { prismaRoomArchive } from './muc/room-archive.ts';
import { prismaRoomStore } from './muc/rooms.ts';
import { prismaNoticeStore } from './notices/notices.ts';
import { type LastSeenWrite, prismaProfileStore, writeLastSeen } from './profile/profiles.ts';
import { createNodeCommits } from './pubsub/commits.ts';
import { prismaPubSubStore } from './pubsub/nodes.ts';
import { prismaPushStore } from './push/registrations.ts';
import { prismaRedundancyStore } from './redundancy/groups.ts';
import { prismaReplicationSource } from './redundancy/replication.ts';
import { prismaRosterStore } from './roster/rosters.ts';
import { prismaApiTokenStore, writeTokenTouches } from './security/api-tokens.ts';
import { type BackoffWrite, prismaBackoffStore, writeBackoffs } from './security/backoffs.ts';
import { prismaConsoleSessionStore, type UseTouch, writeConsoleTouches } from './security/console-sessions.ts';
import { prismaOperatorStore } from './security/operators.ts';
import { prismaRoleStore } from './security/roles.ts';
import { prismaSecondFactorStore } from './security/second-factors.ts';
import { addFailures, prismaSignInLog, type SignInWrite, writeSignIns } from './security/sign-ins.ts';
import type { Stores } from './stores.ts';
import { createWriteBehind, type WriteBehind } from './write-behind.ts';

export { type Database, openDatabase } from './database.ts';
export { StoreUnavailable } from './errors.ts';
export { createFolderBlobs } from './files/folder-blobs.ts';
export { schemaVersion } from './migrate.ts';
export { CursorError } from './paging.ts';
export type { Stores } from './stores.ts';

export interface StoresOptions {
  /** Name of this node: whose audit chain records go to. */
  readonly node: string;
  readonly log: Log;
  readonly now?: () => number;
  /** In a cluster: what this node proves when it writes for people. */
  readonly fence?: Fence | undefined;
  /** In a cluster: the homes of people who are just created, in their order; null leaves them without. */
  readonly newHomes?: ((count: number) => readonly (string | null)[] | null) | undefined;
}

export interface PrismaStores extends Stores {
  readonly figures: GroupCommit['figures'];
}

/** Four times a second: a thousand sign-ins a second are noted as fast as they come, a storm within half a minute of its end. */
const SIGN_INS_AT_A_TIME = 250;

const later = (was: { at: number }, now: { at: number }): boolean => now.at >= was.at;

function channels({ channel }: WriteBehind, { writer }: Database['client']) {
  const newest = <T extends { at: number }>(was: T, now: T): T => (later(was, now) ? now : was);
  return {
    signInTouches: channel<SignInTouch>('sign-in times', (rows) => writeSignInTouches(writer, rows), newest, SIGN_INS_AT_A_TIME),
    lastSeen: channel<LastSeenWrite>('last seen', (rows) => writeLastSeen(writer, rows)),
    signIns: channel<SignInWrite>('sign-in log', (rows) => writeSignIns(writer, rows), addFailures, SIGN_INS_AT_A_TIME),
    consoleTouches: channel<UseTouch>('console session use', (rows) => writeConsoleTouches(writer, rows), newest),
    tokenTouches: channel<UseTouch>('token use', (rows) => writeTokenTouches(writer, rows), newest),
    clientTouches: channel<TokenTouch>('client token use', (rows) => writeClientTouches(writer, rows), newest),
    backoffs: channel<BackoffWrite>('back-off counters', (rows) => writeBackoffs(writer, rows)),
    downloads: channel<DownloadWrite>('downloads', (rows) => writeDownloads(writer, rows)),
  };
}

/** All stores of a node over one database. `close()` writes what is still gathered; close the database after it. */
export function createStores(database: Database, { node, log, now = Date.now, fence, newHomes }: StoresOptions): PrismaStores {
  const { client } = database;
  const commits = createGroupCommit({ client, log, fence });
  const behind = createWriteBehind({ client, log });
  const queues = channels(behind, client);

  const adminStores = (db: Db): AdminStores => ({
    accounts: prismaAccountStore({ db, touches: queues.signInTouches, now, newHomes }),
    domains: prismaDomainStore({ db, now }),
    settings: prismaSettingsStore({ db, now }),
    operators: prismaOperatorStore({ db, now }),
    roles: prismaRoleStore({ db, now }),
    secondFactors: prismaSecondFactorStore({ db }),
    consoleSessions: prismaConsoleSessionStore({ db, touches: queues.consoleTouches }),
    tokens: prismaApiTokenStore({ db, touches: queues.tokenTouches }),
    audit: prismaAuditStore({ db, node, now }),
    jobs: prismaJobStore({ db }),
    clientTokens: prismaClientTokenStore({ db, touches: queues.clientTouches }),
    files: prismaFileStore({ db, downloads: queues.downloads }),
    components: prismaComponentStore({ db }),
    notices: prismaNoticeStore({ db }),
    reports: prismaReportStore({ db }),
    cluster: prismaClusterStore({ db }),
    homes: prismaHomeStore({ db }),
    redundancy: prismaRedundancyStore({ db }),
    directories: prismaDirectoryStore({ db }),
    callManager: prismaCallManagerStore({ db }),
  });
  const db = plainDb(client);
  const admin = adminStores(db);
  const unitOfWork: UnitOfWork = {
    stores: admin,
    run: (work) => transaction(client, (tx) => work(adminStores(boundDb(tx)))),
  };

  return {
    ...admin,
    unitOfWork,
    journal: commits.journal,
    archive: prismaArchive({ db }),
    offline: prismaOfflineQueue({ db }),
    roster: prismaRosterStore({ db, save: commits.saveRoster }),
    blocking: prismaBlockListStore({ db }),
    profile: prismaProfileStore({ db, lastSeen: queues.lastSeen }),
    rooms: prismaRoomStore({ db }),
    roomJournal: commits.roomJournal,
    roomArchive: prismaRoomArchive({ db }),
    pushes: prismaPushStore({ db }),
    signIns: prismaSignInLog({ db, rows: queues.signIns }),
    backoff: prismaBackoffStore({ db, writes: queues.backoffs }),
    pubsub: prismaPubSubStore({ db, save: createNodeCommits({ client, log, fence }) }),
    ownership: prismaOwnershipStore({ db: { ...db, tx: client.writer, atomically: (work) => client.writer.$transaction(work) } }),
    replication: prismaReplicationSource({ db }),
    settled: commits.settled,
    get figures() {
      return commits.figures;
    },
    async close() {
      await commits.close();
      await behind.close();
    },
  };
}
