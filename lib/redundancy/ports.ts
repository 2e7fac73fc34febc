/**
 * States of a node in its group, as the original names them (admin-surface §4.1). `unknown` is what the page shows of a node that is not there; it is
 * not stored.
 */
export const haStates = [
  'initializing',
  'normal',
  'idle',
  'running-in-backup-mode',
  'taking-over',
  'failing-over',
  'failed-over',
  'failed-over-critical',
  'falling-back',
  'taking-back',
  'running-in-failed-mode',
] as const;
export type HaState = (typeof haStates)[number];

export const haReasons = [
  'normal',
  'on-admin-request',
  'initialization',
  'automatic-fallback',
  'critical-service-down',
  'database-failure',
  'peer-down',
  'peer-reboot',
  'peer-down-during-initialization',
  'start-of-critical-services-failed',
  'take-over-users-failed',
  'take-back-users-failed',
  'auto-recovery-database-failure',
  'auto-recovery-critical-service-down',
  'unknown',
] as const;
export type HaReason = (typeof haReasons)[number];

export interface GroupNode {
  readonly name: string;
  readonly groupId: number | null;
  readonly position: number;
  /** Who acts for the people of this home. */
  readonly acting: string;
  readonly epoch: number;
  readonly handover: 'none' | 'asked' | 'done';
  readonly state: HaState;
  readonly reason: HaReason;
  readonly since: number;
  /** Who brought it about: an operator's name, or empty. */
  readonly by: string;
  /** The clock of the automatic fallback: null while it does not run. */
  readonly healthySince: number | null;
  /** How long ago it last showed that it reaches the database, by the clock of the database. */
  readonly provedAgoMs: number;
}

export interface RedundancyGroup {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly highAvailability: boolean;
  readonly automaticFallback: boolean;
  readonly version: number;
  readonly createdAt: number;
  /** One or two, by position. */
  readonly nodes: readonly GroupNode[];
}

/** What becomes of one node in a step. What is left out stays. */
export interface NodeStep {
  readonly name: string;
  readonly state?: HaState;
  readonly reason?: HaReason;
  readonly by?: string;
  readonly healthySince?: number | null;
  /** Another acting node: raises the epoch and ends a hand-over. */
  readonly acting?: string;
  readonly handover?: 'none' | 'asked';
}

export interface GroupPatch {
  readonly name?: string;
  readonly description?: string;
  readonly highAvailability?: boolean;
  readonly automaticFallback?: boolean;
  /** All nodes, in order. */
  readonly nodes?: readonly string[];
}

export interface RedundancyStore {
  /** Groups by name, each with its nodes, and the nodes that are in none. */
  read(): Promise<{ readonly groups: readonly RedundancyGroup[]; readonly loose: readonly GroupNode[] }>;
  /**
   * A node is there (again): its row is made when it is new, acting for itself. The first node of all makes the first group, by this name. `again`: it
   * was there before.
   */
  enter(node: string, firstGroup: string, at: number): Promise<'new' | 'again'>;
  create(
    group: Omit<RedundancyGroup, 'id' | 'version' | 'nodes'> & { readonly nodes: readonly string[] },
  ): Promise<number | 'taken' | 'node-taken'>;
  update(id: number, version: number, patch: GroupPatch): Promise<'done' | 'stale' | 'taken' | 'node-taken'>;
  remove(id: number, version: number): Promise<boolean>;
  /** A step of the state machine, decided on that version: all of it or, when the group has changed since, nothing. */
  step(id: number, version: number, at: number, steps: readonly NodeStep[]): Promise<boolean>;
  /** A node that is no more and is home to nobody. */
  forget(node: string): Promise<boolean>;
}

/** What the database tells of its copies. */
export interface ReplicationFacts {
  readonly roundTripMs: number;
  /** This node talks to a copy that cannot be written. */
  readonly isStandby: boolean;
  readonly serverVersion: string;
  /** Copies that follow it, by name. Null where the database does not tell this user: `lagMs`, and `state` as `unknown`. */
  readonly standbys: readonly { readonly name: string; readonly address: string; readonly state: string; readonly lagMs: number | null }[];
}
export interface ReplicationSource {
  read(): Promise<ReplicationFacts>;
}
