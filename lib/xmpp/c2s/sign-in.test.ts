/** Streams up to a session: headers, TLS, SASL, binding (protocol-matrix §6, cases 15 and 16). */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientFixture, clientFixture, contextNamed, DOMAIN } from '../../testing/client-fixture.ts';
import type { WireClient } from '../../testing/wire-client.ts';
import { el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';

let node: ClientFixture;
beforeAll(async () => {
  node = await clientFixture({ unauthenticatedPerAddress: 0, saslFailuresPerStream: 5 });
  await node.addAccount('alice', 'correct horse');
  await node.addAccount('bob', 'battery');
  await node.addAccount('carol', 'staple', false);
});
afterAll(() => node.stop());

const secured = async (): Promise<WireClient> => {
  const client = await node.connect();
  await client.open();
  await client.startTls();
  await client.open();
  return client;
};
const condition = (failure: { elements(): { name: string }[] }): string => failure.elements()[0]?.name ?? '';
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

describe('stream header', () => {
  test.each([
    ["<stream:stream version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", 'host-unknown'],
    [
      "<stream:stream to='nowhere.example' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
      'host-unknown',
    ],
    [
      "<stream:stream to='alice@example.com' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
      'improper-addressing',
    ],
    ["<stream:stream to='a b' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", 'improper-addressing'],
    ["<stream:stream to='example.com' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", 'unsupported-version'],
    [
      "<stream:stream to='example.com' version='0.9' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
      'unsupported-version',
    ],
    [
      "<stream:stream to='example.com' version='1.0' xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>",
      'invalid-namespace',
    ],
    ["<stream:stream to='example.com' version='1.0' xmlns='jabber:client' xmlns:stream='urn:wrong'>", 'invalid-namespace'],
    [
      "<stream:stream to='example.com' from='@@' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
      'invalid-from',
    ],
    ["<stream:flood to='example.com' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", 'bad-format'],
    ['GET / HTTP/1.1\r\nHost: example.com\r\n\r\n', 'not-well-formed'],
    ["<?xml version='1.0' encoding='utf-16'?>", 'unsupported-encoding'],
  ])('%s', async (header, expected) => {
    const client = await node.connect();
    client.send(header);
    expect(await client.streamError()).toBe(expected);
    await client.expect('end-of-stream');
    await client.closed;
  });
  test('answers with its own header: unguessable id, version, language, both addresses', async () => {
    const client = await node.connect();
    await client.open('EXAMPLE.com', "from='alice@example.com'");
    expect(client.header).toMatchObject({ from: DOMAIN, to: 'alice@example.com', version: '1.0', 'xml:lang': 'en' });
    expect(client.header.id?.length).toBeGreaterThan(20);
  });
  test('ends the stream for a stanza before sign-in', async () => {
    const client = await node.connect();
    await client.open();
    client.send("<message to='bob@example.com'><body>x</body></message>");
    expect(await client.streamError()).toBe('not-authorized');
  });
  test('ends the stream for a stanza before binding', async () => {
    const client = await node.connect();
    await client.signIn('alice', 'correct horse');
    client.send("<message to='bob@example.com'><body>x</body></message>");
    expect(await client.streamError()).toBe('not-authorized');
  });
  test('answers the end of a stream with its own', async () => {
    const client = await node.connect();
    await client.open();
    client.send('</stream:stream>');
    await client.expect('end-of-stream');
    await client.closed;
  });
});

describe('TLS', () => {
  test('offers nothing but required TLS in the clear, and refuses to sign in', async () => {
    const client = await node.connect();
    const features = await client.open();
    expect(features.child('starttls')?.child('required')).toBeDefined();
    expect(features.child('mechanisms')).toBeUndefined();
    expect(condition(await client.plain('alice', 'correct horse'))).toBe('encryption-required');
    expect(node.signIns.at(-1)?.outcome).toBe('no-encryption');
  });
  test('does not offer STARTTLS again once TLS is up, and refuses it', async () => {
    const client = await node.connect();
    await client.open();
    await client.startTls();
    const features = await client.open();
    expect(features.child('starttls')).toBeUndefined();
    client.send(`<starttls xmlns='${NS.tls}'/>`);
    await client.expect((e) => e.name === 'failure' && e.ns === NS.tls);
    await client.closed;
  });
  test('closes when anything follows <starttls/> in the clear', async () => {
    const client = await node.connect();
    await client.open();
    client.send(`<starttls xmlns='${NS.tls}'/><iq type='get' id='injected'/>`);
    await client.closed;
    expect(client.unread.some((e) => e.name === 'proceed')).toBe(false);
  });
  test('chooses the certificate by server name and takes a new one without dropping sessions', async () => {
    node.contexts.set('other.example', await contextNamed('other.example'));
    const one = await node.connect();
    await one.open();
    await one.startTls(DOMAIN);
    expect(one.certificateName()).toBe(DOMAIN);
    const two = await node.connect({ directTls: true, servername: 'OTHER.example' });
    expect(two.certificateName()).toBe('other.example');
    node.contexts.set('', await contextNamed('renewed.example'));
    const three = await node.connect({ directTls: true, servername: DOMAIN });
    expect(three.certificateName()).toBe('renewed.example');
    await one.open();
    expect((await one.scram('alice', 'correct horse')).name).toBe('success');
  });
  test('accepts direct TLS without ALPN or with xmpp-client, refuses another protocol', async () => {
    for (const alpn of [undefined, ['xmpp-client'], ['h2', 'xmpp-client']]) {
      const client = await node.connect({ directTls: true, ...(alpn ? { alpn } : {}) });
      const features = await client.open();
      expect(features.child('starttls')).toBeUndefined();
      expect(features.child('mechanisms')).toBeDefined();
    }
    await expect(node.connect({ directTls: true, alpn: ['http/1.1'] })).rejects.toThrow();
  });
  test('survives a failed handshake', async () => {
    const client = await node.connect();
    await client.open();
    client.send(`<starttls xmlns='${NS.tls}'/>`);
    await client.expect('proceed');
    client.send('this is no handshake at all');
    await client.closed;
  });
});

describe('SASL', () => {
  test('announces mechanisms strongest first, with the bindings there are', async () => {
    const client = await node.connect({ directTls: true });
    const features = await client.open();
    expect(
      features
        .child('mechanisms')
        ?.elements()
        .map((m) => m.text()),
    ).toEqual(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']);
    expect(
      features
        .childNs('urn:xmpp:sasl-cb:0')
        ?.elements()
        .map((b) => b.attrs.type),
    ).toEqual(['tls-exporter', 'tls-server-end-point']);
  });
  test.each(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'])(
    'signs in with %s, and the server proves itself',
    async (mechanism) => {
      const client = await secured();
      expect((await client.scram('alice', 'correct horse', { mechanism })).name).toBe('success');
      const bad = await secured();
      expect(condition(await bad.scram('alice', 'wrong', { mechanism }))).toBe('not-authorized');
    },
  );
  test('signs in with the hash of the certificate as binding', async () => {
    const client = await secured();
    const how = {
      mechanism: 'SCRAM-SHA-256-PLUS',
      gs2: 'p=tls-server-end-point',
      binding: createHash('sha256').update(client.certificate()).digest(),
    };
    expect((await client.scram('alice', 'correct horse', how)).name).toBe('success');
  });
  test('refuses a wrong binding, tls-unique, a missing binding and a stripped announcement', async () => {
    const table = [
      { mechanism: 'SCRAM-SHA-256-PLUS', binding: Buffer.alloc(32) },
      { mechanism: 'SCRAM-SHA-256-PLUS', gs2: 'p=tls-unique' },
      { mechanism: 'SCRAM-SHA-256-PLUS', gs2: 'n', binding: Buffer.alloc(0) },
      { mechanism: 'SCRAM-SHA-256', gs2: 'y' },
      { mechanism: 'SCRAM-SHA-256', gs2: 'p=tls-exporter' },
    ];
    for (const how of table) {
      const client = await secured();
      const before = node.signIns.length;
      expect(condition(await client.scram('alice', 'correct horse', how))).toBe('not-authorized');
      // A proof over the wrong binding is told at once, what did not suit only with the failure that follows.
      if (how.binding !== undefined && how.gs2 === undefined) {
        expect(node.signIns.at(-1)?.outcome).toBe('bad-channel-binding');
        continue;
      }
      expect(node.signIns.length).toBe(before);
      await client.plain('alice', 'wrong');
      expect(node.signIns.slice(before).map((record) => record.outcome)).toEqual(['bad-channel-binding', 'wrong-password']);
    }
  });
  test('lets a client that knows only tls-unique go down the list to PLAIN on one stream', async () => {
    const client = await secured();
    for (const how of [
      { mechanism: 'SCRAM-SHA-256-PLUS', gs2: 'p=tls-unique' },
      { mechanism: 'SCRAM-SHA-1-PLUS', gs2: 'p=tls-unique' },
      { mechanism: 'SCRAM-SHA-256', gs2: 'y' },
      { mechanism: 'SCRAM-SHA-1', gs2: 'y' },
    ]) {
      expect(condition(await client.scram('alice', 'correct horse', how))).toBe('not-authorized');
    }
    // None of these was a guess, so the five tries of the stream are still there.
    expect(condition(await client.plain('alice', 'wrong'))).toBe('not-authorized');
    expect((await client.plain('alice', 'correct horse')).name).toBe('success');
  });
  test('keeps quiet in the log about mechanisms that did not suit a client that gets in', async () => {
    const before = node.signIns.length;
    const client = await secured();
    await client.scram('alice', 'correct horse', { mechanism: 'SCRAM-SHA-256-PLUS', gs2: 'p=tls-unique' });
    await client.scram('alice', 'correct horse', { mechanism: 'SCRAM-SHA-256', gs2: 'y' });
    expect((await client.plain('alice', 'correct horse')).name).toBe('success');
    expect(node.signIns.slice(before).map((record) => record.outcome)).toEqual(['ok']);
  });
  test('accepts the right PLAIN with no or the own authzid, refuses a foreign one', async () => {
    expect((await (await secured()).plain('alice', 'correct horse')).name).toBe('success');
    expect((await (await secured()).plain('ALICE', 'correct horse', 'alice@example.com')).name).toBe('success');
    const client = await secured();
    expect(condition(await client.plain('alice', 'correct horse', 'bob@example.com'))).toBe('invalid-authzid');
    expect(condition(await client.scram('alice', 'correct horse', { authzid: 'bob@example.com' }))).toBe('invalid-authzid');
    expect(condition(await client.plain('alice', 'wrong'))).toBe('not-authorized');
  });
  test.each([
    ['a mechanism that was not announced', "mechanism='DIGEST-MD5'>", 'invalid-mechanism'],
    ['no mechanism', '>', 'invalid-mechanism'],
    ['what is no base64', "mechanism='PLAIN'>!!!!", 'incorrect-encoding'],
    [
      'base64 with white space',
      `mechanism='PLAIN'>${base64('\0alice\0x').slice(0, 4)}\n${base64('\0alice\0x').slice(4)}`,
      'incorrect-encoding',
    ],
    ['base64 with loose bits', "mechanism='PLAIN'>AB==", 'incorrect-encoding'],
    ['what is no UTF-8', `mechanism='PLAIN'>${base64(Buffer.from([0, 0x61, 0, 0xff]))}`, 'incorrect-encoding'],
    ['an empty message', "mechanism='PLAIN'>=", 'malformed-request'],
    ['PLAIN without password', `mechanism='PLAIN'>${base64('\0alice\0')}`, 'malformed-request'],
    ['PLAIN with too many parts', `mechanism='PLAIN'>${base64('\0alice\0a\0b')}`, 'malformed-request'],
    ['SCRAM with a mandatory extension', `mechanism='SCRAM-SHA-1'>${base64('n,,m=x,n=alice,r=abc')}`, 'malformed-request'],
    ['SCRAM with a bad name', `mechanism='SCRAM-SHA-1'>${base64('n,,n=al=ice,r=abc')}`, 'malformed-request'],
    ['a name that is none', `mechanism='SCRAM-SHA-1'>${base64('n,,n=al ice,r=abc')}`, 'not-authorized'],
  ])('refuses %s', async (_, auth, expected) => {
    const client = await secured();
    client.send(`<auth xmlns='${NS.sasl}' ${auth}</auth>`);
    expect(condition(await client.expect('failure'))).toBe(expected);
  });
  test('waits for a first message that was left out', async () => {
    const client = await secured();
    client.send(`<auth xmlns='${NS.sasl}' mechanism='PLAIN'/>`);
    await client.expect('challenge');
    client.send(`<response xmlns='${NS.sasl}'>${base64('\0alice\0correct horse')}</response>`);
    await client.expect('success');
  });
  test('lets an exchange be aborted and begun again', async () => {
    const client = await secured();
    client.send(`<auth xmlns='${NS.sasl}' mechanism='SCRAM-SHA-1'>${base64('n,,n=alice,r=abc')}</auth>`);
    await client.expect('challenge');
    client.send(`<abort xmlns='${NS.sasl}'/>`);
    expect(condition(await client.expect('failure'))).toBe('aborted');
    expect((await client.plain('alice', 'correct horse')).name).toBe('success');
  });
  test('shows an unknown account the same shape every time, and the same failure', async () => {
    const first = async (user: string): Promise<string> => {
      const client = await secured();
      client.send(`<auth xmlns='${NS.sasl}' mechanism='SCRAM-SHA-256'>${base64(`n,,n=${user},r=abc`)}</auth>`);
      return Buffer.from((await client.expect('challenge')).text(), 'base64')
        .toString()
        .replace(/^r=[^,]+/, '');
    };
    const nobody = await first('nobody');
    expect(await first('nobody')).toBe(nobody);
    expect(await first('somebody')).not.toBe(nobody);
    expect(nobody.replace(/s=[^,]+/, '')).toBe((await first('alice')).replace(/s=[^,]+/, ''));
    const client = await secured();
    const [unknown, wrong] = [await client.scram('nobody', 'x'), await client.scram('alice', 'x')];
    expect([condition(unknown), unknown.text()]).toEqual([condition(wrong), wrong.text()]);
  });
  test('tells that an account is disabled only to whoever knows its password', async () => {
    const client = await secured();
    expect(condition(await client.scram('carol', 'wrong'))).toBe('not-authorized');
    expect(condition(await client.plain('carol', 'wrong'))).toBe('not-authorized');
    expect(condition(await client.scram('carol', 'staple'))).toBe('account-disabled');
  });
  test('tells whoever knows the password of an account without a home that it is not assigned', async () => {
    await node.addAccount('erin', 'no home yet');
    node.takeHome('erin');
    const client = await secured();
    expect(condition(await client.scram('erin', 'wrong'))).toBe('not-authorized');
    const answer = await client.scram('erin', 'no home yet');
    expect(condition(answer)).toBe('temporary-auth-failure');
    expect(answer.child('text')?.text()).toContain('not assigned to a node');
    expect(node.signIns.at(-1)?.outcome).toBe('unassigned');
  });
  test('refuses the right password while backed off, in the same words', async () => {
    node.backedOff = true;
    const client = await secured();
    expect(condition(await client.scram('alice', 'correct horse'))).toBe('not-authorized');
    expect(condition(await client.plain('alice', 'correct horse'))).toBe('not-authorized');
    expect(node.signIns.at(-1)?.outcome).toBe('backed-off');
    node.backedOff = false;
  });
  test('A-1: a lock that arose while the password was being checked keeps the right one out', async () => {
    const client = await secured();
    node.lockAfterAsked = 1;
    expect(condition(await client.plain('alice', 'correct horse'))).toBe('not-authorized');
    expect(node.signIns.at(-1)?.outcome).toBe('backed-off');
    node.backedOff = false;
  });
  test('says so when accounts cannot be asked for, and weakens nothing', async () => {
    node.stores = 'down';
    const client = await secured();
    expect(condition(await client.scram('alice', 'correct horse'))).toBe('temporary-auth-failure');
    expect(condition(await client.plain('alice', 'correct horse'))).toBe('temporary-auth-failure');
    node.stores = 'up';
    expect((await client.scram('alice', 'correct horse')).name).toBe('success');
  });
  test('ends the stream after the allowed number of failures', async () => {
    const client = await secured();
    for (let i = 0; i < 5; i++) client.send(`<auth xmlns='${NS.sasl}' mechanism='NONE'/>`);
    expect(await client.streamError()).toBe('policy-violation');
    await client.closed;
  });
  test('refuses a change of domain and of name after sign-in, and a second sign-in', async () => {
    for (const [to, more, expected] of [
      ['other.example', '', 'improper-addressing'],
      [DOMAIN, "from='bob@example.com'", 'invalid-from'],
    ] as const) {
      const client = await secured();
      await client.scram('alice', 'correct horse');
      const error = client.streamError();
      client.open(to, more).catch(() => undefined);
      expect(await error).toBe(expected);
    }
    const client = await node.connect();
    await client.signIn('alice', 'correct horse');
    client.send(`<auth xmlns='${NS.sasl}' mechanism='PLAIN'>${base64('\0bob\0battery')}</auth>`);
    expect(await client.streamError()).toBe('policy-violation');
  });
});

describe('without required TLS', () => {
  test('offers SCRAM in the clear, and PLAIN only when that is allowed too', async () => {
    const plain = await clientFixture({ c2sRequireTls: false });
    await plain.addAccount('alice', 'pw');
    const client = await plain.connect();
    const features = await client.open();
    expect(features.child('starttls')?.children).toEqual([]);
    expect(
      features
        .child('mechanisms')
        ?.elements()
        .map((m) => m.text()),
    ).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1']);
    expect(condition(await client.plain('alice', 'pw'))).toBe('invalid-mechanism');
    expect((await client.scram('alice', 'pw', { gs2: 'y' })).name).toBe('success');
    plain.settings.set({ ...plain.settings.get(), c2sPlainWithoutTls: true });
    const second = await plain.connect();
    await second.open();
    expect((await second.plain('alice', 'pw')).name).toBe('success');
    await plain.stop();
  });
});

describe('in-band registration', () => {
  test('is unknown while it is off, and handed on while it is on', async () => {
    const made: string[] = [];
    const open = await clientFixture(
      { inBandRegistration: true, saslFailuresPerStream: 3 },
      {
        registration: {
          fields: () => el('query', NS.register, {}, el('username', NS.register), el('password', NS.register)),
          async submit(_, query) {
            const name = query.child('username')?.text() ?? '';
            if (made.includes(name)) return { condition: 'conflict' };
            made.push(name);
            return null;
          },
        },
      },
    );
    const client = await open.connect({ directTls: true });
    const features = await client.open();
    expect(features.childNs('http://jabber.org/features/iq-register')).toBeDefined();
    client.send(`<iq type='get' id='r1'><query xmlns='${NS.register}'/></iq>`);
    expect((await client.expect('iq')).child('query', NS.register)?.child('username')).toBeDefined();
    const form = `<iq type='set' id='r2'><query xmlns='${NS.register}'><username>dora</username><password>x</password></query></iq>`;
    client.send(form);
    expect((await client.expect('iq')).attrs.type).toBe('result');
    client.send(form);
    expect((await client.expect('iq')).child('error')?.child('conflict')).toBeDefined();
    expect(made).toEqual(['dora']);
    open.settings.set({ ...open.settings.get(), inBandRegistration: false });
    const second = await open.connect({ directTls: true });
    expect((await second.open()).childNs('http://jabber.org/features/iq-register')).toBeUndefined();
    second.send(form);
    expect(await second.streamError()).toBe('not-authorized');
    await open.stop();
  });
});
