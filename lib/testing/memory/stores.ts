import type { AdminStores, UnitOfWork } from '../../admin/shared/ports.ts';
import type { Stores } from '../../store/stores.ts';
import { memoryAccountStore } from './accounts.ts';
import { memoryAuditStore, memoryJobStore } from './admin.ts';
import { memoryHomeStore, memoryOwnershipStore, memoryRedundancyStore } from './assignment.ts';
import { memoryCallManagerStore } from './call-manager.ts';
import { memoryClientTokenStore } from './client-tokens.ts';
import { memoryClusterStore } from './cluster.ts';
import { memoryComponentStore } from './components.ts';
import { memoryDomainStore } from './domains.ts';
import { memoryFileStore } from './files.ts';
import { type MemoryJournal, memoryArchive, memoryJournal, memoryOfflineQueue } from './im.ts';
import { memoryDirectoryStore } from './ldap.ts';
import { memoryNoticeStore, memoryPushStore, memoryReportStore } from './messages.ts';
import { memoryBlockListStore, memoryProfileStore, memoryRosterStore } from './people.ts';
import { memoryPubSubStore } from './pubsub.ts';
import { memoryRoomArchive, memoryRoomJournal, memoryRoomStore } from './rooms.ts';
import {
  memoryApiTokenStore,
  memoryBackoffStore,
  memoryConsoleSessionStore,
  memoryOperatorStore,
  memoryRoleStore,
  memorySecondFactorStore,
  memorySignInLog,
} from './security.ts';
import { memorySettingsStore } from './settings.ts';
import { createMemoryState, type MemoryState, snapshot } from './state.ts';

/** One unit of work after the other; a throw puts every table back. */
export function memoryUnitOfWork(state: MemoryState, stores: AdminStores): UnitOfWork {
  let before: Promise<unknown> = Promise.resolve();
  return {
    stores,
    run(work) {
      const mine = before.then(async () => {
        const rollBack = snapshot(state);
        try {
          return await work(stores);
        } catch (error) {
          rollBack();
          throw error;
        }
      });
      before = mine.catch(() => undefined);
      return mine;
    },
  };
}

export interface MemoryStores extends Stores {
  readonly state: MemoryState;
  readonly journal: MemoryJournal;
}

/** Every store of a node, in memory, over one state. `now` gives the stamps of rows. */
export function memoryStores({ node = 'node-1', now = Date.now }: { node?: string; now?: () => number } = {}): MemoryStores {
  const state = createMemoryState();
  const admin: AdminStores = {
    accounts: memoryAccountStore(state, now),
    domains: memoryDomainStore(state, now),
    settings: memorySettingsStore(state, now),
    operators: memoryOperatorStore(state, now),
    roles: memoryRoleStore(state, now),
    secondFactors: memorySecondFactorStore(state),
    consoleSessions: memoryConsoleSessionStore(state),
    tokens: memoryApiTokenStore(state),
    audit: memoryAuditStore(state, node, now),
    jobs: memoryJobStore(state),
    clientTokens: memoryClientTokenStore(state),
    files: memoryFileStore(state),
    components: memoryComponentStore(state),
    notices: memoryNoticeStore(state),
    reports: memoryReportStore(state),
    cluster: memoryClusterStore(state),
    homes: memoryHomeStore(state),
    redundancy: memoryRedundancyStore(state, now),
    directories: memoryDirectoryStore(state),
    callManager: memoryCallManagerStore(state),
  };
  const journal = memoryJournal(state);
  return {
    ...admin,
    state,
    journal,
    archive: memoryArchive(state),
    offline: memoryOfflineQueue(state),
    roster: memoryRosterStore(state),
    blocking: memoryBlockListStore(state),
    profile: memoryProfileStore(state),
    pushes: memoryPushStore(state),
    signIns: memorySignInLog(state),
    backoff: memoryBackoffStore(state),
    rooms: memoryRoomStore(state),
    roomJournal: memoryRoomJournal(state, journal),
    roomArchive: memoryRoomArchive(state),
    pubsub: memoryPubSubStore(state),
    ownership: memoryOwnershipStore(state, now),
    replication: { read: async () => ({ roundTripMs: 0, isStandby: false, serverVersion: 'memory', standbys: [] }) },
    settled: async () => undefined,
    unitOfWork: memoryUnitOfWork(state, admin),
    close: async () => undefined,
  };
}
