import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { settingsBox } from '../../testing/fixed-settings.ts';
import { createSmallNode } from '../../testing/small-node.ts';
import { Element, el } from '../stanza/element.ts';
import { createExternalServices, readServiceUri, turnCredentials } from './xep-0215-external.ts';

test.each([
  ['stun:stun.example.com', { type: 'stun', host: 'stun.example.com', port: 3478, transport: 'udp' }],
  ['turn:turn.example.com:3479?transport=tcp', { type: 'turn', host: 'turn.example.com', port: 3479, transport: 'tcp' }],
  ['TURNS:[2001:db8::1]:443', { type: 'turns', host: '2001:db8::1', port: 443, transport: 'tcp' }],
  ['turn:user@host', null],
  ['http://turn.example.com', null],
  ['turn:host:0', null],
  ['turn:host:70000', null],
])('reads %s', (text, expected) => {
  expect(readServiceUri(text)).toEqual(expected);
});

test('makes the password that a TURN server makes itself from the shared secret', () => {
  const { username, password } = turnCredentials('north', 'alice@example.com', 1_700_000_000_999);
  expect(username).toBe('1700000000:alice@example.com');
  expect(password).toBe(createHmac('sha1', 'north').update(username).digest('base64'));
});

async function node(change: Parameters<typeof settingsBox<'calls'>>[1]) {
  const world = createSmallNode();
  world.addAccount('alice@example.com');
  const settings = settingsBox('calls', change);
  const room = createExternalServices({ settings, clock: createFakeClock() });
  world.add(room);
  const alice = await world.signIn('alice@example.com/a');
  const ask = async (name: string, attrs: Record<string, string> = {}, ns = 'urn:xmpp:extdisco:2', ...children: Element[]) => {
    const answer = await alice.ask('get', el(name, ns, attrs, ...children), 'example.com');
    return 'fault' in answer
      ? answer.fault.condition
      : answer.result instanceof Element
        ? answer.result.elements().map((one) => one.attrs)
        : [];
  };
  return { ask, room };
}
const services = ['stun:stun.example.com:3478', 'turn:turn.example.com:3478?transport=udp', 'turns:turn.example.com:5349'];

test.each(['urn:xmpp:extdisco:1', 'urn:xmpp:extdisco:2'])('tells the servers with a password that expires (%s)', async (ns) => {
  const { ask } = await node({ services, turnSecret: 'north', credentialLifetime: 3600 });
  const list = await ask('services', {}, ns);
  expect(list).toHaveLength(3);
  expect(list[0]).toEqual({ type: 'stun', host: 'stun.example.com', port: '3478', transport: 'udp' });
  expect(list[1]).toMatchObject({ type: 'turn', restricted: 'true', expires: expect.stringMatching(/^\d{4}-.*T.*Z$/) as string });
  const { username = '', password, expires = '' } = (list as Record<string, string>[])[1] ?? {};
  expect(Number(username.split(':')[0]) * 1000).toBe(Date.parse(expires));
  expect(password).toBe(createHmac('sha1', 'north').update(username).digest('base64'));
});

test('tells one kind or one server when asked so, and no password without a secret', async () => {
  const { ask } = await node({ services });
  expect(await ask('services', { type: 'turns' })).toEqual([{ type: 'turns', host: 'turn.example.com', port: '5349', transport: 'tcp' }]);
  const one = (attrs: Record<string, string>) => ask('credentials', {}, 'urn:xmpp:extdisco:2', el('service', 'urn:xmpp:extdisco:2', attrs));
  expect(await one({ host: 'turn.example.com', type: 'turn' })).toHaveLength(1);
  expect(await one({ host: 'other.example.com', type: 'turn' })).toBe('item-not-found');
  expect(await one({ host: 'turn.example.com' })).toBe('bad-request');
});

test('is named as a feature only while there is something to tell', async () => {
  expect((await node({})).room.features?.server).toEqual([]);
  expect((await node({ services })).room.features?.server).toContain('urn:xmpp:extdisco:2');
});
