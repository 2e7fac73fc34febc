/** External components on real sockets, over the real router (XEP-0114). */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ComponentValues } from '../../config/schema/index.ts';
import { systemClock } from '../../kernel/clock.ts';
import { type Domain, type Jid, parseJid } from '../../kernel/jid.ts';
import type { LiveBox } from '../../kernel/live.ts';
import { silentLog } from '../../kernel/log.ts';
import { createTimerWheel } from '../../kernel/timer-wheel.ts';
import { contextNamed } from '../../testing/client-fixture.ts';
import { eventually } from '../../testing/eventually.ts';
import { settingsBox } from '../../testing/fixed-settings.ts';
import { createMessageWorld, type MessageWorld } from '../../testing/message-world.ts';
import { type WireClient, wireClient } from '../../testing/wire-client.ts';
import { createClientCounters } from '../c2s/counters.ts';
import { createGate } from '../c2s/gate.ts';
import { type Element, el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { TcpListener } from '../stream/tcp-listener.ts';
import { type Components, createComponents } from './index.ts';
import { createServerDesk } from './server-desk.ts';

const IRC = 'irc.example.com';
const SECRET = 'a shared secret of ours';
let world: MessageWorld;
let components: Components;
let plain: TcpListener;
let tls: TcpListener;
let settings: LiveBox<ComponentValues>;
let counters: ReturnType<typeof createClientCounters>;
let changes: string[];
let open: WireClient[];

beforeEach(async () => {
  world = createMessageWorld();
  settings = settingsBox('components');
  counters = createClientCounters();
  changes = [];
  open = [];
  const context = await contextNamed('example.com');
  await world.stores.components.add({ domain: IRC as Domain, title: 'IRC', enabled: true, sealedSecret: SECRET, createdAt: 0 });
  components = createComponents({
    store: world.stores.components,
    open: (sealed) => (sealed === 'broken' ? null : sealed),
    router: world.router,
    desk: createServerDesk({
      router: world.router,
      info: () => ({ identities: [], features: ['urn:test'], forms: [] }),
      items: (domain) => world.router.hosts.itemsFor(domain),
    }),
    settings,
    gate: createGate({ settings: settingsBox('xmpp'), clock: systemClock, counters, isMemoryShort: () => false }),
    tls: { contextFor: () => context },
    storeBacklog: () => 0,
    changed: (domain) => void changes.push(domain),
    wheel: createTimerWheel({
      clock: systemClock,
      onError: (error) => {
        throw error;
      },
      tickMs: 20,
    }),
    clock: systemClock,
    log: silentLog,
  });
  await components.reload();
  plain = components.listener('plain', () => '127.0.0.1');
  tls = components.listener('tls', () => '127.0.0.1');
  await plain.listen(0);
  await tls.listen(0);
});
afterEach(async () => {
  for (const client of open) client.cut();
  await Promise.all([plain.stopAccepting(), tls.stopAccepting()]);
  await components.closeAll();
});

async function dial(to = IRC, { directTls = false, ns = NS.component as string } = {}): Promise<WireClient> {
  const client = await wireClient({ port: (directTls ? tls.port : plain.port) ?? 0, domain: 'example.com', directTls });
  open.push(client);
  client.send(`<?xml version='1.0'?><stream:stream xmlns='${ns}' xmlns:stream='${NS.streams}' to='${to}'>`);
  return client;
}
const proofOf = (id: string, secret = SECRET) =>
  createHash('sha1')
    .update(id + secret)
    .digest('hex');
async function connect(options: { directTls?: boolean; secret?: string; domain?: string } = {}): Promise<WireClient> {
  const client = await dial(options.domain ?? IRC, options);
  const id = await eventually(() => client.header.id);
  client.send(`<handshake>${proofOf(id, options.secret)}</handshake>`);
  await client.expect('handshake');
  return client;
}
const state = (domain = IRC) => components.states().find((each) => each.domain === domain);
const outline = (el: Element) =>
  `${el.name} ${el.attrs.type ?? ''} ${el.attrs.from ?? ''} ${el.attrs.to ?? ''} ${el.attrs.id ?? ''}`.replace(/ +/g, ' ');

describe('the handshake', () => {
  it('lets in who knows the secret, with and without TLS', async () => {
    const client = await connect();
    expect(client.header).toMatchObject({ from: IRC });
    expect(client.header.id?.length).toBeGreaterThan(15);
    expect(state()).toMatchObject({ encrypted: false, address: '127.0.0.1' });
    await connect({ directTls: true });
    expect(state()).toMatchObject({ encrypted: true });
    expect(changes).toContain(IRC);
  });

  it.each([
    ['a wrong secret', 'not-authorized', `<handshake>${proofOf('x')}</handshake>`],
    ['no hash', 'not-authorized', '<handshake/>'],
    ['a stanza instead', 'not-authorized', `<message from='${IRC}' to='alice@example.com'/>`],
    ['too much', 'policy-violation', `<handshake>${'x'.repeat(20_000)}</handshake>`],
    ['another namespace', 'not-authorized', "<handshake xmlns='urn:x'/>"],
  ])('%s ends in %s', async (_what, condition, xml) => {
    const client = await dial();
    await eventually(() => client.header.id);
    client.send(xml);
    expect(await client.streamError()).toBe(condition);
    await client.closed;
    expect(state()?.since).toBeNull();
  });

  it('knows only its components, and only their namespace', async () => {
    expect(await (await dial('other.example.com')).streamError()).toBe('host-unknown');
    expect(await (await dial(`x@${IRC}`)).streamError()).toBe('improper-addressing');
    expect(await (await dial(IRC, { ns: 'jabber:client' })).streamError()).toBe('invalid-namespace');
  });

  it('does not count who signed in, or went away, among those who have not', async () => {
    await connect();
    const other = await dial();
    await eventually(() => other.header.id);
    expect(counters.unauthenticated).toBe(1);
    other.cut();
    await eventually(() => counters.unauthenticated === 0);
  });

  it('a second connection takes over from the first', async () => {
    const first = await connect();
    const second = await connect();
    expect(await first.streamError()).toBe('conflict');
    await first.closed;
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, `<message to='#room@${IRC}' id='1'><body>hi</body></message>`);
    expect((await second.expect('message')).attrs.id).toBe('1');
  });
});

