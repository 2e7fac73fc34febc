import { beforeEach, describe, expect, it } from 'vitest';
import { createPubSubWorld, itemsXml, outcome, type PubSubWorld, publishXml } from '../testing/pubsub-world.ts';

const PUBSUB = 'http://jabber.org/protocol/pubsub';
const OWNER = `${PUBSUB}#owner`;
const TUNE = 'http://jabber.org/protocol/tune';
const A = 'alice@example.com';

let world: PubSubWorld;
beforeEach(async () => {
  world = await createPubSubWorld();
});
const configure = (node: string, fields: Record<string, string>) =>
  `<pubsub xmlns='${OWNER}'><configure node='${node}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${PUBSUB}#node_config</value></field>${Object.entries(
    fields,
  )
    .map(([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`)
    .join('')}</x></configure></pubsub>`;

describe('publishing under the own address', () => {
  it('makes the node, keeps the item, and tells it to the devices that asked: the own ones, the contact, not the stranger', async () => {
    await world.friends('alice', 'bob');
    const desk = await world.signIn('alice/desk', [TUNE]);
    const phone = await world.signIn('alice/phone', [TUNE]);
    const silent = await world.signIn('alice/silent', ['urn:other']);
    const bob = await world.signIn('bob/x', [TUNE]);
    const bobSilent = await world.signIn('bob/y', []);
    const carol = await world.signIn('carol/x', [TUNE]);
    expect(outcome(await world.ask(desk, 'set', publishXml(TUNE, 'current')))).toBe('current');
    for (const heard of [desk, phone, bob]) expect(world.events(heard)).toEqual([`${A} ${TUNE}: current`]);
    for (const deaf of [silent, bobSilent, carol]) expect(world.events(deaf)).toEqual([]);
    expect(outcome(await world.ask(bob, 'get', itemsXml(TUNE), A))).toBe('current');
  });

  it('answers only when the item is committed, and survives a restart', async () => {
    const desk = await world.signIn('alice/desk');
    world.say(desk, `<iq type='set' id='1'>${publishXml('n', 'a')}</iq>`);
    expect(desk.heldAcks).toBe(1);
    await world.until(() => desk.heldAcks === 0);
    expect([...world.stores.state.pubsub.values()].map((node) => [...node.items.keys()])).toEqual([['a']]);
    const again = await world.restart();
    const later = await again.signIn('alice/desk');
    expect(outcome(await again.ask(later, 'get', itemsXml('n')))).toBe('a');
  });

  it('an event is a headline with the payload, from the bare address to the device', async () => {
    const desk = await world.signIn('alice/desk', [TUNE]);
    await world.ask(desk, 'set', publishXml(TUNE, 'current', `<tune xmlns='${TUNE}'><title>A &amp; B</title></tune>`));
    const [sent] = desk.sent.filter(({ xml }) => xml.startsWith('<message'));
    expect(sent?.xml).toMatch(new RegExp(`^<message from='${A}' to='${A}/desk' type='headline' id='[^']+'>`));
    expect(sent?.xml).toContain(`<item id='current'><tune xmlns='${TUNE}'><title>A &amp; B</title></tune></item>`);
    expect(sent?.urgency).toBe('may-wait');
  });

  it('keeps as many items as configured; the oldest go', async () => {
    const desk = await world.signIn('alice/desk');
    await world.ask(desk, 'set', publishXml('n', 'a', undefined, { max_items: '2' }));
    await world.ask(desk, 'set', publishXml('n', 'b'));
    await world.ask(desk, 'set', publishXml('n', 'c'));
    expect(outcome(await world.ask(desk, 'get', itemsXml('n')))).toBe('b c');
    // Published again it is the newest.
    await world.ask(desk, 'set', publishXml('n', 'b'));
    await world.ask(desk, 'set', publishXml('n', 'd'));
    expect(outcome(await world.ask(desk, 'get', itemsXml('n')))).toBe('b d');
    const [node] = world.stores.state.pubsub.values();
    expect(node?.row.itemCount).toBe(2);
    expect([...(node?.items.keys() ?? [])].sort()).toEqual(['b', 'd']);
  });

  it('gives private nodes to nobody and keys to everybody when a client asks for nothing', async () => {
    await world.friends('alice', 'bob');
    const desk = await world.signIn('alice/desk');
    const bob = await world.signIn('bob/x');
    const carol = await world.signIn('carol/x');
    await world.ask(desk, 'set', publishXml('urn:xmpp:mds:displayed:0', 'bob@example.com'));
    await world.ask(desk, 'set', publishXml('urn:xmpp:mds:displayed:0', 'carol@example.com'));
    await world.ask(desk, 'set', publishXml('eu.siacs.conversations.axolotl.devicelist', 'current'));
    expect(outcome(await world.ask(desk, 'get', itemsXml('urn:xmpp:mds:displayed:0')))).toBe('bob@example.com carol@example.com');
    expect(outcome(await world.ask(bob, 'get', itemsXml('urn:xmpp:mds:displayed:0'), A))).toBe('not-allowed closed-node');
    expect(outcome(await world.ask(carol, 'get', itemsXml('eu.siacs.conversations.axolotl.devicelist'), A))).toBe('current');
  });

  it('treats publish-options as preconditions, and as the configuration of a new node', async () => {
    const desk = await world.signIn('alice/desk');
    const options = { access_model: 'whitelist', persist_items: 'true', max_items: 'max', send_last_published_item: 'never' };
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'a', undefined, options)))).toBe('a');
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'b', undefined, options)))).toBe('b');
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'c', undefined, { access_model: 'open' })))).toBe(
      'conflict precondition-not-met',
    );
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'c', undefined, { 'no-such-thing': '1' })))).toBe(
      'conflict precondition-not-met',
    );
    expect(outcome(await world.ask(desk, 'get', itemsXml('n')))).toBe('a b');
    await world.ask(desk, 'set', configure('n', { access_model: 'open' }));
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'c', undefined, { access_model: 'open' })))).toBe('c');
  });

  it.each([
    ['no node', `<pubsub xmlns='${PUBSUB}'><publish><item/></publish></pubsub>`, 'bad-request nodeid-required'],
    ['no item', `<pubsub xmlns='${PUBSUB}'><publish node='n'/></pubsub>`, 'bad-request item-required'],
    ['no payload', `<pubsub xmlns='${PUBSUB}'><publish node='n'><item id='a'/></publish></pubsub>`, 'bad-request payload-required'],
    ['two payloads', publishXml('n', 'a', "<x xmlns='urn:x'/><y xmlns='urn:x'/>"), 'bad-request invalid-payload'],
    ['a payload too big', publishXml('n', 'a', `<x xmlns='urn:x'>${'x'.repeat(140_000)}</x>`), 'not-acceptable payload-too-big'],
    ['no action', `<pubsub xmlns='${PUBSUB}'/>`, 'bad-request'],
    ['an action unknown', `<pubsub xmlns='${PUBSUB}'><fly node='n'/></pubsub>`, 'feature-not-implemented unsupported'],
  ])('refuses %s', async (_name, xml, expected) => {
    const desk = await world.signIn('alice/desk');
    expect(outcome(await world.ask(desk, 'set', xml))).toBe(expected);
  });

  it('is refused to others, and limited in number, size and pace', async () => {
    await world.friends('alice', 'bob');
    const desk = await world.signIn('alice/desk');
    const bob = await world.signIn('bob/x');
    await world.ask(desk, 'set', publishXml('n', 'a'));
    expect(outcome(await world.ask(bob, 'set', publishXml('n', 'b'), A))).toBe('forbidden');
    expect(outcome(await world.ask(bob, 'set', publishXml('new', 'b'), A))).toBe('forbidden');
    world.values.set({ ...world.values.get(), nodesPerPerson: 1 });
    expect(outcome(await world.ask(desk, 'set', publishXml('n2', 'a')))).toBe('conflict max-nodes-exceeded');
    world.values.set({ ...world.values.get(), nodesPerPerson: 10, bytesPerPerson: 100 });
    expect(outcome(await world.ask(desk, 'set', publishXml('n2', 'a', `<x xmlns='urn:x'>${'x'.repeat(100)}</x>`)))).toBe(
      'resource-constraint',
    );
    world.values.set({ ...world.values.get(), changesPerMinute: 1 });
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'c')))).toBe('c');
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'd')))).toBe('policy-violation');
  });

  it('counts what an item costs besides its payload, the same before and after a restart', async () => {
    world.values.set({ ...world.values.get(), bytesPerPerson: 1_050 });
    const desk = await world.signIn('alice/desk');
    const put = async (id: string, at = world, session = desk) =>
      outcome(await at.ask(session, 'set', publishXml('n', id, "<x xmlns='urn:x'/>", { max_items: '100' })));
    expect(await put('i'.repeat(1_000))).toBe('resource-constraint');
    expect([await put('a'), await put('b'), await put('c'), await put('d')]).toEqual(['a', 'b', 'c', 'resource-constraint']);
    const retract = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><retract node='n'><item id='a'/></retract></pubsub>";
    expect(outcome(await world.ask(desk, 'set', retract))).toBe('done');
    expect(await put('d')).toBe('d');
    const stored = [...world.stores.state.pubsub.values()].find((one) => one.row.name === 'n');
    expect(stored?.row.itemBytes).toBe(3 * (1 + 300 + "<x xmlns='urn:x'/>".length));
    const later = await world.restart();
    later.values.set({ ...later.values.get(), bytesPerPerson: 1_050 });
    expect(await put('e', later, await later.signIn('alice/desk'))).toBe('resource-constraint');
  });

  it('a database that is away refuses, and nothing is seen to have changed', async () => {
    const desk = await world.signIn('alice/desk', ['n']);
    await world.ask(desk, 'set', publishXml('n', 'a'));
    world.events(desk);
    const { save } = world.stores.pubsub;
    (world.stores.pubsub as { save: typeof save }).save = () =>
      Promise.reject(Object.assign(new Error('away'), { fault: { kind: 'down' } }));
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'b')))).toBe('resource-constraint');
    expect(world.events(desk)).toEqual([]);
    (world.stores.pubsub as { save: typeof save }).save = save;
    expect(outcome(await world.ask(desk, 'get', itemsXml('n')))).toBe('a');
    expect(outcome(await world.ask(desk, 'set', publishXml('n', 'b')))).toBe('b');
  });
});

