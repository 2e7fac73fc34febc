import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterWorld, createClusterWorld } from '../../testing/cluster-world.ts';
import { eventually } from '../../testing/eventually.ts';
import { agentXml, scram2 } from '../../testing/sasl2-client.ts';
import type { WireClient } from '../../testing/wire-client.ts';
import type { Element } from '../stanza/element.ts';

let world: ClusterWorld;
afterEach(() => world.stop());

const body = (text: string) => (el: Element) => el.name === 'message' && el.child('body')?.text() === text;
const presenceOf =
  (from: string, type = '') =>
  (el: Element) =>
    el.name === 'presence' && el.attrs.from === from && (el.attrs.type ?? '') === type;
const answer = (id: string) => (el: Element) => el.name === 'iq' && el.attrs.id === id;

/** Two people of two nodes; each client is connected to the other's node as well as may be. */
async function pair(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  world = await createClusterWorld(['north', 'south'], settings);
  await world.person('alice', 'north');
  await world.person('bob', 'south');
}

async function online(local: string, node: string, resource?: string): Promise<WireClient> {
  const client = await world.login(local, node, resource);
  client.send('<presence/>');
  await client.expect('presence');
  return client;
}

describe('messages between nodes', () => {
  it('reach a person of another node, and the answer comes back', async () => {
    await pair();
    const alice = await online('alice', 'north');
    const bob = await online('bob', 'south');
    alice.send("<message to='bob@example.com' type='chat' id='1'><body>hello</body></message>");
    const message = await bob.expect(body('hello'));
    expect(message.attrs.from).toBe('alice@example.com/north');
    bob.send("<message to='alice@example.com/north' type='chat' id='2'><body>and you</body></message>");
    expect((await alice.expect(body('and you'))).attrs.from).toBe('bob@example.com/south');
  });

  it('stand in the archives of both sides once each, and the copies go to the other devices of both', async () => {
    await pair();
    const alice = await online('alice', 'north');
    const tablet = await online('alice', 'south', 'tablet');
    const bob = await online('bob', 'south');
    tablet.send("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
    await tablet.expect(answer('c'));
    alice.send("<message to='bob@example.com' type='chat' id='1'><body>hello</body></message>");
    await bob.expect(body('hello'));
    await tablet.expect((el) => el.name === 'message' && el.child('sent') !== undefined);
    await eventually(() => expect(world.stores.state.archive.size).toBe(2));
    expect([...world.stores.state.archive.values()].map(({ outgoing }) => outgoing).sort()).toEqual([false, true]);
  });

  it('wait in the store of a person who is offline at another node', async () => {
    await pair();
    const alice = await online('alice', 'south');
    alice.send("<message to='bob@example.com' type='chat' id='1'><body>later</body></message>");
    await eventually(() => expect(world.stores.state.offline.size).toBe(1));
    const bob = await world.login('bob', 'north');
    bob.send('<presence/>');
    await bob.expect(body('later'));
  });

  it('come back as an error when there is nobody of that name anywhere', async () => {
    await pair();
    const alice = await online('alice', 'north');
    alice.send("<message to='nobody@example.com' type='chat' id='1'><body>hello</body></message>");
    const error = await alice.expect((el) => el.name === 'message' && el.attrs.type === 'error');
    expect(error.child('error')?.child('service-unavailable')).toBeDefined();
  });

  it('are not acknowledged to the sender before the other node has committed them', async () => {
    await pair();
    const alice = await online('alice', 'north');
    await online('bob', 'south');
    alice.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await alice.expect('enabled');
    world.stores.journal.hold();
    alice.send("<message to='bob@example.com' type='chat' id='1'><body>hello</body></message><r xmlns='urn:xmpp:sm:3'/>");
    await eventually(() => expect(world.stores.journal.backlog).toBe(2));
    expect(alice.unread.filter(({ name }) => name === 'a')).toEqual([]);
    world.stores.journal.release();
    expect((await alice.expect('a')).attrs.h).toBe('1');
  });
});

describe('sessions at another node than the connection', () => {
  it('work in every way through any node', async () => {
    await pair();
    const alice = await online('alice', 'south', 'desk');
    expect(world.node('north').rooms.users.peek('alice@example.com' as never)?.sessions.size).toBe(1);
    expect(world.node('south').rooms.users.peek('alice@example.com' as never)).toBeUndefined();
    alice.send("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>");
    expect((await alice.expect(answer('r'))).attrs.type).toBe('result');
    const bob = await online('bob', 'north');
    alice.send("<message to='bob@example.com' type='chat' id='1'><body>crossed twice</body></message>");
    await bob.expect(body('crossed twice'));
  });

  it('end with their connection, and the connection with them', async () => {
    await pair();
    const alice = await online('alice', 'south');
    const { users } = world.node('north').rooms;
    alice.cut();
    await eventually(() => expect(users.sessionCount).toBe(0));
    const again = await online('alice', 'south');
    for (const session of users.peek('alice@example.com' as never)?.sessions.values() ?? []) session.end('policy-violation', 'by the test');
    expect(await again.streamError()).toBe('policy-violation');
    expect(world.node('south').engine.figures().connectionsAfar).toBe(0);
    expect(world.node('north').engine.figures().sessionsAfar).toBe(0);
  });

  it('are resumed by another node, with everything that was missed and nothing twice', async () => {
    await pair();
    const alice = await online('alice', 'south');
    alice.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    const id = (await alice.expect('enabled')).attrs.id ?? '';
    const bob = await online('bob', 'south');
    bob.send("<message to='alice@example.com' type='chat' id='1'><body>seen</body></message>");
    await alice.expect(body('seen'));
    alice.cut();
    const { users } = world.node('north').rooms;
    await eventually(() => expect(users.hibernatingCount).toBe(1));
    bob.send("<message to='alice@example.com' type='chat' id='2'><body>missed</body></message>");
    const again = await world.connect('north');
    await again.signIn('alice', 'alice-secret');
    again.send(`<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='1'/>`);
    await again.expect('resumed');
    await again.expect(body('missed'));
    again.cut();
    await eventually(() => expect(users.hibernatingCount).toBe(1));
    const third = await world.connect('south');
    await third.signIn('alice', 'alice-secret');
    third.send(`<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='2'/>`);
    await third.expect('resumed');
    third.send("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");
    await third.expect(answer('p'));
    expect(third.unread.filter(({ name }) => name === 'message')).toEqual([]);
  });

  it('learn that a session is not there to be resumed, and bind', async () => {
    await pair();
    const alice = await world.connect('south');
    await alice.signIn('alice', 'alice-secret');
    alice.send("<resume xmlns='urn:xmpp:sm:3' previd='none' h='0'/>");
    expect((await alice.expect('failed')).child('item-not-found')).toBeDefined();
    expect(await alice.bind('desk')).toBe('alice@example.com/desk');
  });

  it('are bound and resumed in one step with SASL2, as on one node', async () => {
    await pair();
    const bind =
      "<bind xmlns='urn:xmpp:bind:0'><tag>Test</tag><enable xmlns='urn:xmpp:carbons:2'/><enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>";
    const signIn = async (node: string, inline: string) => {
      const client = await world.connect(node);
      await client.open();
      const { end } = await scram2(client, 'alice', 'alice-secret', 'SCRAM-SHA-256', agentXml() + inline);
      return { client, end };
    };
    const first = await signIn('south', bind);
    const jid = first.end.child('authorization-identifier')?.text() ?? '';
    expect(jid).toMatch(/^alice@example\.com\/Test\//);
    const bound = first.end.child('bound');
    const id = bound?.child('enabled')?.attrs.id ?? '';
    expect(bound?.child('metadata')).toBeDefined();
    await first.client.expect('features');
    const [session] = [
      ...(world
        .node('north')
        .rooms.users.peek('alice@example.com' as never)
        ?.sessions.values() ?? []),
    ];
    expect(session).toMatchObject({ carbons: true, client: "Gajim (Anna's laptop)", facts: { mechanism: 'SCRAM-SHA-256' } });
    first.client.send('<presence/>');
    await first.client.expect('presence');
    first.client.cut();
    await eventually(() => expect(world.node('north').rooms.users.hibernatingCount).toBe(1));
    const second = await signIn('south', `<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='1'/>${bind}`);
    expect(second.end.child('resumed')?.attrs).toMatchObject({ previd: id, h: '1' });
    expect(second.end.child('authorization-identifier')?.text()).toBe(jid);
    second.client.cut();
    await eventually(() => expect(world.node('north').rooms.users.hibernatingCount).toBe(1));
    const third = await signIn('south', `<resume xmlns='urn:xmpp:sm:3' previd='none' h='0'/>${bind}`);
    expect(third.end.child('failed')?.child('item-not-found')).toBeDefined();
    expect(third.end.child('bound')).toBeDefined();
  });

  it('wait for their client when the node of its connection dies', async () => {
    await pair();
    const alice = await online('alice', 'south');
    alice.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    const id = (await alice.expect('enabled')).attrs.id ?? '';
    world.kill('south');
    await eventually(() => expect(world.node('north').rooms.users.hibernatingCount).toBe(1));
    const again = await world.connect('north');
    await again.signIn('alice', 'alice-secret');
    again.send(`<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='0'/>`);
    await again.expect('resumed');
  });
});

describe('a node that dies', () => {
  it('sends the clients of its people back to sign in as soon as somebody else acts for them', async () => {
    await pair();
    const bob = await online('bob', 'north');
    world.kill('south');
    await world.ownership.give('south', 'north');
    expect(await bob.streamError()).toBe('reset');
    const again = await online('bob', 'north');
    again.send("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");
    await again.expect(answer('p'));
  });

  it('loses no message that it had not settled: the next owner gets it', async () => {
    await pair();
    const alice = await online('alice', 'north');
    alice.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await alice.expect('enabled');
    world.cluster.cut('north', 'south');
    alice.send("<message to='bob@example.com' type='chat' id='1'><body>hello</body></message><r xmlns='urn:xmpp:sm:3'/>");
    await eventually(() => expect(world.node('north').engine.counters.sent).toBe(1));
    world.kill('south');
    expect(world.stores.state.offline.size).toBe(0);
    await world.ownership.give('south', 'north');
    expect((await alice.expect('a')).attrs.h).toBe('1');
    expect(world.stores.state.offline.size).toBe(1);
  });

  it('has a message that it had committed without saying so delivered once', async () => {
    await pair();
    const alice = await online('alice', 'north');
    alice.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await alice.expect('enabled');
    world.cluster.delay('north', 'south', 0);
    alice.send("<message to='bob@example.com' type='chat' id='1'><body>hello</body></message>");
    await eventually(() => expect(world.stores.state.offline.size).toBe(1));
    const stanza = [...world.stores.state.offline.values()][0]?.xml ?? '';
    expect(stanza).toContain('hello');
    // What was settled is not known to the sender's node: the same crosses again, and is recognised.
    world.stores.journal.hold();
    alice.send("<message to='bob@example.com' type='chat' id='2'><body>again</body></message><r xmlns='urn:xmpp:sm:3'/>");
    await eventually(() => expect(world.stores.journal.backlog).toBeGreaterThanOrEqual(2));
    world.kill('south');
    world.stores.journal.release();
    await eventually(() => expect(world.stores.state.offline.size).toBe(2));
    await world.ownership.give('south', 'north');
    await alice.expect((el) => el.name === 'a' && el.attrs.h === '2');
    expect(world.stores.state.offline.size).toBe(2);
  });
});

describe('presence and contact lists between nodes', () => {
  it('shows contacts of both nodes to each other, and that they leave', async () => {
    await pair();
    await world.friends('alice', 'bob');
    const alice = await online('alice', 'south');
    const bob = await online('bob', 'south');
    await bob.expect(presenceOf('alice@example.com/south'));
    await alice.expect(presenceOf('bob@example.com/south'));
    bob.send('<presence><show>away</show></presence>');
    await alice.expect((el) => el.name === 'presence' && el.child('show')?.text() === 'away');
    bob.cut();
    await alice.expect(presenceOf('bob@example.com/south', 'unavailable'));
  });

  it('carries a subscription from the request to the first presence, both contact lists stored', async () => {
    await pair({ 'presence.autoAuthorize': false });
    const alice = await online('alice', 'north');
    const bob = await online('bob', 'south');
    for (const client of [alice, bob]) {
      client.send("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>");
      await client.expect(answer('r'));
    }
    alice.send("<presence to='bob@example.com' type='subscribe'/>");
    await bob.expect(presenceOf('alice@example.com', 'subscribe'));
    bob.send("<presence to='alice@example.com' type='subscribed'/>");
    await alice.expect(presenceOf('bob@example.com', 'subscribed'));
    await alice.expect(presenceOf('bob@example.com/south'));
    const items = [...world.stores.state.rosters.values()].flatMap((roster) => [...roster.items.values()]);
    expect(items.map(({ contact, subscription }) => `${contact} ${subscription}`).sort()).toEqual([
      'alice@example.com from',
      'bob@example.com to',
    ]);
  });

  it('takes people as offline whose node has died, and shows them again when they are back', async () => {
    await pair();
    await world.friends('alice', 'bob');
    const alice = await online('alice', 'north');
    await online('bob', 'south');
    await alice.expect(presenceOf('bob@example.com/south'));
    world.kill('south');
    await world.ownership.give('south', 'north');
    await alice.expect(presenceOf('bob@example.com', 'unavailable'));
    await online('bob', 'north');
    await alice.expect(presenceOf('bob@example.com/north'));
  });

  it('lets directed presence and its end cross', async () => {
    await pair();
    const alice = await online('alice', 'north');
    const bob = await online('bob', 'south');
    alice.send("<presence to='bob@example.com/south'><status>just you</status></presence>");
    await bob.expect(presenceOf('alice@example.com/north'));
    alice.send("<presence type='unavailable'/>");
    await bob.expect(presenceOf('alice@example.com/north', 'unavailable'));
  });
});

describe('requests between nodes', () => {
  it('are answered for an account by the node that looks after it, and by a device of a contact', async () => {
    await pair();
    await world.friends('alice', 'bob');
    const alice = await online('alice', 'north');
    const bob = await online('bob', 'north');
    await bob.expect(presenceOf('alice@example.com/north'));
    alice.send("<iq type='get' id='d' to='bob@example.com'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    const info = await alice.expect(answer('d'));
    expect(info.attrs).toMatchObject({ type: 'result', from: 'bob@example.com' });
    alice.send("<iq type='get' id='v' to='bob@example.com/north'><query xmlns='jabber:iq:version'/></iq>");
    const asked = await bob.expect((el) => el.name === 'iq' && el.attrs.type === 'get' && el.attrs.from === 'alice@example.com/north');
    bob.send(`<iq type='result' id='${asked.attrs.id}' to='alice@example.com/north'><query xmlns='jabber:iq:version'/></iq>`);
    expect((await alice.expect(answer('v'))).attrs).toMatchObject({ type: 'result', from: 'bob@example.com/north' });
  });

  it('to a device of a stranger, or to nobody, are refused alike', async () => {
    await pair();
    const alice = await online('alice', 'north');
    await online('bob', 'south');
    for (const [id, to] of [
      ['1', 'bob@example.com/south'],
      ['2', 'bob@example.com/nowhere'],
      ['3', 'nobody@example.com/x'],
    ]) {
      alice.send(`<iq type='get' id='${id}' to='${to}'><query xmlns='jabber:iq:version'/></iq>`);
      const refused = await alice.expect(answer(id ?? ''));
      expect(refused.child('error')?.child('service-unavailable')).toBeDefined();
    }
  });
});