describe('stanzas', () => {
  it('go to the component in its namespace, sender and addressee named', async () => {
    const client = await connect();
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, `<message to='#room@${IRC}' type='groupchat' id='1'><body>hi</body><x xmlns='urn:x'><y/></x></message>`);
    world.say(alice, `<iq to='${IRC}' type='get' id='2'><query xmlns='${NS.discoInfo}'/></iq>`);
    world.say(alice, `<presence to='#room@${IRC}/nick' id='3'/>`);
    const got = [await client.expect('message'), await client.expect('iq'), await client.expect('presence')];
    expect(got.map(outline)).toEqual([
      `message groupchat alice@example.com/a #room@${IRC} 1`,
      `iq get alice@example.com/a ${IRC} 2`,
      `presence alice@example.com/a #room@${IRC}/nick 3`,
    ]);
    expect(got.map(({ ns }) => ns)).toEqual([NS.component, NS.component, NS.component]);
    expect(got[0]?.child('body', NS.component)?.text()).toBe('hi');
    expect(got[0]?.child('x', 'urn:x')?.child('y', 'urn:x')).toBeDefined();
    expect(state()).toMatchObject({ sent: 3 });
  });

  it('come from the component as stanzas of clients', async () => {
    const client = await connect();
    const alice = await world.signIn('alice@example.com/a');
    client.send(`<message from='#room@${IRC}/bob' to='alice@example.com/a' type='groupchat' id='1'><body>hello</body></message>`);
    client.send(`<iq from='${IRC}' to='alice@example.com/a' type='get' id='2'><query xmlns='jabber:iq:version'/></iq>`);
    await eventually(() => alice.sent.length >= 2);
    const got = alice.take();
    expect(got.map(outline)).toEqual([`message groupchat #room@${IRC}/bob alice@example.com/a 1`, `iq get ${IRC} alice@example.com/a 2`]);
    expect(got[0]?.child('body', NS.client)?.text()).toBe('hello');
    expect(state()).toMatchObject({ received: 2 });
  });

  it('answers of the component reach who asked', async () => {
    const client = await connect();
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, `<iq to='${IRC}' type='get' id='q'><query xmlns='${NS.discoInfo}'/></iq>`);
    const asked = await client.expect('iq');
    client.send(`<iq from='${IRC}' to='${asked.attrs.from}' type='result' id='q'><query xmlns='${NS.discoInfo}'/></iq>`);
    await eventually(() => alice.sent.length > 0);
    const [answer] = alice.take();
    expect(answer && outline(answer)).toBe(`iq result ${IRC} alice@example.com/a q`);
  });

  it('requests of the component are answered by the server, or by an error, once', async () => {
    const client = await connect();
    await world.signIn('alice@example.com/a');
    const ask = async (to: string, payload: string) => {
      client.send(`<iq from='gw@${IRC}/x' to='${to}' type='get' id='q'>${payload}</iq>`);
      return client.expect('iq');
    };
    expect(outline(await ask('example.com', `<ping xmlns='${NS.ping}'/>`))).toBe(`iq result example.com gw@${IRC}/x q`);
    const info = await ask('example.com', `<query xmlns='${NS.discoInfo}'/>`);
    expect(info.child('query')?.child('feature')?.attrs.var).toBe('urn:test');
    const items = await ask('example.com', `<query xmlns='${NS.discoItems}'/>`);
    expect(items.child('query')?.child('item')?.attrs).toMatchObject({ jid: IRC, name: 'IRC' });
    for (const to of ['example.com', 'alice@example.com', 'alice@example.com/gone', 'nobody@example.com']) {
      const error = await ask(to, "<x xmlns='urn:x'/>");
      expect([error.attrs.type, error.attrs.from, error.child('error')?.elements()[0]?.name]).toEqual(['error', to, 'service-unavailable']);
    }
  });

  it('an answer to a request of the server itself reaches it', async () => {
    const client = await connect();
    const ask = () => {
      const answers: (string | undefined)[] = [];
      world.router.ask(parseJid('example.com') as Jid, parseJid(IRC) as Jid, el('x', 'urn:x'), (answer) => answers.push(answer?.type));
      return answers;
    };
    const first = ask();
    client.send(`<iq from='${IRC}' to='example.com' type='result' id='${(await client.expect('iq')).attrs.id}'/>`);
    await eventually(() => first.length > 0);
    const second = ask();
    const id = (await client.expect('iq')).attrs.id;
    client.send(`<iq from='someone@${IRC}' to='example.com' type='result' id='${id}'/>`);
    client.send(
      `<iq from='${IRC}' to='example.com' type='error' id='${id}'><error type='cancel'><item-not-found xmlns='${NS.stanzaErrors}'/></error></iq>`,
    );
    await eventually(() => second.length > 0);
    expect([...first, ...second]).toEqual(['result', 'error']);
  });

  it.each([NS.roster, 'urn:xmpp:blocking'])('S-3: a set in %s, which only the server says, reaches no client', async (ns) => {
    const client = await connect();
    const alice = await world.signIn('alice@example.com/a');
    client.send(`<iq from='${IRC}' to='alice@example.com/a' type='set' id='q'><query xmlns='${ns}'/></iq>`);
    const error = await client.expect('iq');
    expect([error.attrs.type, error.child('error')?.elements()[0]?.name]).toEqual(['error', 'service-unavailable']);
    expect(alice.take()).toEqual([]);
  });

  it.each([
    ['no sender', `<message to='alice@example.com'/>`],
    ['a sender of another domain', `<message from='alice@example.com' to='alice@example.com'/>`],
    ['a sender of a domain below', `<message from='x@sub.${IRC}' to='alice@example.com'/>`],
    ['an address that is none', `<message from='a b@@${IRC}' to='alice@example.com'/>`],
  ])('%s ends the stream with invalid-from', async (_what, xml) => {
    const client = await connect();
    client.send(xml);
    expect(await client.streamError()).toBe('invalid-from');
  });

  it('what has no addressee, or none that can be read, comes back as an error', async () => {
    const client = await connect();
    client.send(`<message from='${IRC}' id='1'/>`);
    expect((await client.expect('message')).child('error')?.elements()[0]?.name).toBe('bad-request');
    client.send(`<message from='${IRC}' id='2' to='a@b@c'/>`);
    expect((await client.expect('message')).child('error')?.elements()[0]?.name).toBe('jid-malformed');
  });

  it('a component says nothing in our name, but what it likes in its own', async () => {
    const client = await connect();
    const alice = await world.signIn('alice@example.com/a');
    client.send(
      `<message from='r@${IRC}' to='alice@example.com/a'><body>x</body><stanza-id xmlns='${NS.stanzaId}' by='alice@example.com' id='forged'/>` +
        `<stanza-id xmlns='${NS.stanzaId}' by='r@${IRC}' id='own'/><received xmlns='${NS.carbons}'><forwarded xmlns='${NS.forward}'/></received>` +
        `<delay xmlns='${NS.delay}' from='example.com' stamp='2020-01-01T00:00:00Z'/></message>`,
    );
    await eventually(() => alice.sent.length > 0);
    const [got] = alice.take();
    const ids = got
      ?.elements()
      .filter(({ name }) => name === 'stanza-id')
      .map(({ attrs }) => attrs.id);
    expect(ids).toContain('own');
    expect(ids).not.toContain('forged');
    expect([got?.child('received'), got?.child('delay')]).toEqual([undefined, undefined]);
  });

  it('too large a stanza ends the stream', async () => {
    settings.set({ ...settings.get(), maxStanzaBytes: 10_000 });
    const client = await connect();
    client.send(`<message from='${IRC}' to='alice@example.com'><body>${'x'.repeat(11_000)}</body></message>`);
    expect(await client.streamError()).toBe('policy-violation');
  });

  it('a component that sends too fast is read more slowly, and nothing is lost', async () => {
    settings.set({ ...settings.get(), bytesPerSecond: 200_000 });
    const client = await connect();
    const began = performance.now();
    for (let i = 0; i < 250; i++)
      client.send(`<message from='${IRC}' to='alice@example.com' id='${i}'><body>${'x'.repeat(4_000)}</body></message>`);
    await eventually(() => state()?.received === 250);
    expect(performance.now() - began).toBeGreaterThan(300);
  });

  it('a component that does not read is cut off', async () => {
    settings.set({ ...settings.get(), outgoingBytes: 65_536 });
    const client = await connect();
    client.pause();
    const alice = await world.signIn('alice@example.com/a');
    await eventually(() => {
      world.say(alice, `<message to='${IRC}' type='headline'><body>${'x'.repeat(200_000)}</body></message>`);
      return state()?.since === null;
    });
  });
});

