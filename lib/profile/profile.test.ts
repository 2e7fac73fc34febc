import { beforeEach, describe, expect, test } from 'vitest';
import type { PresenceValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { LiveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createRoster } from '../roster/index.ts';
import { settingsBox, settingValues } from '../testing/fixed-settings.ts';
import { type MemoryStores, memoryStores } from '../testing/memory/index.ts';
import { createSmallNode, type SmallNode } from '../testing/small-node.ts';
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import { type Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import { createProfile } from './index.ts';
import { MAX_VCARD_BYTES } from './xep-0054-vcard.ts';

const PRIVATE = 'jabber:iq:private';
const LAST = 'jabber:iq:last';
let node: SmallNode;
let stores: MemoryStores;
let now: number;
let settings: LiveBox<PresenceValues>;

beforeEach(async () => {
  node = createSmallNode();
  stores = memoryStores();
  now = 5_000_000;
  settings = settingsBox('presence');
  for (const name of ['alice', 'bob', 'carol']) node.addAccount(`${name}@example.com`);
  const clock: Clock = { now: () => now, monotonic: () => now, setTimeout: () => ({ cancel: () => undefined }) };
  const roster = createRoster({ store: stores.roster, users: node.users, router: () => node.router, settings, clock, log: silentLog });
  node.add(roster, createProfile({ store: stores.profile, roster, settings, clock }));
  // Bob sees alice; carol does not.
  await stores.roster.save({
    accountId: 1,
    version: 1,
    put: [{ contact: 'bob@example.com' as BareJid, name: '', groups: [], subscription: 'from', ask: false, approved: false, version: 1 }],
  });
});

const textOf = (answer: IqAnswer): string =>
  'fault' in answer
    ? answer.fault.condition
    : answer.result === null
      ? ''
      : typeof answer.result === 'string'
        ? answer.result
        : serialize(answer.result, NS.client);

describe('vCards', () => {
  const card = (name: string) => el('vCard', 'vcard-temp', {}, el('FN', 'vcard-temp', {}, name));

  test('are kept as written, read by others, and survive a restart', async () => {
    const alice = await node.signIn('alice@example.com/x');
    expect(textOf(await alice.ask('get', el('vCard', 'vcard-temp')))).toBe('item-not-found');
    expect(textOf(await alice.ask('set', card('Alice & <co>')))).toBe('');
    expect(alice.heldAcks).toBe(0);
    node.restart();
    const carol = await node.signIn('carol@example.com/x');
    expect(textOf(await carol.ask('get', el('vCard', 'vcard-temp'), 'alice@example.com'))).toBe(
      "<vCard xmlns='vcard-temp'><FN>Alice &amp; &lt;co&gt;</FN></vCard>",
    );
  });

  test('someone without one and someone who does not exist are answered alike, for reading and for writing', async () => {
    const alice = await node.signIn('alice@example.com/x');
    for (const type of ['get', 'set'] as const) {
      const without = await alice.ask(type, card('x'), 'bob@example.com');
      expect(without).toEqual(await alice.ask(type, card('x'), 'nobody@example.com'));
      expect(textOf(without)).toBe(type === 'get' ? 'service-unavailable' : 'forbidden');
    }
    expect(stores.state.vcards.size).toBe(0);
  });

  test('one that is too large is refused and the old one stays', async () => {
    const alice = await node.signIn('alice@example.com/x');
    await alice.ask('set', card('small'));
    expect(textOf(await alice.ask('set', card('é'.repeat(MAX_VCARD_BYTES / 2))))).toBe('not-acceptable');
    expect(textOf(await alice.ask('get', el('vCard', 'vcard-temp')))).toContain('small');
  });
});

describe('private XML', () => {
  const query = (...documents: Element[]) => el('query', PRIVATE, {}, ...documents);

  test('gives back what was kept under name and namespace, the empty document otherwise', async () => {
    const alice = await node.signIn('alice@example.com/x');
    expect(textOf(await alice.ask('get', query(el('storage', 'storage:bookmarks'))))).toBe(
      `<query xmlns='${PRIVATE}'><storage xmlns='storage:bookmarks'/></query>`,
    );
    const kept = el('storage', 'storage:bookmarks', {}, el('conference', 'storage:bookmarks', { jid: 'r@c' }));
    expect(textOf(await alice.ask('set', query(kept, el('prefs', 'urn:app', { a: '1' }))))).toBe('');
    expect(textOf(await alice.ask('get', query(el('storage', 'storage:bookmarks'))))).toBe(
      `<query xmlns='${PRIVATE}'><storage xmlns='storage:bookmarks'><conference jid='r@c'/></storage></query>`,
    );
    expect(textOf(await alice.ask('get', query(el('prefs', 'urn:app'))))).toBe(
      `<query xmlns='${PRIVATE}'><prefs xmlns='urn:app' a='1'/></query>`,
    );
  });

  test.each([
    ['get', query(), 'bad-request'],
    ['get', query(el('a', 'urn:a'), el('b', 'urn:b')), 'bad-request'],
    ['set', query(), 'bad-request'],
    ['set', query(el('a', PRIVATE)), 'not-acceptable'],
    ['set', query(el('a', 'urn:a', {}, 'x'.repeat(140_000))), 'not-acceptable'],
  ] as const)('%s is refused when malformed, reserved or too large (%#)', async (type, payload, condition) => {
    const alice = await node.signIn('alice@example.com/x');
    expect(textOf(await alice.ask(type, payload))).toBe(condition);
    expect(stores.state.privateXml.size).toBe(0);
  });

  test('belongs to its owner: forbidden for others, existing or not', async () => {
    const carol = await node.signIn('carol@example.com/x');
    const existing = await carol.ask('get', query(el('a', 'urn:a')), 'alice@example.com');
    expect(textOf(existing)).toBe('forbidden');
    expect(existing).toEqual(await carol.ask('get', query(el('a', 'urn:a')), 'nobody@example.com'));
  });
});

describe('last activity', () => {
  const ask = el('query', LAST);

  test('tells a watcher how long ago the last session ended, with the last words', async () => {
    const alice = await node.signIn('alice@example.com/x');
    const phone = await node.signIn('alice@example.com/phone');
    const bob = await node.signIn('bob@example.com/x');
    expect(textOf(await bob.ask('get', ask, 'alice@example.com'))).toBe('item-not-found');
    alice.presenceOut('unavailable', null, el('status', NS.client, {}, 'gone fishing'));
    alice.disconnect();
    expect(stores.state.lastSeen.size).toBe(0);
    phone.disconnect();
    now += 90_500;
    expect(textOf(await bob.ask('get', ask, 'alice@example.com'))).toBe(`<query xmlns='${LAST}' seconds='90'>gone fishing</query>`);
  });

  test('someone available is active now', async () => {
    const alice = await node.signIn('alice@example.com/x');
    const bob = await node.signIn('bob@example.com/x');
    const { makePresence } = await import('../xmpp/stanza/build.ts');
    alice.presence = makePresence({ from: alice.jid, to: null });
    now += 5000;
    expect(textOf(await bob.ask('get', ask, 'alice@example.com'))).toBe(`<query xmlns='${LAST}' seconds='0'/>`);
  });

  test('strangers are told the same about people who exist and people who do not, and so is everyone while sharing is off', async () => {
    const bob = await node.signIn('bob@example.com/x');
    const carol = await node.signIn('carol@example.com/x');
    const stranger = await carol.ask('get', ask, 'alice@example.com');
    expect(textOf(stranger)).toBe('forbidden');
    expect(stranger).toEqual(await carol.ask('get', ask, 'nobody@example.com'));
    settings.set(settingValues('presence', { enabled: false }));
    expect(await bob.ask('get', ask, 'alice@example.com')).toEqual(stranger);
  });

  test('the server tells the time since its start', async () => {
    const bob = await node.signIn('bob@example.com/x');
    now += 61_000;
    expect(textOf(await bob.ask('get', ask, 'example.com'))).toBe(`<query xmlns='${LAST}' seconds='61'/>`);
    expect(textOf(await bob.ask('get', ask))).toBe(`<query xmlns='${LAST}' seconds='0'/>`);
  });
});
