import { describe, expect, it } from 'vitest';
import { createMucWorld, line, MUC_DOMAIN } from '../testing/muc-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';

const USER = 'http://jabber.org/protocol/muc#user';
const ROOM = `r@${MUC_DOMAIN}`;

describe('entering a room', () => {
  it('makes a room that is locked for others until its owner accepts it', async () => {
    const world = createMucWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    await world.enter(alice, 'r', 'Alice');
    expect(alice.take().map(line)).toEqual(['presence /Alice owner:moderator [100,201,110]', 'message subject ""']);
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toEqual(['presence:error /Bob item-not-found']);
    const answer = await world.ask(
      alice,
      'set',
      ROOM,
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>",
    );
    expect(answer.attrs.type).toBe('result');
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toEqual([
      'presence /Alice owner:moderator',
      'presence /Bob none:participant [100,110]',
      'message subject ""',
    ]);
    expect(alice.take().map(line)).toEqual(['presence /Bob none:participant']);
  });

  it('tells others, oneself, history and subject in this order', async () => {
    const world = createMucWorld();
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.make(alice, 'r', 'Alice');
    world.groupchat(alice, 'r', '<body>one</body>');
    world.groupchat(alice, 'r', '<subject>tea</subject>');
    world.groupchat(alice, 'r', '<body>two</body>');
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toEqual([
      'presence /Alice owner:moderator',
      'presence /Bob none:participant [100,110]',
      'message /Alice "one"',
      'message /Alice "two"',
      'message /Alice subject "tea"',
    ]);
  });

  it.each([
    ["<history maxstanzas='1'/>", ['two']],
    ["<history maxchars='0'/>", []],
    ["<history seconds='30'/>", ['two']],
    ["<history since='2026-01-01T00:00:30Z'/>", ['two']],
    ["<history maxstanzas='9' seconds='300'/>", ['one', 'two']],
    ["<history maxstanzas='0'/>", []],
  ])('gives the history that is asked for: %s', async (wish, expected) => {
    const world = createMucWorld();
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.make(alice, 'r', 'Alice');
    world.groupchat(alice, 'r', '<body>one</body>');
    world.clock.advance(60_000);
    world.groupchat(alice, 'r', '<body>two</body>');
    await world.enter(bob, 'r', 'Bob', wish);
    expect(bob.bodies()).toEqual(expected);
  });

  it('refuses by the reason that holds', async () => {
    const world = createMucWorld();
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.make(alice, 'r', 'Alice', { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 's3' });
    const tries: string[] = [];
    const attempt = async (nick: string, inner = '') => {
      await world.enter(bob, 'r', nick, inner);
      tries.push(...bob.take().map(line));
    };
    world.say(bob, `<presence to='${ROOM}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await world.rest();
    tries.push(...bob.take().map(line));
    await attempt('Bob');
    await attempt('Bob', '<password>wrong</password>');
    await attempt('ALICE', '<password>s3</password>');
    const change = (inner: string) => world.ask(alice, 'set', ROOM, `<query xmlns='http://jabber.org/protocol/muc#admin'>${inner}</query>`);
    await change("<item affiliation='outcast' jid='bob@example.com'/>");
    await attempt('Bob', '<password>s3</password>');
    await change("<item affiliation='none' jid='bob@example.com'/>");
    await change("<item affiliation='member' jid='carol@example.com' nick='Carol'/>");
    await attempt('carol', '<password>s3</password>');
    expect(tries).toEqual([
      'presence:error jid-malformed',
      'presence:error /Bob not-authorized',
      'presence:error /Bob not-authorized',
      'presence:error /ALICE conflict',
      'presence:error /Bob forbidden',
      'presence:error /carol conflict',
    ]);
  });

  it('lets owners and administrators into a room that is full, nobody else', async () => {
    const world = createMucWorld();
    const [alice, bob, carol] = [
      await world.signIn('alice@example.com/a'),
      await world.signIn('bob@example.com/b'),
      await world.signIn('carol@example.com/c'),
    ];
    await world.make(alice, 'r', 'Alice', { 'muc#roomconfig_maxusers': '1' });
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toEqual(['presence:error /Bob service-unavailable']);
    await world.ask(
      alice,
      'set',
      ROOM,
      "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='admin' jid='carol@example.com'/></query>",
    );
    carol.take();
    await world.enter(carol, 'r', 'Carol');
    expect(carol.take().map(line)[1]).toBe('presence /Carol admin:moderator [100,110]');
  });

  it('hides addresses in a semi-anonymous room from all but moderators', async () => {
    const world = createMucWorld();
    const [alice, bob, carol] = [
      await world.signIn('alice@example.com/a'),
      await world.signIn('bob@example.com/b'),
      await world.signIn('carol@example.com/c'),
    ];
    await world.make(alice, 'r', 'Alice', { 'muc#roomconfig_whois': 'moderators' });
    await world.enter(bob, 'r', 'Bob');
    await world.enter(carol, 'r', 'Carol');
    const addresses = (stanzas: Element[]) => stanzas.map((one) => one.child('x', USER)?.child('item', USER)?.attrs.jid ?? '-');
    expect(addresses(alice.take())).toEqual(['bob@example.com/b', 'carol@example.com/c']);
    expect(addresses(bob.take().filter((one) => one.name === 'presence'))).toEqual(['-', 'bob@example.com/b', '-']);
    expect(carol.sent.map(({ xml }) => xml).join('')).not.toContain('bob@example.com');
  });

  it('gives everything again to a client that enters twice, and tells nobody else', async () => {
    const world = createMucWorld();
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.make(alice, 'r', 'Alice');
    await world.enter(bob, 'r', 'Bob');
    alice.take();
    bob.take();
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toEqual([
      'presence /Alice owner:moderator',
      'presence /Bob none:participant [100,110]',
      'message subject ""',
    ]);
    expect(alice.sent).toEqual([]);
  });

  it('puts right a client that only thinks to be inside', async () => {
    const world = createMucWorld();
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.make(alice, 'r', 'Alice');
    world.say(bob, `<presence to='${ROOM}/Bob'/>`);
    expect(bob.take().map(line)).toEqual(['presence:unavailable /Bob none:none [110,307,333]']);
  });

  it('shares one nickname among the devices of a person', async () => {
    const world = createMucWorld();
    const [alice, one, two] = [
      await world.signIn('alice@example.com/a'),
      await world.signIn('bob@example.com/one'),
      await world.signIn('bob@example.com/two'),
    ];
    await world.make(alice, 'r', 'Alice');
    await world.enter(one, 'r', 'Bob');
    await world.enter(two, 'r', 'bob');
    expect(two.take().map(line)).toEqual([
      'presence /Alice owner:moderator',
      'presence /Bob none:participant [100,210,110]',
      'message subject ""',
    ]);
    world.groupchat(alice, 'r', '<body>hi</body>');
    expect([one.bodies(), two.bodies()]).toEqual([['hi'], ['hi']]);
    alice.take();
    world.say(one, `<presence to='${ROOM}/Bob' type='unavailable'/>`);
    expect(alice.take().map(line)).toEqual([]);
    expect(one.take().map(line).at(-1)).toBe('presence:unavailable /Bob none:none [110]');
    world.say(two, `<presence to='${ROOM}/Bob' type='unavailable'/>`);
    expect(alice.take().map(line)).toEqual(['presence:unavailable /Bob none:none']);
  });
});
