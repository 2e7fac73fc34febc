import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { useCases } from '../admin/api.ts';
import { createAdmin } from '../admin/create-admin.ts';
import { createConsoleDirectory } from '../admin/directories/console-directory.ts';
import { createDirectorySchedule } from '../admin/directories/schedule.ts';
import { createJobRunner } from '../admin/jobs/runner.ts';
import { publishAdmin } from '../admin/publish.ts';
import { createRebuild } from '../admin/rebuild-work.ts';
import { createRoles } from '../admin/roles/roles.ts';
import { createAuthDoor } from '../admin/security/auth-door.ts';
import type { AdminDeps } from '../admin/shared/define.ts';
import type { UseCaseTable } from '../admin/shared/registry.ts';
import { createReportWatch } from '../blocking/index.ts';
import { syncAlarms } from '../callmanager/index.ts';
import type { Environment } from '../config/load.ts';
import { nearestName } from '../config/nearest.ts';
import { createSettingsRegistry } from '../config/registry.ts';
import { createDiagnostics, type Logger } from '../diagnostics/index.ts';
import { createCredentialSource, createDomains } from '../directory/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import { startAfter } from '../kernel/ids.ts';
import type { BareJid, Domain } from '../kernel/jid.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { createTimerWheel } from '../kernel/timer-wheel.ts';
import { createDirectories } from '../ldap/index.ts';
import { createLiveGateway } from '../live/gateway.ts';
import { projections } from '../live/projections/index.ts';
import {
  createCertificates,
  createInitialPassword,
  createPasswordHasher,
  createSealer,
  createSecondFactor,
  createSignInGuard,
  ensureFirstOperator,
  securityAlarms,
} from '../security/index.ts';
import { createServices } from '../services/index.ts';
import { createFolderBlobs, createStores, openDatabase, schemaVersion } from '../store/index.ts';
import { followProxies } from '../xmpp/c2s/client-address.ts';
import { createClients } from '../xmpp/c2s/index.ts';
import { streamProtocols } from '../xmpp/c2s/protocols.ts';
import { componentProtocol, createComponents } from '../xmpp/components/index.ts';
import { createServerDesk } from '../xmpp/components/server-desk.ts';
import { createUsers } from '../xmpp/router/create-users.ts';
import { makeScramCredentials } from '../xmpp/sasl/credentials.ts';
import { createAdminSocket } from './admin-socket.ts';
import type { BannerFacts } from './banner.ts';
import { addSyncAgent, composeCallManager } from './call-manager.ts';
import { createCatchUp } from './catch-up.ts';
import { composeFailover, createLateOwnership } from './compose-failover.ts';
import { composeNodes } from './compose-nodes.ts';
import { composeRooms } from './compose-rooms.ts';
import { addServices, componentPorts, createSignInSwitch, listenerPorts } from './compose-services.ts';
import { createConsole } from './console.ts';
import { createEndpoints, createUpgrades } from './endpoints.ts';
import { createEngineView, storedContacts } from './engine-view.ts';
import { announceComponents } from './everywhere/components.ts';
import { addFileServices, httpOriginOf } from './files/file-services.ts';
import { createProxyListener } from './files/proxy-listener.ts';
import { createUploadEndpoint } from './files/upload-endpoint.ts';
import { handedOver } from './handed-over.ts';
import { createHostNames } from './host-names.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createHttpListeners } from './http.ts';
import { joinEngines, type OtherNodes } from './join-engines.ts';
import { createTlsContexts } from './tls-contexts.ts';
import { version } from './version.ts';
import { createXmppAdministration } from './xmpp-administration.ts';

export interface RunningNode {
  readonly facts: BannerFacts;
  /** Milliseconds an orderly stop may take. */
  stopGraceMs(): number;
  stop(): Promise<void>;
}

/** Ended jobs and their results are looked up for some weeks; what they did stays in the audit log. */
const jobRetentionMs = 30 * 86_400_000;
/** Longer than the 30 days for which a good address is remembered (security-and-limits §3.3). */
const signInRetentionMs = 90 * 86_400_000;

