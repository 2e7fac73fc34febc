import type { AdminStores, UnitOfWork } from '../admin/shared/ports.ts';
import type { BlockListStore } from '../blocking/ports.ts';
import type { OwnershipStore } from '../cluster/ports.ts';
import type { Archive, Journal, OfflineQueue } from '../im/ports.ts';
import type { RoomArchive, RoomJournal, RoomStore } from '../muc/ports.ts';
import type { ProfileStore } from '../profile/ports.ts';
import type { PubSubStore } from '../pubsub/ports.ts';
import type { PushStore } from '../push/ports.ts';
import type { ReplicationSource } from '../redundancy/ports.ts';
import type { RosterStore } from '../roster/ports.ts';
import type { BackoffStore, SignInLog } from '../security/ports.ts';

/** Every store of one node: what the engine's rooms need, and what administration needs (outside a transaction). */
export interface Stores extends AdminStores {
  readonly journal: Journal;
  readonly archive: Archive;
  readonly offline: OfflineQueue;
  readonly roster: RosterStore;
  readonly blocking: BlockListStore;
  readonly profile: ProfileStore;
  readonly pushes: PushStore;
  readonly signIns: SignInLog;
  readonly backoff: BackoffStore;
  readonly rooms: RoomStore;
  readonly roomJournal: RoomJournal;
  readonly roomArchive: RoomArchive;
  readonly pubsub: PubSubStore;
  readonly ownership: OwnershipStore;
  readonly replication: ReplicationSource;
  readonly unitOfWork: UnitOfWork;
  /** Resolves when what was handed to the journals before is committed, or given up. */
  settled(): Promise<void>;
  /** Writes what is still gathered, then lets the connections go. */
  close(): Promise<void>;
}