describe('a component that is away', () => {
  it('has what is sent to it returned', async () => {
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, `<message to='x@${IRC}' id='1'><body>hi</body></message>`);
    world.say(alice, `<iq to='${IRC}' type='get' id='2'><ping xmlns='${NS.ping}'/></iq>`);
    expect(alice.take().map((el) => [el.attrs.id, el.attrs.type, el.child('error')?.elements()[0]?.name])).toEqual([
      ['1', 'error', 'service-unavailable'],
      ['2', 'error', 'service-unavailable'],
    ]);
    expect(state()).toMatchObject({ returned: 2, since: null });
  });

  it('is still on the list of services', () => {
    expect(world.router.hosts.itemsFor('example.com')).toEqual([{ jid: IRC, name: 'IRC' }]);
  });
});

describe('administration', () => {
  it('a component that is disabled or removed is disconnected, and its domain is nobody any more', async () => {
    const client = await connect();
    await world.stores.components.update(IRC as Domain, { enabled: false });
    await components.reload();
    expect(await client.streamError()).toBe('policy-violation');
    expect(world.router.hosts.of(IRC)).toBeUndefined();
    expect(await (await dial()).streamError()).toBe('host-unknown');
    await world.stores.components.update(IRC as Domain, { enabled: true });
    await components.reload();
    await connect();
  });

  it('a new secret puts an end to the old one', async () => {
    const client = await connect();
    await world.stores.components.update(IRC as Domain, { sealedSecret: 'the next secret of ours', title: 'Chat' });
    await components.reload();
    expect(await client.streamError()).toBe('not-authorized');
    await connect({ secret: 'the next secret of ours' });
    expect(world.router.hosts.itemsFor('example.com')).toEqual([{ jid: IRC, name: 'Chat' }]);
  });

  it('one that connects while its row is being read is waited for', async () => {
    const { components: store } = world.stores;
    await store.add({ domain: 'new.example.com' as Domain, title: '', enabled: true, sealedSecret: SECRET, createdAt: 0 });
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { list } = store;
    (store as { list: typeof list }).list = async () => {
      await gate;
      return list();
    };
    const reading = components.reload();
    const client = await dial('new.example.com');
    await eventually(() => counters.unauthenticated === 1);
    goOn();
    await reading;
    const id = await eventually(() => client.header.id);
    client.send(`<handshake>${proofOf(id)}</handshake>`);
    await client.expect('handshake');
  });

  it('another title leaves the connection alone', async () => {
    const client = await connect();
    await world.stores.components.update(IRC as Domain, { title: 'Chat' });
    await components.reload();
    client.send(`<iq from='${IRC}' to='example.com' type='get' id='q'><ping xmlns='${NS.ping}'/></iq>`);
    expect((await client.expect('iq')).attrs.type).toBe('result');
    expect(components.connected).toBe(1);
  });

  it('a secret that cannot be read leaves the component out, and the others in', async () => {
    await world.stores.components.add({
      domain: 'sms.example.com' as Domain,
      title: '',
      enabled: true,
      sealedSecret: 'broken',
      createdAt: 0,
    });
    await components.reload();
    expect(components.states().map(({ domain }) => domain)).toEqual([IRC]);
  });

  it('disconnecting ends the connection, and it may come back', async () => {
    expect(components.disconnect(IRC, 'x')).toBe(false);
    const client = await connect();
    expect(components.disconnect(IRC, 'Go.')).toBe(true);
    expect(await client.streamError()).toBe('policy-violation');
    await connect();
  });
});
