import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld, type MessageWorld } from '../testing/message-world.ts';
import { createDisco } from '../xmpp/xeps/xep-0030-disco.ts';
import { OFFLINE } from './xep-0013-offline.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';

async function away(...texts: string[]) {
  const world = createMessageWorld();
  const disco = createDisco({
    rooms: () => world.router.rooms,
    maySee: () => true,
    services: () => [],
    forms: () => [],
    nodes: () => [],
    ownNodes: () => [world.im.nodes],
  });
  world.router.add(disco.room);
  const bob = await world.signIn('bob@example.com/b');
  for (const [i, text] of texts.entries()) world.chat(bob, 'alice@example.com', text, `m${i}`);
  await world.rest();
  const alice = await world.signIn('alice@example.com/a', { priority: null });
  alice.take();
  return { world, alice, bob };
}

let asked = 0;
async function ask(world: MessageWorld, session: FakeSession, type: 'get' | 'set', payload: string) {
  const id = `q${++asked}`;
  world.say(session, `<iq type='${type}' id='${id}'>${payload}</iq>`);
  await world.until(() => session.sent.some(({ xml }) => xml.startsWith('<iq') && xml.includes(`id='${id}'`)));
  const all = session.take();
  const answer = all.find((el) => el.name === 'iq' && el.attrs.id === id);
  return { answer, messages: all.filter((el) => el.name === 'message'), condition: answer?.child('error')?.elements()[0]?.name ?? '' };
}
const nodesOf = async (world: MessageWorld, session: FakeSession) => {
  const { answer } = await ask(world, session, 'get', `<query xmlns='${ITEMS}' node='${OFFLINE}'/>`);
  return (
    answer
      ?.child('query')
      ?.elements()
      .map(({ attrs }) => attrs) ?? []
  );
};
const item = (action: string, node: string) => `<offline xmlns='${OFFLINE}'><item action='${action}' node='${node}'/></offline>`;
const bodyOf = (el: { child(name: string): { text(): string } | undefined }) => el.child('body')?.text();

describe('a client that reads waiting messages by hand', () => {
  it('is told how many wait and who wrote them, and is not handed them when it becomes available', async () => {
    const { world, alice } = await away('one', 'two');
    const { answer } = await ask(world, alice, 'get', `<query xmlns='${INFO}' node='${OFFLINE}'/>`);
    const fields = answer?.child('query')?.child('x')?.elements() ?? [];
    expect(
      fields
        .find((field) => field.attrs.var === 'number_of_messages')
        ?.child('value')
        ?.text(),
    ).toBe('2');
    const headers = await nodesOf(world, alice);
    expect(headers.map(({ jid, name }) => `${jid} ${name}`)).toEqual([
      'alice@example.com bob@example.com/b',
      'alice@example.com bob@example.com/b',
    ]);
    world.presence(alice, 0);
    await world.rest();
    expect(alice.bodies()).toEqual([]);
    expect(world.stores.state.offline.size).toBe(2);
  });

  it('views one, which stays, removes it, which is durable before the answer, and fetches the rest', async () => {
    const { world, alice } = await away('one', 'two', 'three');
    const [first] = await nodesOf(world, alice);
    const view = await ask(world, alice, 'get', item('view', first?.node ?? ''));
    expect(view.messages.map(bodyOf)).toEqual(['one']);
    expect(view.messages[0]?.child('offline', OFFLINE)?.child('item')?.attrs.node).toBe(first?.node);
    expect(view.messages[0]?.child('delay', 'urn:xmpp:delay')).toBeDefined();
    expect(world.stores.state.offline.size).toBe(3);
    await ask(world, alice, 'set', item('remove', first?.node ?? ''));
    expect(world.stores.state.offline.size).toBe(2);
    const rest = await ask(world, alice, 'get', `<offline xmlns='${OFFLINE}'><fetch/></offline>`);
    expect(rest.messages.map(bodyOf)).toEqual(['two', 'three']);
    await ask(world, alice, 'set', `<offline xmlns='${OFFLINE}'><purge/></offline>`);
    expect(world.stores.state.offline.size).toBe(0);
    expect(await nodesOf(world, alice)).toEqual([]);
  });

  it.each([
    ['a node that does not wait', 'get', item('view', '01890000-0000-7000-8000-000000000000'), 'item-not-found'],
    ['what is no node', 'get', item('view', "x' OR 1"), 'item-not-found'],
    ['removing by get', 'get', item('remove', '01890000-0000-7000-8000-000000000000'), 'bad-request'],
    ['nothing', 'set', `<offline xmlns='${OFFLINE}'/>`, 'bad-request'],
  ] as const)('is refused %s', async (_, type, payload, condition) => {
    const { world, alice } = await away('one');
    expect((await ask(world, alice, type, payload.replace("'x' OR 1'", "'x'"))).condition).toBe(condition);
    expect(world.stores.state.offline.size).toBe(1);
  });

  it('who is handed them already is not kept from it by looking', async () => {
    const { world, alice } = await away('one');
    world.presence(alice, 0);
    await nodesOf(world, alice);
    await world.until(() => world.stores.state.offline.size === 0);
  });
});
