import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../store/errors.ts';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMucWorld, line, MUC_DOMAIN, type MucWorld } from '../testing/muc-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';

const ROOM = `r@${MUC_DOMAIN}`;

async function three(config: Readonly<Record<string, string>> = {}) {
  const world = createMucWorld();
  const alice = await world.signIn('alice@example.com/a');
  const bob = await world.signIn('bob@example.com/b');
  const carol = await world.signIn('carol@example.com/c');
  await world.make(alice, 'r', 'Alice', config);
  await world.enter(bob, 'r', 'Bob');
  await world.enter(carol, 'r', 'Carol');
  for (const session of [alice, bob, carol]) session.take();
  return { world, alice, bob, carol };
}

const admin = (items: string) => `<query xmlns='http://jabber.org/protocol/muc#admin'>${items}</query>`;
/** `result`, or the condition of the error. */
async function outcome(world: MucWorld, session: FakeSession, items: string): Promise<string> {
  const answer = await world.ask(session, 'set', ROOM, admin(items));
  return answer.attrs.type === 'result' ? 'result' : (answer.child('error')?.elements()[0]?.name ?? '');
}
const list = async (world: MucWorld, session: FakeSession, item: string): Promise<string[]> => {
  const answer = await world.ask(session, 'get', ROOM, admin(item));
  const error = answer.child('error')?.elements()[0]?.name;
  return error === undefined ? (answer.child('query')?.elements() ?? []).map((one) => one.attrs.jid ?? one.attrs.nick ?? '') : [error];
};

describe('a room with as many people in its lists as it may', () => {
  it('changes those it has, and refuses only who would be one more', async () => {
    const { world, alice } = await three();
    world.mucValues.set({ ...world.mucValues.get(), maxAffiliations: 2 });
    expect(await outcome(world, alice, "<item jid='bob@example.com' affiliation='member'/>")).toBe('result');
    expect(await outcome(world, alice, "<item jid='carol@example.com' affiliation='member'/>")).toBe('resource-constraint');
    const swap = "<item jid='bob@example.com' affiliation='none'/><item jid='carol@example.com' affiliation='member'/>";
    expect(await outcome(world, alice, swap)).toBe('result');
    expect(await outcome(world, alice, "<item jid='carol@example.com' affiliation='outcast'/>")).toBe('result');
    expect(await outcome(world, alice, "<item jid='bob@example.com' affiliation='none'/>")).toBe('result');
    // Lowered by an administrator: what was there may still change.
    world.mucValues.set({ ...world.mucValues.get(), maxAffiliations: 1 });
    expect(await outcome(world, alice, "<item jid='carol@example.com' affiliation='member'/>")).toBe('result');
    const form = (field: string, values: readonly string[]) =>
      `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_${field}'>${values.map((value) => `<value>${value}</value>`).join('')}</field></x></query>`;
    const configured = async (xml: string) => (await world.ask(alice, 'set', ROOM, xml)).child('error')?.elements()[0]?.name ?? 'result';
    expect(await configured(form('roomname', ['Still mine']))).toBe('result');
    expect(await configured(form('roomadmins', ['carol@example.com']))).toBe('result');
    expect(await configured(form('roomadmins', ['carol@example.com', 'dave@example.com']))).toBe('resource-constraint');
  });
});

describe('kicking', () => {
  it('tells everyone 307, the kicked 110 too, with who did it and why', async () => {
    const { world, alice, bob, carol } = await three();
    expect(await outcome(world, alice, "<item nick='Bob' role='none'><reason>rude</reason></item>")).toBe('result');
    const told = carol.take();
    expect(told.map(line)).toEqual(['presence:unavailable /Bob none:none [307]']);
    const item = told[0]?.child('x')?.child('item') as Element;
    expect([item.child('actor')?.attrs.nick, item.child('reason')?.text()]).toEqual(['Alice', 'rude']);
    expect(bob.take().map(line)).toEqual(['presence:unavailable /Bob none:none [307,110]']);
    world.groupchat(bob, 'r', '<body>still here?</body>');
    expect(bob.take().map(line)).toEqual(['message:error not-acceptable']);
  });

  it('is for moderators, and not of those above', async () => {
    const { world, alice, bob, carol } = await three();
    expect(await outcome(world, bob, "<item nick='Carol' role='none'/>")).toBe('forbidden');
    await outcome(world, alice, "<item nick='Bob' role='moderator'/>");
    expect(await outcome(world, bob, "<item nick='Alice' role='none'/>")).toBe('not-allowed');
    expect(await outcome(world, bob, "<item nick='Nobody' role='none'/>")).toBe('item-not-found');
    expect(await outcome(world, bob, "<item nick='Carol' role='none'/>")).toBe('result');
    expect(carol.take().map(line).at(-1)).toBe('presence:unavailable /Carol none:none [307,110]');
  });
});

