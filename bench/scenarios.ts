import type { PeerOptions } from '../e2e/peers/peer.ts';
import type { Job, SignInOptions, Target } from './generator/job.ts';
import type { ServerName } from './servers.ts';

export interface Scenario {
  readonly name: string;
  /** What `--only` selects. */
  readonly group: 'sign-in' | 'idle' | 'chat' | 'presence' | 'offline' | 'rooms' | 'archive';
  readonly title: string;
  readonly unit: string;
  /** What the server must be started with: scenarios with equal needs share one start. */
  needs(quick: boolean): Omit<PeerOptions, 'domain'>;
  job(target: Target, quick: boolean): Job;
  /** What goes on at the same time, for what others feel. */
  beside?(target: Target): Job;
  /** Servers it makes no sense for. */
  readonly not?: readonly ServerName[];
}

const plainText: SignInOptions = { tls: false, mechanism: 'PLAIN', streamManagement: false, presence: true };
const scram: SignInOptions = { ...plainText, mechanism: 'SCRAM-SHA-1' };

const signInScenario = (name: string, title: string, signIn: SignInOptions, stay: boolean): Scenario => ({
  name: `sign-in-${name}`,
  group: 'sign-in',
  title: `sign-in, ${title}`,
  unit: 'sign-ins',
  needs: () => ({ accounts: 200 }),
  job: (target, quick) => ({
    is: 'sign-in',
    target,
    signIn,
    accounts: 200,
    count: quick ? 400 : 3_000,
    parallel: 32,
    stay,
    restart: false,
  }),
  not: ['null'],
});

const idleScenario = (name: string, title: string, tls: boolean): Scenario => ({
  name: `idle-${name}`,
  group: 'idle',
  title: `idle session, ${title}`,
  unit: 'sessions',
  needs: (quick) => ({ accounts: idleSessions(quick) }),
  job: (target, quick) => ({ is: 'idle', target, signIn: { ...scram, tls }, firstAccount: 1, count: idleSessions(quick), parallel: 32 }),
  not: ['null'],
});
export const idleSessions = (quick: boolean): number => (quick ? 1_000 : sessionsWanted);
let sessionsWanted = 10_000;
/** From `--sessions`. */
export function setIdleSessions(count: number): void {
  sessionsWanted = count;
}

const chatScenario = (
  name: string,
  title: string,
  pairs: number,
  outstanding: number,
  change: {
    tls?: boolean;
    streamManagement?: boolean;
    archive?: boolean;
    until?: 'delivered' | 'acknowledged';
    offered?: number;
    accounts?: number;
    not?: readonly ServerName[];
  } = {},
): Scenario => ({
  name: `chat-${name}`,
  group: 'chat',
  title: `chat, ${title}`,
  unit: 'messages',
  needs: () => ({ accounts: change.accounts ?? 200, archive: change.archive ?? false }),
  job: (target, quick) => ({
    is: 'chat',
    target,
    signIn: { ...plainText, tls: change.tls ?? false, streamManagement: change.streamManagement ?? false },
    pairs,
    outstanding,
    until: change.until ?? 'delivered',
    offered: change.offered ?? null,
    bodyBytes: 100,
    warmSeconds: quick ? 1 : 3,
    seconds: quick ? 3 : 10,
  }),
  not: change.not ?? ['null'],
});

const presenceScenario = (users: number, contacts: number): Scenario => ({
  name: `presence-${users}x${contacts}`,
  group: 'presence',
  title: `presence, ${users.toLocaleString('en')} users x ${contacts} contacts, all change`,
  unit: 'copies',
  needs: () => ({ accounts: users, contacts }),
  job: (target, quick) => ({
    is: 'presence',
    target,
    signIn: plainText,
    users,
    contacts,
    warmSeconds: quick ? 1 : 3,
    seconds: quick ? 3 : 10,
  }),
  not: ['null'],
});

const offlineScenario = (part: 'stored' | 'delivered'): Scenario => ({
  name: `offline-${part}`,
  group: 'offline',
  title: part === 'stored' ? 'messages for 100 people who are offline, counted when acknowledged' : 'the same, delivered at sign-in',
  unit: 'messages',
  needs: () => ({ accounts: 110 }),
  job: (target, quick) => ({
    is: 'offline',
    target,
    signIn: plainText,
    part,
    senders: 10,
    recipients: 100,
    perRecipient: quick ? 20 : 100,
  }),
  not: ['null'],
});

