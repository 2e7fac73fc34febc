import { beforeEach, describe, expect, test } from 'vitest';
import type { BareJid } from '../kernel/jid.ts';
import { createPresenceWorld, type PresenceWorld, presenceValues } from '../testing/presence-world.ts';
import type { Device } from '../testing/small-node.ts';
import { el } from '../xmpp/stanza/element.ts';
import type { PresenceStanza } from '../xmpp/stanza/stanza.ts';
import { readPriority } from './read-presence.ts';

const C = 'jabber:client';
const A = 'alice@example.com';
const B = 'bob@example.com';
const C_ = 'carol@example.com';

let node: PresenceWorld['node'];
let stores: PresenceWorld['stores'];
let settings: PresenceWorld['settings'];
let presence: PresenceWorld['presence'];
let accountIds: PresenceWorld['accountIds'];
let contact: PresenceWorld['contact'];
let friends: PresenceWorld['friends'];

beforeEach(async () => {
  ({ node, stores, settings, presence, accountIds, contact, friends } = await createPresenceWorld());
});

describe('initial presence', () => {
  test('reaches watchers and own devices, and shows the new device what it may see', async () => {
    await friends(A, B);
    const bobPhone = await node.signIn(`${B}/phone`);
    const bobTv = await node.signIn(`${B}/tv`);
    bobPhone.presenceOut('', null, el('show', C, {}, 'dnd'));
    const first = await node.signIn(`${A}/desk`);
    first.presenceOut('');
    bobPhone.take();
    first.take();
    const second = await node.signIn(`${A}/phone`);
    second.presenceOut('', null, el('priority', C, {}, '-1'));
    const announced = `<presence from='${A}/phone' to='${B}'><priority>-1</priority></presence>`;
    expect(bobPhone.take()).toEqual([announced]);
    expect(bobTv.sent).toEqual([]);
    expect(first.take()).toEqual([`<presence from='${A}/phone' to='${A}/desk'><priority>-1</priority></presence>`]);
    expect(second.take().sort()).toEqual(
      [
        `<presence from='${A}/phone' to='${A}/phone'><priority>-1</priority></presence>`,
        `<presence from='${A}/desk' to='${A}/phone'/>`,
        `<presence from='${B}/phone' to='${A}/phone'><show>dnd</show></presence>`,
      ].sort(),
    );
    expect(second.priority).toBe(-1);
  });

  test('asks the database for no contact who is offline, and probes contacts elsewhere', async () => {
    for (const name of ['bob', 'carol', 'dave']) await friends(A, `${name}@example.com`);
    await contact(A, 'eve@elsewhere.org', 'both');
    const desk = await node.signIn(`${A}/desk`);
    node.loads.splice(0);
    desk.presenceOut('');
    desk.presenceOut('', null, el('show', C, {}, 'away'));
    desk.disconnect();
    await node.until(() => node.outside.length >= 4);
    expect(node.loads).toEqual([]);
    expect(node.outside.map((s) => [s.type, s.from.full, s.to?.full])).toEqual([
      ['', `${A}/desk`, 'eve@elsewhere.org'],
      ['probe', `${A}/desk`, 'eve@elsewhere.org'],
      ['', `${A}/desk`, 'eve@elsewhere.org'],
      ['unavailable', `${A}/desk`, 'eve@elsewhere.org'],
    ]);
  });

  test('goes only to those who may see it: to, none and a contact without a right stay out', async () => {
    await contact(A, B, 'to');
    await contact(A, C_, 'from');
    const bob = await node.signIn(`${B}/x`);
    const carol = await node.signIn(`${C_}/x`);
    for (const device of [bob, carol]) {
      device.presenceOut('');
      device.take();
    }
    const alice = await node.signIn(`${A}/desk`);
    alice.presenceOut('');
    expect(bob.sent).toEqual([]);
    expect(carol.sent).toEqual([`<presence from='${A}/desk' to='${C_}'/>`]);
    // Bob's list does not let alice see him, whatever hers says.
    expect(alice.sent).toEqual([`<presence from='${A}/desk' to='${A}/desk'/>`]);
  });

  test('brings the requests that wait, each time until they are answered', async () => {
    settings.set(presenceValues({ autoAuthorize: false }));
    const alice = await node.signIn(`${A}/desk`);
    alice.presenceOut('subscribe', B);
    await node.until(() => stores.state.rosters.get(accountIds.get(B) ?? 0)?.pendingIn.length === 1);
    for (const resource of ['one', 'two']) {
      const bob = await node.signIn(`${B}/${resource}`);
      bob.presenceOut('');
      expect(bob.sent.filter((xml) => xml.includes("type='subscribe'"))).toHaveLength(1);
      // A later change is no initial presence.
      bob.presenceOut('', null, el('show', C, {}, 'away'));
      expect(bob.sent.filter((xml) => xml.includes("type='subscribe'"))).toHaveLength(1);
    }
  });
});

