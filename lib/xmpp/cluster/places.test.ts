import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterWorld, createClusterWorld } from '../../testing/cluster-world.ts';
import { eventually } from '../../testing/eventually.ts';
import type { WireClient } from '../../testing/wire-client.ts';
import type { Element } from '../stanza/element.ts';

let world: ClusterWorld;
afterEach(() => world.stop());

const body = (text: string) => (el: Element) => el.name === 'message' && el.child('body')?.text() === text;
const answer = (id: string) => (el: Element) => el.name === 'iq' && el.attrs.id === id;
const from =
  (jid: string, type = '') =>
  (el: Element) =>
    el.name === 'presence' && el.attrs.from === jid && (el.attrs.type ?? '') === type;
const ROOM = 'den@conference.example.com';

async function three(): Promise<void> {
  world = await createClusterWorld(['north', 'south', 'east'], { 'muc.defaultPersistent': false });
  await world.person('alice', 'north');
  await world.person('bob', 'south');
  await world.person('carol', 'south');
  world.ownership.place(ROOM, 'east');
  world.ownership.place('pubsub.example.com', 'east');
}

async function online(local: string, node: string, caps = ''): Promise<WireClient> {
  const client = await world.login(local, node);
  client.send(`<presence>${caps}</presence>`);
  await client.expect('presence');
  return client;
}

async function enter(client: WireClient, nick: string): Promise<void> {
  client.send(`<presence to='${ROOM}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await client.expect(from(`${ROOM}/${nick}`));
}

async function openRoom(client: WireClient): Promise<void> {
  await enter(client, 'alice');
  client.send(
    `<iq type='set' id='open' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
  );
  expect((await client.expect(answer('open'))).attrs.type).toBe('result');
}

describe('a chat room of another node', () => {
  it('is entered, spoken in and left from every node, one crossing to each', async () => {
    await three();
    const alice = await online('alice', 'north');
    await openRoom(alice);
    expect(world.node('east').rooms.muc.door.counters.rooms).toBe(1);
    expect(world.node('north').rooms.muc.door.counters.rooms).toBe(0);
    const bob = await online('bob', 'south');
    const carol = await online('carol', 'north');
    await enter(bob, 'bob');
    await enter(carol, 'carol');
    await alice.expect(from(`${ROOM}/carol`));
    const before = world.node('east').engine.counters.sent;
    bob.send(`<message to='${ROOM}' type='groupchat' id='1'><body>to all</body></message>`);
    for (const client of [alice, bob, carol]) expect((await client.expect(body('to all'))).attrs.from).toBe(`${ROOM}/bob`);
    // To north for alice, to south for bob and carol together.
    expect(world.node('east').engine.counters.sent - before).toBe(2);
    bob.cut();
    await alice.expect(from(`${ROOM}/bob`, 'unavailable'));
  });

  it('answers requests, and refuses who is not inside', async () => {
    await three();
    const alice = await online('alice', 'north');
    await openRoom(alice);
    const bob = await online('bob', 'south');
    bob.send(`<iq type='get' id='i' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`);
    expect((await bob.expect(answer('i'))).attrs).toMatchObject({ type: 'result', from: ROOM });
    bob.send(`<message to='${ROOM}' type='groupchat' id='1'><body>from outside</body></message>`);
    expect((await bob.expect((el) => el.name === 'message' && el.attrs.type === 'error')).attrs.from).toBe(ROOM);
  });

  it('loses the occupants of a node that died', async () => {
    await three();
    const alice = await online('alice', 'north');
    await openRoom(alice);
    await enter(await online('bob', 'south'), 'bob');
    await alice.expect(from(`${ROOM}/bob`));
    world.kill('south');
    await world.ownership.give('south', 'north');
    alice.send(`<message to='${ROOM}' type='groupchat' id='1'><body>anybody</body></message>`);
    await alice.expect(body('anybody'));
    await alice.expect(from(`${ROOM}/bob`, 'unavailable'));
  });

  it('ends for those inside when another node runs it, and opens there', async () => {
    await three();
    const alice = await online('alice', 'north');
    await openRoom(alice);
    await world.ownership.give('east', 'south');
    const gone = await alice.expect(from(`${ROOM}/alice`, 'unavailable'));
    expect(
      gone
        .child('x')
        ?.elements()
        .map(({ attrs }) => attrs.code),
    ).toContain('332');
    await openRoom(alice);
    expect(world.node('south').rooms.muc.door.counters.rooms).toBe(1);
    expect(world.node('east').rooms.muc.door.counters.rooms).toBe(0);
  });
});