describe('retracting, emptying, deleting', () => {
  it('takes an item back and tells it', async () => {
    const desk = await world.signIn('alice/desk', ['n']);
    await world.ask(desk, 'set', publishXml('n', 'a', undefined, { max_items: 'max' }));
    await world.ask(desk, 'set', publishXml('n', 'b'));
    world.events(desk);
    const retract = (id: string) => `<pubsub xmlns='${PUBSUB}'><retract node='n' notify='true'><item id='${id}'/></retract></pubsub>`;
    expect(outcome(await world.ask(desk, 'set', retract('b')))).toBe('done');
    expect(world.events(desk)).toEqual([`${A} n: -b`]);
    expect(outcome(await world.ask(desk, 'set', retract('b')))).toBe('item-not-found');
    // The newest is now the one before.
    const phone = await world.signIn('alice/phone', ['n']);
    expect(world.events(phone)).toEqual([`${A} n: a`]);
  });

  it('empties and deletes', async () => {
    const desk = await world.signIn('alice/desk', ['n']);
    await world.ask(desk, 'set', publishXml('n', 'a'));
    world.events(desk);
    expect(outcome(await world.ask(desk, 'set', `<pubsub xmlns='${OWNER}'><purge node='n'/></pubsub>`))).toBe('done');
    expect(world.events(desk)).toEqual([`${A} purge n`]);
    expect(outcome(await world.ask(desk, 'get', itemsXml('n')))).toBe('');
    expect(outcome(await world.ask(desk, 'set', `<pubsub xmlns='${OWNER}'><delete node='n'/></pubsub>`))).toBe('done');
    expect(world.events(desk)).toEqual([`${A} delete n`]);
    expect(outcome(await world.ask(desk, 'get', itemsXml('n')))).toBe('item-not-found');
    expect(world.stores.state.pubsub.size).toBe(0);
  });
});

