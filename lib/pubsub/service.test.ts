import { beforeEach, describe, expect, it } from 'vitest';
import { createPubSubWorld, itemsXml, outcome, type PubSubWorld, publishXml } from '../testing/pubsub-world.ts';

const PUBSUB = 'http://jabber.org/protocol/pubsub';
const OWNER = `${PUBSUB}#owner`;
const S = 'pubsub.example.com';

let world: PubSubWorld;
beforeEach(async () => {
  world = await createPubSubWorld();
});
const create = (node: string, fields: Record<string, string> = {}) => {
  const list = Object.entries(fields).map(([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`);
  return `<pubsub xmlns='${PUBSUB}'><create${node === '' ? '' : ` node='${node}'`}/><configure><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${PUBSUB}#node_config</value></field>${list.join('')}</x></configure></pubsub>`;
};
const subscribe = (node: string, jid: string) => `<pubsub xmlns='${PUBSUB}'><subscribe node='${node}' jid='${jid}'/></pubsub>`;
const affiliate = (node: string, jid: string, affiliation: string) =>
  `<pubsub xmlns='${OWNER}'><affiliations node='${node}'><affiliation jid='${jid}' affiliation='${affiliation}'/></affiliations></pubsub>`;

describe("an address that is nobody's any more", () => {
  it('passes nothing on to whoever gets it next, in memory and after a restart', async () => {
    const [alice, bob] = [await world.signIn('alice/a'), await world.signIn('bob/b')];
    await world.ask(alice, 'set', create('secret', { access_model: 'whitelist' }), S);
    await world.ask(alice, 'set', affiliate('secret', 'bob@example.com', 'owner'), S);
    expect(outcome(await world.ask(bob, 'set', subscribe('secret', 'bob@example.com/b'), S))).not.toContain('not-allowed');
    world.events(bob);
    await world.pubsub.forgetPerson('bob@example.com' as never);
    await world.ask(alice, 'set', publishXml('secret', 'i', "<x xmlns='urn:x'/>"), S);
    await world.rest();
    expect(world.events(bob)).toEqual([]);
    expect(outcome(await world.ask(bob, 'get', itemsXml('secret'), S))).toContain('not-allowed');
    const later = await world.restart();
    const next = await later.signIn('bob/b');
    expect(outcome(await later.ask(next, 'get', itemsXml('secret'), S))).toContain('not-allowed');
  });
});

describe('a person with another address', () => {
  it('is still owner and subscriber, in memory and after a restart; the old address is nothing', async () => {
    const [alice, bob] = [await world.signIn('alice/a'), await world.signIn('bob/b')];
    await world.ask(alice, 'set', create('secret', { access_model: 'whitelist' }), S);
    await world.ask(alice, 'set', affiliate('secret', 'bob@example.com', 'member'), S);
    expect(outcome(await world.ask(bob, 'set', subscribe('secret', 'bob@example.com'), S))).not.toContain('not-allowed');
    const carol = await world.signIn('carol/c');
    await world.pubsub.forgetPerson('bob@example.com' as never, 'carol@example.com' as never);
    world.events(carol);
    await world.ask(alice, 'set', publishXml('secret', 'i', "<x xmlns='urn:x'/>"), S);
    await world.rest();
    expect(world.events(carol)).toEqual(['pubsub.example.com secret: i']);
    for (const now of [world, await world.restart()]) {
      const [was, is] = [await now.signIn('bob/again'), await now.signIn('carol/again')];
      expect(outcome(await now.ask(was, 'get', itemsXml('secret'), S))).toContain('not-allowed');
      expect(outcome(await now.ask(is, 'get', itemsXml('secret'), S))).not.toContain('not-allowed');
    }
  });
});

describe('the service', () => {
  it('is found, and says what it is and which nodes are for everyone', async () => {
    const alice = await world.signIn('alice/a');
    const bob = await world.signIn('bob/b');
    const found = await world.ask(alice, 'get', "<query xmlns='http://jabber.org/protocol/disco#items'/>", 'example.com');
    expect(
      found
        .elements()[0]
        ?.elements()
        .map((one) => one.attrs.jid),
    ).toContain(S);
    await world.ask(alice, 'set', create('news', { title: 'News' }), S);
    await world.ask(alice, 'set', create('secret', { access_model: 'whitelist' }), S);
    const info = await world.ask(bob, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", S);
    expect(info.elements()[0]?.child('identity')?.attrs).toMatchObject({ category: 'pubsub', type: 'service' });
    const nodes = async (session: typeof bob) =>
      (await world.ask(session, 'get', "<query xmlns='http://jabber.org/protocol/disco#items'/>", S))
        .elements()[0]
        ?.elements()
        .map((one) => one.attrs.node);
    expect(await nodes(bob)).toEqual(['news']);
    expect(await nodes(alice)).toEqual(['news', 'secret']);
    const hidden = "<query xmlns='http://jabber.org/protocol/disco#info' node='secret'/>";
    expect(outcome(await world.ask(bob, 'get', hidden, S))).toBe('item-not-found');
    expect(outcome(await world.ask(alice, 'get', hidden, S))).not.toBe('item-not-found');
    const meta = await world.ask(bob, 'get', "<query xmlns='http://jabber.org/protocol/disco#info' node='news'/>", S);
    const fields = meta
      .elements()[0]
      ?.child('x')
      ?.elements()
      .map((one) => `${one.attrs.var}=${one.child('value')?.text()}`);
    expect(fields).toContain('pubsub#title=News');
    expect(fields).toContain('pubsub#creator=alice@example.com');
  });

  it('makes nodes with a configuration and with a name of its own; no name twice', async () => {
    const alice = await world.signIn('alice/a');
    expect(outcome(await world.ask(alice, 'set', create('news', { max_items: '5' }), S))).toBe('done');
    expect(outcome(await world.ask(alice, 'set', create('news'), S))).toBe('conflict');
    const instant = await world.ask(alice, 'set', `<pubsub xmlns='${PUBSUB}'><create/><configure/></pubsub>`, S);
    expect(instant.elements()[0]?.child('create')?.attrs.node).toMatch(/^.{16}$/);
    const form = await world.ask(alice, 'get', `<pubsub xmlns='${OWNER}'><configure node='news'/></pubsub>`, S);
    const max = form
      .elements()[0]
      ?.elements()[0]
      ?.child('x')
      ?.elements()
      .find((one) => one.attrs.var === 'pubsub#max_items');
    expect(max?.child('value')?.text()).toBe('5');
    expect(outcome(await world.ask(alice, 'set', create('c', { node_type: 'collection' }), S))).toBe('feature-not-implemented unsupported');
    expect(outcome(await world.ask(alice, 'set', create('c', { access_model: 'secret' }), S))).toBe(
      'not-acceptable unsupported-access-model',
    );
    expect(outcome(await world.ask(alice, 'set', create('c', { max_items: '-1' }), S))).toBe('not-acceptable');
  });

  it('lets administrators only make nodes when the setting says so, and counts those of one person', async () => {
    const alice = await world.signIn('alice/a');
    world.values.set({ ...world.values.get(), nodesPerCreator: 1 });
    expect(outcome(await world.ask(alice, 'set', create('n1'), S))).toBe('done');
    expect(outcome(await world.ask(alice, 'set', create('n2'), S))).toBe('conflict max-nodes-exceeded');
    world.values.set({ ...world.values.get(), createNodes: 'administrators' });
    const bob = await world.signIn('bob/b');
    expect(outcome(await world.ask(bob, 'set', create('n3'), S))).toBe('forbidden');
    world.operators.add('bob@example.com');
    expect(outcome(await world.ask(bob, 'set', create('n3'), S))).toBe('done');
    // An administrator is an owner everywhere at the service.
    expect(outcome(await world.ask(bob, 'set', `<pubsub xmlns='${OWNER}'><delete node='n1'/></pubsub>`, S))).toBe('done');
  });

  it('is gone while it is turned off', async () => {
    const alice = await world.signIn('alice/a');
    world.values.set({ ...world.values.get(), service: false });
    world.say(alice, `<iq type='get' id='x' to='${S}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(alice.sent.some(({ xml }) => xml.includes(" id='x'"))).toBe(false);
    expect(world.outside).toHaveLength(1);
    world.values.set({ ...world.values.get(), service: true, label: 'topics' });
    expect(outcome(await world.ask(alice, 'set', create('n'), 'topics.example.com'))).toBe('done');
  });
});

describe('subscribers of the service', () => {
  it('are told what is published, each once, and get the newest item when they come', async () => {
    const alice = await world.signIn('alice/a');
    const bob = await world.signIn('bob/b');
    await world.ask(alice, 'set', create('news'), S);
    await world.ask(alice, 'set', publishXml('news', 'one'), S);
    expect((await world.ask(bob, 'set', subscribe('news', 'bob@example.com'), S)).attrs.type).toBe('result');
    await world.rest();
    expect(world.events(bob)).toEqual([`${S} news: one`]);
    // A second time it is the same subscription.
    await world.ask(bob, 'set', subscribe('news', 'bob@example.com'), S);
    await world.ask(alice, 'set', publishXml('news', 'two'), S);
    expect(world.events(bob)).toEqual([`${S} news: two`]);
    expect(world.events(alice)).toEqual([]);
    const mine = await world.ask(bob, 'get', `<pubsub xmlns='${PUBSUB}'><subscriptions/></pubsub>`, S);
    expect(mine.elements()[0]?.elements()[0]?.elements()[0]?.attrs).toMatchObject({ node: 'news', subscription: 'subscribed' });
    const leave = `<pubsub xmlns='${PUBSUB}'><unsubscribe node='news' jid='bob@example.com'/></pubsub>`;
    expect((await world.ask(bob, 'set', leave, S)).attrs.type).toBe('result');
    expect(outcome(await world.ask(bob, 'set', leave, S))).toBe('unexpected-request not-subscribed');
    await world.ask(alice, 'set', publishXml('news', 'three'), S);
    expect(world.events(bob)).toEqual([]);
  });

  it('may turn notifications off and on', async () => {
    const alice = await world.signIn('alice/a');
    const bob = await world.signIn('bob/b');
    await world.ask(alice, 'set', create('news', { send_last_published_item: 'never' }), S);
    await world.ask(bob, 'set', subscribe('news', 'bob@example.com'), S);
    const options = (deliver: string) =>
      `<pubsub xmlns='${PUBSUB}'><options node='news' jid='bob@example.com'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${PUBSUB}#subscribe_options</value></field><field var='pubsub#deliver'><value>${deliver}</value></field></x></options></pubsub>`;
    expect(outcome(await world.ask(bob, 'set', options('0'), S))).toBe('done');
    await world.ask(alice, 'set', publishXml('news', 'one'), S);
    expect(world.events(bob)).toEqual([]);
    await world.ask(bob, 'set', options('1'), S);
    await world.ask(alice, 'set', publishXml('news', 'two'), S);
    expect(world.events(bob)).toEqual([`${S} news: two`]);
    expect(outcome(await world.ask(bob, 'set', options('maybe'), S))).toBe('bad-request invalid-options');
  });

  it('of other servers are told there', async () => {
    const alice = await world.signIn('alice/a');
    await world.ask(alice, 'set', create('news'), S);
    const add = `<pubsub xmlns='${OWNER}'><subscriptions node='news'><subscription jid='eve@elsewhere.org' subscription='subscribed'/></subscriptions></pubsub>`;
    expect(outcome(await world.ask(alice, 'set', add, S))).toBe('done');
    await world.ask(alice, 'set', publishXml('news', 'one'), S);
    expect(world.outside.map((stanza) => `${stanza.from.full} ${stanza.to?.full} ${stanza.render().includes("<item id='one'>")}`)).toEqual([
      `${S} eve@elsewhere.org false`,
      `${S} eve@elsewhere.org true`,
    ]);
  });

  it('lose their subscription when they are shut out', async () => {
    const alice = await world.signIn('alice/a');
    const bob = await world.signIn('bob/b');
    await world.ask(alice, 'set', create('news'), S);
    await world.ask(bob, 'set', subscribe('news', 'bob@example.com'), S);
    await world.ask(alice, 'set', affiliate('news', 'bob@example.com', 'outcast'), S);
    expect(world.events(bob)).toEqual([`${S} subscription news none`]);
    expect(outcome(await world.ask(bob, 'set', subscribe('news', 'bob@example.com'), S))).toBe('forbidden');
    expect(outcome(await world.ask(bob, 'get', itemsXml('news'), S))).toBe('forbidden');
  });

  it('are limited per node and per person', async () => {
    const alice = await world.signIn('alice/a');
    await world.ask(alice, 'set', create('n1'), S);
    await world.ask(alice, 'set', create('n2'), S);
    world.values.set({ ...world.values.get(), subscriptionsPerPerson: 1 });
    await world.ask(alice, 'set', subscribe('n1', 'alice@example.com'), S);
    expect(outcome(await world.ask(alice, 'set', subscribe('n2', 'alice@example.com'), S))).toBe('policy-violation too-many-subscriptions');
  });
});

describe('affiliations', () => {
  const rights: readonly (readonly [string, string, string])[] = [
    ['owner', 'x', 'one x'],
    ['publisher', 'x', 'one x'],
    ['publish-only', 'x', 'forbidden'],
    ['member', 'forbidden', 'one'],
    ['none', 'forbidden', 'not-allowed closed-node'],
    ['outcast', 'forbidden', 'forbidden'],
  ];
  it.each(rights)('%s: publishes %s, reads %s', async (affiliation, publishes, reads) => {
    const alice = await world.signIn('alice/a');
    const bob = await world.signIn('bob/b');
    await world.ask(alice, 'set', create('n', { access_model: 'whitelist' }), S);
    await world.ask(alice, 'set', publishXml('n', 'one'), S);
    await world.ask(alice, 'set', affiliate('n', 'bob@example.com', affiliation), S);
    expect(outcome(await world.ask(bob, 'set', publishXml('n', 'x'), S))).toBe(publishes);
    expect(outcome(await world.ask(bob, 'get', itemsXml('n'), S))).toBe(reads);
  });

  it('leave an owner; a publisher touches no item of others', async () => {
    const alice = await world.signIn('alice/a');
    const bob = await world.signIn('bob/b');
    await world.ask(alice, 'set', create('n'), S);
    expect(outcome(await world.ask(alice, 'set', affiliate('n', 'alice@example.com', 'none'), S))).toBe('not-acceptable');
    await world.ask(alice, 'set', publishXml('n', 'hers'), S);
    await world.ask(alice, 'set', affiliate('n', 'bob@example.com', 'publisher'), S);
    expect(outcome(await world.ask(bob, 'set', publishXml('n', 'hers'), S))).toBe('forbidden');
    const retract = (id: string) => `<pubsub xmlns='${PUBSUB}'><retract node='n'><item id='${id}'/></retract></pubsub>`;
    expect(outcome(await world.ask(bob, 'set', retract('hers'), S))).toBe('forbidden');
    await world.ask(bob, 'set', publishXml('n', 'his'), S);
    expect(outcome(await world.ask(alice, 'set', retract('his'), S))).toBe('done');
    expect(outcome(await world.ask(bob, 'get', `<pubsub xmlns='${OWNER}'><affiliations node='n'/></pubsub>`, S))).toBe('forbidden');
  });
});

describe('a node that is closed', () => {
  it('lets go of those who may not read it any more', async () => {
    const alice = await world.signIn('alice/a');
    const bob = await world.signIn('bob/b');
    await world.ask(alice, 'set', create('n'), S);
    await world.ask(bob, 'set', subscribe('n', 'bob@example.com'), S);
    bob.take();
    await world.ask(
      alice,
      'set',
      create('n', { access_model: 'presence' }).replace(`<create node='n'/><configure>`, `<configure node='n'>`).replace(PUBSUB, OWNER),
      S,
    );
    await world.ask(alice, 'set', publishXml('n', 'one'), S);
    await world.rest();
    const told = bob.take().map((one) => one.child('event')?.elements()[0]?.name ?? one.child('pubsub')?.elements()[0]?.name ?? one.name);
    expect(told).not.toContain('items');
    const mine = await world.ask(bob, 'get', `<pubsub xmlns='${PUBSUB}'><subscriptions/></pubsub>`, S);
    expect(mine.elements()[0]?.child('subscriptions')?.elements()).toEqual([]);
  });
});

describe('items', () => {
  it('come by id, the newest, or in pages', async () => {
    const alice = await world.signIn('alice/a');
    await world.ask(alice, 'set', create('n'), S);
    for (const id of ['a', 'b', 'c', 'd']) await world.ask(alice, 'set', publishXml('n', id), S);
    const read = async (inner = '', attrs = '', set = '') => {
      const answer = await world.ask(alice, 'get', itemsXml('n', inner, attrs).replace('</pubsub>', `${set}</pubsub>`), S);
      const rsm = answer.elements()[0]?.child('set');
      return `${outcome(answer)}${rsm === undefined ? '' : ` | ${rsm.child('first')?.attrs.index} ${rsm.child('count')?.text()}`}`;
    };
    const set = (inner: string) => `<set xmlns='http://jabber.org/protocol/rsm'>${inner}</set>`;
    expect(await read()).toBe('a b c d');
    expect(await read("<item id='c'/><item id='a'/><item id='zz'/>")).toBe('c a');
    expect(await read("<item id='zz'/>")).toBe('item-not-found');
    expect(await read('', " max_items='2'")).toBe('c d');
    expect(await read('', '', set('<max>2</max>'))).toBe('a b | 0 4');
    expect(await read('', '', set('<max>2</max><after>b</after>'))).toBe('c d | 2 4');
    expect(await read('', '', set('<max>2</max><before/>'))).toBe('c d | 2 4');
    expect(await read('', '', set('<max>1</max><before>c</before>'))).toBe('b | 1 4');
    expect(await read('', '', set('<max>0</max>'))).toBe(' | undefined 4');
    expect(await read('', '', set('<after>zz</after>'))).toBe('item-not-found');
  });

  it('go when their time is over, without a word', async () => {
    const alice = await world.signIn('alice/a');
    await world.ask(alice, 'set', create('n', { item_expire: '60' }), S);
    await world.ask(alice, 'set', publishXml('n', 'a'), S);
    expect(await world.pubsub.operation.expire()).toBe(0);
    world.clock.advance(61_000);
    expect(await world.pubsub.operation.expire()).toBe(1);
    expect(outcome(await world.ask(alice, 'get', itemsXml('n'), S))).toBe('');
  });

  it('of a node that keeps nothing are only told', async () => {
    const alice = await world.signIn('alice/a');
    const bob = await world.signIn('bob/b');
    await world.ask(alice, 'set', create('n', { persist_items: '0', deliver_payloads: '0' }), S);
    await world.ask(bob, 'set', subscribe('n', 'bob@example.com'), S);
    await world.ask(alice, 'set', `<pubsub xmlns='${PUBSUB}'><publish node='n'/></pubsub>`, S);
    expect(world.events(bob)).toHaveLength(1);
    expect([...world.stores.state.pubsub.values()][0]?.items.size).toBe(0);
  });
});