describe('banning', () => {
  it('puts out with 301 and keeps out, by the bare address whatever was named', async () => {
    const { world, alice, bob, carol } = await three();
    expect(await outcome(world, alice, "<item jid='bob@example.com/elsewhere' affiliation='outcast'><reason>out</reason></item>")).toBe(
      'result',
    );
    expect([bob.take().map(line), carol.take().map(line)]).toEqual([
      ['presence:unavailable /Bob outcast:none [301,110]'],
      ['presence:unavailable /Bob outcast:none [301]'],
    ]);
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toEqual(['presence:error /Bob forbidden']);
    expect(await list(world, alice, "<item affiliation='outcast'/>")).toEqual(['bob@example.com']);
  });

  it('of a whole domain spares those who have a standing of their own', async () => {
    const { world, alice, bob, carol } = await three();
    await outcome(world, alice, "<item jid='carol@example.com' affiliation='member'/>");
    bob.take();
    carol.take();
    expect(await outcome(world, alice, "<item jid='example.com' affiliation='outcast'/>")).toBe('conflict');
    await outcome(world, alice, "<item jid='carol@example.com' affiliation='owner'/>");
    expect(world.muc.door.occupantsOf(ROOM as never)).toBe(3);
  });

  it('of oneself is refused, and so is giving up the last owner', async () => {
    const { world, alice, bob } = await three();
    expect(await outcome(world, alice, "<item jid='alice@example.com' affiliation='outcast'/>")).toBe('conflict');
    expect(await outcome(world, alice, "<item jid='alice@example.com' affiliation='none'/>")).toBe('conflict');
    await outcome(world, alice, "<item jid='bob@example.com' affiliation='admin'/>");
    expect(await outcome(world, bob, "<item jid='alice@example.com' affiliation='outcast'/>")).toBe('not-allowed');
  });
});

describe('a request that changes people', () => {
  it('does all of it or nothing', async () => {
    const { world, alice } = await three();
    expect(
      await outcome(
        world,
        alice,
        "<item jid='bob@example.com' affiliation='member'/><item jid='alice@example.com' affiliation='outcast'/>",
      ),
    ).toBe('conflict');
    expect(await list(world, alice, "<item affiliation='member'/>")).toEqual([]);
  });

  it.each([
    ["<item nick='Bob' role='participant' affiliation='member'/>", 'bad-request'],
    ["<item nick='Bob' role='king'/>", 'bad-request'],
    ["<item jid='@' affiliation='member'/>", 'jid-malformed'],
    ['', 'bad-request'],
  ])('%s is answered %s', async (items, expected) => {
    const { world, alice } = await three();
    expect(await outcome(world, alice, items)).toBe(expected);
  });

  it('is committed before it is answered, and changes nothing while the database is away', async () => {
    const { world, alice, bob } = await three({ 'muc#roomconfig_persistentroom': '1' });
    const save = world.stores.rooms.saveAffiliations;
    Object.assign(world.stores.rooms, { saveAffiliations: () => Promise.reject(new StoreUnavailable()) });
    expect(await outcome(world, alice, "<item jid='bob@example.com' affiliation='outcast'/>")).toBe('resource-constraint');
    expect(bob.sent).toEqual([]);
    Object.assign(world.stores.rooms, { saveAffiliations: save });
    expect(await outcome(world, alice, "<item jid='bob@example.com' affiliation='outcast'/>")).toBe('result');
    expect([...world.stores.state.rooms.values()][0]?.affiliations.map(({ who, affiliation }) => `${who} ${affiliation}`)).toEqual([
      'alice@example.com owner',
      'bob@example.com outcast',
    ]);
  });
});

