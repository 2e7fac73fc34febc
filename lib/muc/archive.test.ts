import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMucWorld, MUC_DOMAIN, type MucWorld } from '../testing/muc-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';

const ROOM = `r@${MUC_DOMAIN}`;
const MAM = 'urn:xmpp:mam:2';

async function talk(config: Readonly<Record<string, string>> = {}) {
  const world = createMucWorld();
  const alice = await world.signIn('alice@example.com/a');
  const bob = await world.signIn('bob@example.com/b');
  const carol = await world.signIn('carol@example.com/c');
  await world.make(alice, 'r', 'Alice', { 'muc#roomconfig_persistentroom': '1', ...config });
  await world.enter(bob, 'r', 'Bob');
  world.groupchat(alice, 'r', '<body>red tea</body>', 'm1');
  world.groupchat(bob, 'r', '<body>green tea</body>', 'm2');
  world.groupchat(alice, 'r', '<body>coffee</body>', 'm3');
  world.groupchat(alice, 'r', "<body>not kept</body><no-store xmlns='urn:xmpp:hints'/>");
  await world.rest();
  for (const session of [alice, bob, carol]) session.take();
  return { world, alice, bob, carol };
}

const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`;
const query = (fields = '', set = '') =>
  `<query xmlns='${MAM}' queryid='q'><x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', MAM)}${fields}</x>${set}</query>`;

async function read(world: MucWorld, session: FakeSession, payload: string) {
  const answer = await world.ask(session, 'set', ROOM, payload);
  const messages = session.take().flatMap((one) => one.child('result')?.child('forwarded')?.child('message') ?? []);
  return {
    answer,
    messages,
    bodies: messages.map((one) => one.child('body')?.text()),
    error: answer.child('error')?.elements()[0]?.name,
    fin: answer.child('fin'),
  };
}
const addressOf = (message: Element | undefined): string | undefined =>
  message?.child('x', 'http://jabber.org/protocol/muc#user')?.child('item')?.attrs.jid;

describe('the archive of a room', () => {
  it('holds what was said, in order, by pages', async () => {
    const { world, bob } = await talk();
    const first = await read(world, bob, query('', "<set xmlns='http://jabber.org/protocol/rsm'><max>2</max></set>"));
    expect([first.bodies, first.fin?.attrs.complete]).toEqual([['red tea', 'green tea'], undefined]);
    expect(first.messages[0]?.attrs).toMatchObject({ from: `${ROOM}/Alice`, type: 'groupchat', id: 'm1' });
    expect(first.messages[0]?.attrs.to).toBeUndefined();
    const last = first.fin?.child('set')?.child('last')?.text() ?? '';
    const second = await read(world, bob, query('', `<set xmlns='http://jabber.org/protocol/rsm'><after>${last}</after></set>`));
    expect([second.bodies, second.fin?.attrs.complete]).toEqual([['coffee'], 'true']);
  });

  it.each([
    [field('{urn:xmpp:fulltext:0}fulltext', 'tea'), ['red tea', 'green tea']],
    [field('with', `${ROOM}/Bob`), ['green tea']],
    [field('with', 'alice@example.com'), ['red tea', 'coffee']],
  ])('is searched by words, nickname, or address where it is shown: %s', async (fields, expected) => {
    const { world, bob } = await talk();
    expect((await read(world, bob, query(fields))).bodies).toEqual(expected);
  });

  it('shows addresses to moderators only in a semi-anonymous room, and lets nobody else search by them', async () => {
    const { world, alice, bob } = await talk({ 'muc#roomconfig_whois': 'moderators' });
    const forAlice = await read(world, alice, query());
    const forBob = await read(world, bob, query());
    expect([addressOf(forAlice.messages[1]), addressOf(forBob.messages[1])]).toEqual(['bob@example.com', undefined]);
    expect((await read(world, bob, query(field('with', 'alice@example.com')))).error).toBe('forbidden');
  });

  it('is closed at once to those who are put out', async () => {
    const { world, alice, bob, carol } = await talk({ 'muc#roomconfig_membersonly': '0' });
    expect((await read(world, carol, query())).bodies).toHaveLength(3);
    await world.ask(
      alice,
      'set',
      ROOM,
      "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast' jid='bob@example.com'/></query>",
    );
    bob.take();
    expect((await read(world, bob, query())).error).toBe('forbidden');
    const members =
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_membersonly'><value>1</value></field></x></query>";
    await world.ask(alice, 'set', ROOM, members);
    expect((await read(world, carol, query())).error).toBe('forbidden');
  });

  it.each([
    [query('', "<set xmlns='http://jabber.org/protocol/rsm'><after>0198aaaa-0000-7000-8000-000000000000</after></set>"), 'item-not-found'],
    [query(field('colour', 'red')), 'feature-not-implemented'],
  ])('refuses what it does not know: %s', async (payload, expected) => {
    const { world, bob } = await talk();
    expect((await read(world, bob, payload)).error).toBe(expected);
  });

  it('gives no more than a page at once, and not faster than the settings allow: who is faster waits', async () => {
    const { world, bob } = await talk();
    world.mucValues.set({ ...world.mucValues.get(), archivePageSize: 1, archiveQueriesPerSecond: 1 });
    expect((await read(world, bob, query('', "<set xmlns='http://jabber.org/protocol/rsm'><max>50</max></set>"))).bodies).toEqual([
      'red tea',
    ]);
    for (let i = 0; i < 11; i++) world.say(bob, `<iq type='set' to='${ROOM}' id='w${i}'>${query()}</iq>`);
    await world.rest();
    const answers = () =>
      bob.take().flatMap((one) => (one.name === 'iq' ? [`${one.attrs.id} ${one.child('error')?.elements()[0]?.name ?? 'page'}`] : []));
    expect(answers()).toEqual(['w10 policy-violation']);
    world.clock.advance(1000);
    await world.rest();
    expect(answers()).toEqual(['w0 page']);
    bob.end(null);
    world.clock.advance(20_000);
    await world.rest();
    expect(bob.sent.filter(({ xml }) => xml.startsWith('<iq'))).toEqual([]);
  });

  it('is closed to who lost the right to read it while waiting for a turn', async () => {
    const { world, alice, carol } = await talk({ 'muc#roomconfig_membersonly': '0' });
    world.mucValues.set({ ...world.mucValues.get(), archiveQueriesPerSecond: 1 });
    expect((await read(world, carol, query())).bodies).toHaveLength(3);
    world.say(carol, `<iq type='set' to='${ROOM}' id='late'>${query()}</iq>`);
    await world.ask(
      alice,
      'set',
      ROOM,
      "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast' jid='carol@example.com'/></query>",
    );
    carol.take();
    world.clock.advance(1000);
    await world.until(() => carol.sent.some(({ xml }) => xml.startsWith('<iq')));
    expect(carol.take().map((one) => one.child('error')?.elements()[0]?.name)).toEqual(['forbidden']);
  });
});

