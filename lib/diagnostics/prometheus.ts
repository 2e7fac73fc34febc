import { Counter, Gauge, Registry } from 'prom-client';
import type { Alarm, CertificateFacts, EngineFigures, ServiceFacts } from './ports.ts';
import type { Sample } from './samples.ts';

export interface MetricSources {
  figures(): EngineFigures;
  services(): readonly ServiceFacts[];
  certificates(): readonly Pick<CertificateFacts, 'use' | 'daysLeft'>[];
  alarms(): readonly Alarm[];
  lastSecond(): Sample | null;
  isDatabaseUp(): boolean;
}

const totals: readonly (readonly [string, keyof EngineFigures, string])[] = [
  ['messages_received', 'messagesIn', 'Messages received from clients'],
  ['messages_delivered', 'messagesDelivered', 'Messages written to sessions'],
  ['messages_kept_offline', 'messagesOffline', 'Messages kept for people who were offline'],
  ['messages_archived', 'messagesArchived', 'Messages written to the archive'],
  ['presence_received', 'presenceIn', 'Presence received from clients'],
  ['presence_delivered', 'presenceDelivered', 'Presence written to sessions'],
  ['iq_received', 'iqIn', 'Requests received from clients'],
  ['stanzas_bounced', 'bounced', 'Stanzas answered with an error'],
  ['sign_ins', 'signIns', 'Successful sign-ins of clients'],
  ['sign_in_failures', 'signInFailures', 'Failed sign-ins of clients'],
  ['received_bytes', 'bytesIn', 'Bytes received from clients'],
  ['sent_bytes', 'bytesOut', 'Bytes sent to clients'],
  ['rate_limit_pauses', 'rateLimitPauses', 'Times that reading from a client paused because it sent too fast'],
  ['floods', 'floods', 'Clients disconnected because they were too fast for too long'],
  ['room_messages_received', 'roomMessagesIn', 'Messages that rooms received'],
  ['room_messages_delivered', 'roomMessagesDelivered', 'Messages that rooms delivered to people inside'],
  ['pubsub_items_published', 'itemsPublished', 'Items published to nodes'],
  ['pubsub_events_sent', 'eventsSent', 'Notifications of nodes sent'],
  ['malformed_streams', 'malformedStreams', 'Streams closed because of what they held'],
];
const gauges: readonly (readonly [string, keyof EngineFigures, string])[] = [
  ['sessions', 'sessions', 'Client sessions, hibernating ones included'],
  ['sessions_hibernating', 'hibernating', 'Sessions that wait for their client to come back'],
  ['users_online', 'usersOnline', 'People with at least one session'],
  ['connections', 'connections', 'Open client connections'],
  ['connections_websocket', 'webSockets', 'Client connections over WebSocket'],
  ['connections_bosh', 'boshSessions', 'Client connections over BOSH'],
  ['connections_unauthenticated', 'unauthenticated', 'Client connections that have not signed in yet'],
  ['rooms', 'rooms', 'Chat rooms in memory: persistent ones with somebody inside or lately used, and all others'],
  ['room_occupants', 'roomOccupants', 'People inside rooms'],
];
const serviceStates = ['stopped', 'starting', 'started', 'degraded', 'stopping', 'failed'] as const;

/** The text for Prometheus. Values are read when it is asked for; nothing is counted twice. */
export function createPrometheusText(sources: MetricSources): { readonly contentType: string; render(): Promise<string> } {
  const registry = new Registry();
  const registers = [registry];
  for (const [name, key, help] of totals) {
    new Counter({
      name: `rollcall_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(sources.figures()[key]);
      },
    });
  }
  const gauge = (name: string, help: string, read: (gauge: Gauge<string>) => void, labelNames: string[] = []) =>
    new Gauge({
      name: `rollcall_${name}`,
      help,
      registers,
      labelNames,
      collect() {
        this.reset();
        read(this);
      },
    });
  for (const [name, key, help] of gauges) gauge(name, help, (g) => g.set(sources.figures()[key]));
  gauge(
    'event_loop_delay_seconds',
    'How late the event loop was in the last second',
    (g) => {
      const last = sources.lastSecond();
      g.set({ quantile: '0.5' }, (last?.loopP50 ?? 0) / 1000);
      g.set({ quantile: '0.99' }, (last?.loopP99 ?? 0) / 1000);
      g.set({ quantile: '1' }, (last?.loopMax ?? 0) / 1000);
    },
    ['quantile'],
  );
  gauge('process_resident_memory_bytes', 'Memory of the process', (g) => g.set(process.memoryUsage.rss()));
  gauge('process_heap_bytes', 'Heap in use', (g) => g.set(process.memoryUsage().heapUsed));
  gauge('process_start_time_seconds', 'Start of the process, seconds since 1970', (g) =>
    g.set(Math.round(Date.now() / 1000 - process.uptime())),
  );
  new Counter({
    name: 'rollcall_process_cpu_seconds_total',
    help: 'CPU time of the process',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  gauge('database_up', '1 while the database can be reached', (g) => g.set(sources.isDatabaseUp() ? 1 : 0));
  gauge(
    'service_state',
    '1 for the state a service is in',
    (g) => {
      for (const service of sources.services())
        for (const state of serviceStates) g.set({ service: service.name, state }, service.state === state ? 1 : 0);
    },
    ['service', 'state'],
  );
  gauge(
    'certificate_days_left',
    'Days until a certificate ends; only those with 30 or fewer',
    (g) => {
      for (const { use, daysLeft } of sources.certificates()) g.set({ use }, daysLeft);
    },
    ['use'],
  );
  gauge(
    'alarms',
    'Open alarms',
    (g) => {
      const open = sources.alarms();
      for (const severity of ['critical', 'warning']) g.set({ severity }, open.filter((a) => a.severity === severity).length);
    },
    ['severity'],
  );
  return { contentType: registry.contentType, render: () => registry.metrics() };
}