describe('lists', () => {
  it('of a semi-anonymous room are for those who may know (CVE-2021-37601)', async () => {
    const { world, alice, bob } = await three({ 'muc#roomconfig_whois': 'moderators' });
    const lists = ['owner', 'admin', 'member', 'outcast'];
    const seen = async (who: FakeSession) =>
      (await Promise.all(lists.map((one) => list(world, who, `<item affiliation='${one}'/>`)))).map((one) => one[0]);
    expect(await seen(bob)).toEqual(['forbidden', 'forbidden', 'forbidden', 'forbidden']);
    expect(await seen(alice)).toEqual(['alice@example.com', undefined, undefined, undefined]);
    expect(await list(world, bob, "<item role='moderator'/>")).toEqual(['forbidden']);
    expect(await list(world, alice, "<item role='participant'/>")).toEqual(['bob@example.com/b', 'carol@example.com/c']);
  });
});

describe('a room for members', () => {
  it('puts out whoever is no member when it becomes one, and who is none any more', async () => {
    const { world, alice, bob, carol } = await three();
    await outcome(world, alice, "<item jid='bob@example.com' affiliation='member'/>");
    carol.take();
    const owner =
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_membersonly'><value>1</value></field></x></query>";
    await world.ask(alice, 'set', ROOM, owner);
    expect(carol.take().map(line)).toEqual(['message [104]', 'presence:unavailable /Carol none:none [322,110]']);
    bob.take();
    await outcome(world, alice, "<item jid='bob@example.com' affiliation='none'/>");
    expect(bob.take().map(line)).toEqual(['presence:unavailable /Bob none:none [321,110]']);
  });
});

describe('registration', () => {
  const form = (nick: string) =>
    `<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field><field var='muc#register_roomnick'><value>${nick}</value></field></x></query>`;
  it('makes a member and keeps the nickname from others, also for a change of nickname', async () => {
    const { world, bob, carol } = await three();
    expect((await world.ask(bob, 'set', ROOM, form('Bobby'))).attrs.type).toBe('result');
    expect(bob.take().map(line)).toEqual(['presence /Bob member:participant [110]']);
    carol.take();
    world.say(carol, `<presence to='${ROOM}/bobby'/>`);
    expect(carol.take().map(line)).toEqual(['presence:error /bobby conflict']);
    expect((await world.ask(carol, 'set', ROOM, form('BOBBY'))).child('error')?.elements()[0]?.name).toBe('conflict');
    const info = await world.ask(bob, 'get', ROOM, "<query xmlns='http://jabber.org/protocol/disco#info' node='x-roomuser-item'/>");
    expect(info.child('query')?.child('identity')?.attrs.name).toBe('Bobby');
  });
});

describe('registration in a moderated room', () => {
  it('gives nobody a voice', async () => {
    const { world, alice, bob } = await three();
    const moderated =
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field><field var='muc#roomconfig_moderatedroom'><value>1</value></field></x></query>";
    expect((await world.ask(alice, 'set', ROOM, moderated)).attrs.type).toBe('result');
    const form =
      "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field><field var='muc#register_roomnick'><value>Bobby</value></field></x></query>";
    expect((await world.ask(bob, 'set', ROOM, form)).child('error')?.elements()[0]?.name).toBeDefined();
  });
});

describe('administrators of the chat service', () => {
  it('are owners of every room while they are on the list', async () => {
    const { world, bob } = await three();
    world.mucValues.set({ ...world.mucValues.get(), administrators: ['bob@example.com'] });
    expect(await outcome(world, bob, "<item jid='carol@example.com' affiliation='member'/>")).toBe('result');
    world.mucValues.set({ ...world.mucValues.get(), administrators: [] });
    expect(await outcome(world, bob, "<item jid='carol@example.com' affiliation='none'/>")).toBe('forbidden');
  });
});
