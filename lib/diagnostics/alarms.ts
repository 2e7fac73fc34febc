import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Alarm, AlarmFact, CertificateFacts, DatabaseFacts, ServiceFacts } from './ports.ts';

/** What is looked at to tell what is wrong. Plain facts, so that each alarm can be tried in a test. */
export interface AlarmInputs {
  readonly database: DatabaseFacts;
  readonly services: readonly ServiceFacts[];
  readonly certificates: readonly CertificateFacts[];
  /** Set while the event loop is late: the median and the limit, milliseconds. */
  readonly loopLate: { readonly p50: number; readonly limitMs: number } | null;
  readonly memory: { readonly usedBytes: number; readonly limitBytes: number };
  /** Null when the disk could not be asked. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  readonly more: readonly AlarmFact[];
}

const mib = 1024 ** 2;
const sizeText = (bytes: number): string =>
  bytes >= 1024 * mib ? `${(bytes / 1024 / mib).toFixed(1)} GiB` : `${Math.round(bytes / mib)} MiB`;
/** O-3. */
export const memoryShare = 0.8;

/** One sentence, for the alarm and for whoever asks whether the node is ready. */
export const databaseTrouble = ({ why, isFull }: DatabaseFacts): string =>
  `The database ${isFull ? 'can store nothing' : 'cannot be reached'}${why ? ` (${why})` : ''}.`;

/** All that is wrong, most serious first. */
export function judge(inputs: AlarmInputs): readonly AlarmFact[] {
  const found: AlarmFact[] = [];
  const { database, memory, disk, loopLate } = inputs;
  if (database.state === 'down') {
    found.push({
      id: 'database',
      severity: 'critical',
      what: `${databaseTrouble(database)} People who are signed in stay; their messages are refused as long as they cannot be kept${database.isFull ? '' : ', and nobody new signs in'}.`,
      action: database.isFull
        ? 'Free space on its disk or enlarge it; the node goes on by itself.'
        : 'Check that the database server runs and that this node can reach it.',
      link: '/services',
      since: database.since,
    });
  }
  for (const service of inputs.services) {
    const fact = judgeService(service);
    if (fact) found.push(fact);
  }
  for (const certificate of inputs.certificates) found.push(judgeCertificate(certificate));
  if (loopLate) {
    found.push({
      id: 'event-loop',
      severity: 'critical',
      what: `The server answers late: half of the time it is ${Math.round(loopLate.p50)} ms behind (alarm over ${loopLate.limitMs} ms).`,
      action: 'Look at the charts for what began at the same time; move users to another node if the load stays.',
      link: '/overview',
    });
  }
  if (memory.usedBytes > memory.limitBytes * memoryShare) {
    found.push({
      id: 'memory',
      severity: 'critical',
      what: `The process uses ${sizeText(memory.usedBytes)} of ${sizeText(memory.limitBytes)} memory. New connections are refused, sessions that are open stay.`,
      action: 'Raise the memory limit if the machine has more, or move users to another node.',
      link: '/settings/server',
    });
  }
  if (disk) {
    const share = disk.totalBytes > 0 ? disk.freeBytes / disk.totalBytes : 1;
    const critical = disk.freeBytes < 256 * mib || share < 0.02;
    if (critical || disk.freeBytes < 1024 * mib || share < 0.1) {
      found.push({
        id: 'disk',
        severity: critical ? 'critical' : 'warning',
        what: `The disk of the data folder is nearly full: ${sizeText(disk.freeBytes)} of ${sizeText(disk.totalBytes)} are free. When it is full, nothing more can be stored.`,
        action: 'Free space, enlarge the disk, or keep message history for a shorter time.',
        link: '/messaging/settings',
      });
    }
  }
  found.push(...inputs.more);
  return found.sort((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'));
}

function judgeService({ name, title, critical, state, since, why }: ServiceFacts): AlarmFact | null {
  const common = { id: `service:${name}`, link: '/services', since };
  switch (state) {
    case 'failed':
      return {
        ...common,
        severity: critical ? 'critical' : 'warning',
        what: `${title} has failed. ${why}`,
        action: 'Remove the cause, then start it under Services.',
      };
    case 'degraded':
      return {
        ...common,
        severity: 'warning',
        what: `${title} runs, but not as it should. ${why}`,
        action: 'Look at Services for what it says.',
      };
    case 'stopped':
      return critical ? { ...common, severity: 'critical', what: `${title} is stopped. ${why}`, action: 'Start it under Services.' } : null;
    default:
      return null;
  }
}

function judgeCertificate({ use, title, daysLeft, notAfter, selfSigned, step }: CertificateFacts): AlarmFact {
  const date = new Date(notAfter).toISOString().slice(0, 10);
  const when =
    step === 0
      ? `ended on ${date}`
      : daysLeft <= 0
        ? 'ends in less than a day'
        : `ends in ${daysLeft} day${daysLeft === 1 ? '' : 's'}, on ${date}`;
  return {
    id: `certificate:${use}`,
    severity: step <= 7 ? 'critical' : 'warning',
    what: `The certificate for ${title} ${when}.${step === 0 ? ' Clients refuse to connect.' : ''}`,
    action: selfSigned
      ? 'Make a new self-signed certificate, or upload one of your authority.'
      : 'Make a request, have it signed, and upload the certificate.',
    link: '/security/certificates',
  };
}

/** Remembers since when each thing is wrong, and tells the log when an alarm begins and ends. */
export function createAlarmBook(deps: { readonly clock: Clock; readonly log: Log }): {
  update(facts: readonly AlarmFact[]): readonly Alarm[];
  current(): readonly Alarm[];
} {
  let open = new Map<string, Alarm>();
  return {
    update(facts) {
      const next = new Map<string, Alarm>();
      for (const fact of facts) {
        const was = open.get(fact.id);
        if (!was || was.severity !== fact.severity)
          deps.log.warn('alarm.raised', { alarm: fact.id, severity: fact.severity, what: fact.what });
        next.set(fact.id, { ...fact, since: fact.since ?? was?.since ?? deps.clock.now() });
      }
      for (const id of open.keys()) if (!next.has(id)) deps.log.info('alarm.cleared', { alarm: id });
      open = next;
      return [...next.values()];
    },
    current: () => [...open.values()],
  };
}
