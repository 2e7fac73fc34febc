import { beforeEach, describe, expect, test } from 'vitest';
import type { ServerValues, XmppValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Fault } from '../../kernel/faults.ts';
import type { Domain } from '../../kernel/jid.ts';
import type { LiveBox } from '../../kernel/live.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { settingsBox, settingValues } from '../../testing/fixed-settings.ts';
import { createSmallNode, type SmallNode } from '../../testing/small-node.ts';
import type { IqAnswer, Room } from '../router/hooks.ts';
import { type Element, el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { serialize } from '../stanza/serialize.ts';
import type { OwnAccounts } from './ports.ts';
import { formElement } from './xep-0004-forms.ts';
import { createDisco } from './xep-0030-disco.ts';
import { createRegistration, type InBandRegistration } from './xep-0077-registration.ts';
import { createVersion, softwareForm } from './xep-0092-version.ts';
import { type Caps, capsText, createCaps, isVerified } from './xep-0115-caps.ts';
import { contactForms, contactRoom } from './xep-0157-contact.ts';
import { createPing } from './xep-0199-ping.ts';
import { createTime, zoneOffset } from './xep-0202-time.ts';

const taken: Fault = { code: 'users.taken', kind: 'conflict', message: 'The address is taken.' };

let node: SmallNode;
let caps: Caps;
let registration: InBandRegistration;
let now: number;
let xmpp: LiveBox<XmppValues>;
let server: LiveBox<ServerValues>;
let calls: unknown[];
let asked: { device: string; answer: (payload: Element | null) => void }[];

let moreForms: readonly Element[];

beforeEach(() => {
  moreForms = [];
  node = createSmallNode();
  for (const name of ['alice', 'bob', 'carol']) node.addAccount(`${name}@example.com`);
  now = 1_000_000;
  xmpp = settingsBox('xmpp');
  server = settingsBox('server');
  calls = [];
  asked = [];
  const clock: Clock = { now: () => now, monotonic: () => now, setTimeout: () => ({ cancel: () => undefined }) };
  const accounts: OwnAccounts = {
    async register(bare, password, mail) {
      calls.push(['register', bare, password, mail]);
      return bare.startsWith('taken') ? refuse(taken) : ok(null);
    },
    async changePassword(bare, password) {
      calls.push(['own-password', bare, password]);
      return ok(null);
    },
    async remove(bare, sessionId) {
      calls.push(['remove', bare, sessionId]);
      return ok(null);
    },
  };
  const rooms: Room[] = [];
  const disco = createDisco({
    rooms: () => rooms,
    maySee: (viewer, owner) => viewer === owner.bare || viewer === 'bob@example.com',
    services: () => [{ jid: 'rooms.example.com', name: 'Chat rooms' }],
    forms: () => [...contactForms(server), ...moreForms],
    nodes: () => [caps.nodes],
  });
  caps = createCaps(disco);
  registration = createRegistration({ accounts, settings: xmpp, clock });
  rooms.push(
    disco.room,
    caps.room,
    createPing(),
    createTime({ clock }),
    createVersion({
      version: '9.8.7',
      ask: { ask: (session, _payload, answer) => void asked.push({ device: session.jid.full, answer }) },
      changed: (session) => void calls.push(['client', session.client]),
    }),
    contactRoom,
    registration.room,
  );
  node.add(...rooms);
});

const textOf = (answer: IqAnswer): string => {
  if ('fault' in answer) return `${answer.fault.condition}${answer.fault.detail === undefined ? '' : `/${answer.fault.detail.name}`}`;
  return answer.result === null ? '' : typeof answer.result === 'string' ? answer.result : serialize(answer.result, NS.client);
};
const info = (at?: string) => el('query', NS.discoInfo, at === undefined ? {} : { node: at });
const items = (at?: string) => el('query', NS.discoItems, at === undefined ? {} : { node: at });

describe('discovery', () => {
  test('the server names itself, its features and its services, and no people', async () => {
    const bob = await node.signIn('bob@example.com/x');
    const text = textOf(await bob.ask('get', info(), 'example.com'));
    expect(text).toContain("<identity category='server' type='im' name='Rollcall'/>");
    for (const feature of [NS.discoInfo, NS.discoItems, NS.ping, 'urn:xmpp:time', 'jabber:iq:version', 'http://jabber.org/protocol/caps'])
      expect(text).toContain(`<feature var='${feature}'/>`);
    expect(textOf(await bob.ask('get', items(), 'example.com'))).toBe(
      `<query xmlns='${NS.discoItems}'><item jid='rooms.example.com' name='Chat rooms'/></query>`,
    );
  });

  test('the server tells its name and version in what it says of itself', async () => {
    moreForms = [softwareForm('1.2.3')];
    const alice = await node.signIn('alice@example.com/x');
    const told = textOf(await alice.ask('get', info(), 'example.com'));
    expect(told).toContain('<value>urn:xmpp:dataforms:softwareinfo</value>');
    expect(told).toContain("<field var='software_version' type='text-single'><value>1.2.3</value></field>");
  });

  test('contact addresses appear as soon as they are set, and change the capabilities', async () => {
    const bob = await node.signIn('bob@example.com/x');
    const before = caps.element();
    server.set(settingValues('server', { contactAdmin: ['mailto:admin@example.com'] }));
    expect(textOf(await bob.ask('get', info(), 'example.com'))).toContain(
      "<field var='admin-addresses' type='list-multi'><value>mailto:admin@example.com</value></field>",
    );
    expect(caps.element()).not.toBe(before);
  });

  test('the capabilities node answers with the node echoed, and its hash is that of the answer', async () => {
    const bob = await node.signIn('bob@example.com/x');
    const [, at = '', ver = ''] = /node='([^']+)' ver='([^']+)'/.exec(caps.element()) ?? [];
    const answer = await bob.ask('get', info(`${at}#${ver}`), 'example.com');
    if (!('result' in answer) || answer.result === null || typeof answer.result === 'string') throw new Error('no element');
    expect(answer.result.attrs.node).toBe(`${at}#${ver}`);
    const told = {
      identities: [{ category: 'server', type: 'im', name: 'Rollcall' }],
      features: answer.result
        .elements()
        .filter((e) => e.name === 'feature')
        .map((e) => e.attrs.var ?? ''),
      forms: [],
    };
    expect(isVerified(told, ver)).toBe(true);
    expect(isVerified({ ...told, features: told.features.slice(1) }, ver)).toBe(false);
    expect(textOf(await bob.ask('get', info(`${at}#other`), 'example.com'))).toBe('item-not-found');
  });

  test.each(['info', 'items'])('an unknown node is not found (%s)', async (kind) => {
    const bob = await node.signIn('bob@example.com/x');
    const query = kind === 'info' ? info('nowhere') : items('nowhere');
    expect(textOf(await bob.ask('get', query, 'example.com'))).toBe('item-not-found');
    expect(textOf(await bob.ask('get', query))).toBe('item-not-found');
  });

  test('an account answers to itself and to those who may see it; to others exactly as one that does not exist', async () => {
    const alice = await node.signIn('alice@example.com/x');
    const bob = await node.signIn('bob@example.com/x');
    const carol = await node.signIn('carol@example.com/x');
    expect(textOf(await alice.ask('get', info()))).toContain("<identity category='account' type='registered'/>");
    expect(textOf(await bob.ask('get', info(), 'alice@example.com'))).toContain("<identity category='account' type='registered'/>");
    for (const query of [info(), items(), info('some-node'), items('some-node')]) {
      const stranger = await carol.ask('get', query, 'alice@example.com');
      expect(stranger).toEqual(await carol.ask('get', query, 'nobody@example.com'));
      expect(textOf(stranger)).toBe('service-unavailable');
    }
  });
});

describe('capabilities hash', () => {
  test('is the one of the examples of XEP-0115 §5.2 and §5.3', () => {
    const features = [
      'http://jabber.org/protocol/disco#info',
      'http://jabber.org/protocol/disco#items',
      'http://jabber.org/protocol/muc',
      'http://jabber.org/protocol/caps',
    ];
    const simple = { identities: [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }], features, forms: [] };
    expect(isVerified(simple, 'QgayPKawpkPSDYmwT/WM94uAlu0=')).toBe(true);
    const field = (name: string, ...values: string[]) => ({ name, values });
    const form = formElement('result', 'urn:xmpp:dataforms:softwareinfo', [
      field('ip_version', 'ipv4', 'ipv6'),
      field('os', 'Mac'),
      field('os_version', '10.5.1'),
      field('software', 'Psi'),
      field('software_version', '0.11'),
    ]);
    const complex = {
      identities: [
        { category: 'client', type: 'pc', name: 'Psi 0.11', lang: 'en' },
        { category: 'client', type: 'pc', name: 'Ψ 0.11', lang: 'el' },
      ],
      features,
      forms: [form],
    };
    expect(isVerified(complex, 'q07IKJEyjvHSyhy//CH0CxmKi8w=')).toBe(true);
    expect(capsText({ ...complex, forms: [form, form] })).toBeNull();
    expect(capsText({ ...simple, features: [...features, features[0] ?? ''] })).toBeNull();
  });
});

