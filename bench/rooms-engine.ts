/**
 * One chat room through the router, with sessions that only count: how long it takes to fill, and what one delivered message costs. The pieces a
 * message is joined from are flattened to bytes as a socket would. Run: npx tsx bench/rooms-engine.ts [occupants] [messages]
 */

import { createBlocking } from '../lib/blocking/index.ts';
import { systemClock } from '../lib/kernel/clock.ts';
import { type BareJid, makeJid } from '../lib/kernel/jid.ts';
import { liveBox } from '../lib/kernel/live.ts';
import { silentLog } from '../lib/kernel/log.ts';
import { createMuc } from '../lib/muc/index.ts';
import { settingsBox, settingValues } from '../lib/testing/fixed-settings.ts';
import { memoryStores } from '../lib/testing/memory/index.ts';
import type { ClientSession } from '../lib/xmpp/c2s/session.ts';
import { createRouter } from '../lib/xmpp/router/create-router.ts';
import { createUsers } from '../lib/xmpp/router/create-users.ts';
import { createRequests } from '../lib/xmpp/router/requests.ts';
import { readStanza } from '../lib/xmpp/stanza/read.ts';
import { parseElement } from '../lib/xmpp/stream/framer.ts';
import { limitsAfterSignIn } from '../lib/xmpp/stream/limits.ts';

const OCCUPANTS = Number(process.argv[2] ?? 1000);
const MESSAGES = Number(process.argv[3] ?? 500);
const ROOM = 'room@conference.example.com';
const limits = limitsAfterSignIn(settingValues('xmpp'));
const accounts = new Map(Array.from({ length: OCCUPANTS }, (_, i) => [`user${i}@example.com` as BareJid, i + 1]));
const users = createUsers({
  accounts: {
    find: async (bares) => new Map(bares.flatMap((bare) => (accounts.has(bare) ? [[bare, accounts.get(bare) ?? 0] as const] : []))),
  },
  clock: systemClock,
});
const stores = memoryStores();
const requests = createRequests({ clock: systemClock });
const router = createRouter({ users, domains: liveBox<ReadonlySet<string>>(new Set(['example.com'])), requests, log: silentLog });
router.add(
  createBlocking({
    store: stores.blocking,
    reports: stores.reports,
    readMessages: async () => [],
    reported: () => undefined,
    settings: settingsBox('im'),
    users,
    clock: systemClock,
    log: silentLog,
  }),
);
const muc = createMuc({
  router: () => router,
  store: stores.rooms,
  journal: stores.roomJournal,
  archive: stores.roomArchive,
  settings: settingsBox('muc', { createdUnlocked: true, maxOccupants: 100_000 }),
  imDomains: liveBox<ReadonlySet<string>>(new Set(['example.com'])),
  settled: (done) => done(),
  vcardOf: () => undefined,
  secret: Buffer.from('bench'),
  clock: systemClock,
  log: silentLog,
});
router.hosts.add(muc.host);

let copies = 0;
let bytes = 0;
const out = Buffer.alloc(1 << 20);
const sessions: ClientSession[] = [];
for (const bare of accounts.keys()) {
  const user = await users.load(bare);
  if (!user) throw new Error('not loaded');
  const session = {
    id: bare,
    jid: makeJid(user.jid.local, user.jid.domain, 'bench'),
    user,
    slots: [],
    state: 'live',
    send(xml: string) {
      copies++;
      bytes += out.write(xml);
      return true;
    },
    holdAck: () => ({ done: () => undefined }),
  } as unknown as ClientSession;
  user.sessions.set('bench', session);
  sessions.push(session);
}

function say(session: ClientSession, xml: string): void {
  const frame = parseElement(Buffer.from(xml), limits);
  if (frame.is !== 'element') throw new Error('not an element');
  const read = readStanza(frame.el, session.jid, '');
  if (!read.ok) throw new Error(read.fault.condition);
  router.submit(session, read.value);
}

function measured(name: string, work: () => void): void {
  copies = 0;
  bytes = 0;
  const cpu = process.cpuUsage();
  work();
  const used = process.cpuUsage(cpu);
  const seconds = (used.user + used.system) / 1e6;
  console.log(
    `${name}: ${copies} stanzas, ${(bytes / 1e6).toFixed(1)} MB, ${seconds.toFixed(3)} s CPU, ${((seconds / copies) * 1e6).toFixed(3)} ms per 1,000`,
  );
}

const join = (i: number) =>
  `<presence xmlns='jabber:client' to='${ROOM}/nick${i}'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='http://bench' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
say(sessions[0] as ClientSession, join(0));
await new Promise((done) => setTimeout(done, 50));
measured(`filling a room of ${OCCUPANTS}`, () => {
  for (let i = 1; i < OCCUPANTS; i++) say(sessions[i] as ClientSession, join(i));
});
for (let round = 0; round < 3; round++)
  measured(`messages to ${OCCUPANTS}`, () => {
    for (let i = 0; i < MESSAGES; i++)
      say(
        sessions[i % OCCUPANTS] as ClientSession,
        `<message xmlns='jabber:client' to='${ROOM}' type='groupchat' id='m${i}'><body>a message of some length, as people write them, number ${i}</body></message>`,
      );
  });
console.log(`${(process.memoryUsage().heapUsed / 1e6).toFixed(0)} MB heap`);