const roomsScenario = (part: 'fill' | 'talk', rooms: number, size: number, outstanding: number): Scenario => ({
  name: `rooms-${part}-${rooms}x${size}`,
  group: 'rooms',
  title: `${rooms === 1 ? 'a room' : `${rooms} rooms`} of ${size.toLocaleString('en')}, ${part === 'fill' ? 'filled' : `1 speaker x ${outstanding} each`}`,
  unit: part === 'fill' ? 'entries' : 'copies',
  needs: () => ({ accounts: rooms * size, rooms: true }),
  job: (target, quick) => ({
    is: 'rooms',
    target,
    signIn: plainText,
    part,
    rooms,
    size,
    outstanding,
    warmSeconds: quick ? 1 : 3,
    seconds: quick ? 3 : 10,
  }),
  not: ['null'],
});

const archiveReading: Scenario = {
  name: 'archive-read',
  group: 'archive',
  title: 'archive, pages of 50 read by 10 people',
  unit: 'messages',
  needs: () => ({ accounts: 200, archive: true }),
  job: (target, quick) => ({
    is: 'archive',
    target,
    signIn: plainText,
    readers: 10,
    messages: quick ? 200 : 1_000,
    warmSeconds: 2,
    seconds: quick ? 3 : 10,
  }),
  not: ['null'],
};

/**
 * Everybody at once after a restart of the server: nobody is in its memory, its code is cold. The clients have signed in before, so that they know what
 * they derived from their passwords. Ten pairs chat meanwhile.
 */
const storm = (name: string, title: string, count: number, signIn: SignInOptions): Scenario => ({
  name: `storm-${name}`,
  group: 'sign-in',
  title: `${count.toLocaleString('en')} people sign in again after a restart, ${title}, with roster and presence`,
  unit: 'sign-ins',
  needs: (quick) => ({ accounts: quick ? 1_000 : count }),
  job: (target, quick) => {
    const accounts = quick ? 1_000 : count;
    return { is: 'sign-in', target, signIn, accounts, count: accounts, parallel: 200, stay: true, restart: true };
  },
  beside: (target) => ({
    is: 'chat',
    target,
    signIn: { ...signIn, presence: false },
    pairs: 10,
    outstanding: 1,
    until: 'delivered',
    offered: 100,
    bodyBytes: 100,
    warmSeconds: 0,
    seconds: null,
  }),
  not: ['null'],
});

const office = (offered: number): Scenario =>
  chatScenario(`office-${offered}`, `an office: ${offered.toLocaleString('en')} a second offered, 500 people, archive`, 250, 1, {
    archive: true,
    offered,
    accounts: 500,
  });

export const scenarios: readonly Scenario[] = [
  signInScenario('scram', 'SCRAM-SHA-1, bind, close', { ...scram, presence: false }, false),
  signInScenario('scram-tls', 'STARTTLS, SCRAM-SHA-1, bind, close', { ...scram, presence: false, tls: true }, false),
  signInScenario('plain-tls', 'STARTTLS, PLAIN against hashed passwords, bind, close', { ...plainText, presence: false, tls: true }, false),
  signInScenario('presence', 'SCRAM-SHA-1, roster and presence, stays', scram, true),
  chatScenario('1', '1 pair x 1 outstanding', 1, 1, { not: [] }),
  chatScenario('50x4', '50 pairs x 4 outstanding', 50, 4, { not: [] }),
  chatScenario('sm', '50 pairs x 4, stream management', 50, 4, { streamManagement: true }),
  chatScenario('tls', '50 pairs x 4, TLS', 50, 4, { tls: true }),
  chatScenario('archive', '50 pairs x 4, archive', 50, 4, { archive: true }),
  chatScenario('acknowledged', '50 pairs x 32 unacknowledged, archive, counted when acknowledged', 50, 32, {
    archive: true,
    streamManagement: true,
    until: 'acknowledged',
  }),
  chatScenario('offered-1000', '1,000 a second offered, 50 pairs', 50, 1, { offered: 1_000 }),
  chatScenario('offered-10000', '10,000 a second offered, 50 pairs', 50, 1, { offered: 10_000 }),
  office(2_000),
  archiveReading,
  offlineScenario('stored'),
  offlineScenario('delivered'),
  presenceScenario(200, 50),
  presenceScenario(1_000, 20),
  roomsScenario('fill', 1, 1_000, 4),
  roomsScenario('talk', 1, 1_000, 4),
  roomsScenario('talk', 20, 50, 4),
  roomsScenario('talk', 100, 50, 1),
  storm('scram', 'SCRAM-SHA-1', 15_000, scram),
  storm('plain', 'PLAIN', 15_000, plainText),
  storm('scram-tls', 'TLS, SCRAM-SHA-1', 15_000, { ...scram, tls: true }),
  idleScenario('plain', 'no TLS', false),
  idleScenario('tls', 'TLS', true),
];
