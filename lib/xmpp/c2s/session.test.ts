/** Bound sessions over real sockets: binding, senders, stream management, client state, pace (protocol-matrix §6, cases 1, 8, 9, 19). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ClientFixture, clientFixture, DOMAIN } from '../../testing/client-fixture.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import type { WireClient } from '../../testing/wire-client.ts';
import { makeMessage } from '../stanza/build.ts';
import { el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { MessageStanza } from '../stanza/stanza.ts';
import type { AckHold, ClientSession } from './session.ts';

let node: ClientFixture;
let names = 0;
beforeAll(async () => {
  node = await clientFixture({ unauthenticatedPerAddress: 0, maxSessionsPerUser: 1000, bytesPerSecond: 0 });
  await node.addAccount('alice', 'pw-alice');
  await node.addAccount('bob', 'pw-bob');
});
afterAll(() => node.stop());
afterEach(() => {
  node.onSubmit = () => undefined;
});

const SM = NS.streamManagement;
async function online(user = 'alice', on = node): Promise<{ client: WireClient; jid: string; session: ClientSession }> {
  const client = await on.connect({ directTls: true });
  const jid = await client.login(user, `pw-${user}`, `r${++names}`);
  const session = on.session(jid);
  if (session === undefined) throw new Error('no session');
  return { client, jid, session };
}
async function managed(user = 'alice', on = node) {
  const who = await online(user, on);
  who.client.send(`<enable xmlns='${SM}' resume='true'/>`);
  const enabled = await who.client.expect('enabled');
  return { ...who, id: enabled.attrs.id ?? '' };
}
async function resume(id: string, h: number, user = 'alice', on = node): Promise<WireClient> {
  const client = await on.connect({ directTls: true });
  await client.signIn(user, `pw-${user}`);
  client.send(`<resume xmlns='${SM}' previd='${id}' h='${h}'/>`);
  return client;
}
const note = (session: ClientSession, body: string): MessageStanza =>
  makeMessage({ from: session.jid, to: session.jid, type: 'chat' }, el('body', NS.client, {}, body));
const deliver = (session: ClientSession, body: string): boolean => {
  const stanza = note(session, body);
  return session.send(stanza.render(), stanza);
};
const bodies = async (client: WireClient, count: number): Promise<string[]> => {
  const got: string[] = [];
  for (let i = 0; i < count; i++) got.push((await client.expect('message')).child('body')?.text() ?? '');
  return got;
};
const ended = (session: ClientSession) => node.told.find((t) => t.what === 'ended' && t.session === session);

describe('binding', () => {
  test('offers what a signed-in client may use', async () => {
    const client = await node.connect({ directTls: true });
    await client.open();
    await client.scram('alice', 'pw-alice');
    const features = await client.open();
    expect(features.elements().map((f) => `${f.name} ${f.ns}`)).toEqual([
      `bind ${NS.bind}`,
      `session ${NS.session}`,
      `sm ${SM}`,
      `csi ${NS.clientState}`,
      'ver urn:xmpp:features:rosterver',
      'sub urn:xmpp:features:pre-approval',
      'limits urn:xmpp:stream-limits:0',
      'c http://jabber.org/protocol/caps',
    ]);
    expect(features.child('limits')?.child('max-bytes')?.text()).toBe('262144');
  });
  test('makes a resource when none is asked for, keeps the one asked for, refuses a bad one', async () => {
    const client = await node.connect({ directTls: true });
    await client.signIn('alice', 'pw-alice');
    client.send(`<iq type='set' id='b1'><bind xmlns='${NS.bind}'><resource>a&#x200B;b</resource></bind></iq>`);
    expect((await client.expect('iq')).child('error')?.child('bad-request')).toBeDefined();
    expect(await client.bind()).toMatch(/^alice@example\.com\/.{8,}$/);
    const other = await node.connect({ directTls: true });
    await other.signIn('alice', 'pw-alice');
    expect(await other.bind('Desk \u00e9')).toBe('alice@example.com/Desk é');
  });
  test('answers the session request of old clients', async () => {
    const { client } = await online();
    client.send(`<iq type='set' id='s1'><session xmlns='${NS.session}'/></iq>`);
    expect((await client.expect('iq')).attrs).toMatchObject({ type: 'result', id: 's1' });
  });
  test.each([
    ['replace', 'conflict', 'taken'],
    ['refuse', null, null],
    ['rename', null, 'taken-'],
  ] as const)('when the resource is taken: %s', async (rule, oldEnds, newName) => {
    const own = await clientFixture({ resourceConflict: rule });
    await own.addAccount('alice', 'pw-alice');
    const first = await own.connect({ directTls: true });
    await first.login('alice', 'pw-alice', 'taken');
    const second = await own.connect({ directTls: true });
    await second.signIn('alice', 'pw-alice');
    if (newName === null) await expect(second.bind('taken')).rejects.toThrow(/conflict/);
    else expect((await second.bind('taken')).startsWith(`alice@${DOMAIN}/${newName}`)).toBe(true);
    if (oldEnds !== null) expect(await first.streamError()).toBe(oldEnds);
    expect(own.clients.sessions.size).toBe(rule === 'rename' ? 2 : 1);
    await own.stop();
  });
  test.each(['refuse', 'replace'] as const)('beyond the limit of sessions: %s', async (rule) => {
    const own = await clientFixture({ maxSessionsPerUser: 2, sessionsBeyondLimit: rule });
    await own.addAccount('alice', 'pw-alice');
    const clients: WireClient[] = [];
    for (const name of ['one', 'two']) {
      const client = await own.connect({ directTls: true });
      await client.login('alice', 'pw-alice', name);
      clients.push(client);
    }
    const third = await own.connect({ directTls: true });
    await third.signIn('alice', 'pw-alice');
    if (rule === 'refuse') await expect(third.bind('three')).rejects.toThrow(/resource-constraint/);
    else {
      await third.bind('three');
      expect(await clients[0]?.streamError()).toBe('policy-violation');
    }
    expect(own.clients.sessions.size).toBe(2);
    await own.stop();
  });
  test('at the limit a session that only waits to be resumed makes room, also where newer ones are refused', async () => {
    const own = await clientFixture({ maxSessionsPerUser: 2, sessionsBeyondLimit: 'refuse' });
    await own.addAccount('alice', 'pw-alice');
    const kept = await online('alice', own);
    const lost = await managed('alice', own);
    lost.client.cut();
    await own.until('hibernation', () => lost.session.state === 'hibernating');
    const third = await own.connect({ directTls: true });
    await third.login('alice', 'pw-alice', 'three');
    expect([lost.session.state, kept.session.state]).toEqual(['ended', 'live']);
    await own.stop();
  });
  test('refuses to bind, to be tried again, while the database is away', async () => {
    const client = await node.connect({ directTls: true });
    await client.signIn('alice', 'pw-alice');
    node.stores = 'down';
    client.send(`<iq type='set' id='b1'><bind xmlns='${NS.bind}'/></iq>`);
    expect((await client.expect('iq')).child('error')?.attrs.type).toBe('wait');
    node.stores = 'up';
    await client.bind();
  });
});

describe('what clients send', () => {
  test.each([
    ['none', ''],
    ['the bare address', "from='alice@example.com'"],
    ['the full address in other letters', 'full'],
  ])('stamps the full address on a stanza with %s', async (_, from) => {
    const { client, jid } = await online();
    const claimed = from === 'full' ? `from='${jid.replace('alice', 'ALICE')}'` : from;
    client.send(`<message ${claimed} to='bob@example.com' id='stamp${names}'><body>x</body></message>`);
    await node.until('it is submitted', () => node.submitted.some((s) => s.stanza.id === `stamp${names}`));
    const stanza = node.submitted.find((s) => s.stanza.id === `stamp${names}`)?.stanza;
    expect([stanza?.from.full, stanza?.to?.full]).toEqual([jid, 'bob@example.com']);
    expect(stanza?.render()).toContain(`from='${jid}'`);
  });
  test.each(["from='bob@example.com'", "from='alice@example.com/other'", "from='@@'", "from=''"])(
    'ends the stream for %s',
    async (from) => {
      const { client, session } = await online();
      client.send(`<message ${from} to='bob@example.com'/>`);
      expect(await client.streamError()).toBe('invalid-from');
      expect(session.state).toBe('ended');
    },
  );
  test('answers what is malformed with an error and goes on', async () => {
    const { client } = await online();
    client.send(
      "<message to='@@' id='m1'/><iq type='get' id='i1'/><iq type='bogus' id='i2'><x xmlns='u'/></iq><presence type='bogus' id='p1'/><iq type='get'><x xmlns='u'/></iq>",
    );
    expect((await client.expect((e) => e.attrs.id === 'm1')).child('error')?.child('jid-malformed')).toBeDefined();
    for (const id of ['i1', 'i2', 'p1', undefined]) {
      expect((await client.expect((e) => e.name !== 'features' && e.attrs.id === id)).child('error')?.child('bad-request')).toBeDefined();
    }
    client.send("<message to='@@' type='error' id='m2'/><message to='@@' id='m3'/>");
    await client.expect((e) => e.attrs.id === 'm3');
    expect(client.unread.some((e) => e.attrs.id === 'm2')).toBe(false);
  });
  test('answers a stanza that a bug swallowed, and keeps the session', async () => {
    const { client, session } = await online();
    node.onSubmit = () => {
      throw new Error('a bug');
    };
    client.send("<iq type='get' id='bug'><x xmlns='u'/></iq>");
    expect((await client.expect('iq')).child('error')?.child('internal-server-error')).toBeDefined();
    expect(session.state).toBe('live');
  });
  test('takes the language of the stream for stanzas without one', async () => {
    const client = await node.connect({ directTls: true });
    await client.open();
    await client.scram('alice', 'pw-alice');
    await client.open(DOMAIN, "xml:lang='fr'");
    await client.bind();
    client.send("<message id='lang1'/><message id='lang2' xml:lang='de'/>");
    await node.until('both are submitted', () => node.submitted.some((s) => s.stanza.id === 'lang2'));
    expect(node.submitted.filter((s) => s.stanza.id.startsWith('lang')).map((s) => s.stanza.lang)).toEqual(['fr', 'de']);
  });
  test.each([
    ['a DTD', '<!DOCTYPE x [<!ENTITY a "b">]>', 'restricted-xml'],
    ['a comment', '<message><!-- x --></message>', 'restricted-xml'],
    ['a processing instruction', '<?php ?>', 'restricted-xml'],
    ['an unknown entity', '<message><body>&nbsp;</body></message>', 'not-well-formed'],
    ['unbalanced tags', '<message><body></message>', 'not-well-formed'],
    ['a control character', '<message><body>\u0007</body></message>', 'not-well-formed'],
    ['another kind of stanza', '<telegram/>', 'unsupported-stanza-type'],
    ['another namespace', "<message xmlns='jabber:server'/>", 'unsupported-stanza-type'],
    ['a mebibyte', `<message><body>${'x'.repeat(1_048_576)}</body></message>`, 'policy-violation'],
  ])('ends the stream for %s', async (_, xml, expected) => {
    const { client } = await online();
    client.send(xml);
    expect(await client.streamError()).toBe(expected);
  });
  test('accepts 10,000 octets, prefixed stanzas and UTF-8 cut anywhere', async () => {
    const { client } = await online();
    const large = `<message id='large' to='bob@example.com'><body>${'x'.repeat(9_900)}</body></message>`;
    expect(large.length).toBeLessThanOrEqual(10_000);
    client.send(large);
    client.send("<c:message xmlns:c='jabber:client' id='prefixed'><c:body>p</c:body></c:message>");
    for (const octet of Buffer.from("<message id='cut'><body>é€😀</body></message>")) {
      client.send(Buffer.from([octet]));
      await new Promise((done) => setImmediate(done));
    }
    await node.until('all are submitted', () => node.submitted.some((s) => s.stanza.id === 'cut'));
    expect(
      node.submitted
        .find((s) => s.stanza.id === 'cut')
        ?.stanza.el.child('body')
        ?.text(),
    ).toBe('é€😀');
    for (const id of ['large', 'prefixed']) expect(node.submitted.some((s) => s.stanza.id === id)).toBe(true);
  });
});

describe('stream management', () => {
  test('refuses enable before binding and a second enable', async () => {
    const client = await node.connect({ directTls: true });
    await client.signIn('alice', 'pw-alice');
    client.send(`<enable xmlns='${SM}'/>`);
    expect((await client.expect('failed')).child('unexpected-request')).toBeDefined();
    const second = await managed();
    second.client.send(`<enable xmlns='${SM}'/>`);
    expect(await second.client.streamError()).toBe('policy-violation');
    expect(second.session.state).toBe('ended');
  });
  test('counts stanzas of every kind, refused ones too, and nothing else', async () => {
    const { client } = await managed();
    client.send(
      `<message to='@@' id='e'/> \n<presence/><r xmlns='${SM}'/><iq type='get' id='q'><x xmlns='u'/></iq><active xmlns='${NS.clientState}'/><r xmlns='${SM}'/>`,
    );
    expect((await client.expect('a')).attrs.h).toBe('2');
    expect((await client.expect('a')).attrs.h).toBe('3');
  });
  test('asks for acknowledgement after each burst, once', async () => {
    const { client, session } = await managed();
    for (const body of ['1', '2', '3']) deliver(session, body);
    expect(await bodies(client, 3)).toEqual(['1', '2', '3']);
    await client.expect('r');
    deliver(session, '4');
    await bodies(client, 1);
    expect(client.unread.some((e) => e.name === 'r')).toBe(false);
    client.send(`<a xmlns='${SM}' h='3'/>`);
    await client.expect('r');
    client.send(`<a xmlns='${SM}' h='4'/>`);
    client.send('</stream:stream>');
    await client.closed;
    expect(ended(session)?.unsent).toEqual([]);
  });
  test.each(['5', '4294967295', 'x', ''])('ends the stream when the client acknowledges %s of 1', async (h) => {
    const { client, session } = await managed();
    deliver(session, '1');
    await client.expect('r');
    client.send(`<a xmlns='${SM}' h='${h}'/>`);
    const error = await client.expect((e) => e.name === 'error');
    expect(error.elements().map((e) => e.name)).toEqual(['undefined-condition', 'text', 'handled-count-too-high']);
    expect(error.child('handled-count-too-high')?.attrs).toEqual({ h, 'send-count': '1' });
  });
  test('does not count a stanza before its effect is committed, nor one after it', async () => {
    const { client } = await managed();
    const holds: AckHold[] = [];
    node.onSubmit = (session, stanza) => {
      if (stanza.kind === 'message') holds.push(session.holdAck());
    };
    client.send(`<presence/><message id='h1'/><presence/><message id='h2'/><r xmlns='${SM}'/><presence id='after'/>`);
    await node.until('all are submitted', () => node.submitted.some((s) => s.stanza.id === 'after'));
    expect(client.unread.some((e) => e.name === 'a')).toBe(false);
    // Committed out of order: the second alone changes nothing.
    holds[1]?.done();
    await new Promise((done) => setImmediate(done));
    expect(client.unread.some((e) => e.name === 'a')).toBe(false);
    holds[0]?.done();
    expect((await client.expect('a')).attrs.h).toBe('5');
  });
  test('resumes: drops what was acknowledged, sends the rest again in order, counts on', async () => {
    const { client, session, id, jid } = await managed();
    for (const body of ['1', '2', '3']) deliver(session, body);
    await bodies(client, 3);
    client.send("<presence/><message id='before-cut'/>");
    await node.until('it is submitted', () => node.submitted.some((s) => s.stanza.id === 'before-cut'));
    session.carbons = true;
    session.interested = true;
    client.cut();
    await node.until('it hibernates', () => session.state === 'hibernating');
    expect(deliver(session, '4')).toBe(true);
    const again = await resume(id, 1);
    expect((await again.expect('resumed')).attrs).toMatchObject({ previd: id, h: '2' });
    expect(await bodies(again, 3)).toEqual(['2', '3', '4']);
    expect([session.state, session.carbons, session.interested, session.jid.full]).toEqual(['live', true, true, jid]);
    expect(node.told.filter((t) => t.session === session).map((t) => t.what)).toEqual(['bound', 'hibernated', 'resumed']);
    again.send(`<a xmlns='${SM}' h='4'/><message id='more'/><r xmlns='${SM}'/>`);
    expect((await again.expect('a')).attrs.h).toBe('3');
    // The id stays good for another time.
    again.cut();
    await node.until('it hibernates again', () => session.state === 'hibernating');
    const third = await resume(id, 4);
    await third.expect('resumed');
    third.send('</stream:stream>');
    await third.closed;
    expect(ended(session)?.unsent).toEqual([]);
  });
  test('takes the session over from a connection that is still open, which ends with conflict', async () => {
    const { client, session, id } = await managed();
    deliver(session, 'x');
    const again = await resume(id, 0);
    await again.expect('resumed');
    expect(await client.streamError()).toBe('conflict');
    expect(await bodies(again, 1)).toEqual(['x']);
    expect(session.state).toBe('live');
  });
  test('gives a session to its own user only, and to nobody with a wrong id', async () => {
    const { client, session, id } = await managed();
    client.cut();
    await node.until('it hibernates', () => session.state === 'hibernating');
    const thief = await resume(id, 0, 'bob');
    const refused = await thief.expect('failed');
    expect([refused.child('item-not-found') !== undefined, refused.attrs.h]).toEqual([true, undefined]);
    await thief.bind();
    const wrong = await resume(`${id}x`, 0);
    await wrong.expect('failed');
    expect(session.state).toBe('hibernating');
    await (await resume(id, 0)).expect('resumed');
  });
  test('ends the new stream when it claims more than was sent; the session waits on', async () => {
    const { client, session, id } = await managed();
    client.cut();
    await node.until('it hibernates', () => session.state === 'hibernating');
    deliver(session, 'never written');
    const liar = await resume(id, 1);
    expect(await liar.streamError()).toBe('undefined-condition');
    expect(session.state).toBe('hibernating');
  });
  test('waits with the resumption for commits that are under way', async () => {
    const { client, session, id } = await managed();
    const holds: AckHold[] = [];
    node.onSubmit = (s) => void holds.push(s.holdAck());
    client.send("<message id='slow-commit'/>");
    await node.until('it is submitted', () => holds.length === 1);
    client.cut();
    await node.until('it hibernates', () => session.state === 'hibernating');
    const again = await resume(id, 0);
    await again
      .expect((e) => e.name === 'resumed', 150)
      .then(
        () => expect.unreachable('resumed before the commit'),
        () => undefined,
      );
    holds[0]?.done();
    expect((await again.expect('resumed')).attrs.h).toBe('1');
  });
  test('ends at once, with nothing unsent, when the client closes its stream', async () => {
    const { client, session } = await managed();
    client.send('</stream:stream>');
    await client.expect('end-of-stream');
    expect(session.state).toBe('ended');
    expect(session.send('<message/>', null)).toBe(false);
  });
  test('hands back, in order, what was never acknowledged when the time is over, and remembers how much was handled', async () => {
    const own = await clientFixture({ resumeTimeout: 1 });
    await own.addAccount('alice', 'pw-alice');
    const { client, session, id } = await managed('alice', own);
    client.send("<message id='one'/>");
    for (const body of ['1', '2', '3']) deliver(session, body);
    session.send('<presence/>', null);
    await bodies(client, 3);
    await client.expect('r');
    client.send(`<a xmlns='${SM}' h='1'/><message id='two'/>`);
    await own.until('it is submitted', () => own.submitted.length === 2);
    client.cut();
    await own.until('it has ended', () => session.state === 'ended');
    const end = own.told.find((t) => t.what === 'ended');
    expect(end?.unsent?.map((s) => s.el.child('body')?.text())).toEqual(['2', '3']);
    const late = await resume(id, 1, 'alice', own);
    const refused = await late.expect('failed');
    expect([refused.child('item-not-found') !== undefined, refused.attrs.h]).toEqual([true, '2']);
    await late.bind();
    await own.stop();
  });
  test('ends a session whose queue grows past the limit while it hibernates, and loses nothing', async () => {
    const own = await clientFixture({ unackedStanzas: 10 });
    await own.addAccount('alice', 'pw-alice');
    const { client, session } = await managed('alice', own);
    client.cut();
    await own.until('it hibernates', () => session.state === 'hibernating');
    for (let i = 0; i < 11; i++) expect(deliver(session, String(i))).toBe(true);
    expect(session.state).toBe('ended');
    expect(deliver(session, 'late')).toBe(false);
    expect(own.told.find((t) => t.what === 'ended')?.unsent).toHaveLength(11);
    await own.stop();
  });
  test('keeps only the newest presence of each sender while hibernating', async () => {
    const { client, session, id } = await managed();
    client.cut();
    await node.until('it hibernates', () => session.state === 'hibernating');
    const presence = (from: string, n: number) => `<presence from='${from}' id='${n}'/>`;
    session.send(presence('a@x/1', 1), null, 'newest-per-sender');
    session.send(presence('b@x/1', 2), null, 'newest-per-sender');
    deliver(session, 'between');
    session.send(presence('a@x/1', 3), null, 'newest-per-sender');
    const again = await resume(id, 0);
    await again.expect('resumed');
    await again.expect('r');
    expect(again.unread.map((e) => e.attrs.id ?? '').filter((i) => /^[0-9]$/.test(i))).toEqual(['2', '3']);
    again.send(`<a xmlns='${SM}' h='3'/><r xmlns='${SM}'/>`);
    await again.expect('a');
    expect(session.state).toBe('live');
  });
  test('tells when everything sent so far has arrived', async () => {
    const { client, session } = await managed();
    let arrived = 0;
    deliver(session, '1');
    session.whenDelivered?.(() => {
      arrived++;
    });
    await client.expect('r');
    expect(arrived).toBe(0);
    client.send(`<a xmlns='${SM}' h='1'/>`);
    await node.until('it is told', () => arrived === 1);
    const plain = await online();
    deliver(plain.session, '1');
    plain.session.whenDelivered?.(() => {
      arrived++;
    });
    await node.until('it is told', () => arrived === 2);
  });
});

describe('client state', () => {
  test('holds what may wait, in order and the newest of each sender, until something urgent comes', async () => {
    const { client, session } = await online();
    client.send(`<inactive xmlns='${NS.clientState}'/>`);
    await node.until('it is inactive', () => session.inactive);
    session.send("<presence from='a@x/1' id='1'/>", null, 'newest-per-sender');
    session.send("<presence from='b@x/1' id='2'/>", null, 'newest-per-sender');
    session.send("<message from='a@x/1' id='3'/>", null, 'may-wait');
    session.send("<presence from='a@x/1' id='4'/>", null, 'newest-per-sender');
    await new Promise((done) => setTimeout(done, 30));
    expect(client.unread).toEqual([]);
    deliver(session, 'urgent');
    await client.expect((e) => e.child('body') !== undefined);
    expect(client.unread.map((e) => e.attrs.id)).toEqual(['2', '3', '4']);
  });
  test('sends everything when the client is active again, and when too much waits', async () => {
    const { client, session } = await online();
    client.send(`<inactive xmlns='${NS.clientState}'/>`);
    await node.until('it is inactive', () => session.inactive);
    session.send("<presence from='a@x/1' id='1'/>", null, 'newest-per-sender');
    client.send(`<active xmlns='${NS.clientState}'/>`);
    await client.expect('presence');
    client.send(`<inactive xmlns='${NS.clientState}'/>`);
    await node.until('it is inactive', () => session.inactive);
    for (let i = 0; i < 200; i++) session.send(`<presence from='a@x/${i}' id='${i}'/>`, null, 'newest-per-sender');
    await client.expect((e) => e.attrs.id === '199');
    expect(client.unread).toHaveLength(199);
  });
  test('gives what waited to the next connection, and a resumed client is active', async () => {
    const { client, session, id } = await managed();
    client.send(`<inactive xmlns='${NS.clientState}'/>`);
    await node.until('it is inactive', () => session.inactive);
    session.send("<message from='a@x/1' id='w'/>", null, 'may-wait');
    client.cut();
    await node.until('it hibernates', () => session.state === 'hibernating');
    const again = await resume(id, 0);
    await again.expect((e) => e.attrs.id === 'w');
    expect(session.inactive).toBe(false);
  });
});

describe('pace and time', () => {
  test('slows a flood of messages by not reading, and loses none', async () => {
    const own = await clientFixture({ stanzasPerSecond: 100, stanzasBurst: 20, bytesPerSecond: 0 });
    await own.addAccount('alice', 'pw-alice');
    const { client } = await online('alice', own);
    const began = performance.now();
    client.send(Array.from({ length: 60 }, (_, i) => `<message id='f${i}'/>`).join(''));
    await own.until('all are submitted', () => own.submitted.length === 60);
    // 40 beyond the burst at 100 a second.
    expect(performance.now() - began).toBeGreaterThan(350);
    expect(own.submitted.map((s) => s.stanza.id)).toEqual(Array.from({ length: 60 }, (_, i) => `f${i}`));
    expect(own.clients.counters.rateLimitPauses).toBeGreaterThan(0);
    await own.stop();
  });
  test('sees within half a minute that a flooder has left, though his stanzas would take minutes to read', async () => {
    const clock = createFakeClock();
    const own = await clientFixture({ c2sRequireTls: false, c2sPlainWithoutTls: true }, { clock });
    await own.addAccount('alice', 'pw-alice');
    const client = await own.connect();
    await client.open();
    await client.plain('alice', 'pw-alice');
    await client.open();
    await client.bind('desk');
    client.send('<presence/>'.repeat(400));
    await own.until('it is held', () => own.clients.counters.rateLimitPauses > 0);
    // What is not read yet stands between the server and the end.
    client.send("<message id='unread'/>");
    client.cut();
    const began = clock.monotonic();
    await own.until('nobody is connected', () => {
      clock.advance(500);
      return own.clients.counters.connections === 0;
    });
    expect(clock.monotonic() - began).toBeLessThan(30_000);
    await own.stop();
  });
  test('ends the session of a flooder with policy-violation, and not before its time', async () => {
    const clock = createFakeClock();
    const change = { c2sRequireTls: false, c2sPlainWithoutTls: true, stanzasPerSecond: 10, stanzasBurst: 20, floodClose: 2 };
    const own = await clientFixture(change, { clock });
    await own.addAccount('alice', 'pw-alice');
    const client = await own.connect();
    await client.open();
    await client.plain('alice', 'pw-alice');
    await client.open();
    await client.bind('desk');
    client.send('<message/>'.repeat(400));
    const began = clock.monotonic();
    await own.until('it is closed', () => {
      clock.advance(100);
      return own.clients.counters.floods === 1;
    });
    expect(await client.streamError()).toBe('policy-violation');
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(20_000);
    expect(own.submitted.length).toBeLessThan(400);
    client.cut();
    await own.until('the connection is gone', () => own.clients.counters.connections === 0);
    await own.stop();
  });
  test('slows a flood of octets by not reading, and loses none', async () => {
    const own = await clientFixture({ stanzasPerSecond: 0, bytesPerSecond: 200_000, bytesBurst: 10_000 });
    await own.addAccount('alice', 'pw-alice');
    const { client } = await online('alice', own);
    const began = performance.now();
    for (let i = 0; i < 10; i++) client.send(`<message id='f${i}'><body>${'x'.repeat(12_000)}</body></message>`);
    await own.until('all are submitted', () => own.submitted.length === 10);
    expect(performance.now() - began).toBeGreaterThan(200);
    await own.stop();
  });
  test('takes a reader that is too slow as lost; what it misses waits for it', async () => {
    const own = await clientFixture({ outgoingBytes: 65_536, unackedBytes: 104_857_600 });
    await own.addAccount('alice', 'pw-alice');
    const { client, session, id } = await managed('alice', own);
    client.pause();
    const body = 'x'.repeat(50_000);
    let sent = 0;
    while (session.state === 'live' && sent < 1000) {
      deliver(session, body);
      sent++;
      await new Promise((done) => setImmediate(done));
    }
    expect(session.state).toBe('hibernating');
    expect(own.clients.counters.slowReaders).toBe(1);
    const again = await resume(id, 0, 'alice', own);
    await again.expect('resumed');
    expect(await bodies(again, sent)).toEqual(Array.from({ length: sent }, () => body));
    await own.stop();
  });
  test('asks an idle client for a sign of life and takes it as lost without one', async () => {
    const own = await clientFixture({ idlePing: 1, idleClose: 2 });
    await own.addAccount('alice', 'pw-alice');
    const { client, session } = await online('alice', own);
    const ping = await client.expect('iq');
    expect(ping.child('ping', NS.ping)).toBeDefined();
    client.send(`<iq type='error' id='${ping.attrs.id}' to='${DOMAIN}'><error type='cancel'/></iq>`);
    await client.expect('iq');
    await client.closed;
    expect(session.state).toBe('ended');
    expect(own.submitted).toEqual([]);
    await own.stop();
  });
  test('ends a stanza that trickles, a sign-in that lasts too long and a header that never comes', async () => {
    const own = await clientFixture({ headerTimeout: 1, authTimeout: 5, stanzaTimeout: 5, bindTimeout: 5 });
    own.settings.set({ ...own.settings.get(), authTimeout: 1.5, stanzaTimeout: 1, bindTimeout: 1 });
    await own.addAccount('alice', 'pw-alice');
    const silent = await own.connect();
    const unsigned = await own.connect({ directTls: true });
    await unsigned.open();
    const unbound = await own.connect({ directTls: true });
    await unbound.signIn('alice', 'pw-alice');
    const { client: trickling } = await online('alice', own);
    trickling.send('<message><body>');
    for (const client of [silent, unsigned, unbound, trickling]) expect(await client.streamError()).toBe('connection-timeout');
    await own.stop();
  });
  test('ends everything with a stream error when the node shuts down, and hands back what was not acknowledged', async () => {
    const own = await clientFixture();
    await own.addAccount('alice', 'pw-alice');
    const { client, session } = await managed('alice', own);
    const unbound = await own.connect();
    await unbound.open();
    deliver(session, 'x');
    await client.expect('r');
    const done = own.clients.closeAll('system-shutdown');
    expect(await client.streamError()).toBe('system-shutdown');
    expect(await unbound.streamError()).toBe('system-shutdown');
    await done;
    expect(own.told.at(-1)?.unsent).toHaveLength(1);
    expect([own.clients.sessions.size, own.clients.counters.connections, own.clients.counters.unauthenticated]).toEqual([0, 0, 0]);
    await own.stop();
  });
});
