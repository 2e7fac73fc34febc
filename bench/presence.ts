/**
 * Presence fan-out inside the room: everyone is online with one device and has CONTACTS mutual contacts; each changes presence in turn. Measures
 * deliveries a second and the CPU of one, with sessions that only count. Run: npx tsx bench/presence.ts
 */
import { systemClock } from '../lib/kernel/clock.ts';
import { type BareJid, parseJid } from '../lib/kernel/jid.ts';
import { liveBox } from '../lib/kernel/live.ts';
import { silentLog } from '../lib/kernel/log.ts';
import { writeSlot } from '../lib/kernel/slots.ts';
import { createPresence } from '../lib/presence/index.ts';
import { createRoster } from '../lib/roster/index.ts';
import type { RosterItem } from '../lib/roster/ports.ts';
import { settingValues } from '../lib/testing/fixed-settings.ts';
import type { ClientSession } from '../lib/xmpp/c2s/session.ts';
import { createHostTable } from '../lib/xmpp/router/hosts.ts';
import type { Router } from '../lib/xmpp/router/router.ts';
import type { User, UserSlotLoader, Users } from '../lib/xmpp/router/users.ts';
import { makePresence } from '../lib/xmpp/stanza/build.ts';
import { el } from '../lib/xmpp/stanza/element.ts';

const PEOPLE = Number(process.argv[2] ?? 2000);
const CONTACTS = Number(process.argv[3] ?? 50);
const ROUNDS = Number(process.argv[4] ?? 10);

const people = new Map<BareJid, User>();
const loaders: UserSlotLoader<unknown>[] = [];
const users: Users = {
  peek: (bare) => people.get(bare),
  load: async (bare) => people.get(bare) ?? null,
  online: () => people.values(),
  onlineCount: PEOPLE,
  sessionCount: PEOPLE,
  registerLoader: (loader) => void loaders.push(loader as UserSlotLoader<unknown>),
  evict: () => undefined,
};
const router: Router = {
  users,
  add: () => undefined,
  submit: () => undefined,
  route: () => undefined,
  bounce: () => undefined,
  isLocalDomain: (domain) => domain === 'example.com',
  hosts: createHostTable(),
  deliver: () => false,
  answer: () => undefined,
  failed: () => undefined,
  holdAck: (session) => session.holdAck(),
  shareHold: (session) => session?.holdAck() ?? null,
  elsewhere: null,
  ask: (_from, _to, _payload, onAnswer) => onAnswer(null),
};
const bareOf = (i: number): BareJid => `user${(i + PEOPLE) % PEOPLE}@example.com` as BareJid;
const contactsOf = (i: number): RosterItem[] => {
  const items: RosterItem[] = [];
  for (let d = 1; d <= CONTACTS / 2; d++)
    for (const other of [i - d, i + d])
      items.push({ contact: bareOf(other), name: '', groups: [], subscription: 'both', ask: false, approved: false, version: 1 });
  return items;
};

const settings = liveBox(settingValues('presence', { maxContacts: 0, maxWatchers: 0 }));
const roster = createRoster({
  store: {
    load: async (ids) => new Map(ids.map((id) => [id, { version: 1, items: contactsOf(id - 1), pendingIn: [] }])),
    save: async () => undefined,
    holdersOf: async () => [],
  },
  users,
  router: () => router,
  settings,
  clock: systemClock,
  log: silentLog,
});
const presence = createPresence({
  users,
  router: () => router,
  roster,
  settings,
  clock: systemClock,
  blocking: { isBlocked: () => false, onBlocked: () => undefined, onUnblocked: () => undefined },
});
const broadcast = presence.hooks?.find((h) => h.hook === 'presence.broadcast');
if (broadcast?.hook !== 'presence.broadcast') throw new Error('the room has no such hook');

let characters = 0;
const sessions: ClientSession[] = [];
for (let i = 0; i < PEOPLE; i++) {
  const jid = parseJid(`${bareOf(i)}/device`);
  const bare = parseJid(bareOf(i));
  if (jid === null || bare === null) throw new Error('no address');
  const user: User = { accountId: i + 1, jid: bare, bare: bare.bare, sessions: new Map(), slots: [] };
  for (const loader of loaders) writeSlot(user, loader.slot, (await loader.load([i + 1])).get(i + 1));
  const session: ClientSession = {
    id: String(i),
    jid,
    user,
    state: 'live',
    facts: { address: '', port: 0, transport: 'tcp', tls: null, mechanism: '', since: 0 },
    presence: null,
    priority: 0,
    interested: true,
    carbons: false,
    blockInterested: false,
    inactive: false,
    client: 'bench',
    slots: [],
    send(xml) {
      // Flattens the text, as writing to a socket would.
      characters += Buffer.byteLength(xml);
      return true;
    },
    end: () => undefined,
    holdAck: () => ({ done: () => undefined }),
  };
  user.sessions.set('device', session);
  people.set(user.bare, user);
  sessions.push(session);
}

function measure(name: string, act: () => void): void {
  const before = presence.counters.delivered;
  const cpu = process.cpuUsage();
  const start = performance.now();
  act();
  const ms = performance.now() - start;
  const used = process.cpuUsage(cpu);
  const count = presence.counters.delivered - before;
  const perSecond = Math.round((count / ms) * 1000);
  const each = ((used.user + used.system) / count).toFixed(2);
  process.stdout.write(`${name}: ${count} deliveries in ${Math.round(ms)} ms, ${perSecond}/s, ${each} us CPU each\n`);
}

const rich = (session: ClientSession, n: number) =>
  makePresence(
    { from: session.jid, to: null },
    el('show', 'jabber:client', {}, n % 2 === 0 ? 'away' : 'chat'),
    el('status', 'jabber:client', {}, `In a meeting until ${n}:00`),
    el('c', 'http://jabber.org/protocol/caps', { hash: 'sha-1', node: 'https://app.example', ver: 'QgayPKawpkPSDYmwT/WM94uAlu0=' }),
  );

measure('sign-in storm (broadcast and contacts shown)', () => {
  for (const session of sessions) broadcast.run(session, rich(session, 0));
});
for (let round = 1; round <= 2; round++)
  measure(`changes, round ${round}`, () => {
    for (let n = 0; n < ROUNDS; n++) for (const session of sessions) broadcast.run(session, rich(session, n));
  });
process.stdout.write(`${Math.round(characters / 1e6)} million characters written\n`);
