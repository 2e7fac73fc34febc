import type { MucValues, ServerValues, XmppValues } from '../../config/schema/index.ts';
import type { Alarm, NodeFacts, Sample } from '../../diagnostics/index.ts';
import type { EngineCounters } from '../shared/engine-view.ts';

export interface Sentence {
  readonly tone: 'good' | 'notice' | 'bad';
  readonly text: string;
  /** Console route; '' when there is nothing to do. */
  readonly link: string;
}
export interface Limit {
  readonly label: string;
  readonly used: number;
  readonly limit: number;
  readonly unit: 'count' | 'bytes' | 'ms';
  readonly link: string;
}

const count = (n: number, one: string, many: string): string => `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;

/** What a person should know first, most serious first; one calm sentence when nothing is wrong. */
export function sentencesOf(input: {
  readonly reasons: readonly string[];
  readonly alarms: readonly Alarm[];
  readonly counters: EngineCounters;
  readonly users: number;
  readonly imEnabled: boolean;
  readonly presenceEnabled: boolean;
  readonly locks: number;
}): Sentence[] {
  const { reasons, alarms, counters } = input;
  const said: Sentence[] = [];
  if (reasons.length > 0) said.push({ tone: 'bad', text: `This node is not ready for clients. ${reasons.join(' ')}`, link: '/services' });
  for (const alarm of alarms) {
    // An alarm that is also the reason is said once.
    if (reasons.some((reason) => alarm.what.startsWith(reason.slice(0, 30)))) continue;
    said.push({ tone: alarm.severity === 'critical' ? 'bad' : 'notice', text: alarm.what, link: alarm.link });
  }
  if (!input.imEnabled) said.push({ tone: 'notice', text: 'Instant messaging is turned off for everybody.', link: '/messaging/settings' });
  if (!input.presenceEnabled)
    said.push({
      tone: 'notice',
      text: 'Availability sharing is turned off: people see only their own status.',
      link: '/presence/settings',
    });
  if (input.locks > 0)
    said.push({
      tone: 'notice',
      text: `${count(input.locks, 'account or address is', 'accounts or addresses are')} locked after failed sign-ins.`,
      link: '/security/locks',
    });
  const online = `${count(counters.usersOnline, 'person is', 'people are')} online with ${count(counters.sessions, 'session', 'sessions')}`;
  if (said.length === 0) said.push({ tone: 'good', text: `All is well: ${online}.`, link: '' });
  else said.push({ tone: 'good', text: `${online}.`, link: '/sessions' });
  if (input.users === 0) said.push({ tone: 'notice', text: 'There are no users yet. Add some, or import a list.', link: '/users' });
  return said;
}

/** What is used of what is allowed. Limits that are off are left out. */
export function limitsOf(input: {
  readonly facts: NodeFacts;
  readonly now: Pick<Sample, 'loopP50'>;
  readonly counters: EngineCounters;
  readonly storedRooms: number;
  readonly xmpp: XmppValues;
  readonly server: ServerValues;
  readonly muc: MucValues;
}): Limit[] {
  const { facts, now, counters, xmpp, server, muc } = input;
  const limits: Limit[] = [
    { label: 'Memory', used: facts.memory.usedBytes, limit: facts.memory.limitBytes, unit: 'bytes', link: '/settings/server' },
  ];
  if (facts.disk) {
    limits.push({
      label: 'Disk of the data folder',
      used: facts.disk.totalBytes - facts.disk.freeBytes,
      limit: facts.disk.totalBytes,
      unit: 'bytes',
      link: '/messaging/settings',
    });
  }
  limits.push({
    label: 'Delay of the event loop (alarm limit)',
    used: now.loopP50,
    limit: server.loopDelayAlarm,
    unit: 'ms',
    link: '/settings/server',
  });
  if (xmpp.unauthenticatedTotal > 0) {
    limits.push({
      label: 'Connections not yet signed in',
      used: counters.unauthenticated,
      limit: xmpp.unauthenticatedTotal,
      unit: 'count',
      link: '/settings/xmpp',
    });
  }
  if (muc.persistentRooms && muc.maxPersistentRooms > 0)
    limits.push({
      label: 'Persistent rooms',
      used: input.storedRooms,
      limit: muc.maxPersistentRooms,
      unit: 'count',
      link: '/messaging/group-chat',
    });
  limits.push({ label: 'Rooms in memory', used: counters.rooms, limit: muc.maxRooms, unit: 'count', link: '/messaging/group-chat' });
  return limits;
}