describe('small questions', () => {
  test('a ping to the server and to oneself is answered, one to another account is not', async () => {
    const bob = await node.signIn('bob@example.com/x');
    const ping = el('ping', NS.ping);
    expect(textOf(await bob.ask('get', ping, 'example.com'))).toBe('');
    expect(textOf(await bob.ask('get', ping))).toBe('');
    expect(textOf(await bob.ask('get', ping, 'alice@example.com'))).toBe('service-unavailable');
  });

  test('the time is UTC with a Z, the version names the program and no system', async () => {
    const bob = await node.signIn('bob@example.com/x');
    now = Date.UTC(2026, 0, 2, 3, 4, 5);
    expect(textOf(await bob.ask('get', el('time', 'urn:xmpp:time'), 'example.com'))).toContain('<utc>2026-01-02T03:04:05Z</utc>');
    expect(textOf(await bob.ask('get', el('query', 'jabber:iq:version'), 'example.com'))).toBe(
      "<query xmlns='jabber:iq:version'><name>Rollcall</name><version>9.8.7</version></query>",
    );
  });

  test.each([
    [0, '+00:00'],
    [-120, '+02:00'],
    [210, '-03:30'],
  ])('an offset of %s minutes west is written %s', (minutes, text) => {
    expect(zoneOffset(minutes)).toBe(text);
  });

  test('each session is asked once for its version; the answer is kept on one line', async () => {
    const bob = await node.signIn('bob@example.com/x');
    bob.presenceOut('');
    bob.presenceOut('');
    expect(asked.map((a) => a.device)).toEqual(['bob@example.com/x']);
    const version = 'jabber:iq:version';
    asked[0]?.answer(el('query', version, {}, el('name', version, {}, 'Gajim\n'), el('version', version, {}, `1.9 ${'x'.repeat(500)}`)));
    expect(bob.client).toMatch(/^Gajim 1\.9 x+$/);
    expect(bob.client.length).toBe(120);
    expect(calls).toHaveLength(1);
  });
});

