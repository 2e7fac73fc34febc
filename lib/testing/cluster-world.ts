/**
 * Several whole engines in one process, as nodes of a cluster over shared stores in memory: real listeners, real clients, links that can be slowed, cut and
 * killed, and an ownership that the test decides.
 */
import { randomBytes } from 'node:crypto';
import type { EngineView } from '../admin/shared/engine-view.ts';
import type { NodeName } from '../cluster/ports.ts';
import { createSettingsRegistry } from '../config/registry.ts';
import type { EngineFigures } from '../diagnostics/ports.ts';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub, type EventHub } from '../kernel/events.ts';
import { type BareJid, parseJid } from '../kernel/jid.ts';
import { liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createTimerWheel } from '../kernel/timer-wheel.ts';
import { createDirectories } from '../ldap/index.ts';
import { type ComposedRooms, composeRooms } from '../server/compose-rooms.ts';
import { createEngineView, storedContacts } from '../server/engine-view.ts';
import { type JoinedEngines, joinEngines } from '../server/join-engines.ts';
import { type Clients, createClients } from '../xmpp/c2s/index.ts';
import type { ClusterEngine } from '../xmpp/cluster/index.ts';
import { createUsers } from '../xmpp/router/create-users.ts';
import { makeScramCredentials } from '../xmpp/sasl/credentials.ts';
import type { AdminCommands, OwnAccounts } from '../xmpp/xeps/ports.ts';
import { contextNamed } from './client-fixture.ts';
import { createFakeCluster, type FakeCluster } from './cluster.ts';
import { createFakeOwnership, type FakeOwnership } from './fake-ownership.ts';
import { type MemoryStores, memoryBlobs, memoryStores } from './memory/index.ts';
import { type WireClient, wireClient } from './wire-client.ts';

export const DOMAIN = 'example.com';

export interface WorldNode {
  readonly name: NodeName;
  readonly rooms: ComposedRooms;
  readonly clients: Clients;
  readonly engine: ClusterEngine;
  readonly joined: JoinedEngines;
  readonly view: EngineView;
  readonly events: EventHub;
  readonly port: number;
}

export interface ClusterWorld {
  readonly cluster: FakeCluster;
  readonly ownership: FakeOwnership;
  readonly stores: MemoryStores;
  node(name: NodeName): WorldNode;
  /** An account whose home is `home`; its password is its name. */
  person(local: string, home: NodeName): Promise<void>;
  /** Both see each other. */
  friends(a: string, b: string): Promise<void>;
  connect(node: NodeName): Promise<WireClient>;
  /** A bound session over a connection to `node`, wherever the person is looked after. */
  login(local: string, node: NodeName, resource?: string): Promise<WireClient>;
  /** Its process is gone, with every connection to it. */
  kill(name: NodeName): void;
  stop(): Promise<void>;
}

const password = (local: string): string => `${local}-secret`;