/**
 * A node, made in the order in which its parts need each other. Whatever was opened before a refusal is closed again, last first; the same list
 * is the orderly stop.
 */
export async function composeNode(asked: NodeInputs): Promise<Result<RunningNode, Fault>> {
  const closers: (() => Promise<void> | void)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        asked.log.error('node.close-failed', { error });
      }
    }
  };
  try {
    const composed = await compose(asked, closers, closeAll);
    if (!composed.ok) await closeAll();
    return composed;
  } catch (error) {
    // A bug or a database lost half way: what was opened is closed all the same, the database above all.
    await closeAll();
    throw error;
  }
}

interface NodeInputs {
  readonly env: Environment;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly log: Logger;
  /** This process must end: another one is its node now. */
  readonly replaced: (why: string) => void;
}

async function compose(
  { env, overrides, log, replaced }: NodeInputs,
  closers: (() => Promise<void> | void)[],
  closeAll: () => Promise<void>,
): Promise<Result<RunningNode, Fault>> {
  const startedAt = performance.now();
  const clock = systemClock;

  // Storage.
  const opened = await openDatabase({ dataDir: env.dataDir, databaseUrl: env.databaseUrl ?? undefined, log });
  if (!opened.ok) return opened;
  const database = opened.value;
  closers.push(() => database.close());
  // In a cluster: what this node may write for, known once it has joined.
  const late = env.natsUrl === null ? null : createLateOwnership(env.nodeName);
  const stores = createStores(database, {
    node: env.nodeName,
    log,
    ...(late === null ? {} : { fence: late.fence, newHomes: late.newHomes }),
  });
  closers.push(() => stores.close());
  for (const newest of [await stores.archive.newestUid(), await stores.roomArchive.newestUid()]) if (newest !== null) startAfter(newest);

  // The other nodes, if there are to be any.
  const nodes = await composeNodes({ env, version, schema: schemaVersion(), store: stores.cluster, clock, log });
  if (!nodes.ok) return nodes;
  const { bus, secret } = nodes.value;
  closers.push(() => nodes.value.close());

  // Settings, events, identity.
  const events = createEventHub((name, error) => log.error('event.listener-failed', { event: name, error }));
  const settings = createSettingsRegistry({ store: stores.settings, events, bus, log, nodeScope: env.nodeName, overrides });
  closers.push(() => settings.stop());
  const settingsStarted = await settings.start();
  if (!settingsStarted.ok) return refuse(settingsStarted.fault);
  const members = nodes.value.members(settings);
  members.onReplaced(replaced);
  const server = settings.section('server');
  log.setLevel(server.get().logLevel);
  server.onChange((now) => log.setLevel(now.logLevel));
  const domains = await createDomains({ store: stores.domains, firstDomain: env.domain as Domain, events, log });
  closers.push(() => domains.stop());
  const operatorPasswords = createPasswordHasher();
  const initialPassword = createInitialPassword(env.dataDir);
  await ensureFirstOperator({
    operators: stores.operators,
    passwords: operatorPasswords,
    initialPassword,
    username: env.adminUsername,
    password: env.adminPassword,
    log,
  });
  const certificates = await createCertificates({
    dataDir: env.dataDir,
    hostName: env.hostName,
    domains: () => [domains.default.get(), ...[...domains.hosted.get()].filter((domain) => domain !== domains.default.get())],
    publicRoots: rootCertificates,
    events,
    clock,
    log,
  });
  if (!certificates.ok) return refuse(certificates.fault);
  const guard = createSignInGuard({
    store: stores.backoff,
    signIns: stores.signIns,
    settings: settings.section('signIn'),
    console: settings.section('console'),
    clock,
    log,
  });
  await guard.start();

  const failover = composeFailover({
    stores,
    settings: settings.section('cluster'),
    events,
    cluster: late === null ? null : { bus, membership: members.membership, late },
    self: () => members.membership.self,
    nodeName: env.nodeName,
    clock,
    log,
  });
  closers.push(() => failover.stop());

  const blobs = createFolderBlobs(join(env.dataDir, 'files'));
  await blobs.prepare();

  // The engine.
  const users = createUsers({
    accounts: {
      async find(bares) {
        const found = await stores.accounts.byBare(bares);
        return new Map([...found].flatMap(([bare, account]): [BareJid, number][] => (account.enabled ? [[bare, account.id]] : [])));
      },
    },
    clock,
  });
  const administration = createXmppAdministration({
    api: () => admin.api,
    users,
    sessions: () => ({ of: engineView.sessionsOf, elsewhere: () => joined?.sessions.all() ?? [] }),
    settings: settings.section('xmpp'),
    clock,
    log,
  });
  const directorySecrets = createSealer({ key: await secret('directory-secret'), purpose: 'directory passwords' });
  const directories = createDirectories({
    store: stores.directories,
    unseal: directorySecrets.open,
    clock,
    log,
    changed: (directoryId) => events.emit('directory.changed', { directoryId, what: 'server', by: '' }),
  });
  await directories.reload();
  closers.push(() => directories.stop());
  const rooms = composeRooms({
    stores,
    settings,
    directories,
    domains: domains.hosted,
    administration,
    events,
    clock,
    log,
    version,
    users,
    occupantSecret: Buffer.from(await secret('occupant-id-secret')),
    files: { blobs, secret: await secret('files-secret'), httpOrigin: httpOriginOf(env.ports) },
  });
  const wheel = createTimerWheel({ clock, onError: (error) => log.error('wheel.entry-failed', { error }) });
  const xmppTls = createTlsContexts({
    certificates: certificates.value,
    use: 'xmpp',
    settings: server,
    clients: { settings: settings.section('xmpp'), log },
  });
  const consoleTls = createTlsContexts({ certificates: certificates.value, use: 'console', settings: server });
  closers.push(
    () => xmppTls.stop(),
    () => consoleTls.stop(),
  );
  const xmppSettings = settings.section('xmpp');
  const credentials = createCredentialSource({
    accounts: stores.accounts,
    tokens: stores.clientTokens,
    maxClients: () => xmppSettings.get().fastClients,
    directories: {
      get signsIn() {
        return directories.signsIn;
      },
      mechanisms: () => settings.section('directories').get().mechanisms,
      verify: directories.verify,
    },
    ...(failover.hasHome === undefined ? {} : { hasHome: failover.hasHome }),
  });
  await credentials.refreshProfiles();
  events.on('directory.changed', ({ what }) => {
    if (what === 'server' || what === 'agreements') return;
    const reloaded = what === 'synchronised' ? Promise.resolve() : directories.reload();
    reloaded.then(credentials.refreshProfiles).catch((error: unknown) => log.error('ldap.reload-failed', { error }));
  });
  const callManager = composeCallManager({
    stores,
    settings,
    domains,
    sealer: createSealer({ key: await secret('call-manager-secret'), purpose: 'call manager' }),
    isInCharge: () => members.membership.self.role === 'publisher',
    events,
    clock,
    log,
  });
  const signInSwitch = createSignInSwitch(credentials, callManager.agent.gate);
  const clients = createClients({
    settings: settings.section('xmpp'),
    presence: settings.section('presence'),
    router: rooms.router,
    hooks: rooms.router.sessionHooks,
    credentials: signInSwitch.credentials,
    guard: {
      before: guard.xmpp.before,
      after(record) {
        guard.xmpp.after(record);
        if (record.outcome === 'ok' && record.accountId !== null) stores.accounts.touchSignIn(record.accountId, record.at);
      },
    },
    tls: xmppTls,
    registration: rooms.registration.preAuth,
    wheel,
    clock,
    log,
    secret: Buffer.from(await secret('xmpp-secret')),
    storeBacklog: () => Math.max(stores.journal.backlog, joined?.engine.backlog() ?? 0),
    isMemoryShort: () => diagnostics.isMemoryShort.get(),
    caps: () => rooms.caps(),
    extraFeatures: () => '',
    archiveMetadata: (user) => rooms.im.archiveMetadata(user),
    elsewhere: () => joined?.engine.sessions ?? null,
  });
  // Null: the node is alone.
  const others: OtherNodes | null =
    members.links === null ? null : { links: members.links, membership: members.membership, ownership: failover.ownership };
  const joined = others === null ? null : joinEngines({ ...others, rooms, clients, settled: stores.settled, events, clock, log });
  failover.onDropped((accountIds) => joined?.engine.dropped(accountIds));
  closers.push(() => joined?.stop());
  const componentSecrets = createSealer({ key: await secret('component-secret'), purpose: 'component secrets' });
  const components = createComponents({
    store: stores.components,
    open: componentSecrets.open,
    router: rooms.router,
    desk: createServerDesk({ router: rooms.router, info: rooms.serverInfo, items: (domain) => rooms.router.hosts.itemsFor(domain) }),
    settings: settings.section('components'),
    gate: clients.gate(),
    tls: xmppTls,
    storeBacklog: () => stores.journal.backlog,
    changed: (domain) => events.emit('component.changed', { domain, what: 'connection', by: '' }),
    wheel,
    clock,
    log,
  });
  if (joined !== null && others !== null) {
    const connected = () => components.states().flatMap(({ domain, since }) => (since === null ? [] : [domain]));
    const announced = announceComponents({ elsewhere: joined.engine.elsewhere, membership: others.membership, events, connected });
    closers.push(() => announced.stop());
  }
  events.on('component.changed', ({ what }) => {
    if (what !== 'connection') components.reload().catch((error: unknown) => log.error('component.reload-failed', { error }));
  });
  const componentListeners = componentPorts({ env, components, settings: settings.section('components'), log });
  events.on('user.changed', ({ accountId, bare, what, movedTo }) => {
    users.forgetMissing(bare as BareJid);
    directories.forget(accountId);
    if (what === 'removed' || what === 'disabled' || what === 'password-changed')
      users.evict(bare as BareJid, what, administration.sparedSession(bare));
    else if (what === 'moved') users.evict(bare as BareJid, 'removed');
    if (what === 'removed' || what === 'moved') {
      void rooms.roster.forget(bare as BareJid);
      rooms.muc
        .forgetPerson(bare as BareJid, movedTo as BareJid | undefined)
        .catch((error: unknown) => log.warn('muc.forget-failed', { bare, error }));
      rooms.pubsub
        .forgetPerson(bare as BareJid, movedTo as BareJid | undefined)
        .catch((error: unknown) => log.warn('pubsub.forget-failed', { bare, error }));
    }
    if (what === 'removed' || what === 'moved' || what === 'disabled') rooms.pubsub.forget(bare as BareJid);
    if (what === 'removed') rooms.files.upkeep.accountRemoved();
  });
  const chatRooms = { door: joined?.door ?? rooms.muc.door, store: stores.rooms, archive: stores.roomArchive };
  events.on('notice.changed', () => {
    rooms.notices.reload().catch((error: unknown) => log.warn('notices.not-read', { error }));
  });
  await rooms.notices.reload();
  const reportWatch = createReportWatch({ store: stores.reports, events, log });
  closers.push(() => reportWatch.stop());
  await reportWatch.count();
  const counters = () => ({
    sessions: users.sessionCount,
    hibernating: users.hibernatingCount,
    usersOnline: users.onlineCount,
    connections: clients.counters.connections,
    webSockets: clients.counters.webSockets,
    boshSessions: clients.counters.boshSessions,
    unauthenticated: clients.counters.unauthenticated,
    messagesIn: rooms.router.counters.messagesIn,
    messagesDelivered: rooms.im.counters.delivered,
    messagesOffline: rooms.im.counters.offline,
    messagesArchived: rooms.im.counters.archived,
    presenceIn: rooms.router.counters.presenceIn,
    presenceDelivered: rooms.presence.counters.delivered,
    iqIn: rooms.router.counters.iqIn,
    bounced: rooms.router.counters.bounced,
    signIns: clients.counters.signIns,
    signInFailures: clients.counters.signInFailures,
    bytesIn: clients.counters.bytesIn,
    bytesOut: clients.counters.bytesOut,
    rateLimitPauses: clients.counters.rateLimitPauses,
    floods: clients.counters.floods,
    malformedStreams: clients.counters.malformedStreams,
    rooms: chatRooms.door.counters.rooms,
    roomOccupants: chatRooms.door.counters.occupants,
    roomMessagesIn: chatRooms.door.counters.messagesIn,
    roomMessagesDelivered: chatRooms.door.counters.messagesDelivered,
    itemsPublished: rooms.pubsub.counters.published,
    eventsSent: rooms.pubsub.counters.notified,
  });

  // Services, diagnostics.
  const services = createServices({ events, clock, log, nearest: nearestName });
  const databaseState = { state: database.state, since: clock.now(), why: '', isFull: false };
  database.onState((state, why, isFull) => {
    Object.assign(databaseState, { state, why, isFull, since: clock.now() });
    services.report('database', { ok: state === 'up', why });
    events.emit('database.changed', { state, why });
  });
  const diagnostics = createDiagnostics({
    sources: {
      figures: counters,
      services: () => services.list(),
      certificates: () => certificates.value.expiring(),
      database: () => databaseState,
      alarms: () => [
        ...securityAlarms({ guard, certificates: certificates.value }),
        ...reportWatch.alarms(),
        ...directories.alarms(),
        ...syncAlarms(callManager.agent.status()),
        ...members.alarms(),
        ...failover.alarms(),
      ],
    },
    settings: server,
    clock,
    log,
    nodeName: env.nodeName,
    version,
    dataDir: env.dataDir,
  });
  closers.push(() => diagnostics.stop());

  // Administration.
  const cookieSecret = await secret('console-secret');
  const secondFactor = createSecondFactor({
    key: await secret('second-factor-secret'),
    issuer: () => `Rollcall ${domains.default.get()}`,
    clock,
  });
  const roles = createRoles({ store: stores.roles, events, log });
  await roles.load();
  closers.push(() => roles.stop());
  const auth = createAuthDoor({
    secondFactor,
    roles,
    stores,
    passwords: operatorPasswords,
    guard,
    settings: settings.section('console'),
    events,
    clock,
    log,
    cookieSecret,
    directory: createConsoleDirectory({ directories, operators: stores.operators, sessions: stores.consoleSessions, events, clock, log }),
  });
  closers.push(() => auth.stop());
  const uow = stores.unitOfWork;
  const jobs = createJobRunner({
    uow,
    clock,
    log,
    events,
    rebuild: createRebuild({ uow, events, settings, rooms: chatRooms, notices: joined?.notices ?? rooms.notices, clock }),
    nodeName: env.nodeName,
  });
  const engineView = createEngineView({
    users,
    roster: rooms.roster,
    presence: rooms.presence,
    offline: stores.offline,
    counters,
    elsewhere: () => joined?.sessions ?? null,
    storedContacts: (bare) => (rooms.router.elsewhere?.isElsewhere(bare as BareJid) ? storedContacts(stores, bare as BareJid) : null),
  });
  const adminDeps: AdminDeps = {
    uow,
    engine: engineView,
    settings,
    events,
    clock,
    log,
    nodeName: env.nodeName,
    signIns: stores.signIns,
    passwords: { scram: (password) => makeScramCredentials(password, xmppSettings.get().scramIterations) },
    jobs,
    services,
    certificates: certificates.value,
    domains,
    diagnostics,
    pubsub: rooms.pubsub.operation,
    guard,
    operatorPasswords,
    secondFactor,
    components: {
      states: components.states,
      ports: componentListeners.open,
      seal: componentSecrets.seal,
      serviceOf: (domain) => rooms.router.hosts.of(domain)?.title ?? null,
      disconnect: (domain) => components.disconnect(domain, 'An administrator has ended this connection.'),
    },
    initialPassword,
    rooms: chatRooms,
    blobs,
    directories,
    directorySecrets,
    callManager,
    notices: joined?.notices ?? rooms.notices,
    failover: failover.control,
    protocols: () => [...streamProtocols, componentProtocol, ...rooms.router.protocols],
    nodes: members.door,
  };
  const directorySchedule = createDirectorySchedule({ uow, events, settings, directories, clock, jobs, log });
  const admin = createAdmin(adminDeps, auth);
  publishAdmin(admin.api);
  closers.push(() => publishAdmin(null));

  // The console and its listeners.
  const live = createLiveGateway({ api: () => admin.api, events, projections, clock, log });
  const consoleSettings = settings.section('console');
  const consolePages = await createConsole({
    mode: env.mode,
    httpPort: env.ports.http,
    api: admin.api,
    onNotice: (fn) => consoleSettings.onChange(fn),
    log,
  });
  closers.push(() => consolePages.close());
  const hostNames = createHostNames({
    binds: [env.bind, env.httpBind],
    hostName: env.hostName,
    domains: domains.hosted,
    settings: settings.section('console'),
    certificates: certificates.value,
  });
  closers.push(() => hostNames.stop());
  const uploads = createUploadEndpoint({
    intake: rooms.files.intake,
    store: stores.files,
    blobs,
    idOf: rooms.files.idOf,
    settings: settings.section('files'),
    clock,
    log,
  });
  const proxyListener = createProxyListener({
    bind: env.bind,
    settings: settings.section('files'),
    proxy: rooms.files.proxy,
    opened: rooms.files.setProxyPort,
    log,
  });
  const http = createHttpListeners(
    { http: { host: env.httpBind, port: env.ports.http }, https: { host: env.bind, port: env.ports.https } },
    {
      console: consolePages.handle,
      consoleUpgrade: consolePages.upgrade,
      endpoints: createEndpoints({
        diagnostics,
        auth,
        web: clients.web,
        httpsPort: env.ports.https,
        offered: () => settings.section('xmpp').get(),
      }),
      upgrades: createUpgrades(clients.web),
      uploads: uploads.handle,
      live,
      tls: consoleTls,
      isOwnHost: hostNames.isOurs,
      isTrustedProxy: followProxies(() => settings.section('console').get().trustedProxies),
      log,
    },
  );
  const socket = createAdminSocket({ dataDir: env.dataDir, call: admin.call, useCases: useCases as unknown as UseCaseTable, log });
  const ports = listenerPorts({ env, clients, settings: server, log });
  const minute = 60_000;
  const housekeeping = createHousekeeping({
    tasks: [
      { name: 'service health', everyMs: 5_000, run: () => services.checkHealth() },
      { name: 'message retention', everyMs: 5 * minute, run: () => rooms.im.expire() },
      { name: 'room message retention', everyMs: 5 * minute, run: () => rooms.muc.expire() },
      { name: 'console sessions', everyMs: minute, run: () => auth.expireSessions() },
      { name: 'certificates', everyMs: 60 * minute, run: () => certificates.value.watchExpiry() },
      {
        name: 'audit retention',
        everyMs: 30 * minute,
        run: () => stores.audit.expire(clock.now() - settings.section('console').get().auditRetention * 1000, 5_000),
      },
      { name: 'sign-in log retention', everyMs: 60 * minute, run: () => stores.signIns.expire(clock.now() - signInRetentionMs, 5_000) },
      { name: 'client tokens', everyMs: 60 * minute, run: () => stores.clientTokens.expire(clock.now(), 5_000) },
      { name: 'forms of stored passwords', everyMs: 60 * minute, run: () => credentials.refreshProfiles() },
      { name: 'expired items', everyMs: minute, run: () => rooms.pubsub.operation.expire() },
      { name: 'file retention', everyMs: 5 * minute, run: () => rooms.files.upkeep.expire() },
      { name: 'files of removed users', everyMs: 60 * minute, run: () => rooms.files.upkeep.dropDeparted() },
      { name: 'file log retention', everyMs: 60 * minute, run: () => rooms.files.upkeep.expireLog() },
      { name: 'files nobody knows', everyMs: 24 * 60 * minute, run: () => rooms.files.upkeep.sweep() },
      {
        name: 'report retention',
        everyMs: 60 * minute,
        run: () => stores.reports.expire(clock.now() - settings.section('im').get().reportDays * 1000, 1_000),
      },
      { name: 'directory agreements', everyMs: 30_000, run: () => directorySchedule.look() },
      { name: 'console roles of directories', everyMs: 5 * minute, run: () => auth.checkDirectory() },
      {
        name: 'directory run retention',
        everyMs: 60 * minute,
        run: () => stores.directories.expireRuns(clock.now() - settings.section('directories').get().keepRuns * 86_400_000, 500),
      },
      { name: 'users gone from the call manager', everyMs: 10 * minute, run: () => callManager.deleteGone() },
      { name: 'job retention', everyMs: 60 * minute, run: () => stores.jobs.expire(clock.now() - jobRetentionMs, 500) },
    ],
    clock,
    log,
  });
  // Before whatever lets people in: it may have to wait for a first synchronisation.
  addSyncAgent(services, callManager);
  addServices({
    services,
    database,
    clients,
    components,
    componentListeners,
    ports,
    http,
    live,
    socket,
    jobs,
    housekeeping,
    signInSwitch,
    users,
    muc: rooms.muc,
    hosts: rooms.router.hosts,
    pubsub: rooms.pubsub.host,
  });
  addFileServices({ services, files: rooms.files, uploads, proxy: proxyListener });
  closers.push(() => rooms.files.stop());

  members.setHealth(() => ({
    sessions: users.sessionCount,
    users: users.onlineCount,
    down: services
      .list()
      .flatMap(({ critical, name, since, state, why }) => (critical && state !== 'started' ? [{ service: name, since, why }] : [])),
    database: databaseState.state,
  }));
  const heardAgain = createCatchUp({ accounts: stores.accounts, users, settings, events, log });
  members.bridge(events, heardAgain);
  closers.push(() => members.leave());
  const admitted = await members.join();
  if (!admitted.ok) return admitted;
  // Runs that stand as running may be those of another node.
  if (members.membership.nodes().every(({ name, state }) => name === env.nodeName || state === 'gone')) await directorySchedule.recover();

  failover.addServices(services);
  await failover.start();
  const gate = failover.control.monitor.state();
  // Feature services hang on the router; console and command line run, so that somebody can see what is waited for.
  const failures = await services.startAll(gate.gate === 'waiting' ? { names: ['router'], why: gate.why } : undefined);
  if (gate.gate === 'waiting')
    void failover.control.monitor.opened().then(async () => {
      for (const { name, fault } of await services.startAll()) log.error('services.not-started', { service: name, why: fault.message });
    });
  // A node whose console or client port cannot open is not what was asked for: better told than half there.
  const [first] = failures;
  closers.push(async () => {
    diagnostics.setPhase('stopping');
    await services.stopAll();
  });
  if (first) return refuse(first.fault);
  await rooms.presence.start?.();
  closers.push(
    () => rooms.presence.stop?.(),
    () => rooms.muc.stop(),
    () => rooms.pubsub.stop(),
  );
  diagnostics.start();
  diagnostics.setPhase('running');
  await jobs.recover((node) => members.membership.find(node) === undefined);
  members.up();
  closers.push(async () => {
    members.draining();
    if (late !== null) await handedOver(failover.ownership, members.membership, clock);
  });
  // What a process that died left behind; looked for while the node works.
  void rooms.files.upkeep.sweep().catch((error: unknown) => log.warn('files.sweep-failed', { error }));

  const scheme = (kind: 'http' | 'https', host: string) =>
    `${kind}://${host === '0.0.0.0' || host === '127.0.0.1' || host === '::' ? 'localhost' : host}:${env.ports[kind]}`;
  return ok({
    facts: {
      version,
      nodeName: env.nodeName,
      domain: domains.default.get(),
      startedInMs: performance.now() - startedAt,
      console: [
        ...(env.ports.http === 0 ? [] : [scheme('http', env.httpBind)]),
        ...(env.ports.https === 0 ? [] : [scheme('https', env.bind)]),
      ],
      adminUsername: env.adminUsername,
      adminPassword: await initialPassword.read(),
      listeners: ports.open().map(({ name, port }) => ({ name, address: `${env.bind}:${port}` })),
      database: `${database.address}, data in ${env.dataDir}`,
    },
    stopGraceMs: () => server.get().stopGrace * 1000,
    stop: closeAll,
  });
}