describe('in-band registration', () => {
  const query = (...children: Element[]) => el('query', NS.register, {}, ...children);
  const field = (name: string, text: string) => el(name, NS.register, {}, text);
  const domain = 'example.com' as Domain;

  test('is refused while it is off, and makes an account in prepared form when on', async () => {
    const asking = query(field('username', 'Dora'), field('password', 'secret'), field('email', 'd@example.com'));
    expect((await registration.preAuth.submit(domain, asking, '1.2.3.4'))?.condition).toBe('not-allowed');
    xmpp.set(settingValues('xmpp', { inBandRegistration: true }));
    expect(await registration.preAuth.submit(domain, asking, '1.2.3.4')).toBeNull();
    expect(calls).toEqual([['register', 'dora@example.com', 'secret', 'd@example.com']]);
  });

  test.each([
    ['taken', 'secret', 'conflict'],
    ['', 'secret', 'bad-request'],
    ['dora', '', 'bad-request'],
    ['do ra', 'secret', 'jid-malformed'],
  ])('user name "%s" with password "%s" is refused with %s', async (name, password, condition) => {
    xmpp.set(settingValues('xmpp', { inBandRegistration: true }));
    const fault = await registration.preAuth.submit(domain, query(field('username', name), field('password', password)), '1.2.3.4');
    expect(fault?.condition).toBe(condition);
  });

  test('one address cannot ask without end', async () => {
    xmpp.set(settingValues('xmpp', { inBandRegistration: true }));
    const asking = query(field('username', 'taken'), field('password', 'x'));
    for (let i = 0; i < 300; i++) await registration.preAuth.submit(domain, asking, '1.2.3.4');
    expect((await registration.preAuth.submit(domain, asking, '1.2.3.4'))?.condition).toBe('resource-constraint');
    expect((await registration.preAuth.submit(domain, asking, '5.6.7.8'))?.condition).toBe('conflict');
    now += 60_000;
    expect((await registration.preAuth.submit(domain, asking, '1.2.3.4'))?.condition).toBe('conflict');
  });

  test('in a session: shows the account, changes the own password only, removes only while it is on', async () => {
    const bob = await node.signIn('bob@example.com/x');
    expect(textOf(await bob.ask('get', query(), 'example.com'))).toContain('<registered/><username>bob</username>');
    expect(textOf(await bob.ask('set', query(field('username', 'BOB'), field('password', 'new')), 'example.com'))).toBe('');
    expect(textOf(await bob.ask('set', query(field('username', 'alice'), field('password', 'new')), 'example.com'))).toBe('not-allowed');
    expect(textOf(await bob.ask('set', query(el('remove', NS.register)), 'example.com'))).toBe('not-allowed');
    xmpp.set(settingValues('xmpp', { inBandRegistration: true }));
    expect(textOf(await bob.ask('set', query(el('remove', NS.register), field('username', 'bob')), 'example.com'))).toBe('bad-request');
    expect(textOf(await bob.ask('set', query(el('remove', NS.register)), 'example.com'))).toBe('');
    // The answer is out before the stream ends.
    expect(bob.state).toBe('live');
    await node.until(() => bob.state === 'ended');
    expect(calls).toEqual([
      ['own-password', 'bob@example.com', 'new'],
      ['remove', 'bob@example.com', bob.id],
    ]);
    expect(bob.heldAcks).toBe(0);
  });
});
