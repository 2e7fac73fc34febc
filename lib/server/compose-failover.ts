/**
 * Who acts for whom, wired: for a node that is alone everything is its own and nothing here runs but the data monitor; for one of several, ownership,
 * the recovery manager and the sync step of user assignment.
 */
import type { FailoverControl } from '../admin/shared/define.ts';
import { createAssigner } from '../assignment/index.ts';
import type { Bus } from '../cluster/bus.ts';
import { aloneOwnership, createOwnership, type OwnershipControl } from '../cluster/ownership.ts';
import type { Fence, HeldEpochs, Membership, NodeFacts, Ownership } from '../cluster/ports.ts';
import type { ClusterValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { ok } from '../kernel/result.ts';
import { createDataMonitor, createRecoveryManager, type RecoveryAlarm } from '../redundancy/index.ts';
import type { Services } from '../services/index.ts';
import type { Stores } from '../store/stores.ts';

/** What the stores of a cluster's node need before there is anything to ask: closed until `follow`. */
export interface LateOwnership {
  readonly fence: Fence;
  readonly newHomes: (count: number) => readonly (string | null)[] | null;
  follow(fence: Fence, newHomes: (count: number) => readonly (string | null)[] | null): void;
}
export function createLateOwnership(node: string): LateOwnership {
  const nothing: HeldEpochs = { homes: [], epochs: [] };
  let fence: Fence | null = null;
  let homes: LateOwnership['newHomes'] = () => null;
  return {
    fence: {
      node,
      current: () => (fence === null ? nothing : fence.current()),
      refused: () => fence?.refused() ?? Promise.resolve(),
      dropped: (ids) => fence?.dropped(ids),
    },
    newHomes: (count) => homes(count),
    follow(nextFence, nextHomes) {
      fence = nextFence;
      homes = nextHomes;
    },
  };
}

export interface Failover {
  readonly ownership: Ownership;
  readonly control: FailoverControl;
  /** In a cluster: whether some node is home to this person; a node that is alone is home to all. */
  readonly hasHome: ((bare: BareJid) => boolean | Promise<boolean>) | undefined;
  /** What these people were about to keep was given up: their sessions are to end without an acknowledgement. */
  onDropped(fn: (accountIds: readonly number[]) => void): void;
  alarms(): readonly RecoveryAlarm[];
  /** Before listeners open: this node is there, and knows who acts for whom. */
  start(): Promise<void>;
  stop(): void;
  addServices(services: Services): void;
}

/** As often as heartbeats are due, ownership is proved and groups are looked at. */
const LOOK_MS = 1_000;
const MONITOR_MS = 10_000;
const ASSIGN_MS = 5_000;
const REFRESH_ROUNDS = 12;

export function composeFailover(deps: {
  readonly stores: Pick<Stores, 'ownership' | 'homes' | 'redundancy' | 'replication' | 'settled'>;
  readonly settings: Live<ClusterValues>;
  readonly events: EventHub;
  /** Null: alone. */
  readonly cluster: {
    readonly bus: Bus;
    readonly membership: Membership & { readonly isHearing: boolean };
    readonly late: LateOwnership;
    /** The nodes on which rooms may live; absent: all homes. */
    readonly placeHomes?: () => readonly string[];
  } | null;
  readonly nodeName: string;
  /** This node as others would see it, for one that is alone; asked when everything is there. */
  readonly self: () => NodeFacts;
  readonly clock: Clock;
  readonly log: Log;
}): Failover {
  const { stores, settings, events, cluster, clock, log } = deps;
  const monitor = createDataMonitor({
    source: stores.replication,
    role: () => (cluster === null ? null : cluster.membership.self.role),
    timing: () => ({ waitMs: settings.get().replicationWait * 1000, lagMs: settings.get().replicationLag * 1000 }),
    clock,
    log,
  });
  const monitoring = repeat(clock, MONITOR_MS, () => monitor.look());
  const addMonitor = (services: Services): void =>
    services.add({
      name: 'data-monitor',
      title: 'IM and Presence Data Monitor',
      purpose: 'Watches the database, its copies and the first sync, and keeps feature services waiting until they are complete.',
      needs: ['database'],
      critical: false,
      async start() {
        monitoring.start();
        return ok(undefined);
      },
      stop: async () => monitoring.stop(),
    });

  if (cluster === null)
    return {
      ownership: aloneOwnership(deps.nodeName),
      control: {
        isAlone: true,
        nodes: () => [deps.self()],
        recovery: null,
        assigner: null,
        announce: () => Promise.resolve(),
        monitor,
      },
      hasHome: undefined,
      onDropped: () => undefined,
      alarms: () => [...monitor.alarms()],
      start: () => monitor.look(),
      stop: () => monitoring.stop(),
      addServices: addMonitor,
    };

  const { membership } = cluster;
  const self = membership.self.name;
  const seconds = (
    key: 'lease' | 'stepDownAfter' | 'handOverTimeout' | 'criticalServiceDownDelay' | 'fallbackAfter' | 'initializationTimeout',
  ) => settings.get()[key] * 1000;
  const droppedListeners: ((accountIds: readonly number[]) => void)[] = [];
  const ownership: OwnershipControl = createOwnership({
    self,
    store: stores.ownership,
    bus: cluster.bus,
    timing: () => ({
      pollMs: LOOK_MS,
      leaseMs: seconds('lease'),
      stepDownMs: seconds('stepDownAfter'),
      handOverMs: seconds('handOverTimeout'),
    }),
    ...(cluster.placeHomes === undefined ? {} : { placeHomes: cluster.placeHomes }),
    onDropped: (accountIds) => {
      for (const fn of droppedListeners) fn(accountIds);
    },
    clock,
    log,
  });
  const recovery = createRecoveryManager({
    self,
    store: stores.redundancy,
    membership,
    hears: () => membership.isHearing,
    announce: ownership.announce,
    timing: () => ({
      lookMs: LOOK_MS,
      missedBeatMs: settings.get().heartbeatInterval * 2_500,
      leaseMs: seconds('lease'),
      criticalServiceDelayMs: seconds('criticalServiceDownDelay'),
      fallbackAfterMs: seconds('fallbackAfter'),
      initializationMs: seconds('initializationTimeout'),
      // The node that lets go keeps to `handOverTimeout` itself; this is for one that does not even do that.
      handOverLimitMs: seconds('handOverTimeout') + 10_000,
    }),
    events,
    clock,
    log,
  });
  const assigner = createAssigner({
    homes: stores.homes,
    redundancy: stores.redundancy,
    mode: () => settings.get().assignmentMode,
    announce: ownership.announce,
    events,
    log,
  });
  cluster.late.follow(ownership.fence, assigner.forNew);
  // What is taken for these people before is written before another node acts for them.
  ownership.onChange((change) => (change.what === 'released' || change.what === 'moved' ? stores.settled() : undefined));
  let rounds = 0;
  const assigning = repeat(clock, ASSIGN_MS, async () => {
    // One node does it for all.
    if (membership.self.role === 'publisher') await assigner.assignMissing();
    // Others assign and move as well; what this node counts is brought back to the truth now and then.
    if (++rounds % REFRESH_ROUNDS === 0) await assigner.refresh();
  });
  const offs = [
    events.on('user.changed', ({ bare, what }) => {
      if (what === 'removed' || what === 'moved') ownership.forget(bare as BareJid);
      if (what === 'created') ownership.refresh().catch(() => undefined);
    }),
    events.on('users.imported', () => {
      ownership.refresh().catch(() => undefined);
    }),
    events.on('redundancy.changed', () => {
      assigner.refresh().catch((error: unknown) => log.warn('assignment.not-refreshed', { error }));
    }),
  ];

  return {
    ownership,
    control: {
      isAlone: false,
      nodes: () => membership.nodes(),
      recovery,
      assigner,
      announce: ownership.announce,
      monitor,
    },
    onDropped: (fn) => void droppedListeners.push(fn),
    // Somebody created a moment ago at another node may have a home that this one has not read yet.
    hasHome: (bare) => ownership.homeOf(bare) !== null || ownership.refresh().then(() => ownership.homeOf(bare) !== null),
    alarms: () => [...recovery.alarms(), ...monitor.alarms()],
    async start() {
      await recovery.enter();
      await ownership.start();
      // A new home draws rooms to itself: the others are to know at once, not with their next look.
      await ownership.announce();
      await assigner.refresh();
      await monitor.look();
    },
    stop() {
      for (const off of offs) off();
      assigning.stop();
      monitoring.stop();
      recovery.stop();
      ownership.stop();
    },
    addServices(services) {
      addMonitor(services);
      services.add({
        name: 'server-recovery-manager',
        title: 'Server Recovery Manager',
        purpose:
          'Watches the other node of the group and takes over its users when it fails. Stopped: this node takes nobody over, and gives nobody back.',
        needs: ['database'],
        critical: false,
        async start() {
          await recovery.look();
          recovery.start();
          return ok(undefined);
        },
        stop: async () => recovery.stop(),
      });
      services.add({
        name: 'user-assignment',
        title: 'User Assignment',
        purpose: 'Gives a home to users who have none, as the assignment mode says. Stopped: new users wait for an administrator.',
        needs: ['database'],
        critical: false,
        async start() {
          assigning.start();
          return ok(undefined);
        },
        stop: async () => assigning.stop(),
      });
    },
  };
}

/** Runs something again and again, one after the other. */
function repeat(clock: Clock, everyMs: number, run: () => Promise<unknown>): { start(): void; stop(): void } {
  let timer: { cancel(): void } | null = null;
  const next = (): void => {
    timer = clock.setTimeout(() => {
      void run()
        .catch(() => undefined)
        .finally(() => {
          if (timer !== null) next();
        });
    }, everyMs);
  };
  return {
    start() {
      if (timer === null) next();
    },
    stop() {
      timer?.cancel();
      timer = null;
    },
  };
}