const caps = (name: string) => `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:test' ver='${name}'/>`;

/** Answers the server's question what the client can do: it hears of moods. */
async function hearsMoods(client: WireClient): Promise<void> {
  const asked = await client.expect((el) => el.name === 'iq' && el.child('query', 'http://jabber.org/protocol/disco#info') !== undefined);
  const { node } = asked.child('query')?.attrs ?? {};
  client.send(
    `<iq type='result' id='${asked.attrs.id}' to='${asked.attrs.from ?? 'example.com'}'><query xmlns='http://jabber.org/protocol/disco#info' node='${node}'>` +
      "<identity category='client' type='pc'/><feature var='http://jabber.org/protocol/mood+notify'/></query></iq>",
  );
}

const publish = (text: string) =>
  `<iq type='set' id='${text}'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='http://jabber.org/protocol/mood'>` +
  `<item id='current'><mood xmlns='http://jabber.org/protocol/mood'><text>${text}</text></mood></item></publish></pubsub></iq>`;
const mood = (text: string) => (el: Element) =>
  el.name === 'message' && el.child('event')?.child('items')?.child('item')?.child('mood')?.child('text')?.text() === text;

describe('personal nodes', () => {
  it('notify contacts of other nodes that ask for them, and greet those who come online later', async () => {
    await three();
    await world.friends('alice', 'bob');
    const alice = await online('alice', 'north');
    const bob = await online('bob', 'south', caps('first'));
    await hearsMoods(bob);
    await alice.expect(from('bob@example.com/south'));
    await eventually(() =>
      expect(
        [
          ...(world
            .node('south')
            .rooms.users.peek('bob@example.com' as never)
            ?.sessions.values() ?? []),
        ].map((session) => session.presence !== null),
      ).toEqual([true]),
    );
    alice.send(publish('happy'));
    expect((await alice.expect(answer('happy'))).attrs.type).toBe('result');
    expect((await bob.expect(mood('happy'))).attrs.from).toBe('alice@example.com');
    bob.cut();
    await alice.expect(from('bob@example.com/south', 'unavailable'));
    const later = await online('bob', 'north', caps('first'));
    await hearsMoods(later);
    await later.expect(mood('happy'));
  });

  it('greet from people who are offline at another node', async () => {
    await three();
    await world.friends('alice', 'bob');
    const alice = await online('alice', 'north');
    alice.send(publish('sleepy'));
    await alice.expect(answer('sleepy'));
    alice.cut();
    await eventually(() => expect(world.node('north').rooms.users.sessionCount).toBe(0));
    const bob = await online('bob', 'south', caps('second'));
    await hearsMoods(bob);
    await bob.expect(mood('sleepy'));
  });
});

describe('the publish-subscribe service', () => {
  it('is one for all nodes: who subscribes at one hears what is published from another', async () => {
    await three();
    const alice = await online('alice', 'north');
    const bob = await online('bob', 'south');
    const ask = async (client: WireClient, id: string, inner: string) => {
      client.send(
        `<iq type='set' id='${id}' to='pubsub.example.com'><pubsub xmlns='http://jabber.org/protocol/pubsub'>${inner}</pubsub></iq>`,
      );
      expect((await client.expect(answer(id))).attrs).toMatchObject({ type: 'result', from: 'pubsub.example.com' });
    };
    await ask(alice, '1', "<create node='news'/>");
    await ask(bob, '2', "<subscribe node='news' jid='bob@example.com'/>");
    await ask(alice, '3', "<publish node='news'><item id='i'><entry xmlns='urn:test'>today</entry></item></publish>");
    const event = await bob.expect((el) => el.name === 'message' && el.child('event') !== undefined);
    expect(event.child('event')?.child('items')?.child('item')?.child('entry')?.text()).toBe('today');
  });
});

describe('the list of chat rooms', () => {
  it('names rooms of every node that live in memory only, with how many are inside', async () => {
    await three();
    const alice = await online('alice', 'north');
    await openRoom(alice);
    const bob = await online('bob', 'south');
    await eventually(async () => {
      bob.send("<iq type='get' id='l' to='conference.example.com'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
      const items = (await bob.expect(answer('l'))).child('query')?.elements() ?? [];
      return items.map(({ attrs }) => attrs.jid).includes(ROOM);
    });
  });
});