describe('a message taken back by a moderator (XEP-0425)', () => {
  const moderate = (id: string) =>
    `<moderate xmlns='urn:xmpp:message-moderate:1' id='${id}'><retract xmlns='urn:xmpp:message-retract:1'/><reason>rude</reason></moderate>`;
  const old = (id: string) =>
    `<apply-to xmlns='urn:xmpp:fasten:0' id='${id}'><moderate xmlns='urn:xmpp:message-moderate:0'><retract xmlns='urn:xmpp:message-retract:0'/><reason>rude</reason></moderate></apply-to>`;

  it.each([
    ['the present namespace', moderate],
    ['the one before', old],
  ])('is told to everyone and leaves a tombstone, asked in %s', async (_, request) => {
    const { world, alice, bob, carol } = await talk();
    const id = (await read(world, alice, query())).answer.child('fin')?.child('set')?.child('first')?.text() ?? '';
    const answer = await world.ask(alice, 'set', ROOM, request(id));
    expect(answer.attrs.type).toBe('result');
    const told = bob.take()[0];
    expect([told?.attrs.from, told?.child('retract')?.attrs.id, told?.child('retract')?.child('moderated')?.attrs.by]).toEqual([
      ROOM,
      id,
      `${ROOM}/Alice`,
    ]);
    expect(told?.child('apply-to')?.attrs.id).toBe(id);
    const kept = await read(world, alice, query());
    expect(kept.messages[0]?.child('body')).toBeUndefined();
    expect(kept.messages[0]?.child('retracted')?.child('moderated')?.attrs.by).toBe(`${ROOM}/Alice`);
    await world.enter(carol, 'r', 'Carol');
    expect(carol.bodies()).toEqual(['green tea', 'coffee']);
  });

  it('is for moderators, and of messages that are there', async () => {
    const { world, alice, bob } = await talk();
    const error = async (session: FakeSession, id: string) =>
      (await world.ask(session, 'set', ROOM, moderate(id))).child('error')?.elements()[0]?.name;
    expect([await error(bob, 'x'), await error(alice, 'x')]).toEqual(['forbidden', 'item-not-found']);
  });
});
