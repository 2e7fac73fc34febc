import { describe, expect, it } from 'vitest';
import { liveBox } from '../kernel/live.ts';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld, type MessageWorld } from '../testing/message-world.ts';
import { errorStanza, makeIq } from '../xmpp/stanza/build.ts';
import type { IqStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { PUSH } from './summary.ts';

interface AppServer {
  readonly got: IqStanza[];
  /** What it answers; null: nothing. */
  answer: 'result' | StanzaFault | null;
}

async function phone(change: Parameters<typeof createMessageWorld>[0] = {}) {
  const world = createMessageWorld(change);
  const app: AppServer = { got: [], answer: 'result' };
  world.router.hosts.add({
    name: 'app',
    title: 'app',
    domains: liveBox<ReadonlySet<string>>(new Set(['push.example.com'])),
    servesDomain: () => false,
    receive(stanza) {
      if (stanza.kind !== 'iq') return;
      app.got.push(stanza);
      const { answer } = app;
      if (answer === 'result') world.router.answer(stanza, { result: null });
      else if (answer !== null) {
        const error = errorStanza(stanza, answer);
        if (error) world.router.route(error);
      }
    },
  });
  const alice = await world.signIn('alice@example.com/phone', { managed: true });
  const bob = await world.signIn('bob@example.com/b');
  await enable(world, alice);
  alice.acknowledge();
  return { world, app, alice, bob };
}

let asked = 0;
async function ask(world: MessageWorld, session: FakeSession, payload: string): Promise<string> {
  const id = `p${++asked}`;
  world.say(session, `<iq type='set' id='${id}'>${payload}</iq>`);
  await world.until(() => session.sent.some(({ xml }) => xml.includes(`id='${id}'`)));
  const answer = session.take().find((el) => el.attrs.id === id);
  return answer?.child('error')?.elements()[0]?.name ?? answer?.attrs.type ?? '';
}
const options =
  "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='secret'><value>s3</value></field></x>";
const enable = (world: MessageWorld, session: FakeSession, node = 'n1', form = options) =>
  ask(world, session, `<enable xmlns='${PUSH}' jid='push.example.com' node='${node}'>${form}</enable>`);

/** What the notification tells: field and value. */
const summary = (iq: IqStanza | undefined): Record<string, string> =>
  Object.fromEntries(
    (iq?.payload?.child('publish')?.child('item')?.child('notification', PUSH)?.child('x')?.elements() ?? [])
      .filter((field) => field.attrs.var !== 'FORM_TYPE')
      .map((field) => [field.attrs.var ?? '', field.child('value')?.text() ?? '']),
  );

describe('a client that asked to be woken', () => {
  it('is, when a message waits in the store: with its node, its options and a count, from the server', async () => {
    const { world, app, alice, bob } = await phone();
    alice.end(null);
    world.chat(bob, 'alice@example.com', 'one');
    world.chat(bob, 'alice@example.com', 'two');
    await world.rest();
    expect(app.got).toEqual([]);
    world.clock.advance(3_500);
    expect(app.got).toHaveLength(1);
    const [iq] = app.got;
    expect(`${iq?.from.full} ${iq?.type}`).toBe('example.com set');
    expect(iq?.payload?.child('publish')?.attrs.node).toBe('n1');
    expect(iq?.payload?.child('publish-options')?.child('x')?.elements()[1]?.child('value')?.text()).toBe('s3');
    expect(summary(iq)).toEqual({ 'message-count': '2' });
  });

  it('is, while its session waits to be resumed, and is not when it came back in time', async () => {
    const { world, app, alice, bob } = await phone();
    alice.hibernate();
    world.chat(bob, 'alice@example.com', 'one');
    world.clock.advance(2_000);
    alice.resume();
    world.clock.advance(60_000);
    expect(app.got).toEqual([]);
    alice.acknowledge();
    alice.hibernate();
    world.chat(bob, 'alice@example.com', 'two');
    world.clock.advance(4_000);
    expect(app.got).toHaveLength(1);
  });

  it('is, when it seems connected and does not acknowledge; one that does is left alone', async () => {
    const { world, app, alice, bob } = await phone();
    world.chat(bob, 'alice@example.com/phone', 'one');
    alice.acknowledge();
    world.clock.advance(60_000);
    expect(app.got).toEqual([]);
    world.chat(bob, 'alice@example.com/phone', 'two');
    world.clock.advance(29_000);
    expect(app.got).toEqual([]);
    world.clock.advance(2_000);
    expect(app.got).toHaveLength(1);
  });

  it('is woken soon after its connection is seen to be lost, and not again when the message goes to the store', async () => {
    const { world, app, alice, bob } = await phone();
    world.chat(bob, 'alice@example.com', 'one');
    world.clock.advance(5_000);
    alice.hibernate();
    world.clock.advance(4_000);
    expect(app.got).toHaveLength(1);
    alice.end(null);
    world.clock.advance(60_000);
    await world.rest();
    expect(app.got).toHaveLength(1);
    expect(world.stores.state.offline.size).toBe(1);
  });

  it('is woken also while another device is there', async () => {
    const { world, app, alice, bob } = await phone();
    await world.signIn('alice@example.com/desk');
    alice.end(null);
    world.chat(bob, 'alice@example.com', 'one');
    world.clock.advance(4_000);
    expect(app.got).toHaveLength(1);
  });

  it.each([
    ['a chat state', "<composing xmlns='http://jabber.org/protocol/chatstates'/>"],
    ['a receipt', "<received xmlns='urn:xmpp:receipts' id='1'/>"],
    ['a marker', "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>"],
  ])('is not woken for %s', async (_, payload) => {
    const { world, app, alice, bob } = await phone();
    alice.hibernate();
    world.say(bob, `<message to='alice@example.com' type='chat'>${payload}</message>`);
    world.clock.advance(60_000);
    expect(app.got).toEqual([]);
  });

  it('is woken for a call, and not for what its person wrote on another device', async () => {
    const { world, app, alice, bob } = await phone();
    const desk = await world.signIn('alice@example.com/desk');
    alice.hibernate();
    alice.carbons = true;
    world.chat(desk, 'bob@example.com', 'mine');
    world.clock.advance(10_000);
    expect(app.got).toEqual([]);
    world.say(bob, "<message to='alice@example.com' type='chat'><propose xmlns='urn:xmpp:jingle-message:0' id='c'/></message>");
    world.clock.advance(4_000);
    expect(app.got).toHaveLength(1);
  });

  it('hears of many messages in one notification, and of the next ones after a pause', async () => {
    const { world, app, alice, bob } = await phone({ push: { interval: 60 } });
    alice.end(null);
    world.chat(bob, 'alice@example.com', '1');
    world.clock.advance(4_000);
    for (let i = 0; i < 5; i++) world.chat(bob, 'alice@example.com', 'more');
    world.clock.advance(30_000);
    expect(app.got).toHaveLength(1);
    world.clock.advance(40_000);
    expect(app.got.map((iq) => summary(iq)['message-count'])).toEqual(['1', '5']);
  });

  it.each([
    ['nothing', {}],
    ['count', { 'message-count': '1' }],
    ['sender', { 'message-count': '1', 'last-message-sender': 'bob@example.com' }],
    ['text', { 'message-count': '1', 'last-message-sender': 'bob@example.com', 'last-message-body': 'hello' }],
  ] as const)('is told as much as the setting says: %s', async (content, expected) => {
    const { world, app, alice, bob } = await phone({ push: { content } });
    alice.end(null);
    world.chat(bob, 'alice@example.com', 'hello');
    world.clock.advance(4_000);
    expect(summary(app.got[0])).toEqual(expected);
  });

  it('never has the notice inside an encrypted message told as its text', async () => {
    const { world, app, alice, bob } = await phone({ push: { content: 'text' } });
    alice.end(null);
    world.chat(bob, 'alice@example.com', 'I sent you an OMEMO message', 'e', "<encrypted xmlns='eu.siacs.conversations.axolotl'/>");
    world.clock.advance(4_000);
    expect(summary(app.got[0])['last-message-body']).toBeUndefined();
  });

  it('is forgotten at once when the app server does not know it, and after failures in a row otherwise', async () => {
    const { world, app, alice, bob } = await phone({ push: { maxFailures: 2, interval: 0 } });
    await enable(world, alice, 'n2');
    alice.end(null);
    app.answer = { condition: 'internal-server-error', type: 'wait' };
    const say = () => {
      world.chat(bob, 'alice@example.com', 'x');
      world.clock.advance(4_000);
    };
    say();
    await world.until(() => [...world.stores.state.pushes.values()].every((row) => row.failures === 1));
    app.answer = 'result';
    say();
    await world.until(() => [...world.stores.state.pushes.values()].every((row) => row.failures === 0));
    app.answer = { condition: 'item-not-found' };
    say();
    await world.until(() => world.stores.state.pushes.size === 0);
    const before = app.got.length;
    say();
    expect(app.got).toHaveLength(before);
  });

  it('waits longer to be resumed, also after signing in anew, until it disabled', async () => {
    const { world, alice } = await phone({ push: { resumeTimeout: 7200 } });
    expect(alice.minimumHold).toBe(7200);
    alice.end(null);
    const again = await world.signIn('alice@example.com/phone');
    const other = await world.signIn('alice@example.com/desk');
    expect([again.minimumHold, other.minimumHold ?? 0]).toEqual([7200, 0]);
    await ask(world, again, `<disable xmlns='${PUSH}' jid='push.example.com'/>`);
    expect(again.minimumHold).toBe(0);
  });

  it('is asked for no more once it disabled, one node or all', async () => {
    const { world, app, alice, bob } = await phone();
    await enable(world, alice, 'n2');
    expect(await ask(world, alice, `<disable xmlns='${PUSH}' jid='push.example.com' node='n1'/>`)).toBe('result');
    expect([...world.stores.state.pushes.values()].map((row) => row.node)).toEqual(['n2']);
    expect(await ask(world, alice, `<disable xmlns='${PUSH}' jid='push.example.com'/>`)).toBe('result');
    alice.end(null);
    world.chat(bob, 'alice@example.com', 'x');
    world.clock.advance(60_000);
    expect(app.got).toEqual([]);
  });

  it('is woken after a restart of the server too', async () => {
    const { world, alice } = await phone();
    alice.end(null);
    const again = world.restart();
    const got: IqStanza[] = [];
    again.router.hosts.add({
      name: 'app',
      title: 'app',
      domains: liveBox<ReadonlySet<string>>(new Set(['push.example.com'])),
      servesDomain: () => false,
      receive: (stanza) => void (stanza.kind === 'iq' && got.push(stanza)),
    });
    const bob = await again.signIn('bob@example.com/b');
    again.chat(bob, 'alice@example.com', 'x');
    await again.rest();
    again.clock.advance(4_000);
    expect(got[0]?.payload?.child('publish-options')?.child('x')?.elements()).toHaveLength(2);
  });

  it('is refused without an app server, with a form that is none, beyond the limit, and while push is off', async () => {
    const { world, alice } = await phone({ push: { perPerson: 1 } });
    expect(await ask(world, alice, `<enable xmlns='${PUSH}' node='n'/>`)).toBe('bad-request');
    expect(await enable(world, alice, 'n1', "<x xmlns='jabber:x:data' type='form'/>")).toBe('bad-request');
    expect(await enable(world, alice, 'n1')).toBe('result');
    expect(await enable(world, alice, 'n2')).toBe('resource-constraint');
    world.pushValues.set({ ...world.pushValues.get(), enabled: false });
    expect(await enable(world, alice)).toBe('service-unavailable');
  });

  it('is refused beyond the limit when many ask at once, and a withdrawal among them counts', async () => {
    const { world, alice } = await phone({ push: { perPerson: 2 } });
    const all = [
      `<enable xmlns='${PUSH}' jid='push.example.com' node='n2'/>`,
      `<enable xmlns='${PUSH}' jid='push.example.com' node='n3'/>`,
      `<disable xmlns='${PUSH}' jid='push.example.com' node='n1'/>`,
      `<enable xmlns='${PUSH}' jid='push.example.com' node='n4'/>`,
    ];
    alice.take();
    for (const [at, payload] of all.entries()) world.say(alice, `<iq type='set' id='many${at}'>${payload}</iq>`);
    await world.until(() => alice.sent.length === all.length);
    expect(alice.take().map((el) => `${el.attrs.id} ${el.child('error')?.elements()[0]?.name ?? el.attrs.type}`)).toEqual([
      'many0 result',
      'many1 resource-constraint',
      'many2 result',
      'many3 result',
    ]);
  });

  it("takes no answer from somebody else for the app server's", async () => {
    const { world, app, alice, bob } = await phone();
    app.answer = null;
    alice.end(null);
    world.chat(bob, 'alice@example.com', 'x');
    world.clock.advance(4_000);
    const [iq] = app.got;
    if (iq === undefined || iq.to === null) throw new Error('nothing was published');
    world.router.route(makeIq({ type: 'error', from: bob.jid, to: iq.from, id: iq.id }, null));
    await world.rest();
    expect(world.push.counters.failed).toBe(0);
    world.clock.advance(70_000);
    expect(world.push.counters.failed).toBe(1);
  });

  it('together: each device is woken once, and each gets the message once', async () => {
    const { world, app, alice, bob } = await phone();
    const tablet = await world.signIn('alice@example.com/tablet', { managed: true, carbons: true });
    await enable(world, tablet, 'n2');
    alice.hibernate();
    tablet.end(null);
    world.say(bob, "<message to='alice@example.com' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>");
    world.chat(bob, 'alice@example.com', 'one');
    world.clock.advance(10_000);
    expect(app.got.map((iq) => iq.payload?.child('publish')?.attrs.node).sort()).toEqual(['n1', 'n2']);
    alice.resume();
    alice.acknowledge();
    await world.rest();
    expect(alice.bodies()).toEqual(['one']);
    // The tablet comes back: the phone had it, so it is in the archive, not in the offline store.
    const back = await world.signIn('alice@example.com/tablet', { managed: true });
    await world.rest();
    expect(back.bodies()).toEqual([]);
    expect([...world.stores.state.archive.values()].filter((row) => row.accountId === 1)).toHaveLength(1);
    world.clock.advance(60_000);
    expect(app.got).toHaveLength(2);
  });
});
