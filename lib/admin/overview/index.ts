import { z } from 'zod';
import type { AgentStatus } from '../../callmanager/index.ts';
import type { Sample } from '../../diagnostics/index.ts';
import { ok } from '../../kernel/result.ts';
import { alarmView } from '../diagnostics/index.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import { overviewInput, seriesInput, statusInput } from './inputs.ts';
import { limitsOf, sentencesOf } from './sentences.ts';

const sample = z.object({
  at: instant,
  sessions: z.number(),
  usersOnline: z.number(),
  messagesPerSecond: z.number(),
  deliveredPerSecond: z.number(),
  presencePerSecond: z.number(),
  signInsPerSecond: z.number(),
  signInFailuresPerSecond: z.number(),
  /** Milliseconds. */
  loopP50: z.number(),
  loopP99: z.number(),
  loopMax: z.number(),
  /** Share of one core. */
  cpu: z.number(),
  residentBytes: z.number(),
  heapBytes: z.number(),
});
export type SampleView = z.output<typeof sample>;

const nothingYet: Omit<Sample, 'at'> = {
  sessions: 0,
  usersOnline: 0,
  messagesPerSecond: 0,
  deliveredPerSecond: 0,
  presencePerSecond: 0,
  signInsPerSecond: 0,
  signInFailuresPerSecond: 0,
  loopP50: 0,
  loopP99: 0,
  loopMax: 0,
  cpu: 0,
  residentBytes: 0,
  heapBytes: 0,
};

function dataMonitorOf({ failover }: AdminDeps) {
  const { gate, why, replication } = failover.monitor.state();
  return {
    gate,
    says: why,
    database: replication === null ? '' : `PostgreSQL ${replication.serverVersion}`,
    standbys: replication?.standbys.length ?? 0,
  };
}

function callManagerOf(status: AgentStatus): { host: string; says: string; lastGoodAt: number | null } | null {
  if (!status.isConfigured) return null;
  const { failure, host, run } = status;
  const doing =
    run === null ? null : { reading: 'reads now', applying: 'is being applied', waiting: 'waits for a decision' }[run.state as string];
  const says = !status.isStarted
    ? 'stopped'
    : (doing ?? (failure !== null ? 'fails' : status.lastFullAt === 0 ? 'not read yet' : 'up to date'));
  return { host, says, lastGoodAt: status.lastGoodAt === 0 ? null : status.lastGoodAt };
}

const getOverview = defineUseCase({
  id: 'overview.get',
  title: 'Overview',
  summary: 'How the node is, in sentences first, then in numbers, then against its limits.',
  may: 'overview.read',
  kind: 'read',
  input: overviewInput,
  output: z.object({
    cluster: z.string(),
    node: z.object({
      name: z.string(),
      version: z.string(),
      startedAt: instant,
      uptimeSeconds: z.int(),
      ready: z.boolean(),
      nodeVersion: z.string(),
    }),
    sentences: z.array(z.object({ tone: z.enum(['good', 'notice', 'bad']), text: z.string(), link: z.string() })),
    alarms: z.array(alarmView),
    now: sample,
    users: z.object({ total: z.int(), enabled: z.int(), online: z.int() }),
    sessions: z.object({ live: z.int(), hibernating: z.int(), connections: z.int(), unauthenticated: z.int() }),
    totals: z.object({
      messagesIn: z.number(),
      messagesDelivered: z.number(),
      messagesOffline: z.number(),
      messagesArchived: z.number(),
      presenceIn: z.number(),
      bounced: z.number(),
      signIns: z.number(),
      signInFailures: z.number(),
    }),
    limits: z.array(
      z.object({ label: z.string(), used: z.number(), limit: z.number(), unit: z.enum(['count', 'bytes', 'ms']), link: z.string() }),
    ),
    /** Persistent rooms; rooms in memory, those that vanish with their last occupant among them; and the people inside. */
    rooms: z.object({ stored: z.int(), live: z.int(), occupants: z.int(), messagesIn: z.number(), messagesDelivered: z.number() }),
    domains: z.int(),
    locks: z.int(),
    /** Whether what is stored is complete where this node reads it. */
    dataMonitor: z.object({ gate: z.enum(['open', 'waiting', 'given-up']), says: z.string(), database: z.string(), standbys: z.int() }),
    /** Null without a call manager. */
    callManager: z.object({ host: z.string(), says: z.string(), lastGoodAt: instant.nullable() }).nullable(),
  }),
  rest: { method: 'GET', path: '/overview' },
  cli: { words: ['overview'] },
  async run(_input, { deps, stores }) {
    const { diagnostics, engine, settings } = deps;
    const counters = engine.counters();
    const facts = diagnostics.facts();
    const [counts, storedRooms] = await Promise.all([stores.accounts.counts(), deps.rooms.store.count()]);
    const last = diagnostics.lastSecond();
    const now = last ?? { ...nothingYet, at: deps.clock.now(), sessions: counters.sessions, usersOnline: counters.usersOnline };
    const { ready, reasons } = diagnostics.health();
    const alarms = [...diagnostics.alarms()];
    const locks = deps.guard.locks().length;
    const { name, version, startedAt, uptimeSeconds, nodeVersion } = facts;
    return ok({
      cluster: settings.section('console').get().clusterName,
      node: { name, version, startedAt, uptimeSeconds, ready, nodeVersion },
      sentences: sentencesOf({
        reasons,
        alarms,
        counters,
        users: counts.total,
        imEnabled: settings.section('im').get().enabled,
        presenceEnabled: settings.section('presence').get().enabled,
        locks,
      }),
      alarms,
      now,
      users: { total: counts.total, enabled: counts.enabled, online: counters.usersOnline },
      sessions: {
        live: counters.sessions - counters.hibernating,
        hibernating: counters.hibernating,
        connections: counters.connections,
        unauthenticated: counters.unauthenticated,
      },
      totals: {
        messagesIn: counters.messagesIn,
        messagesDelivered: counters.messagesDelivered,
        messagesOffline: counters.messagesOffline,
        messagesArchived: counters.messagesArchived,
        presenceIn: counters.presenceIn,
        bounced: counters.bounced,
        signIns: counters.signIns,
        signInFailures: counters.signInFailures,
      },
      limits: limitsOf({
        facts,
        now,
        counters,
        storedRooms,
        xmpp: settings.section('xmpp').get(),
        server: settings.section('server').get(),
        muc: settings.section('muc').get(),
      }),
      rooms: {
        stored: storedRooms,
        live: counters.rooms,
        occupants: counters.roomOccupants,
        messagesIn: counters.roomMessagesIn,
        messagesDelivered: counters.roomMessagesDelivered,
      },
      domains: deps.domains.list().length,
      locks,
      dataMonitor: dataMonitorOf(deps),
      callManager: callManagerOf(deps.callManager.agent.status()),
    });
  },
});