describe('newest items for those who come', () => {
  it('are sent once to the new device, of the own nodes and of contacts, whether these are online or not', async () => {
    await world.friends('alice', 'bob');
    const bob = await world.signIn('bob/x');
    await world.ask(bob, 'set', publishXml(TUNE, 'b1'));
    bob.end(null);
    const offline = await world.restart();
    const desk = await offline.signIn('alice/desk', [TUNE]);
    expect(offline.events(desk)).toEqual([`bob@example.com ${TUNE}: b1`]);
    await offline.ask(desk, 'set', publishXml(TUNE, 'a1'));
    offline.events(desk);
    const bobAgain = await offline.signIn('bob/y', [TUNE]);
    expect(offline.events(bobAgain).sort()).toEqual([`${A} ${TUNE}: a1`, `bob@example.com ${TUNE}: b1`]);
    expect(offline.events(desk)).toEqual([]);
    // Presence that says nothing new about the device brings nothing.
    await offline.available(bobAgain, [TUNE], '<show>away</show>');
    expect(offline.events(bobAgain)).toEqual([]);
    // Asking for more brings what is more.
    await offline.ask(desk, 'set', publishXml('urn:more', 'm'));
    await offline.available(bobAgain, [TUNE, 'urn:more']);
    expect(offline.events(bobAgain)).toEqual([`${A} urn:more: m`]);
    // Away and back: anew.
    offline.say(bobAgain, "<presence type='unavailable'/>");
    await offline.available(bobAgain, [TUNE]);
    expect(offline.events(bobAgain).sort()).toEqual([`${A} ${TUNE}: a1`, `bob@example.com ${TUNE}: b1`]);
  });

  it('are not sent to whom the contact blocked, online or not', async () => {
    await world.friends('alice', 'bob');
    const bob = await world.signIn('bob/x');
    await world.ask(bob, 'set', publishXml(TUNE, 'b1'));
    await world.ask(bob, 'set', `<block xmlns='urn:xmpp:blocking'><item jid='${A}'/></block>`);
    const desk = await world.signIn('alice/desk', [TUNE]);
    expect(world.events(desk)).toEqual([]);
    await world.ask(bob, 'set', publishXml(TUNE, 'b2'));
    expect(world.events(desk)).toEqual([]);
    const offline = await world.restart();
    expect(offline.events(await offline.signIn('alice/desk', [TUNE]))).toEqual([]);
  });

  it('people without nodes are not asked about again, and one batch serves many', async () => {
    await world.friends('alice', 'bob');
    await world.friends('alice', 'carol');
    await world.friends('dave', 'bob');
    let batches = 0;
    const { loadPeople } = world.stores.pubsub;
    (world.stores.pubsub as { loadPeople: typeof loadPeople }).loadPeople = (ids) => {
      batches++;
      return loadPeople(ids);
    };
    await Promise.all([world.signIn('alice/desk', [TUNE]), world.signIn('dave/desk', [TUNE])]);
    expect(batches).toBe(2);
    await world.signIn('dave/phone', [TUNE]);
    expect(batches).toBe(2);
  });
});

