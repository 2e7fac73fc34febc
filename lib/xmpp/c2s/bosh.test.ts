/** Streams over BOSH (XEP-0124, XEP-0206), on real sockets (protocol-matrix §6, cases 9 and 17). */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ClientFixture, clientFixture, DOMAIN } from '../../testing/client-fixture.ts';
import { eventually } from '../../testing/eventually.ts';
import { agentXml, authenticate, SASL2 } from '../../testing/sasl2-client.ts';
import { type BoshAnswer, type BoshPost, bindRequest, plainAuth, type WebFixture, webFixture } from '../../testing/web-fixture.ts';
import { makeMessage } from '../stanza/build.ts';
import { el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { ClientSession } from './session.ts';

let node: ClientFixture;
let web: WebFixture;
let names = 0;
const usual = { bosh: true, webOrigins: [], webTrustLoopback: true };
beforeAll(async () => {
  node = await clientFixture({ unauthenticatedPerAddress: 0, maxSessionsPerUser: 1000, bytesPerSecond: 0, stanzasPerSecond: 0 });
  web = await webFixture(node);
  await node.addAccount('alice', 'pw-alice');
});
afterAll(async () => {
  await web.stop();
  await node.stop();
});
afterEach(() => node.settings.set({ ...node.settings.get(), ...usual }));

/** A session as a client keeps it. */
class Bosh {
  rid = 1_000_000 + Math.floor(Math.random() * 1_000_000);
  sid = '';
  constructor(
    private readonly via = web,
    private readonly options: { tls?: boolean } = {},
  ) {}
  raw(xml: string, headers: Record<string, string> = {}): BoshPost {
    return this.via.post(xml, headers, this.options);
  }
  async create(attributes = `to='${DOMAIN}' wait='10' hold='1'`): Promise<BoshAnswer> {
    const answer = await this.raw(
      `<body xmlns='${NS.httpBind}' rid='${this.rid}' xml:lang='en' ver='1.6' xmpp:version='1.0' xmlns:xmpp='${NS.xbosh}' ${attributes}/>`,
    ).answer;
    this.sid = answer.body.attrs.sid ?? '';
    return answer;
  }
  send(payload: string, attributes = '', rid = ++this.rid): BoshPost {
    return this.raw(`<body xmlns='${NS.httpBind}' xmlns:xmpp='${NS.xbosh}' rid='${rid}' sid='${this.sid}' ${attributes}>${payload}</body>`);
  }
  ask(payload: string, attributes = ''): Promise<BoshAnswer> {
    return this.send(payload, attributes).answer;
  }
  async login(user = 'alice', resource = `b${++names}`, attributes?: string): Promise<string> {
    await this.create(attributes);
    const signed = await this.ask(plainAuth(user, `pw-${user}`));
    if (signed.body.child('success') === undefined) throw new Error(signed.text);
    const restarted = await this.ask('', `to='${DOMAIN}' xmpp:restart='true'`);
    if (restarted.body.child('features', NS.streams)?.child('bind') === undefined) throw new Error(restarted.text);
    const bound = await this.ask(bindRequest(resource));
    return bound.body.child('iq')?.child('bind')?.child('jid')?.text() ?? '';
  }
}
async function online(attributes?: string): Promise<{ bosh: Bosh; jid: string; session: ClientSession }> {
  const bosh = new Bosh();
  const jid = await bosh.login('alice', undefined, attributes);
  const session = node.session(jid);
  if (session === undefined) throw new Error('no session');
  return { bosh, jid, session };
}
const deliver = (session: ClientSession, body: string): boolean => {
  const stanza = makeMessage({ from: session.jid, to: session.jid, type: 'chat' }, el('body', NS.client, {}, body));
  return session.send(stanza.render(), stanza);
};
const bodies = ({ body }: BoshAnswer) =>
  body
    .elements()
    .filter(({ name }) => name === 'message')
    .map((message) => message.child('body')?.text());
const message = (id: string) => `<message xmlns='jabber:client' to='bob@${DOMAIN}' id='${id}'/>`;
const idsOf = (jid: string) => node.submitted.filter(({ session }) => session.jid.full === jid).map(({ stanza }) => stanza.id);
const end = ({ body }: BoshAnswer) => [body.attrs.type, body.attrs.condition];
/** Sends and waits until the server has read and taken the request. */
const taken = async (send: () => BoshPost): Promise<BoshPost> => {
  const before = node.clients.counters.bytesIn;
  const post = send();
  await node.until('the request has arrived', () => node.clients.counters.bytesIn > before);
  return post;
};

describe('session creation', () => {
  test('answers what both sides agreed on, and the features', async () => {
    const { body, headers } = await new Bosh().create(`to='${DOMAIN}' wait='3600' hold='9' ack='1' from='alice@${DOMAIN}'`);
    expect(body.attrs).toMatchObject({
      wait: '60',
      hold: '1',
      requests: '2',
      inactivity: '30',
      maxpause: '120',
      ver: '1.6',
      from: DOMAIN,
      charsets: 'UTF-8',
      [`{${NS.xbosh}}version`]: '1.0',
      [`{${NS.xbosh}}restartlogic`]: 'true',
    });
    expect(body.attrs.sid?.length).toBeGreaterThan(15);
    expect(body.attrs.ack).toBeDefined();
    const features = body.child('features', NS.streams);
    expect(features?.elements().map(({ name }) => name)).toEqual(expect.arrayContaining(['mechanisms']));
    expect(features?.child('starttls')).toBeUndefined();
    expect(headers['content-type']).toBe('text/xml; charset=utf-8');
  });

  test('goes without wait and hold', async () => {
    const { body } = await new Bosh().create(`to='${DOMAIN}'`);
    expect([body.attrs.wait, body.attrs.hold]).toEqual(['60', '1']);
  });

  test.each([
    ['no domain', 'improper-addressing', ''],
    ['no address', 'improper-addressing', "to='a@b@c'"],
    ['a foreign domain', 'host-unknown', "to='nowhere.example'"],
  ])('to %s ends in %s', async (_what, condition, attributes) => {
    expect(end(await new Bosh().create(attributes))).toEqual(['terminate', condition]);
  });

  test.each([
    ['no rid', `<body xmlns='${NS.httpBind}' to='${DOMAIN}'/>`],
    ['a rid that is no number', `<body xmlns='${NS.httpBind}' to='${DOMAIN}' rid='12x'/>`],
    ['too large a rid', `<body xmlns='${NS.httpBind}' to='${DOMAIN}' rid='9007199254740993'/>`],
    ['another element', `<html xmlns='${NS.httpBind}' rid='1'/>`],
    ['another namespace', `<body xmlns='urn:x' rid='1' to='${DOMAIN}'/>`],
    ['nothing', ''],
    ['half an element', `<body xmlns='${NS.httpBind}' rid='1' to='${DOMAIN}'>`],
    ['two elements', `<body xmlns='${NS.httpBind}' rid='1' to='${DOMAIN}'/><body xmlns='${NS.httpBind}' rid='2' to='${DOMAIN}'/>`],
    ['text behind the end', `<body xmlns='${NS.httpBind}' rid='1' to='${DOMAIN}'/>more`],
    ['a document type', `<!DOCTYPE body><body xmlns='${NS.httpBind}' rid='1' to='${DOMAIN}'/>`],
    ['a comment', `<body xmlns='${NS.httpBind}' rid='1' to='${DOMAIN}'><!-- x --></body>`],
  ])('with %s is a bad request', async (_what, xml) => {
    expect(end(await web.post(xml).answer)).toEqual(['terminate', 'bad-request']);
  });

  test('with more than a negotiation needs is refused before it is read to its end', async () => {
    const large = `<body xmlns='${NS.httpBind}' rid='1' to='${DOMAIN}'><x xmlns='urn:x'>${'y'.repeat(600_000)}</x></body>`;
    expect(end(await web.post(large).answer)).toEqual(['terminate', 'policy-violation']);
  });

  test('without TLS from elsewhere is refused', async () => {
    node.settings.set({ ...node.settings.get(), webTrustLoopback: false });
    expect(end(await new Bosh().create())).toEqual(['terminate', 'policy-violation']);
    const { body } = await new Bosh(web, { tls: true }).create();
    expect(body.child('features')?.child('mechanisms')).toBeDefined();
  });

  test('without that anybody signs in ends after a while', async () => {
    const quick = await clientFixture({ authTimeout: 1, headerTimeout: 1 });
    const quickWeb = await webFixture(quick);
    const bosh = new Bosh(quickWeb);
    await bosh.create();
    expect(end(await bosh.ask(''))).toEqual(['terminate', 'remote-stream-error']);
    await quickWeb.stop();
    await quick.stop();
  });
});

describe('HTTP', () => {
  test('a browser that comes by reads what this address is for', async () => {
    const { status, text } = await web.post('', {}, { method: 'GET' }).answer;
    expect([status, text.includes('BOSH')]).toEqual([200, true]);
    expect((await web.post('', {}, { method: 'PUT' }).answer).status).toBe(405);
  });

  test('only pages of this server and listed pages may post, and may read the answer', async () => {
    const post = (origin: string, method = 'POST') =>
      web.post(`<body xmlns='${NS.httpBind}' rid='1' to='${DOMAIN}'/>`, { origin }, { method }).answer;
    const refused = await post('https://evil.example');
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect((await post('https://evil.example', 'OPTIONS')).status).toBe(403);
    node.settings.set({ ...node.settings.get(), webOrigins: ['https://chat.example'] });
    const asked = await post('https://chat.example', 'OPTIONS');
    expect([asked.status, asked.headers['access-control-allow-origin'], asked.headers['access-control-allow-headers']]).toEqual([
      204,
      'https://chat.example',
      'content-type',
    ]);
    const allowed = await post('https://chat.example');
    expect(allowed.headers).toMatchObject({ 'access-control-allow-origin': 'https://chat.example', vary: 'Origin' });
    expect(allowed.headers['access-control-allow-credentials']).toBeUndefined();
    expect(allowed.body.attrs.sid).toBeDefined();
  });

  test('compressed requests are refused', async () => {
    expect((await web.post('', { 'content-encoding': 'gzip' }).answer).status).toBe(415);
  });

  test('it is off where the setting says so', async () => {
    node.settings.set({ ...node.settings.get(), bosh: false });
    expect((await web.post('').answer).status).toBe(404);
  });
});

describe('a session', () => {
  test('signs in, restarts, binds, sends and receives', async () => {
    const { bosh, jid, session } = await online();
    expect(session.facts).toMatchObject({ transport: 'bosh', mechanism: 'PLAIN', tls: null });
    const poll = bosh.send(message('m1') + message('m2'));
    await node.until('both arrive', () => idsOf(jid).length === 2);
    expect(idsOf(jid)).toEqual(['m1', 'm2']);
    deliver(session, 'one');
    deliver(session, 'two');
    const got = await poll.answer;
    expect(bodies(got)).toEqual(['one', 'two']);
    expect(got.body.elements().map(({ ns }) => ns)).toEqual(['jabber:client', 'jabber:client']);
  });

  test('holds one request, and answers it when the next comes', async () => {
    const { bosh, session } = await online();
    const first = await taken(() => bosh.send(''));
    const second = bosh.send(message('x'));
    expect((await first.answer).body.children).toEqual([]);
    deliver(session, 'for the second');
    expect(bodies(await second.answer)).toEqual(['for the second']);
  });

  test('answers a request empty when the wait is over', async () => {
    const { bosh } = await online(`to='${DOMAIN}' wait='1' hold='1'`);
    const began = performance.now();
    const got = await bosh.ask('');
    expect([got.body.children, got.body.attrs.type]).toEqual([[], undefined]);
    expect(performance.now() - began).toBeGreaterThan(900);
  });

  test('takes requests in the order of their rid, and answers in that order', async () => {
    const { bosh, jid, session } = await online();
    const rid = bosh.rid;
    bosh.rid += 2;
    const later = await taken(() => bosh.send(message('second'), '', rid + 2));
    expect(idsOf(jid)).toEqual([]);
    const sooner = bosh.send(message('first'), '', rid + 1);
    await node.until('both arrive', () => idsOf(jid).length === 2);
    expect(idsOf(jid)).toEqual(['first', 'second']);
    expect((await sooner.answer).body.children).toEqual([]);
    deliver(session, 'late');
    expect(bodies(await later.answer)).toEqual(['late']);
  });

  test('answers a repeated rid with the same text and does nothing twice', async () => {
    const { bosh, jid, session } = await online();
    deliver(session, 'kept');
    const answer = await bosh.ask(message('once'));
    expect(bodies(answer)).toEqual(['kept']);
    const again = await bosh.send(message('once'), '', bosh.rid).answer;
    expect(again.text).toBe(answer.text);
    expect(idsOf(jid)).toEqual(['once']);
  });

  test('goes on when the connection of a held request breaks and the client asks again', async () => {
    const { bosh, session } = await online();
    const lost = await taken(() => bosh.send(''));
    lost.cut();
    deliver(session, 'while it was away');
    const again = bosh.send('', '', bosh.rid);
    expect(bodies(await again.answer)).toEqual(['while it was away']);
    expect(session.state).toBe('live');
  });

  test('goes on with the next request when the page was loaded again, which cuts a held one', async () => {
    const { bosh, session } = await online();
    const before = await web.connections();
    const lost = await taken(() => bosh.send(''));
    lost.cut();
    await eventually(async () => (await web.connections()) <= before);
    deliver(session, 'on the way');
    const next = await bosh.ask('');
    expect(next.body.attrs.type).toBeUndefined();
    expect(bodies(next)).toEqual(['on the way']);
  });

  test('hands a held request over to its repetition', async () => {
    const { bosh, session } = await online();
    const first = await taken(() => bosh.send(''));
    const twin = bosh.send('', '', bosh.rid);
    expect((await first.answer).body.children).toEqual([]);
    deliver(session, 'to the twin');
    expect(bodies(await twin.answer)).toEqual(['to the twin']);
  });

  test.each([
    ['beyond the window', 3],
    ['older than what is kept', -3],
  ])('a rid %s ends it with item-not-found', async (_what, step) => {
    const { bosh, session } = await online();
    expect(end(await bosh.send('', '', bosh.rid + step).answer)).toEqual(['terminate', 'item-not-found']);
    expect(session.state).toBe('ended');
    expect(end(await bosh.ask(''))).toEqual(['terminate', 'item-not-found']);
  });

  test('an unknown sid is item-not-found', async () => {
    const bosh = new Bosh();
    bosh.sid = 'nobody';
    expect(end(await bosh.ask(''))).toEqual(['terminate', 'item-not-found']);
  });

  test('more requests than allowed at a time end it', async () => {
    const { bosh, session } = await online();
    // One that never comes keeps the later ones waiting.
    const [second, third] = [bosh.send('', '', bosh.rid + 2), bosh.send(message('x'), '', bosh.rid + 2)];
    await second.answer;
    const flood = [1, 2].map(() => bosh.send(message('x'), '', ++bosh.rid + 2));
    const ends = await Promise.all([third, ...flood].map(({ answer }) => answer.then(end)));
    expect(ends.every(([type]) => type === 'terminate')).toBe(true);
    expect(session.state).toBe('ended');
  });

  test('empty requests beside a held one, in quick succession, are too much', async () => {
    const { bosh } = await online();
    await taken(() => bosh.send(''));
    expect(end(await bosh.ask(''))).toEqual(['terminate', 'policy-violation']);
  });

  test('parallel requests with content are no such thing', async () => {
    const { bosh, jid, session } = await online();
    for (let i = 0; i < 10; i++) {
      const first = bosh.send(message(`a${i}`));
      const second = bosh.send(message(`b${i}`));
      await first.answer;
      deliver(session, 'x');
      await second.answer;
    }
    await node.until('all arrive', () => idsOf(jid).length === 20);
    expect(session.state).toBe('live');
  });

  test('polls when it wants nothing held, but not too often', async () => {
    const { bosh, session } = await online(`to='${DOMAIN}' wait='0' hold='0'`);
    deliver(session, 'waiting');
    expect(bodies(await bosh.ask(''))).toEqual(['waiting']);
    expect((await bosh.ask('')).body.attrs.type).toBeUndefined();
    expect(end(await bosh.ask(''))).toEqual(['terminate', 'policy-violation']);
  });

  test('an element without a namespace of its own ends it', async () => {
    const { bosh, session } = await online();
    const got = await bosh.ask("<message to='a@b'/>");
    expect(end(got)).toEqual(['terminate', 'remote-stream-error']);
    expect(got.body.child('error', NS.streams)?.elements()[0]?.name).toBe('invalid-namespace');
    expect(session.state).toBe('ended');
  });

  test.each([
    ['malformed XML', 'bad-request', '<message'],
    ['too large a stanza', 'policy-violation', `<message xmlns='jabber:client'><body>${'x'.repeat(300_000)}</body></message>`],
    ['too large a request', 'policy-violation', `<message xmlns='jabber:client'><body>${'x'.repeat(200_000)}</body></message>`.repeat(3)],
  ])('%s ends it with %s', async (_what, condition, payload) => {
    const { bosh, session } = await online();
    expect(end(await bosh.ask(payload))).toEqual(['terminate', condition]);
    expect(session.state).toBe('ended');
  });

  test('a large answer is cut into several', async () => {
    const { bosh, session } = await online();
    for (let i = 0; i < 5; i++) deliver(session, `${i}${'x'.repeat(100_000)}`);
    const got: (string | undefined)[] = [];
    while (got.length < 5) got.push(...bodies(await bosh.ask('')).map((text) => text?.slice(0, 1)));
    expect(got).toEqual(['0', '1', '2', '3', '4']);
  });
});

test('SASL2 binds in one request, and its answer reads as one', async () => {
  const bosh = new Bosh();
  await bosh.create();
  const signed = await bosh.ask(
    authenticate('PLAIN', '\0alice\0pw-alice', `${agentXml()}<bind xmlns='urn:xmpp:bind:0'><tag>web</tag></bind>`),
  );
  const jid = signed.body.child('success', SASL2)?.child('authorization-identifier')?.text() ?? '';
  expect(signed.body.elements().map(({ name }) => name)).toEqual(['success', 'features']);
  expect(node.session(jid)?.facts.transport).toBe('bosh');
  await bosh.ask(message('after'), "type='terminate'");
  expect(idsOf(jid)).toEqual(['after']);
});

describe('keys', () => {
  const hash = (text: string) => createHash('sha1').update(text).digest('hex');
  const [k1, k2, k3] = [hash('seed'), hash(hash('seed')), hash(hash(hash('seed')))];

  test('a request with the right key goes on, one without ends the session', async () => {
    const bosh = new Bosh();
    await bosh.create(`to='${DOMAIN}' wait='1' hold='1' newkey='${k3}'`);
    expect((await bosh.ask('', `key='${k2}'`)).body.attrs.type).toBeUndefined();
    const [next, other] = [hash('other'), hash(hash('other'))];
    expect((await bosh.ask('', `key='${k1}' newkey='${other}'`)).body.attrs.type).toBeUndefined();
    expect((await bosh.ask('', `key='${next}'`)).body.attrs.type).toBeUndefined();
    expect(end(await bosh.ask('', `key='${k1}'`))).toEqual(['terminate', 'item-not-found']);
  });

  test('a missing key ends the session', async () => {
    const bosh = new Bosh();
    await bosh.create(`to='${DOMAIN}' newkey='${k3}'`);
    expect(end(await bosh.ask(''))).toEqual(['terminate', 'item-not-found']);
  });
});

test('acknowledgements are told when they say something, and free what is kept', async () => {
  const { bosh, session } = await online(`to='${DOMAIN}' wait='10' hold='1' ack='1'`);
  const first = await taken(() => bosh.send(''));
  const second = bosh.send(message('x'), `ack='${bosh.rid - 2}'`);
  const got = await first.answer;
  expect(got.body.attrs.ack).toBe(String(bosh.rid));
  deliver(session, 'y');
  expect((await second.answer).body.attrs.ack).toBeUndefined();
  const third = await taken(() => bosh.send('', `ack='${bosh.rid - 1}'`));
  // The newest answer is not acknowledged yet, so it is still there.
  const repeated = await bosh.send(message('x'), '', bosh.rid - 1).answer;
  expect(bodies(repeated)).toEqual(['y']);
  third.cut();
});

describe('ending', () => {
  test('terminate hands its content over, is answered, and ends the session', async () => {
    const { bosh, jid, session } = await online();
    const waiting = await taken(() => bosh.send(''));
    const last = await bosh.ask(`<presence xmlns='jabber:client' type='unavailable'/>`, "type='terminate'");
    expect(end(last)).toEqual(['terminate', undefined]);
    await waiting.answer;
    expect(idsOf(jid)).toHaveLength(1);
    expect(session.state).toBe('ended');
    await node.until('it is gone', () => node.clients.counters.boshSessions === 0 || node.told.some(({ session: s }) => s === session));
  });

  test('an end by the server reaches a held request, or the next one', async () => {
    const first = await online();
    const waiting = await taken(() => first.bosh.send(''));
    first.session.end('conflict', 'Another client has taken over.');
    const told = await waiting.answer;
    expect(end(told)).toEqual(['terminate', 'remote-stream-error']);
    expect(told.body.child('error', NS.streams)?.elements()[0]?.name).toBe('conflict');
    const second = await online();
    second.session.end('system-shutdown');
    expect(end(await second.bosh.ask(''))).toEqual(['terminate', 'system-shutdown']);
  });

  test('a client that is silent is lost; one that announced a pause is waited for', async () => {
    const quick = await clientFixture({ boshInactivity: 1, boshMaxPause: 5 });
    const quickWeb = await webFixture(quick);
    await quick.addAccount('alice', 'pw-alice');
    const [silent, pausing] = [new Bosh(quickWeb), new Bosh(quickWeb)];
    const [gone, stays] = [await silent.login('alice', 'gone'), await pausing.login('alice', 'stays')];
    const paused = await pausing.ask('', "pause='4'");
    expect([paused.body.children, paused.body.attrs.type]).toEqual([[], undefined]);
    await quick.until('the silent one is lost', () => quick.session(gone) === undefined);
    expect(quick.session(stays)?.state).toBe('live');
    const back = pausing.send('');
    deliver(quick.session(stays) as ClientSession, 'welcome back');
    expect(bodies(await back.answer)).toEqual(['welcome back']);
    expect(end(await pausing.ask('', "pause='500'"))).toEqual(['terminate', 'policy-violation']);
    expect(end(await silent.ask(''))).toEqual(['terminate', 'item-not-found']);
    await quickWeb.stop();
    await quick.stop();
  });
});

test('a session begun under TLS does not go on in the clear', async () => {
  const bosh = new Bosh(web, { tls: true });
  await bosh.create();
  node.settings.set({ ...node.settings.get(), webTrustLoopback: false });
  const inTheClear = new Bosh();
  inTheClear.sid = bosh.sid;
  expect(end(await inTheClear.send('', '', bosh.rid + 1).answer)).toEqual(['terminate', 'item-not-found']);
});

test('a session lost over BOSH is resumed over TCP, and one lost over TCP over BOSH', async () => {
  const quick = await clientFixture({ boshInactivity: 1 });
  const quickWeb = await webFixture(quick);
  await quick.addAccount('alice', 'pw-alice');
  const bosh = new Bosh(quickWeb);
  const jid = await bosh.login('alice', 'roaming');
  const session = quick.session(jid) as ClientSession;
  const enabled = await bosh.ask(`<enable xmlns='${NS.streamManagement}' resume='true'/>`);
  const id = enabled.body.child('enabled')?.attrs.id ?? '';
  deliver(session, 'one');
  await quick.until('it hibernates', () => session.state === 'hibernating');
  const tcp = await quick.connect({ directTls: true });
  await tcp.signIn('alice', 'pw-alice');
  tcp.send(`<resume xmlns='${NS.streamManagement}' previd='${id}' h='0'/>`);
  await tcp.expect('resumed');
  expect((await tcp.expect('message')).child('body')?.text()).toBe('one');
  tcp.cut();
  await quick.until('it hibernates again', () => session.state === 'hibernating');
  deliver(session, 'two');
  const next = new Bosh(quickWeb);
  await next.create();
  await next.ask(plainAuth('alice', 'pw-alice'));
  await next.ask('', `to='${DOMAIN}' xmpp:restart='true'`);
  const resumed = await next.ask(`<resume xmlns='${NS.streamManagement}' previd='${id}' h='1'/>`);
  expect(resumed.body.child('resumed')).toBeDefined();
  expect(bodies(resumed)).toEqual(['two']);
  expect(session.facts.transport).toBe('bosh');
  await quickWeb.stop();
  await quick.stop();
});

test('a flood is slowed by late answers, and nothing is lost', async () => {
  const slow = await clientFixture({ stanzasPerSecond: 100, stanzasBurst: 10, bytesPerSecond: 0 });
  const slowWeb = await webFixture(slow);
  await slow.addAccount('alice', 'pw-alice');
  const bosh = new Bosh(slowWeb);
  await bosh.login('alice', 'flood');
  const began = performance.now();
  bosh.send(Array.from({ length: 40 }, (_, i) => message(String(i))).join(''));
  await slow.until('all have arrived', () => slow.submitted.length === 40);
  expect(performance.now() - began).toBeGreaterThan(200);
  await slowWeb.stop();
  await slow.stop();
});

test('who is too fast cannot fill the memory by requests that are answered at once', async () => {
  const slow = await clientFixture({ bytesPerSecond: 0 });
  const slowWeb = await webFixture(slow);
  const bosh = new Bosh(slowWeb);
  await bosh.create();
  const { maxPreAuthBytes } = slow.settings.get();
  slow.settings.set({ ...slow.settings.get(), bytesPerSecond: 1_000, bytesBurst: 1_000 });
  const filler = `<x xmlns='urn:x'>${'y'.repeat(maxPreAuthBytes - 100)}</x>`;
  const ends: unknown[] = [];
  while (ends.length < 8 && !ends.includes('terminate')) ends.push(...end(await bosh.ask(filler, "pause='1'")));
  expect(ends.at(-1)).toBe('policy-violation');
  await slowWeb.stop();
  await slow.stop();
});

test('what has been taken no longer counts against a client', async () => {
  node.settings.set({ ...node.settings.get(), boshRequestBytes: 10_000 });
  const { bosh, jid } = await online();
  for (let i = 0; i < 10; i++) {
    const answer = await bosh.ask(
      `<message xmlns='jabber:client' to='bob@${DOMAIN}' id='${i}'><body>${'y'.repeat(8_000)}</body></message>`,
      "pause='1'",
    );
    expect(end(answer)).toEqual([undefined, undefined]);
  }
  await node.until('all have arrived', () => idsOf(jid).length === 10);
});

test('a request whose stream goes while it is read is answered', async () => {
  const quick = await clientFixture({ boshInactivity: 1 });
  const quickWeb = await webFixture(quick);
  await quick.addAccount('alice', 'pw-alice');
  const bosh = new Bosh(quickWeb);
  const jid = await bosh.login('alice', 'slow-sender');
  const xml = `<body xmlns='${NS.httpBind}' rid='${bosh.rid + 1}' sid='${bosh.sid}'>${message('x')}</body>`;
  const socket = connect(quickWeb.port, '127.0.0.1');
  let got = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    got += text;
  });
  // The first half is read long before the client counts as silent.
  socket.write(`POST /http-bind HTTP/1.1\r\nhost: x\r\ncontent-type: text/xml\r\ncontent-length: ${xml.length}\r\n\r\n`);
  socket.write(xml.slice(0, -5));
  await quick.until('the stream is gone', () => quick.session(jid) === undefined);
  socket.write(xml.slice(-5));
  await eventually(() => got.includes("condition='item-not-found'"));
  socket.destroy();
  await quickWeb.stop();
  await quick.stop();
});