const getSeries = defineUseCase({
  id: 'overview.series',
  title: 'Figures over time',
  summary: 'Sessions, messages, presence, CPU, memory and delay of the event loop over the last ten minutes or the last day.',
  may: 'overview.read',
  kind: 'read',
  input: seriesInput,
  output: z.object({ span: z.enum(['ten-minutes', 'day']), stepSeconds: z.int(), samples: z.array(sample) }),
  rest: { method: 'GET', path: '/overview/series' },
  cli: {
    words: ['overview', 'series'],
    table: { path: 'samples', columns: ['at', 'sessions', 'messagesPerSecond', 'presencePerSecond', 'loopP99', 'cpu', 'residentBytes'] },
  },
  run: async ({ span }, { deps }) => ok({ span, stepSeconds: span === 'day' ? 60 : 1, samples: [...deps.diagnostics.series(span)] }),
});

const getStatus = defineUseCase({
  id: 'overview.status',
  title: 'Status',
  summary: 'One screen about the node: ready or not and why, services, people online, alarms.',
  may: 'overview.read',
  kind: 'read',
  input: statusInput,
  output: z.object({
    node: z.string(),
    version: z.string(),
    ready: z.boolean(),
    reasons: z.array(z.string()),
    uptimeSeconds: z.int(),
    sessions: z.int(),
    usersOnline: z.int(),
    users: z.int(),
    rooms: z.int(),
    roomOccupants: z.int(),
    messagesPerSecond: z.number(),
    loopP99Ms: z.number(),
    memoryBytes: z.number(),
    services: z.record(z.string(), z.string()),
    alarms: z.array(z.string()),
  }),
  rest: { method: 'GET', path: '/status' },
  cli: { words: ['status'], examples: ['rollcall status', 'rollcall status --json'] },
  async run(_input, { deps, stores }) {
    const { diagnostics, engine } = deps;
    const counters = engine.counters();
    const facts = diagnostics.facts();
    const { ready, reasons } = diagnostics.health();
    const last = diagnostics.lastSecond();
    return ok({
      node: facts.name,
      version: facts.version,
      ready,
      reasons: [...reasons],
      uptimeSeconds: facts.uptimeSeconds,
      sessions: counters.sessions,
      usersOnline: counters.usersOnline,
      users: (await stores.accounts.counts()).total,
      rooms: counters.rooms,
      roomOccupants: counters.roomOccupants,
      messagesPerSecond: last?.messagesPerSecond ?? 0,
      loopP99Ms: last?.loopP99 ?? 0,
      memoryBytes: facts.memory.usedBytes,
      services: Object.fromEntries(deps.services.list().map((service) => [service.name, service.state])),
      alarms: diagnostics.alarms().map((alarm) => alarm.what),
    });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const overview = { get: getOverview, series: getSeries, status: getStatus } as const;
