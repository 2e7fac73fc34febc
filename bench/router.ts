/**
 * One-to-one chat through the router and the im room, with sessions that only count: what one message costs, archive off and on (a journal that
 * commits nothing), and how much of it is reading the stanza. Run: npx tsx bench/router.ts [messages] [people]
 */

import { createBlocking } from '../lib/blocking/index.ts';
import { createIm } from '../lib/im/index.ts';
import { systemClock } from '../lib/kernel/clock.ts';
import type { BareJid } from '../lib/kernel/jid.ts';
import { makeJid } from '../lib/kernel/jid.ts';
import { liveBox } from '../lib/kernel/live.ts';
import { silentLog } from '../lib/kernel/log.ts';
import { settingsBox, settingValues } from '../lib/testing/fixed-settings.ts';
import { memoryStores } from '../lib/testing/memory/index.ts';
import type { ClientSession } from '../lib/xmpp/c2s/session.ts';
import { createRouter } from '../lib/xmpp/router/create-router.ts';
import { createUsers } from '../lib/xmpp/router/create-users.ts';
import { createRequests } from '../lib/xmpp/router/requests.ts';
import { makePresence } from '../lib/xmpp/stanza/build.ts';
import { readStanza } from '../lib/xmpp/stanza/read.ts';
import { parseElement } from '../lib/xmpp/stream/framer.ts';
import { limitsAfterSignIn } from '../lib/xmpp/stream/limits.ts';

const MESSAGES = Number(process.argv[2] ?? 300_000);
const PEOPLE = Number(process.argv[3] ?? 2000);
const limits = limitsAfterSignIn(settingValues('xmpp'));
const nothing = () => undefined;
const hold = { done: nothing };

async function node(archive: boolean, devices: number) {
  const accounts = new Map(Array.from({ length: PEOPLE }, (_, i) => [`user${i}@example.com` as BareJid, i + 1]));
  const users = createUsers({
    accounts: {
      find: async (bares) => new Map(bares.flatMap((bare) => (accounts.has(bare) ? [[bare, accounts.get(bare) ?? 0] as const] : []))),
    },
    clock: systemClock,
  });
  const stores = memoryStores();
  const requests = createRequests({ clock: systemClock });
  const router = createRouter({ users, domains: liveBox<ReadonlySet<string>>(new Set(['example.com'])), requests, log: silentLog });
  const im = createIm({
    users,
    router: () => router,
    journal: { accepting: true, backlog: 0, append: (_entry, done) => done?.() },
    offline: stores.offline,
    archive: stores.archive,
    im: settingsBox('im'),
    archiveSettings: settingsBox('archive', { enabled: archive }),
    isContact: () => true,
    clock: systemClock,
    log: silentLog,
  });
  router.add(
    createBlocking({
      store: stores.blocking,
      reports: stores.reports,
      readMessages: async () => [],
      reported: nothing,
      settings: settingsBox('im'),
      users,
      clock: systemClock,
      log: silentLog,
    }),
  );
  router.add(im);
  const sessions: ClientSession[] = [];
  let bytes = 0;
  let copies = 0;
  for (const bare of accounts.keys()) {
    const user = await users.load(bare);
    if (!user) throw new Error('not loaded');
    for (let d = 0; d < devices; d++) {
      const jid = makeJid(user.jid.local, user.jid.domain, `device${d}`);
      const session: ClientSession = {
        id: jid.full,
        jid,
        user,
        state: 'live',
        facts: { address: '', port: 0, transport: 'tcp', tls: null, mechanism: '', since: 0 },
        presence: makePresence({ from: jid, to: null }),
        priority: 0,
        interested: true,
        carbons: devices > 1,
        blockInterested: false,
        inactive: false,
        client: '',
        slots: [],
        send(xml) {
          bytes += xml.length;
          copies++;
          return true;
        },
        end: nothing,
        holdAck: () => hold,
      };
      user.sessions.set(jid.resource, session);
      if (d === 0) sessions.push(session);
    }
  }
  return { router, sessions, totals: () => ({ bytes, copies }) };
}

const text = 'a message of some length, as people write them to each other during the day';
const wire = (to: string, id: number) =>
  `<message xmlns='jabber:client' to='${to}' type='chat' id='m${id}'><body>${text}</body><active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>`;

async function measure(name: string, archive: boolean, devices: number): Promise<void> {
  const { router, sessions, totals } = await node(archive, devices);
  const wires = Array.from({ length: 4096 }, (_, i) => Buffer.from(wire(sessions[(i * 7 + 1) % PEOPLE]?.jid.bare ?? '', i)));
  const run = (count: number, deliver: boolean) => {
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) {
      const frame = parseElement(wires[i & 4095] ?? Buffer.alloc(0), limits);
      const sender = sessions[(i * 13) % PEOPLE];
      if (frame.is !== 'element' || !sender) throw new Error('broken');
      const read = readStanza(frame.el, sender.jid, 'en');
      if (deliver && read.ok) router.submit(sender, read.value);
    }
    const used = process.cpuUsage(before);
    return (used.user + used.system) / count;
  };
  run(30_000, true);
  const reading = run(MESSAGES, false);
  const start = totals().copies;
  const whole = run(MESSAGES, true);
  const per = (totals().copies - start) / MESSAGES;
  process.stdout.write(
    `${name.padEnd(34)} ${(whole - reading).toFixed(1).padStart(6)} µs routed   ${reading.toFixed(1).padStart(5)} µs read   ${per.toFixed(1)} sends a message\n`,
  );
}

await measure('one device, archive off', false, 1);
await measure('one device, archive on', true, 1);
await measure('three devices with carbons, off', false, 3);
await measure('three devices with carbons, on', true, 3);
