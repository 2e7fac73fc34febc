import { useCases } from '../admin/api.ts';
import { createAdmin } from '../admin/create-admin.ts';
import { createJobRunner } from '../admin/jobs/runner.ts';
import { createRebuild } from '../admin/rebuild-work.ts';
import type { AdminDeps, AnyUseCase, CallManagerControl, FailoverControl } from '../admin/shared/define.ts';
import type { AuthDoor } from '../admin/shared/door.ts';
import type { EngineView, SessionView } from '../admin/shared/engine-view.ts';
import { rolePermissions, type Viewer } from '../admin/shared/viewer.ts';
import { createSettingsRegistry } from '../config/registry.ts';
import type { ScramCredentials } from '../directory/ports.ts';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub, type EventName, type Events } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { createDataMonitor } from '../redundancy/index.ts';
import type { RoleName } from '../security/ports.ts';
import { memoryBlobs, memoryStores } from './memory/index.ts';
import { pretendedRooms } from './pretended-rooms.ts';

/** Administration over memory stores and a pretended engine; `more` replaces or adds ports. */
export function adminFixture(more: Partial<AdminDeps> = {}) {
  const stores = memoryStores();
  const events = createEventHub((name, error) => {
    throw new Error(`listener of ${name} broke: ${String(error)}`);
  });
  const told: { name: EventName; payload: unknown }[] = [];
  for (const name of ['user.changed', 'users.imported', 'job.changed', 'token.changed', 'audit.appended', 'settings.changed'] as const) {
    events.on(name, (payload: Events[typeof name]) => void told.push({ name, payload }));
  }
  const sessions: SessionView[] = [];
  const engine: EngineView = {
    sessions: () => sessions,
    sessionsOf: (bare) => sessions.filter((session) => session.bare === bare),
    endSession(id) {
      const index = sessions.findIndex((session) => session.id === id);
      if (index >= 0) sessions.splice(index, 1);
      return index >= 0;
    },
    counters: () => {
      throw new Error('not pretended');
    },
    contactsOf: async () => [
      { contact: 'bob@example.com', name: 'Bob', groups: ['Work'], subscription: 'both', ask: false, approved: false },
    ],
    offlineCountOf: async () => 3,
  };
  const settings = createSettingsRegistry({
    store: stores.settings,
    events,
    bus: { publish: () => undefined, subscribe: () => () => undefined },
    log: silentLog,
    nodeScope: 'node-1',
    overrides: {},
  });
  const uow = stores.unitOfWork;
  const rooms = pretendedRooms(stores.rooms);
  const base = {
    uow,
    engine,
    settings,
    events,
    clock: systemClock,
    log: silentLog,
    nodeName: 'node-1',
    signIns: stores.signIns,
    rooms: { door: rooms, store: stores.rooms, archive: stores.roomArchive },
    blobs: memoryBlobs(),
    notices: {
      reload: async () => undefined,
      tellEach: async (bares: readonly string[]) => bares.map(() => true),
      tellOnline: async () => ({ people: 0, devices: 0 }),
      tellMotd: async () => ({ people: 0, devices: 0 }),
    } satisfies AdminDeps['notices'],
    passwords: { scram: async (password: string) => pretendedCredentials(password) },
    failover: aloneFailover(),
    callManager: noCallManager,
    ...more,
  };
  const jobs = createJobRunner({ uow, clock: base.clock, log: base.log, events, rebuild: createRebuild(base), nodeName: 'node-1' });
  const deps = { jobs, ...base } as AdminDeps;
  const tokens = new Map<string, Viewer>();
  const auth = {
    signIn: () => Promise.reject(new Error('not pretended')),
    signOut: async () => undefined,
    viewerForSession: async () => null,
    viewerForToken: async (secret: string) => tokens.get(secret) ?? null,
    cookieSecret: 'cookie-secret-of-the-test',
  } as unknown as AuthDoor;
  const admin = createAdmin(deps, auth);
  return { ...admin, deps, stores, events, told, sessions, engine, jobs, tokens, rooms, useCase: (id: string) => useCaseById(id) };
}

/** A node that is alone. */
function aloneFailover(): FailoverControl {
  const monitor = createDataMonitor({
    source: { read: async () => ({ roundTripMs: 1, isStandby: false, serverVersion: '17.2', standbys: [] }) },
    role: () => null,
    timing: () => ({ waitMs: 0, lagMs: 30_000 }),
    clock: systemClock,
    log: silentLog,
  });
  const health = { sessions: 0, users: 0, down: [], database: 'up' as const };
  return {
    isAlone: true,
    nodes: () => [
      {
        name: 'node-1',
        incarnation: '',
        version: '1.0.0',
        schema: 1,
        role: 'publisher',
        state: 'up',
        startedAt: 0,
        heardAt: 0,
        delayMs: 0,
        health,
      },
    ],
    recovery: null,
    assigner: null,
    announce: async () => undefined,
    monitor,
  };
}

/** None is configured. */
const noCallManager = {
  agent: {
    status: () => ({
      isStarted: true,
      isConfigured: false,
      isEnabled: false,
      host: '',
      run: null,
      lastFullAt: 0,
      lastGoodAt: 0,
      spoken: '',
      release: '',
      failure: null,
      nextFullAt: null,
    }),
    gate: () => null,
  },
} as unknown as CallManagerControl;

function useCaseById(id: string): AnyUseCase {
  const [area = '', verb = ''] = id.split('.');
  const found = (useCases as unknown as Record<string, Record<string, AnyUseCase>>)[area]?.[verb];
  if (!found) throw new Error(`no use case ${id}`);
  return found;
}

export const viewerOf = (role: RoleName, more: Partial<Viewer> = {}): Viewer => ({
  kind: 'person',
  id: `operator-${role}`,
  name: `the ${role}`,
  role,
  permissions: rolePermissions[role],
  address: '192.0.2.1',
  sessionId: `session-${role}`,
  ...more,
});

export const sessionView = (more: Partial<SessionView> & Pick<SessionView, 'id' | 'bare'>): SessionView => ({
  accountId: 1,
  resource: 'laptop',
  state: 'live',
  address: '198.51.100.7',
  transport: 'tcp',
  tlsVersion: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  mechanism: 'SCRAM-SHA-256-PLUS',
  client: 'Gajim 2.0',
  since: 1_700_000_000_000,
  show: 'available',
  status: '',
  priority: 0,
  ...more,
});

/** Not SCRAM: tells the tests which password went in without storing it readably anywhere else. */
export const pretendedCredentials = (password: string): ScramCredentials => ({
  salt: 'c2FsdA==',
  iterations: 10_000,
  sha1: { storedKey: Buffer.from(password).toString('base64'), serverKey: '' },
  sha256: { storedKey: Buffer.from(password).toString('base64'), serverKey: '' },
});