export async function createClusterWorld(
  names: readonly NodeName[] = ['north', 'south'],
  overrides: Readonly<Record<string, unknown>> = {},
  waitMs?: number,
): Promise<ClusterWorld> {
  const cluster = createFakeCluster(names);
  const ownership = createFakeOwnership(names);
  const stores = memoryStores();
  const secret = randomBytes(32);
  const context = await contextNamed(DOMAIN);
  const nodes = new Map<NodeName, WorldNode>();
  const open = new Map<NodeName, Set<WireClient>>();

  async function start(name: NodeName): Promise<void> {
    const clock = systemClock;
    const log = silentLog;
    const events = createEventHub((event, error) => {
      throw new Error(`listener of ${event} broke: ${String(error)}`);
    });
    const settings = createSettingsRegistry({
      store: stores.settings,
      events,
      bus: { publish: () => undefined, subscribe: () => () => undefined },
      log,
      nodeScope: name,
      overrides: { 'xmpp.connectionsPerAddress': 0, ...overrides },
    });
    const started = await settings.start();
    if (!started.ok) throw new Error(String(started.fault));
    const users = createUsers({
      accounts: {
        async find(bares) {
          const found = await stores.accounts.byBare(bares);
          return new Map([...found].flatMap(([bare, account]): [BareJid, number][] => (account.enabled ? [[bare, account.id]] : [])));
        },
      },
      clock,
    });
    const rooms = composeRooms({
      stores,
      settings,
      domains: liveBox<ReadonlySet<string>>(new Set([DOMAIN])),
      directories: createDirectories({ store: stores.directories, unseal: () => null, clock, log, changed: () => undefined }),
      administration: { commands: { mayAdminister: () => false } as unknown as AdminCommands, ownAccounts: {} as OwnAccounts },
      events,
      clock,
      log,
      version: '0.0.0',
      users,
      occupantSecret: secret,
      files: { blobs: memoryBlobs(), secret: 'files', httpOrigin: () => 'https://example.com' },
    });
    const box: { engine: ClusterEngine | null } = { engine: null };
    const clients = createClients({
      settings: settings.section('xmpp'),
      presence: settings.section('presence'),
      router: rooms.router,
      hooks: rooms.router.sessionHooks,
      credentials: {
        async lookup(bare) {
          const account = (await stores.accounts.byBare([bare])).get(bare);
          if (account === undefined) return null;
          return {
            accountId: account.id,
            enabled: account.enabled,
            credentials: await makeScramCredentials(password(parseJid(bare)?.local ?? '')),
          };
        },
        lookupToken: async () => null,
        changeToken: async () => false,
        touchToken: () => undefined,
        upgrade: async () => false,
        profiles: () => [],
      },
      guard: { before: async () => ({ allowed: true, delayMs: 0 }), after: () => undefined },
      tls: { contextFor: () => context },
      registration: null,
      wheel: createTimerWheel({
        clock,
        onError: (error) => {
          throw error;
        },
        tickMs: 20,
      }),
      clock,
      log,
      secret,
      isMemoryShort: () => false,
      storeBacklog: () => 0,
      caps: () => rooms.caps(),
      extraFeatures: () => '',
      archiveMetadata: (user) => rooms.im.archiveMetadata(user),
      elsewhere: () => box.engine?.sessions ?? null,
    });
    const { links, membership } = cluster.node(name);
    const joined = joinEngines({
      links,
      membership,
      ownership: ownership.of(name),
      rooms,
      clients,
      settled: () => new Promise((done) => stores.journal.append({ archive: [], offline: [] }, done)),
      events,
      ...(waitMs === undefined ? {} : { waitMs }),
      clock,
      log,
    });
    const { engine } = joined;
    box.engine = engine;
    const view = createEngineView({
      users,
      roster: rooms.roster,
      presence: rooms.presence,
      offline: stores.offline,
      counters: () => ({}) as EngineFigures,
      elsewhere: () => joined.sessions,
      storedContacts: (bare) => (rooms.router.elsewhere?.isElsewhere(bare as BareJid) ? storedContacts(stores, bare as BareJid) : null),
    });
    await rooms.presence.start?.();
    rooms.router.hosts.add(rooms.pubsub.host);
    const port = await clients.listener('direct-tls', '127.0.0.1').listen(0);
    if (!port.ok) throw new Error('no port');
    nodes.set(name, { name, rooms, clients, engine, joined, view, events, port: port.value });
    open.set(name, new Set());
  }
  for (const name of names) await start(name);

  const nodeOf = (name: NodeName): WorldNode => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  };
  const idOf = async (bare: string): Promise<number> => (await stores.accounts.byBare([bare as BareJid])).get(bare as BareJid)?.id ?? 0;

  async function contact(owner: string, other: string): Promise<void> {
    const accountId = await idOf(owner);
    const version = (stores.state.rosters.get(accountId)?.version ?? 0) + 1;
    const item = { contact: other as BareJid, name: '', groups: [], subscription: 'both' as const, ask: false, approved: false, version };
    await stores.roster.save({ accountId, version, put: [item] });
  }

  const world: ClusterWorld = {
    cluster,
    ownership,
    stores,
    node: nodeOf,
    async person(local, home) {
      const jid = parseJid(`${local}@${DOMAIN}`);
      if (jid === null) throw new Error('no address');
      await stores.accounts.create([
        { userId: local, local: jid.local, domain: jid.domain, name: '', mail: '', enabled: true, credentials: null },
      ]);
      ownership.home(jid.bare, home);
    },
    async friends(a, b) {
      await contact(`${a}@${DOMAIN}`, `${b}@${DOMAIN}`);
      await contact(`${b}@${DOMAIN}`, `${a}@${DOMAIN}`);
    },
    async connect(node) {
      const client = await wireClient({ port: nodeOf(node).port, domain: DOMAIN, directTls: true });
      open.get(node)?.add(client);
      return client;
    },
    async login(local, node, resource = node) {
      const client = await world.connect(node);
      await client.login(local, password(local), resource);
      return client;
    },
    kill(name) {
      cluster.kill(name);
      nodeOf(name).joined.stop();
      for (const client of open.get(name) ?? []) client.cut();
    },
    async stop() {
      for (const clients of open.values()) for (const client of clients) client.cut();
      for (const node of nodes.values()) await node.clients.closeAll('system-shutdown');
      cluster.stop();
      for (const node of nodes.values()) node.joined.stop();
    },
  };
  return world;
}
