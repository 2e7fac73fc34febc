/** Streams over WebSocket (RFC 7395), on real sockets (protocol-matrix §6, cases 9 and 17). */
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ClientFixture, clientFixture, DOMAIN } from '../../testing/client-fixture.ts';
import { eventually } from '../../testing/eventually.ts';
import { agentXml, authenticate, SASL2 } from '../../testing/sasl2-client.ts';
import { scramSha256 } from '../../testing/scram.ts';
import { bindRequest, exporterOf, plainAuth, readElement, type WebFixture, type WsClient, webFixture } from '../../testing/web-fixture.ts';
import { makeMessage } from '../stanza/build.ts';
import { el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { ClientSession } from './session.ts';

let node: ClientFixture;
let web: WebFixture;
let names = 0;
const usual = { websocket: true, webOrigins: [], webTrustLoopback: true };
beforeAll(async () => {
  node = await clientFixture({ unauthenticatedPerAddress: 0, maxSessionsPerUser: 1000, bytesPerSecond: 0, stanzasPerSecond: 0 });
  web = await webFixture(node);
  await node.addAccount('alice', 'pw-alice');
  await node.addAccount('bob', 'pw-bob');
});
afterAll(async () => {
  await web.stop();
  await node.stop();
});
afterEach(() => node.settings.set({ ...node.settings.get(), ...usual }));

async function online(user = 'alice', client?: WsClient): Promise<{ client: WsClient; jid: string; session: ClientSession }> {
  const with_ = client ?? (await web.connect());
  const jid = await with_.login(user, `pw-${user}`, `w${++names}`);
  const session = node.session(jid);
  if (session === undefined) throw new Error('no session');
  return { client: with_, jid, session };
}
const deliver = (session: ClientSession, body: string): boolean => {
  const stanza = makeMessage({ from: session.jid, to: session.jid, type: 'chat' }, el('body', NS.client, {}, body));
  return session.send(stanza.render(), stanza);
};
const submitted = (jid: string) => node.submitted.filter(({ session }) => session.jid.full === jid).map(({ stanza }) => stanza);

describe('the handshake', () => {
  test('answers the subprotocol xmpp and no compression, and is refused without the subprotocol', async () => {
    const client = await web.connect();
    expect([client.ws.protocol, client.ws.extensions]).toEqual(['xmpp', '']);
    await expect(web.connect({ protocols: ['chat'] })).rejects.toThrow('400');
    await expect(web.connect({ protocols: [] })).rejects.toThrow('400');
  });

  test('lets pages of this server and listed pages in, and no others', async () => {
    await expect(web.connect({ origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(web.connect({ origin: 'null' })).rejects.toThrow('403');
    await web.connect({ origin: `http://127.0.0.1:${web.port}` });
    node.settings.set({ ...node.settings.get(), webOrigins: ['https://chat.example', 'intranet.example'] });
    await web.connect({ origin: 'https://chat.example' });
    await web.connect({ origin: 'https://intranet.example' });
    await expect(web.connect({ origin: 'http://chat.example' })).rejects.toThrow('403');
    node.settings.set({ ...node.settings.get(), webOrigins: ['*'] });
    await web.connect({ origin: 'https://evil.example' });
  });

  test('that is refused is over, even for a client that does not close its side', async () => {
    const before = await web.connections();
    const socket = connect({ port: web.port, host: '127.0.0.1', allowHalfOpen: true });
    let got = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      got += text;
    });
    socket.on('error', () => undefined);
    socket.write(
      'GET /xmpp-websocket HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-protocol: chat\r\n\r\n',
    );
    await eventually(() => got.startsWith('HTTP/1.1 400'));
    await eventually(async () => (await web.connections()) <= before);
    socket.destroy();
  });

  test('is refused while the setting is off, and by whom nobody may connect any more', async () => {
    node.settings.set({ ...node.settings.get(), websocket: false });
    await expect(web.connect()).rejects.toThrow('404');
    const full = await clientFixture({ unauthenticatedTotal: 1 });
    const fullWeb = await webFixture(full);
    await fullWeb.connect();
    await expect(fullWeb.connect()).rejects.toThrow('503');
    await fullWeb.stop();
    await full.stop();
  });
});

describe('opening', () => {
  test('<open/> is answered by a whole <open/> and features that stand on their own, without STARTTLS', async () => {
    const client = await web.connect();
    client.send(`<open xmlns='${NS.framing}' to='${DOMAIN}' version='1.0'/>`);
    const opened = await client.expect('open');
    expect(opened.ns).toBe(NS.framing);
    expect(opened.attrs).toMatchObject({ from: DOMAIN, version: '1.0', 'xml:lang': 'en' });
    expect(opened.attrs.id?.length).toBeGreaterThan(15);
    const features = await client.expect('features');
    expect(features.ns).toBe(NS.streams);
    expect(features.elements().map((child) => child.name)).not.toContain('starttls');
  });

  test.each([
    [`<open xmlns='${NS.framing}' to='nowhere.example' version='1.0'/>`, 'host-unknown'],
    [`<open xmlns='${NS.framing}' to='a@b@c' version='1.0'/>`, 'improper-addressing'],
    [`<open xmlns='${NS.framing}' version='1.0'/>`, 'host-unknown'],
    [`<open xmlns='${NS.framing}' to='${DOMAIN}'/>`, 'unsupported-version'],
    [`<open xmlns='jabber:client' to='${DOMAIN}' version='1.0'/>`, 'bad-format'],
    [`<presence xmlns='jabber:client'/>`, 'bad-format'],
    [`<stream:stream xmlns:stream='${NS.streams}' xmlns='jabber:client' to='${DOMAIN}' version='1.0'>`, 'not-well-formed'],
    [`<open xmlns='${NS.framing}' to='${DOMAIN}' version='1.0'><x/></open>`, 'bad-format'],
  ])('%s ends in %s, after <open/> and before <close/>', async (first, condition) => {
    const client = await web.connect();
    client.send(first);
    await client.expect('open');
    expect(await client.streamError()).toBe(condition);
    expect((await client.expect('close')).ns).toBe(NS.framing);
    client.send(`<close xmlns='${NS.framing}'/>`);
    await client.gone();
    expect(client.closeCode).toBe(1000);
  });

  test('a second <open/> on an open stream ends it', async () => {
    const client = await web.connect();
    await client.open();
    client.send(`<open xmlns='${NS.framing}' to='${DOMAIN}' version='1.0'/>`);
    expect(await client.streamError()).toBe('bad-format');
  });

  test('without TLS, from elsewhere than this machine, only a word about wss: comes back', async () => {
    node.settings.set({ ...node.settings.get(), webTrustLoopback: false });
    const client = await web.connect();
    client.send(`<open xmlns='${NS.framing}' to='${DOMAIN}' version='1.0'/>`);
    expect(await client.streamError()).toBe('policy-violation');
  });
});

describe('signing in', () => {
  test('goes by PLAIN on the own machine and restarts by <open/>', async () => {
    const { client, jid, session } = await online();
    expect(session.facts).toMatchObject({ transport: 'websocket', mechanism: 'PLAIN', tls: null });
    client.send(`<message xmlns='jabber:client' to='bob@${DOMAIN}'><body>hi</body></message>`);
    await node.until('it arrives', () => submitted(jid).length === 1);
    expect(submitted(jid)[0]?.from.full).toBe(jid);
  });

  test('under TLS it may be bound to the channel', async () => {
    const client = await web.connect({ tls: true });
    const features = await client.open();
    const offered = features
      .child('mechanisms')
      ?.elements()
      .map((mechanism) => mechanism.text());
    expect(offered).toContain('SCRAM-SHA-256-PLUS');
    const done = await scramSha256((xml) => client.ask(xml), 'alice', 'pw-alice', { type: 'tls-exporter', data: exporterOf(client) });
    expect(done.name).toBe('success');
    await client.open();
    await client.ask(bindRequest('bound'));
    expect(node.session(`alice@${DOMAIN}/bound`)?.facts).toMatchObject({ tls: { version: 'TLSv1.3' }, mechanism: 'SCRAM-SHA-256-PLUS' });
    const other = await web.connect({ tls: true });
    await other.open();
    const stolen = await scramSha256((xml) => other.ask(xml), 'alice', 'pw-alice', { type: 'tls-exporter', data: exporterOf(client) });
    expect(stolen.name).toBe('failure');
  });
});

describe('SASL2', () => {
  const signIn = (inline = '') => authenticate('PLAIN', '\0alice\0pw-alice', agentXml() + inline);
  const bind2 = `<bind xmlns='urn:xmpp:bind:0'><tag>web</tag><enable xmlns='${NS.streamManagement}' resume='true'/></bind>`;

  test('signs in, binds and resumes without a restart, each element a message of its own', async () => {
    const client = await web.connect();
    await client.open();
    client.send(signIn());
    expect((await client.expect('success')).ns).toBe(SASL2);
    expect((await client.expect('features')).child('bind', NS.bind)).toBeDefined();
    const answer = await client.ask(bindRequest('two'));
    expect(answer.child('bind')?.child('jid')?.text()).toBe(`alice@${DOMAIN}/two`);

    const bound = await web.connect();
    await bound.open();
    bound.send(signIn(bind2));
    const success = await bound.expect('success');
    await bound.expect('features');
    const jid = success.child('authorization-identifier')?.text() ?? '';
    const id = success.child('bound')?.child('enabled', NS.streamManagement)?.attrs.id;
    const session = node.session(jid);
    expect([session?.facts.transport, id]).toEqual(['websocket', expect.any(String)]);
    bound.ws.terminate();
    await node.until('it hibernates', () => session?.state === 'hibernating');
    for (const body of ['a', 'b']) deliver(session as ClientSession, body);
    const again = await web.connect();
    await again.open();
    again.send(signIn(`<resume xmlns='${NS.streamManagement}' previd='${id}' h='0'/>${bind2}`));
    expect((await again.expect('success')).child('resumed', NS.streamManagement)?.attrs.previd).toBe(id);
    const got = [await again.expect('message'), await again.expect('message')];
    expect(got.map((message) => message.child('body')?.text())).toEqual(['a', 'b']);
  });
});

describe('framing', () => {
  test('every stanza to the client is a message of its own that declares its namespace', async () => {
    const { client, session } = await online();
    for (const body of ['one', 'two', 'zwölf ✓', 'x'.repeat(70_000)]) deliver(session, body);
    const got = [];
    for (let i = 0; i < 4; i++) got.push(await client.expect('message'));
    expect(got.map(({ ns }) => ns)).toEqual(Array(4).fill('jabber:client'));
    expect(got.map((message) => message.child('body')?.text())).toEqual(['one', 'two', 'zwölf ✓', 'x'.repeat(70_000)]);
  });

  test('a message in fragments, and one beyond 64 KiB, are read whole', async () => {
    const { client, jid } = await online();
    const text = `<message xmlns='jabber:client' to='bob@${DOMAIN}'><body>grün</body></message>`;
    const octets = Buffer.from(text);
    // Cut within the two octets of the umlaut.
    const cut = octets.indexOf(0xc3) + 1;
    client.ws.send(octets.subarray(0, cut), { binary: false, fin: false });
    client.ws.send(octets.subarray(cut), { binary: false, fin: true });
    client.send(`<message xmlns='jabber:client' to='bob@${DOMAIN}'><body>${'y'.repeat(100_000)}</body></message>`);
    await node.until('both arrive', () => submitted(jid).length === 2);
    expect(submitted(jid).map((stanza) => stanza.el.child('body')?.text().length)).toEqual([4, 100_000]);
  });

  test.each([
    ['an element without namespace', 'invalid-namespace', "<message to='a@b'/>"],
    ['two elements', 'bad-format', "<message xmlns='jabber:client'/><message xmlns='jabber:client'/>"],
    ['half an element', 'not-well-formed', "<message xmlns='jabber:client'>"],
    ['an end tag', 'not-well-formed', '</message>'],
    ['a declaration', 'restricted-xml', "<?xml version='1.0'?><message xmlns='jabber:client'/>"],
    ['a comment', 'restricted-xml', "<!-- x --><message xmlns='jabber:client'/>"],
    ['text', 'bad-format', 'hello'],
    ['too large a stanza', 'policy-violation', `<message xmlns='jabber:client'><body>${'x'.repeat(270_000)}</body></message>`],
    ['an unknown element of the framing', 'unsupported-stanza-type', `<wrong xmlns='${NS.framing}'/>`],
  ])('%s ends the stream with %s', async (_what, condition, text) => {
    const { client, session } = await online();
    client.send(text);
    expect(await client.streamError()).toBe(condition);
    await client.expect('close');
    expect(session.state).toBe('ended');
  });

  test('what grows beyond the limit in fragments is refused before it ends', async () => {
    const { client } = await online();
    client.ws.send("<message xmlns='jabber:client'><body>", { fin: false });
    for (let i = 0; i < 6; i++) client.ws.send('x'.repeat(65_536), { fin: false });
    expect(await client.streamError()).toBe('policy-violation');
  });

  test('pings between the fragments do not make a message smaller', async () => {
    const { client } = await online();
    client.ws.send("<message xmlns='jabber:client'><body>", { fin: false });
    for (let i = 0; i < 6; i++) {
      client.ws.send('x'.repeat(65_536), { fin: false });
      client.ws.ping('still here');
      client.ws.pong();
    }
    expect(await client.streamError()).toBe('policy-violation');
  });

  test('a frame that announces far too much ends the connection at once', async () => {
    const { client } = await online();
    client.ws.send('x'.repeat(2_000_000));
    await client.gone();
    expect(client.closeCode).toBe(1009);
  });

  test('binary messages end the stream', async () => {
    const { client } = await online();
    client.ws.send(Buffer.from("<presence xmlns='jabber:client'/>"));
    expect(await client.streamError()).toBe('bad-format');
  });

  test('octets that are no UTF-8 end the connection', async () => {
    const { client } = await online();
    client.ws.send(Buffer.from([0x3c, 0xff, 0xfe]), { binary: false });
    await client.gone();
    expect(client.closeCode).toBe(1007);
  });

  test('white space keeps alive and means nothing', async () => {
    const { client, jid } = await online();
    client.send(' \n');
    client.send(`<presence xmlns='jabber:client'/>`);
    await node.until('the presence arrives', () => submitted(jid).length === 1);
  });
});

describe('closing', () => {
  test('<close/> of the client is answered before the socket closes, and ends the session', async () => {
    const { client, session } = await online();
    client.send(`<close xmlns='${NS.framing}'/>`);
    await client.expect('close');
    await client.gone();
    expect(client.closeCode).toBe(1000);
    expect(session.state).toBe('ended');
  });

  test('what comes after <close/> is not read', async () => {
    const { client, jid } = await online();
    client.send(`<close xmlns='${NS.framing}'/>`);
    client.send(`<message xmlns='jabber:client' to='bob@${DOMAIN}'/>`);
    await client.gone();
    expect(submitted(jid)).toEqual([]);
  });

  test('a client that never answers <close/> is not waited for long', async () => {
    const { client, session } = await online();
    session.end('policy-violation', 'An administrator ended it.');
    expect(await client.streamError()).toBe('policy-violation');
    await client.expect('close');
    await client.gone();
  });
});

describe('resumption', () => {
  const managed = async () => {
    const who = await online();
    who.client.send(`<enable xmlns='${NS.streamManagement}' resume='true'/>`);
    const enabled = await who.client.expect('enabled');
    return { ...who, id: enabled.attrs.id ?? '' };
  };

  test('a session lost over WebSocket goes on over TCP and comes back, without losing or repeating a stanza', async () => {
    const { client, session, id } = await managed();
    deliver(session, 'one');
    await client.expect('message');
    client.ws.terminate();
    await node.until('it hibernates', () => session.state === 'hibernating');
    deliver(session, 'two');
    const tcp = await node.connect({ directTls: true });
    await tcp.signIn('alice', 'pw-alice');
    tcp.send(`<resume xmlns='${NS.streamManagement}' previd='${id}' h='1'/>`);
    expect((await tcp.expect('resumed')).attrs.h).toBe('0');
    expect((await tcp.expect('message')).child('body')?.text()).toBe('two');
    expect(session.facts.transport).toBe('direct-tls');

    // The old connection is still there this time.
    const again = await web.connect({ tls: true });
    await again.signIn('alice', 'pw-alice');
    again.send(`<resume xmlns='${NS.streamManagement}' previd='${id}' h='1'/>`);
    await again.expect('resumed');
    expect(await tcp.streamError()).toBe('conflict');
    const replayed = await again.expect('message');
    expect([replayed.ns, replayed.child('body')?.text()]).toEqual(['jabber:client', 'two']);
    expect(session.facts).toMatchObject({ transport: 'websocket', tls: { version: 'TLSv1.3' } });
    deliver(session, 'three');
    expect((await again.expect('message')).child('body')?.text()).toBe('three');
  });

  test('several unacknowledged stanzas come again as messages of their own', async () => {
    const { client, session, id } = await managed();
    for (const body of ['a', 'b', 'c']) deliver(session, body);
    client.ws.terminate();
    await node.until('it hibernates', () => session.state === 'hibernating');
    const again = await web.connect();
    await again.signIn('alice', 'pw-alice');
    again.send(`<resume xmlns='${NS.streamManagement}' previd='${id}' h='0'/>`);
    await again.expect('resumed');
    await node.until('all are there', () => again.unread.filter((text) => text.startsWith('<message')).length === 3);
    expect(again.unread.map((text) => readElement(text).child('body')?.text()).filter(Boolean)).toEqual(['a', 'b', 'c']);
  });
});

describe('pace and patience', () => {
  test('a flood is slowed by not reading, and nothing is lost', async () => {
    const slow = await clientFixture({ stanzasPerSecond: 200, stanzasBurst: 10, bytesPerSecond: 0 });
    const slowWeb = await webFixture(slow);
    await slow.addAccount('alice', 'pw-alice');
    const client = await slowWeb.connect();
    await client.login('alice', 'pw-alice', 'flood');
    const began = performance.now();
    for (let i = 0; i < 60; i++) client.send(`<message xmlns='jabber:client' to='bob@${DOMAIN}' id='${i}'/>`);
    await slow.until('all have arrived', () => slow.submitted.length === 60);
    expect(performance.now() - began).toBeGreaterThan(200);
    expect(slow.submitted.map(({ stanza }) => stanza.id)).toEqual(Array.from({ length: 60 }, (_, i) => String(i)));
    await slowWeb.stop();
    await slow.stop();
  });

  test('a silent client is pinged, and lost when it does not answer', async () => {
    const quick = await clientFixture({ websocketPing: 1 });
    const quickWeb = await webFixture(quick);
    await quick.addAccount('alice', 'pw-alice');
    const client = await quickWeb.connect();
    await client.login('alice', 'pw-alice', 'silent');
    let pings = 0;
    client.ws.on('ping', () => pings++);
    await quick.until('it has been pinged twice and lives', () => pings === 2);
    expect(quick.session(`alice@${DOMAIN}/silent`)?.state).toBe('live');
    // Reads no more, so it answers no ping.
    client.ws.pause();
    await quick.until('it is lost', () => quick.told.some(({ what }) => what === 'ended'));
    await quickWeb.stop();
    await quick.stop();
  });

  test('a client that does not read is cut off, and what it missed stays for its return', async () => {
    const small = await clientFixture({ outgoingBytes: 65_536, unackedBytes: 104_857_600 });
    const smallWeb = await webFixture(small);
    await small.addAccount('alice', 'pw-alice');
    const client = await smallWeb.connect();
    const jid = await client.login('alice', 'pw-alice', 'slow');
    client.send(`<enable xmlns='${NS.streamManagement}' resume='true'/>`);
    await client.expect('enabled');
    const session = small.session(jid);
    if (session === undefined) throw new Error('no session');
    client.ws.pause();
    await small.until('it is cut off', () => {
      deliver(session, 'x'.repeat(200_000));
      return session.state === 'hibernating';
    });
    expect(small.clients.counters.slowReaders).toBe(1);
    await smallWeb.stop();
    await small.stop();
  });

  test('a stream that is never opened, and one where nobody signs in, are ended', async () => {
    const quick = await clientFixture({ headerTimeout: 1, authTimeout: 1 });
    const quickWeb = await webFixture(quick);
    const mute = await quickWeb.connect();
    const idle = await quickWeb.connect();
    await idle.open();
    expect([await mute.streamError(), await idle.streamError()]).toEqual(['connection-timeout', 'connection-timeout']);
    await quickWeb.stop();
    await quick.stop();
  });
});

test('when the service closes its streams hear why and are gone', async () => {
  const other = await clientFixture();
  const otherWeb = await webFixture(other);
  await other.addAccount('alice', 'pw-alice');
  const client = await otherWeb.connect();
  await client.login('alice', 'pw-alice', 'x');
  const unbound = await otherWeb.connect();
  await unbound.open();
  const tcp = await other.connect({ directTls: true });
  await tcp.login('alice', 'pw-alice', 'tcp');
  expect(other.clients.counters).toMatchObject({ connections: 3, webSockets: 2, boshSessions: 0 });
  const closing = other.clients.web.close('system-shutdown');
  expect([await client.streamError(), await unbound.streamError()]).toEqual(['system-shutdown', 'system-shutdown']);
  await closing;
  expect(other.clients.counters).toMatchObject({ connections: 1, webSockets: 0 });
  expect(other.session(`alice@${DOMAIN}/tcp`)?.state).toBe('live');
  await expect(otherWeb.connect()).rejects.toThrow('404');
  await otherWeb.stop();
  await other.stop();
});

test('wrong passwords are counted as on every other stream', async () => {
  const client = await web.connect();
  await client.open();
  for (let i = 0; i < 3; i++) expect((await client.ask(plainAuth('alice', 'wrong'))).name).toBe('failure');
  expect(await client.streamError()).toBe('policy-violation');
});