describe('changes and leaving', () => {
  let alice: Device;
  let bob: Device;
  beforeEach(async () => {
    await friends(A, B);
    alice = await node.signIn(`${A}/desk`);
    bob = await node.signIn(`${B}/x`);
    alice.presenceOut('');
    bob.presenceOut('');
    alice.take();
    bob.take();
  });

  test('a later change is broadcast and brings nothing back but itself', () => {
    alice.presenceOut('', null, el('show', C, {}, 'xa'));
    expect(bob.take()).toEqual([`<presence from='${A}/desk' to='${B}'><show>xa</show></presence>`]);
    expect(alice.take()).toEqual([`<presence from='${A}/desk' to='${A}/desk'><show>xa</show></presence>`]);
  });

  test('leaving carries the last words, once; the end of the session then says nothing more', () => {
    alice.presenceOut('unavailable', null, el('status', C, {}, 'bye'));
    expect(bob.take()).toEqual([`<presence from='${A}/desk' to='${B}' type='unavailable'><status>bye</status></presence>`]);
    alice.disconnect();
    expect(bob.take()).toEqual([]);
    expect(presence.presenceNow(A as BareJid)).toEqual([]);
  });

  test('a session that ends without a word is taken leave of by the server', () => {
    alice.disconnect();
    expect(bob.take()).toEqual([`<presence from='${A}/desk' to='${B}' type='unavailable'/>`]);
  });

  test('a hibernating session stays available and gets what changes', () => {
    alice.state = 'hibernating';
    expect(bob.take()).toEqual([]);
    bob.presenceOut('', null, el('show', C, {}, 'chat'));
    expect(alice.take()).toEqual([`<presence from='${B}/x' to='${A}'><show>chat</show></presence>`]);
    expect(presence.presenceNow(A as BareJid)).toEqual([
      { resource: 'desk', show: 'available', status: '', priority: 0, state: 'hibernating' },
    ]);
  });

  test.each([
    ['128', null],
    ['-129', null],
    ['high', null],
    ['1.5', null],
    ['', null],
    ['127', 127],
    ['-128', -128],
    [' 5 ', 5],
  ])('a priority of "%s" is read as %s (RFC 6121 §4.7.2.3)', (text, value) => {
    expect(readPriority({ el: el('presence', C, {}, el('priority', C, {}, text)) } as unknown as PresenceStanza)).toBe(value);
    const fault = alice.presenceOut('', null, el('priority', C, {}, text));
    expect(fault?.condition).toBe(value === null ? 'bad-request' : undefined);
    expect(bob.take()).toHaveLength(value === null ? 0 : 1);
  });

  test('the client is remembered by its capabilities, unless they cannot be verified', async () => {
    const caps = 'http://jabber.org/protocol/caps';
    alice.presenceOut('', null, el('c', caps, { node: 'https://old.example', ver: '1' }));
    expect([alice.client, presence.capsOf(alice)]).toEqual(['', null]);
    alice.presenceOut('', null, el('c', caps, { node: 'https://app.example', ver: 'abc=', hash: 'sha-1' }));
    expect([alice.client, presence.capsOf(alice)?.ver]).toEqual(['https://app.example', 'abc=']);
  });
});

describe('directed presence', () => {
  test('reaches a stranger, who is told when the session leaves or dies, and no sooner', async () => {
    const alice = await node.signIn(`${A}/desk`);
    const carol = await node.signIn(`${C_}/x`);
    carol.presenceOut('');
    carol.take();
    alice.presenceOut('');
    expect(carol.take()).toEqual([]);
    alice.presenceOut('', `${C_}/x`);
    await node.until(() => carol.sent.length === 1);
    expect(carol.take()).toEqual([`<presence from='${A}/desk' to='${C_}/x'/>`]);
    alice.presenceOut('', null, el('show', C, {}, 'away'));
    expect(carol.take()).toEqual([]);
    alice.state = 'hibernating';
    expect(carol.take()).toEqual([]);
    alice.disconnect();
    expect(carol.take()).toEqual([`<presence from='${A}/desk' to='${C_}/x' type='unavailable'/>`]);
  });

  test('a directed unavailable takes the stranger off the list', async () => {
    const alice = await node.signIn(`${A}/desk`);
    const carol = await node.signIn(`${C_}/x`);
    alice.presenceOut('', `${C_}/x`);
    alice.presenceOut('unavailable', `${C_}/x`);
    await node.until(() => carol.sent.length === 2);
    carol.take();
    alice.disconnect();
    expect(carol.take()).toEqual([]);
  });

  test('a watcher who was also told by name hears of the end once', async () => {
    await friends(A, B);
    const alice = await node.signIn(`${A}/desk`);
    const bob = await node.signIn(`${B}/x`);
    bob.presenceOut('');
    alice.presenceOut('');
    alice.presenceOut('', B);
    await node.until(() => bob.sent.length >= 3);
    bob.take();
    alice.disconnect();
    expect(bob.take()).toHaveLength(1);
  });

  test('a watcher who was only ever told by name hears of the end', async () => {
    await friends(A, B);
    const alice = await node.signIn(`${A}/desk`);
    const bob = await node.signIn(`${B}/x`);
    bob.presenceOut('');
    bob.take();
    alice.presenceOut('', B);
    await node.until(() => bob.sent.length === 1);
    bob.take();
    alice.disconnect();
    expect(bob.take()).toEqual([`<presence from='${A}/desk' to='${B}' type='unavailable'/>`]);
  });

  test('the list of targets has an end', async () => {
    const alice = await node.signIn(`${A}/desk`);
    for (let i = 0; i < 1000; i++) expect(alice.presenceOut('', `room${i}@rooms.example.net/a`)).toBeUndefined();
    expect(alice.presenceOut('', 'more@rooms.example.net/a')?.condition).toBe('resource-constraint');
    expect(alice.presenceOut('', 'room1@rooms.example.net/a')).toBeUndefined();
  });
});
