import { hostname } from 'node:os';
import type { ClusterValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { createSealer, readOrMakeSecret } from '../security/index.ts';
import { clusterFaults } from './faults.ts';
import { joinSecret } from './join-secret.ts';
import { createNodeLinks, type LinkControl } from './links/node-links.ts';
import { createMembership, type MembershipControl, newIncarnation } from './membership/membership.ts';
import { connectNats } from './nats/connection.ts';
import { createNatsBus, type NatsBus } from './nats/nats-bus.ts';
import type { ClusterStore } from './ports.ts';
import { createSigner } from './seal.ts';

/** Sealed with the join secret in the database: whoever can open it knows the secret. */
const CHECK = 'join-check';
/** Without proof, so that nodes with different secrets hear it: somebody was refused. */
const REFUSED = 'refused';

export interface Cluster {
  readonly bus: NatsBus;
  /** A secret that all nodes have in common, sealed in the database; at its first use the one of this node's data folder becomes it. */
  secret(name: string): Promise<string>;
  /** Makes links and membership; `start` makes this node known, after everybody has said what it takes. */
  members(settings: Live<ClusterValues>): { readonly links: LinkControl; readonly membership: MembershipControl };
  close(): Promise<void>;
}

/** The way into the cluster: the join secret is checked against the database, then the bus is opened. */
export async function openCluster(deps: {
  readonly natsUrl: string;
  /** `ROLLCALL_CLUSTER_SECRET`; null: the file in the data folder. */
  readonly secret: string | null;
  readonly dataDir: string;
  readonly self: { readonly name: string; readonly version: string; readonly schema: number; readonly address: string };
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Result<Cluster, Fault>> {
  const { clock, log, self, store } = deps;
  const id = await store.identity(`c${newIncarnation().slice(0, 8)}`);
  const isFounded = (await store.secret(CHECK)) !== null;
  const secret = await joinSecret({ given: deps.secret, dataDir: deps.dataDir, mayMake: !isFounded });
  if (secret === null) return refuse(clusterFaults.noSecret());
  const sealer = createSealer({ key: secret, purpose: 'secrets of the cluster' });
  const check = await store.keepSecret(CHECK, sealer.seal('rollcall'));

  const connected = await connectNats({ url: deps.natsUrl, name: self.name, log });
  if (!connected.ok) return connected;
  const bus = createNatsBus({
    connection: connected.value,
    prefix: `rollcall.${id}`,
    signer: createSigner(secret, 'messages between nodes'),
    log,
  });
  if (sealer.open(check) === null) {
    bus.open.publish(REFUSED, { name: self.name, address: `${hostname()} (${self.address})` });
    await bus.flush();
    await bus.close();
    return refuse(clusterFaults.wrongSecret());
  }

  async function common(name: string): Promise<string> {
    const kept = (await store.secret(name)) ?? (await store.keepSecret(name, sealer.seal(await readOrMakeSecret(deps.dataDir, name))));
    const opened = sealer.open(kept);
    if (opened === null) throw new Error(`The secret ${name} of the cluster cannot be opened with the join secret.`);
    return opened;
  }

  return ok({
    bus,
    secret: common,
    members(settings) {
      const incarnation = newIncarnation();
      const links = createNodeLinks({
        self: self.name,
        process: incarnation,
        wire: bus,
        maxWaiting: () => settings.get().linkBuffer,
        clock,
        log,
      });
      const membership = createMembership({ self, incarnation, bus, links, store, settings, clock, log });
      hearRefusals(bus, membership, clock);
      return { links, membership };
    },
    close: () => bus.close(),
  });
}

/** Anybody on the NATS server can say that: so it is short, seldom, and only shown. */
function hearRefusals(bus: NatsBus, membership: MembershipControl, clock: Clock): void {
  let last = Number.NEGATIVE_INFINITY;
  bus.open.subscribe(REFUSED, (payload) => {
    const { name, address } = (payload ?? {}) as { name?: unknown; address?: unknown };
    if (typeof name !== 'string' || typeof address !== 'string' || clock.monotonic() - last < 1_000) return;
    last = clock.monotonic();
    membership.refused({ name: name.slice(0, 63), address: address.slice(0, 200), why: 'its join secret is not the one of this cluster' });
  });
}
