/** The rooms under the real router, block lists and user table: what a stranger can learn, and what two people see of each other. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Blocking, createBlocking } from '../blocking/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createProfile } from '../profile/index.ts';
import { createRoster } from '../roster/index.ts';
import { settingsBox } from '../testing/fixed-settings.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { jidOf, presenceValues } from '../testing/presence-world.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import { type BuiltRouter, createRouter } from '../xmpp/router/create-router.ts';
import { createUsers } from '../xmpp/router/create-users.ts';
import { createRequests } from '../xmpp/router/requests.ts';
import type { Users } from '../xmpp/router/users.ts';
import { makeIq, makePresence } from '../xmpp/stanza/build.ts';
import { type Element, el } from '../xmpp/stanza/element.ts';
import type { PresenceType } from '../xmpp/stanza/stanza.ts';
import { createDisco } from '../xmpp/xeps/xep-0030-disco.ts';
import { createPing } from '../xmpp/xeps/xep-0199-ping.ts';
import { createPresence } from './index.ts';

interface Client extends ClientSession {
  readonly sent: string[];
  take(): string[];
  say(type: PresenceType, to?: string): void;
  ask(payload: Element, to: string, type?: 'get' | 'set'): Promise<string>;
  leave(): void;
}

let router: BuiltRouter;
let users: Users;
let blocking: Blocking;
let queries: number;
/** What saving a block list waits for. */
let beforeSave: () => Promise<void>;