describe('who may read and subscribe', () => {
  const models = ['open', 'presence', 'roster', 'authorize', 'whitelist'] as const;
  const expected: Record<(typeof models)[number], Record<string, string>> = {
    open: { owner: 'a', friend: 'a', watcher: 'a', stranger: 'a' },
    presence: { owner: 'a', friend: 'a', watcher: 'a', stranger: 'item-not-found' },
    roster: { owner: 'a', friend: 'a', watcher: 'not-authorized not-in-roster-group', stranger: 'item-not-found' },
    authorize: {
      owner: 'a',
      friend: 'not-authorized not-subscribed',
      watcher: 'not-authorized not-subscribed',
      stranger: 'not-authorized not-subscribed',
    },
    whitelist: { owner: 'a', friend: 'not-allowed closed-node', watcher: 'not-allowed closed-node', stranger: 'item-not-found' },
  };
  it.each(models)('%s', async (model) => {
    await world.contact('alice', 'bob', 'both', ['Friends']);
    await world.contact('alice', 'carol', 'from', ['Work']);
    const sessions = {
      owner: await world.signIn('alice/desk'),
      friend: await world.signIn('bob/x'),
      watcher: await world.signIn('carol/x'),
      stranger: await world.signIn('dave/x'),
    };
    const options = { access_model: model, roster_groups_allowed: 'Friends' };
    expect(outcome(await world.ask(sessions.owner, 'set', publishXml('n', 'a', undefined, options)))).toBe('a');
    const found: Record<string, string> = {};
    for (const [who, session] of Object.entries(sessions)) found[who] = outcome(await world.ask(session, 'get', itemsXml('n'), A));
    expect(found).toEqual(expected[model]);
  });

  it('strangers cannot tell a closed node from none, nor an account from none', async () => {
    const desk = await world.signIn('alice/desk');
    await world.ask(desk, 'set', publishXml('n', 'a'));
    const dave = await world.signIn('dave/x');
    const requests = [
      itemsXml('n'),
      itemsXml('none'),
      `<pubsub xmlns='${PUBSUB}'><subscriptions/></pubsub>`,
      `<pubsub xmlns='${PUBSUB}'><affiliations/></pubsub>`,
      `<pubsub xmlns='${PUBSUB}'><default/></pubsub>`,
      `<pubsub xmlns='${OWNER}'><default/></pubsub>`,
      `<pubsub xmlns='${OWNER}'><configure node='n'/></pubsub>`,
    ];
    const errorOf = async (xml: string, to: string) => {
      const answer = await world.ask(dave, 'get', xml, to);
      return JSON.stringify(answer.child('error'));
    };
    for (const xml of requests) expect(await errorOf(xml, A)).toBe(await errorOf(xml, 'nobody@example.com'));
  });

  it('subscribers whom the owner approves read and are told; those refused are told so', async () => {
    const desk = await world.signIn('alice/desk');
    await world.ask(desk, 'set', publishXml('n', 'a', undefined, { access_model: 'authorize' }));
    const dave = await world.signIn('dave/x');
    const subscribe = `<pubsub xmlns='${PUBSUB}'><subscribe node='n' jid='dave@example.com'/></pubsub>`;
    const answer = await world.ask(dave, 'set', subscribe, A);
    expect(answer.elements()[0]?.elements()[0]?.attrs).toMatchObject({ node: 'n', jid: 'dave@example.com', subscription: 'pending' });
    expect(outcome(await world.ask(dave, 'get', itemsXml('n'), A))).toBe('not-authorized pending-subscription');
    const pending = await world.ask(desk, 'get', `<pubsub xmlns='${OWNER}'><subscriptions node='n'/></pubsub>`);
    expect(pending.elements()[0]?.elements()[0]?.elements()[0]?.attrs.subscription).toBe('pending');
    const subid = pending.elements()[0]?.elements()[0]?.elements()[0]?.attrs.subid;
    const form = (allow: string) =>
      `<message to='${A}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${PUBSUB}#subscribe_authorization</value></field><field var='pubsub#subid'><value>${subid}</value></field><field var='pubsub#node'><value>n</value></field><field var='pubsub#subscriber_jid'><value>dave@example.com</value></field><field var='pubsub#allow'><value>${allow}</value></field></x></message>`;
    world.say(desk, form('true'));
    await world.rest();
    expect(world.events(dave)).toEqual([`${A} subscription n subscribed`, `${A} n: a`]);
    expect(outcome(await world.ask(dave, 'get', itemsXml('n'), A))).toBe('a');
    await world.ask(desk, 'set', publishXml('n', 'b'));
    expect(world.events(dave)).toEqual([`${A} n: b`]);
    await world.ask(
      desk,
      'set',
      `<pubsub xmlns='${OWNER}'><subscriptions node='n'><subscription jid='dave@example.com' subscription='none'/></subscriptions></pubsub>`,
    );
    expect(world.events(dave)).toEqual([`${A} subscription n none`]);
    expect(outcome(await world.ask(dave, 'get', itemsXml('n'), A))).toBe('not-authorized not-subscribed');
  });

  it('nobody gets an event twice, subscribed and asking by capabilities', async () => {
    await world.friends('alice', 'bob');
    const desk = await world.signIn('alice/desk');
    await world.ask(desk, 'set', publishXml('n', 'a'));
    const bob = await world.signIn('bob/x', ['n']);
    const other = await world.signIn('bob/y');
    await world.ask(bob, 'set', `<pubsub xmlns='${PUBSUB}'><subscribe node='n' jid='bob@example.com'/></pubsub>`, A);
    await world.rest();
    world.events(bob);
    world.events(other);
    await world.ask(desk, 'set', publishXml('n', 'b'));
    expect(world.events(bob)).toEqual([`${A} n: b`]);
    expect(world.events(other)).toEqual([`${A} n: b`]);
  });

  it('someone else cannot be subscribed', async () => {
    await world.friends('alice', 'bob');
    const desk = await world.signIn('alice/desk');
    await world.ask(desk, 'set', publishXml('n', 'a'));
    const bob = await world.signIn('bob/x');
    const subscribe = `<pubsub xmlns='${PUBSUB}'><subscribe node='n' jid='carol@example.com'/></pubsub>`;
    expect(outcome(await world.ask(bob, 'set', subscribe, A))).toBe('bad-request invalid-jid');
  });
});

