/** What makes a node one of several: the bus, common secrets, links, and who is there. A node that is alone gets the same doors with nothing behind them. */
import type { NodesDoor } from '../admin/shared/define.ts';
import {
  aloneMembership,
  type Bus,
  clusterAlarms,
  clusterFaults,
  createEventBridge,
  createInProcessBus,
  type LinkControl,
  type MembershipControl,
  openCluster,
} from '../cluster/index.ts';
import type { ClusterStore, Membership, NodeHealth } from '../cluster/ports.ts';
import type { Environment } from '../config/load.ts';
import type { SettingsRegistry } from '../config/registry.ts';
import type { AlarmFact } from '../diagnostics/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { readOrMakeSecret } from '../security/index.ts';

export interface ComposedNodes {
  readonly bus: Bus;
  /** A secret of the installation: of the data folder, or common to all nodes. */
  secret(name: string): Promise<string>;
  /** After the settings were read. */
  members(settings: SettingsRegistry): ComposedMembers;
  close(): Promise<void>;
}

export interface ComposedMembers {
  readonly membership: Membership;
  /** Null for a node that is alone. */
  readonly links: LinkControl | null;
  setHealth(health: () => NodeHealth): void;
  alarms(): readonly AlarmFact[];
  /** For administration. */
  readonly door: NodesDoor;
  /** Becomes known to the others. */
  join(): Promise<Result<void, Fault>>;
  /** Facts go to the others from now on, and theirs come here; `missed` when some may not have come. */
  bridge(events: EventHub, missed: () => void): void;
  up(): void;
  draining(): void;
  leave(): Promise<void>;
  onReplaced(fn: (why: string) => void): void;
}

const idle: NodeHealth = { sessions: 0, users: 0, down: [], database: 'up' };

/** A node of a cluster says at least so often, in milliseconds, that it is there. */
const SEEN_MS = 20_000;

export async function composeNodes(deps: {
  readonly env: Environment;
  readonly version: string;
  readonly schema: number;
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Result<ComposedNodes, Fault>> {
  const { clock, env, log } = deps;
  const self = { name: env.nodeName, version: deps.version, schema: deps.schema, address: addressOf(env) };
  if (env.natsUrl === null && env.databaseUrl !== null) {
    // A node that takes itself for the only one would act for people whom others act for.
    const running = (await deps.store.nodes()).filter(({ seenAt }) => seenAt !== null && clock.now() - seenAt < SEEN_MS);
    if (running.length > 0) return refuse(clusterFaults.nodesRun({ nodes: running.map(({ name }) => name).join(', ') }));
  }
  if (env.natsUrl === null) return ok(alone({ self, dataDir: env.dataDir, clock, log }));
  if (env.databaseUrl === null) return refuse(clusterFaults.needsDatabase());
  const opened = await openCluster({
    natsUrl: env.natsUrl,
    secret: env.clusterSecret,
    dataDir: env.dataDir,
    self,
    store: deps.store,
    clock,
    log,
  });
  if (!opened.ok) return opened;
  const cluster = opened.value;
  return ok({
    bus: cluster.bus,
    secret: cluster.secret,
    members(settings) {
      const { links, membership } = cluster.members(settings.section('cluster'));
      return joined({ links, membership, bus: cluster.bus, clock, log });
    },
    close: () => cluster.close(),
  });
}

function joined(deps: {
  readonly links: LinkControl;
  readonly membership: MembershipControl;
  readonly bus: Parameters<typeof createEventBridge>[0]['bus'] & { readonly isUp: boolean };
  readonly clock: Clock;
  readonly log: Log;
}): ComposedMembers {
  const { bus, clock, links, log, membership } = deps;
  let bridge: { stop(): void } | null = null;
  return {
    membership,
    links,
    setHealth: membership.setHealth,
    alarms: () => clusterAlarms({ membership, bus, clock }),
    door: {
      self: () => membership.self.name,
      isAlone: () => false,
      isHearing: () => membership.isHearing,
      details: membership.details,
      refusals: membership.refusals,
      waiting: links.waiting,
      changed: membership.changed,
    },
    join: membership.join,
    bridge(events, missed) {
      bridge = createEventBridge({ events, bus, self: membership.self.name, missed, log });
    },
    up: () => membership.say('up', 'It is running.'),
    draining: () => membership.say('draining', 'It was told to stop.'),
    async leave() {
      bridge?.stop();
      await membership.leave('It was stopped.');
      links.stop();
    },
    onReplaced: membership.onReplaced,
  };
}

function alone(deps: {
  readonly self: { readonly name: string; readonly version: string; readonly schema: number; readonly address: string };
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
}): ComposedNodes {
  const { clock, self } = deps;
  let health: () => NodeHealth = () => idle;
  const membership = aloneMembership({ self, health: () => health(), clock });
  const since = clock.now();
  const nothing = () => undefined;
  return {
    bus: createInProcessBus({ log: deps.log }),
    secret: (name) => readOrMakeSecret(deps.dataDir, name),
    members: () => ({
      membership,
      links: null,
      setHealth(fn) {
        health = fn;
      },
      alarms: () => [],
      door: {
        self: () => self.name,
        isAlone: () => true,
        isHearing: () => true,
        details: () => [{ facts: membership.self, address: self.address, since, why: 'It is running.' }],
        refusals: () => [],
        waiting: () => 0,
        changed: async () => undefined,
      },
      join: async () => ok(undefined),
      bridge: nothing,
      up: nothing,
      draining: nothing,
      leave: async () => undefined,
      onReplaced: nothing,
    }),
    close: async () => undefined,
  };
}

/** Where people reach the console of this node. */
function addressOf(env: Environment): string {
  const isAnywhere = env.bind === '0.0.0.0' || env.bind === '::';
  const host = isAnywhere ? env.hostName : env.bind;
  return env.ports.https === 0 ? `http://${host}:${env.ports.http}` : `https://${host}:${env.ports.https}`;
}
