/** Sign-in by token (XEP-0484), over the wire. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { type ClientFixture, clientFixture, DOMAIN } from '../../testing/client-fixture.ts';
import { AGENT_ID, agentXml, answer, authenticate, plain2, tokenAnswer, tokenMessage } from '../../testing/sasl2-client.ts';
import type { WireClient } from '../../testing/wire-client.ts';
import type { Element } from '../stanza/element.ts';

let node: ClientFixture;
let skew = 0;
const clock = { ...systemClock, now: () => systemClock.now() + skew };
beforeAll(async () => {
  node = await clientFixture({ unauthenticatedPerAddress: 0, saslFailuresPerStream: 5 }, { clock });
  await node.addAccount('alice', 'pw');
  await node.addAccount('bob', 'pw');
});
afterAll(() => node.stop());
beforeEach(() => {
  skew = 0;
});

const NONE = 'HT-SHA-256-NONE';
const DAY = 86_400_000;
const opened = async (): Promise<WireClient> => {
  const client = await node.connect({ directTls: true });
  await client.open();
  return client;
};
const wanted = (mechanism = NONE) => `<request-token xmlns='urn:xmpp:fast:0' mechanism='${mechanism}'/>`;
const fast = (attrs = '') => `<fast xmlns='urn:xmpp:fast:0' ${attrs}/>`;
const given = (success: Element): string => success.child('token', 'urn:xmpp:fast:0')?.attrs.token ?? '';
const condition = (failure: Element): string => failure.elements()[0]?.name ?? '';

async function firstToken(mechanism = NONE, user = 'alice', id = AGENT_ID): Promise<string> {
  return given(await plain2(await opened(), user, 'pw', agentXml(id) + wanted(mechanism)));
}
async function use(
  token: string,
  {
    mechanism = NONE,
    user = 'alice',
    id = AGENT_ID,
    attrs = '',
    inline = '',
    binding = Buffer.alloc(0) as Buffer,
    client = null as WireClient | null,
  } = {},
): Promise<Element> {
  const on = client ?? (await opened());
  on.send(authenticate(mechanism, tokenMessage(user, token, binding), agentXml(id) + fast(attrs) + inline));
  return answer(on);
}

describe('a token', () => {
  test('is given when asked for, with its expiry, and signs in; the server proves itself', async () => {
    const client = await opened();
    const success = await plain2(client, 'alice', 'pw', agentXml() + wanted());
    const token = success.child('token', 'urn:xmpp:fast:0');
    expect(Date.parse(token?.attrs.expiry ?? '')).toBeGreaterThan(Date.now() + 20 * DAY);
    expect(given(success)).toMatch(/^[\w-]{43}$/);
    const again = await use(given(success), { inline: "<bind xmlns='urn:xmpp:bind:0'/>" });
    expect([again.name, again.child('additional-data')?.text()]).toEqual(['success', tokenAnswer(given(success))]);
    expect(again.child('token')).toBeUndefined();
    expect(node.session(again.child('authorization-identifier')?.text() ?? '')?.facts.mechanism).toBe(NONE);
  });

  test('is nowhere in the store', async () => {
    const token = await firstToken();
    const [client] = await node.tokens.find([{ bare: `alice@${DOMAIN}` as never, clientId: AGENT_ID }]);
    const kept = JSON.stringify(client);
    for (const form of [token, createHash('sha256').update(token).digest('hex'), createHash('sha256').update(token).digest('base64')])
      expect(kept).not.toContain(form);
    expect(client).toMatchObject({ software: 'Gajim', device: "Anna's laptop", address: '127.0.0.1' });
  });

  test.each([
    ['HT-SHA-256-EXPR', (client: WireClient) => client.exporter()],
    ['HT-SHA-256-ENDP', (client: WireClient) => createHash('sha256').update(client.certificate()).digest()],
  ] as const)('may be bound to the connection by %s, and then works in no other way', async (mechanism, bindingOf) => {
    const token = await firstToken(mechanism);
    expect(condition(await use(token))).toBe('not-authorized');
    expect(condition(await use(token, { mechanism, binding: Buffer.alloc(32) }))).toBe('not-authorized');
    const client = await opened();
    const binding = bindingOf(client);
    const success = await use(token, { mechanism, binding, client });
    expect([success.name, success.child('additional-data')?.text()]).toEqual(['success', tokenAnswer(token, binding)]);
  });

  test('is not given without the id of the client, for an unknown mechanism, or after a failure', async () => {
    expect(given(await plain2(await opened(), 'alice', 'pw', wanted()))).toBe('');
    expect(given(await plain2(await opened(), 'alice', 'pw', agentXml() + wanted('HT-SHA-256-UNIQ')))).toBe('');
    expect((await plain2(await opened(), 'alice', 'wrong', agentXml() + wanted())).child('token')).toBeUndefined();
  });

  test.each([
    ['for somebody else', { user: 'bob' }],
    ['of another client', { id: '22222222-4d72-4749-b3d3-740edbf87770' }],
    ['of nobody', { user: 'nobody' }],
  ])('does not work %s, in the same words', async (_, how) => {
    const token = await firstToken();
    const refused = await use(token, how);
    expect([condition(refused), refused.child('text')?.text()]).toEqual(['not-authorized', 'The user name or the password is not right.']);
    expect((await use(token)).name).toBe('success');
  });

  test('that is wrong is no guess of a password, but ends the stream like one', async () => {
    const client = await opened();
    for (let i = 0; i < 5; i++) {
      client.send(authenticate(NONE, tokenMessage('alice', `wrong ${i}`), agentXml() + fast()));
      await answer(client);
    }
    expect(await client.streamError()).toBe('policy-violation');
    expect(node.signIns.at(-1)?.outcome).toBe('bad-token');
  });

  test('is refused while the account and address are backed off', async () => {
    const token = await firstToken();
    node.backedOff = true;
    expect(condition(await use(token))).toBe('not-authorized');
    expect(node.signIns.at(-1)?.outcome).toBe('backed-off');
    node.backedOff = false;
    expect((await use(token)).name).toBe('success');
  });

  test('expires, which its holder alone is told', async () => {
    const token = await firstToken();
    skew = 22 * DAY;
    expect(condition(await use(token))).toBe('credentials-expired');
    expect(condition(await use('another'))).toBe('not-authorized');
  });

  test('is renewed when due; the old one stays good until the new one was used', async () => {
    const one = await firstToken();
    expect((await use(one)).child('token')).toBeUndefined();
    skew = 2 * DAY;
    const two = given(await use(one));
    expect(two).not.toBe('');
    expect((await use(one)).name).toBe('success');
    // The one that was not used is replaced with each new one.
    expect(condition(await use(two))).toBe('not-authorized');
    const three = given(await use(one));
    expect((await use(three)).name).toBe('success');
    expect(condition(await use(one))).toBe('not-authorized');
  });

  test('takes a rising count only, so that a recording of it is worth nothing', async () => {
    const token = await firstToken();
    for (const [count, name] of [
      ['5', 'success'],
      ['5', 'failure'],
      ['4', 'failure'],
      ['6', 'success'],
    ])
      expect((await use(token, { attrs: `count='${count}'` })).name).toBe(name);
    const both = await Promise.all([1, 2, 3].map(() => use(token, { attrs: "count='9'" })));
    expect(both.map((end) => end.name).sort()).toEqual(['failure', 'failure', 'success']);
  });

  test('is void after its holder signs out with it, and a new one comes only when asked for', async () => {
    const token = await firstToken();
    skew = 2 * DAY;
    const end = await use(token, { attrs: "invalidate='true'" });
    expect([end.name, end.child('token')]).toEqual(['success', undefined]);
    expect(condition(await use(token))).toBe('not-authorized');
    const other = await firstToken();
    const renewed = given(await use(other, { attrs: "invalidate='1'", inline: wanted() }));
    expect((await use(renewed)).name).toBe('success');
    expect(condition(await use(other))).toBe('not-authorized');
  });

  test('of a disabled account tells its holder so', async () => {
    const token = await firstToken(NONE, 'bob');
    const bare = `bob@${DOMAIN}` as never;
    const identity = node.accounts.get(bare);
    if (identity !== undefined) node.accounts.set(bare, { ...identity, enabled: false });
    expect(condition(await use(token, { user: 'bob' }))).toBe('account-disabled');
    if (identity !== undefined) node.accounts.set(bare, identity);
  });

  test('says so when storage is down, and works again after it', async () => {
    const token = await firstToken();
    node.stores = 'down';
    expect(condition(await use(token))).toBe('temporary-auth-failure');
    node.stores = 'up';
    expect((await use(token)).name).toBe('success');
  });

  test('is neither offered, given nor taken while tokens are off', async () => {
    const token = await firstToken();
    node.settings.set({ ...node.settings.get(), fastTokens: false });
    const client = await node.connect({ directTls: true });
    const features = await client.open();
    expect(features.child('authentication')?.child('inline')?.child('fast')).toBeUndefined();
    expect(condition(await use(token, { client }))).toBe('invalid-mechanism');
    expect(given(await plain2(client, 'alice', 'pw', agentXml() + wanted()))).toBe('');
    node.settings.set({ ...node.settings.get(), fastTokens: true });
  });

  test.each([
    ['no name', Buffer.concat([Buffer.from([0]), Buffer.alloc(32)])],
    ['a short proof', Buffer.from('alice\0short')],
    ['no proof', Buffer.from('alice')],
  ])('is malformed with %s', async (_, message) => {
    const client = await opened();
    client.send(authenticate(NONE, message, agentXml() + fast()));
    expect(condition(await answer(client))).toBe('malformed-request');
  });
});