describe('discovery', () => {
  it('announces personal eventing on the own bare address, and the nodes that the asker may read', async () => {
    await world.friends('alice', 'bob');
    const desk = await world.signIn('alice/desk');
    await world.ask(desk, 'set', publishXml('n', 'a'));
    await world.ask(desk, 'set', publishXml('secret', 'a', undefined, { access_model: 'whitelist' }));
    const bob = await world.signIn('bob/x');
    const info = await world.ask(bob, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", A);
    const query = info.elements()[0];
    expect(
      query
        ?.elements()
        .filter((one) => one.name === 'identity')
        .map((one) => `${one.attrs.category}/${one.attrs.type}`),
    ).toContain('pubsub/pep');
    const features = query?.elements().map((one) => one.attrs.var) ?? [];
    for (const name of ['publish-options', 'auto-create', 'access-whitelist', 'config-node-max', 'persistent-items', 'last-published'])
      expect(features).toContain(`${PUBSUB}#${name}`);
    const items = await world.ask(bob, 'get', "<query xmlns='http://jabber.org/protocol/disco#items'/>", A);
    expect(
      items
        .elements()[0]
        ?.elements()
        .map((one) => one.attrs.node),
    ).toEqual(['n']);
    const node = await world.ask(bob, 'get', "<query xmlns='http://jabber.org/protocol/disco#info' node='n'/>", A);
    expect(node.elements()[0]?.child('identity')?.attrs.type).toBe('leaf');
    expect(outcome(await world.ask(bob, 'get', "<query xmlns='http://jabber.org/protocol/disco#info' node='secret'/>", A))).toBe(
      'item-not-found',
    );
  });
});