async function until(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (check()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('what was waited for did not happen');
}

let count = 0;
async function signIn(full: string): Promise<Client> {
  const jid = jidOf(full);
  const user = await users.load(jid.bare);
  if (user === null) throw new Error(`nobody is called ${full}`);
  const sent: string[] = [];
  const client: Client = {
    id: full,
    jid,
    user,
    state: 'live',
    facts: { address: '', port: 0, transport: 'tcp', tls: null, mechanism: '', since: 0 },
    presence: null,
    priority: 0,
    interested: false,
    carbons: false,
    blockInterested: false,
    inactive: false,
    client: '',
    slots: [],
    sent,
    take: () => sent.splice(0),
    send(xml) {
      sent.push(xml);
      return true;
    },
    end: () => undefined,
    holdAck: () => ({ done: () => undefined }),
    say: (type, to) => router.submit(client, makePresence({ type, from: jid, to: to === undefined ? null : jidOf(to) })),
    async ask(payload, to, type = 'get') {
      const id = `q${++count}`;
      router.submit(client, makeIq({ type, from: jid, to: jidOf(to), id }, payload));
      const isAnswer = (xml: string): boolean => xml.startsWith('<iq') && xml.includes(`id='${id}'`);
      await until(() => sent.some(isAnswer));
      return sent.splice(sent.findIndex(isAnswer), 1)[0]?.replace(id, 'ID').replace(` from='${to}'`, '') ?? '';
    },
    leave() {
      user.sessions.delete(jid.resource);
      router.sessionHooks.ended(client, []);
    },
  };
  user.sessions.set(jid.resource, client);
  router.sessionHooks.bound(client);
  return client;
}

beforeEach(() => {
  const stores = memoryStores();
  const accounts = new Map(['alice', 'bob', 'carol'].map((name, index) => [jidOf(`${name}@example.com`).bare, index + 1]));
  queries = 0;
  beforeSave = async () => undefined;
  users = createUsers({
    accounts: {
      async find(bares) {
        queries += 1;
        return new Map([...accounts].filter(([bare]) => bares.includes(bare)));
      },
    },
    clock: systemClock,
  });
  const settings = liveBox(presenceValues());
  const common = { users, router: () => router, settings, clock: systemClock, log: silentLog };
  const lists = stores.blocking;
  blocking = createBlocking({
    store: { load: (ids) => lists.load(ids), save: (id, jids) => beforeSave().then(() => lists.save(id, jids)) },
    reports: stores.reports,
    readMessages: async () => [],
    reported: () => undefined,
    settings: settingsBox('im'),
    users,
    clock: systemClock,
    log: silentLog,
  });
  const roster = createRoster({ ...common, store: stores.roster });
  const presence = createPresence({ ...common, roster, blocking });
  router = createRouter({
    users,
    domains: liveBox(new Set(['example.com'])),
    requests: createRequests({ clock: systemClock }),
    log: silentLog,
  });
  const disco = createDisco({
    rooms: () => router.rooms,
    maySee: (viewer, owner) => roster.isWatcher(owner, viewer),
    services: () => [],
    forms: () => [],
    nodes: () => [],
  });
  for (const room of [blocking, roster, presence, createProfile({ ...common, store: stores.profile, roster }), disco.room, createPing()])
    router.add(room);
});

const discoInfo = el('query', 'http://jabber.org/protocol/disco#info');
const discoItems = el('query', 'http://jabber.org/protocol/disco#items');
const questions: readonly [string, Element, 'get' | 'set'][] = [
  ['disco#info', discoInfo, 'get'],
  ['disco#items', discoItems, 'get'],
  ['a vCard', el('vCard', 'vcard-temp'), 'get'],
  ['setting a vCard', el('vCard', 'vcard-temp'), 'set'],
  ['last activity', el('query', 'jabber:iq:last'), 'get'],
  ['the roster', el('query', 'jabber:iq:roster'), 'get'],
  ['setting the roster', el('query', 'jabber:iq:roster', {}, el('item', 'jabber:iq:roster', { jid: 'x@example.com' })), 'set'],
  ['private XML', el('query', 'jabber:iq:private', {}, el('a', 'urn:a')), 'get'],
  ['a ping', el('ping', 'urn:xmpp:ping'), 'get'],
  ['something nobody knows', el('query', 'urn:example:unknown'), 'get'],
];

describe('a stranger cannot tell by an answer whether an account exists', () => {
  test.each(questions)('%s', async (_name, payload, type) => {
    const carol = await signIn('carol@example.com/x');
    const alice = await signIn('alice@example.com/desk');
    alice.say('');
    const online = await carol.ask(payload, 'alice@example.com', type);
    const offline = await carol.ask(payload, 'bob@example.com', type);
    const missing = await carol.ask(payload, 'nobody@example.com', type);
    expect(online).toBe(missing);
    expect(offline).toBe(missing);
    expect(missing).toContain("type='error'");
    // Nor whether a device of somebody is there.
    expect(await carol.ask(payload, 'alice@example.com/desk', type)).toBe(await carol.ask(payload, 'nobody@example.com/desk', type));
  });
});

describe('two people', () => {
  test('ask, are approved, see each other, block, unblock and part', async () => {
    const alice = await signIn('alice@example.com/desk');
    const bob = await signIn('bob@example.com/phone');
    for (const client of [alice, bob]) {
      await client.ask(el('query', 'jabber:iq:roster'), client.user.bare);
      client.say('');
    }
    alice.say('subscribe', 'bob@example.com');
    bob.say('subscribe', 'alice@example.com');
    const seesOnline = (who: Client, from: string): boolean => who.sent.includes(`<presence from='${from}' to='${who.user.bare}'/>`);
    await until(() => seesOnline(alice, 'bob@example.com/phone') && seesOnline(bob, 'alice@example.com/desk'));
    bob.take();
    const item = el('item', 'urn:xmpp:blocking', { jid: 'bob@example.com' });
    await alice.ask(el('block', 'urn:xmpp:blocking', {}, item), alice.user.bare, 'set');
    expect(bob.take()).toEqual(["<presence from='alice@example.com/desk' to='bob@example.com' type='unavailable'/>"]);
    alice.say('');
    expect(bob.take()).toEqual([]);
    await alice.ask(el('unblock', 'urn:xmpp:blocking', {}, item), alice.user.bare, 'set');
    expect(bob.take()).toEqual(["<presence from='alice@example.com/desk' to='bob@example.com'/>"]);
    alice.leave();
    expect(bob.take()).toEqual(["<presence from='alice@example.com/desk' to='bob@example.com' type='unavailable'/>"]);
  });

  describe('while a block is being stored', () => {
    const block = el('block', 'urn:xmpp:blocking', {}, el('item', 'urn:xmpp:blocking', { jid: 'bob@example.com' }));
    const gone = "<presence from='alice@example.com/desk' to='bob@example.com' type='unavailable'/>";
    let alice: Client;
    let bob: Client;
    beforeEach(async () => {
      alice = await signIn('alice@example.com/desk');
      bob = await signIn('bob@example.com/phone');
      for (const client of [alice, bob]) client.say('');
      bob.say('subscribe', 'alice@example.com');
      await until(() => bob.sent.includes("<presence from='alice@example.com/desk' to='bob@example.com'/>"));
      bob.take();
    });

    test('the blocked hears the goodbye and nothing after it', async () => {
      let store: () => void = () => undefined;
      beforeSave = () => new Promise((done) => (store = done));
      const answered = alice.ask(block, alice.user.bare, 'set');
      await until(() => bob.sent.length > 0);
      alice.say('');
      bob.say('probe', 'alice@example.com');
      alice.say('', 'bob@example.com');
      const other = await signIn('bob@example.com/new');
      other.say('');
      expect([bob.take().filter((xml) => xml.includes('alice')), other.take().filter((xml) => xml.includes('alice'))]).toEqual([
        [gone],
        [],
      ]);
      store();
      expect(await answered).toContain("type='result'");
    });

    test('a block that cannot be stored is none: the contact sees the person again', async () => {
      beforeSave = () => Promise.reject(new Error('the disk is full'));
      expect(await alice.ask(block, alice.user.bare, 'set')).toContain("type='error'");
      expect(bob.take()).toEqual([gone, "<presence from='alice@example.com/desk' to='bob@example.com'/>"]);
    });
  });

  test('who was told by name and is blocked since does not learn when the device leaves', async () => {
    const alice = await signIn('alice@example.com/desk');
    const carol = await signIn('carol@example.com/x');
    for (const client of [alice, carol]) client.say('');
    alice.say('', 'carol@example.com');
    carol.take();
    const item = el('item', 'urn:xmpp:blocking', { jid: 'carol@example.com' });
    await alice.ask(el('block', 'urn:xmpp:blocking', {}, item), alice.user.bare, 'set');
    expect(carol.take()).toEqual(["<presence from='alice@example.com/desk' to='carol@example.com' type='unavailable'/>"]);
    alice.leave();
    expect(carol.take()).toEqual([]);
  });

  test('a request to a server we do not talk to is answered by a presence error', async () => {
    const alice = await signIn('alice@example.com/desk');
    alice.say('');
    alice.say('subscribe', 'eve@elsewhere.org');
    expect(alice.sent.at(-1)).toContain('<remote-server-not-found');
  });

  test('signing in asks the database about nobody else', async () => {
    const alice = await signIn('alice@example.com/desk');
    alice.say('subscribe', 'bob@example.com');
    await until(() => users.peek(jidOf('bob@example.com').bare) !== undefined);
    const before = queries;
    alice.say('unavailable');
    alice.say('');
    alice.leave();
    expect(queries).toBe(before);
  });
});
