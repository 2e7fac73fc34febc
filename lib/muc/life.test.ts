import { describe, expect, it } from 'vitest';
import { configXml, createMucWorld, line, MUC_DOMAIN, type MucWorld } from '../testing/muc-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { configVersion } from './ports.ts';

const ROOM = `r@${MUC_DOMAIN}`;
const OWNER = 'http://jabber.org/protocol/muc#owner';
const submit = (fields: string) => `<query xmlns='${OWNER}'><x xmlns='jabber:x:data' type='submit'>${fields}</x></query>`;
const field = (name: string, value: string) => `<field var='muc#roomconfig_${name}'><value>${value}</value></field>`;

async function two(config: Readonly<Record<string, string>> = {}, world: MucWorld = createMucWorld()) {
  const alice = await world.signIn('alice@example.com/a');
  const bob = await world.signIn('bob@example.com/b');
  await world.make(alice, 'r', 'Alice', config);
  await world.enter(bob, 'r', 'Bob');
  alice.take();
  bob.take();
  return { world, alice, bob };
}

describe('a room that is being fetched', () => {
  it('is left by whoever changes their mind before they are inside', async () => {
    const first = await two({ 'muc#roomconfig_persistentroom': '1' });
    const world = first.world.reborn();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.say(alice, `<presence to='${ROOM}/Alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    world.say(bob, `<presence to='${ROOM}/Bob'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    world.say(bob, `<presence to='${ROOM}/Bob' type='unavailable'/>`);
    await world.rest();
    expect(world.muc.door.occupantsOf(ROOM as never)).toBe(1);
    expect(bob.take().map(line).at(-1)).toBe('presence:unavailable /Bob none:none [110]');
  });
});

describe('a nickname', () => {
  it('changes in two presences, 303 first, for others and for oneself', async () => {
    const { world, alice, bob } = await two();
    world.say(bob, `<presence to='${ROOM}/Robert'/>`);
    expect([alice.take().map(line), bob.take().map(line)]).toEqual([
      ['presence:unavailable /Bob none:participant [303]', 'presence /Robert none:participant'],
      ['presence:unavailable /Bob none:participant [303,110]', 'presence /Robert none:participant [100,110]'],
    ]);
    world.groupchat(bob, 'r', '<body>hi</body>');
    expect(alice.take()[0]?.attrs.from).toBe(`${ROOM}/Robert`);
  });

  it('moves between two of one person with 110 for the device that moves', async () => {
    const { world, alice, bob } = await two();
    const phone = await world.signIn('bob@example.com/phone');
    await world.enter(phone, 'r', 'Phone');
    for (const session of [alice, bob, phone]) session.take();
    world.say(phone, `<presence to='${ROOM}/Bob'/>`);
    expect(alice.take().map(line)).toEqual(['presence:unavailable /Phone none:participant [303]', 'presence /Bob none:participant']);
    expect(phone.take().map(line)).toEqual([
      'presence:unavailable /Phone none:participant [303,110]',
      'presence /Bob none:participant [100,110]',
    ]);
    expect(world.muc.door.occupantsOf(ROOM as never)).toBe(2);
  });

  it('cannot be taken from somebody, or changed faster than the room takes', async () => {
    const { world, bob } = await two();
    world.say(bob, `<presence to='${ROOM}/alice'/>`);
    expect(bob.take().map(line)).toEqual(['presence:error /alice conflict']);
    world.mucValues.set({ ...world.mucValues.get(), nickChangesPerMinute: 1 });
    world.say(bob, `<presence to='${ROOM}/one'/>`);
    bob.take();
    world.say(bob, `<presence to='${ROOM}/two'/>`);
    expect(bob.take().map(line)).toEqual(['presence:error /two resource-constraint']);
  });
});

describe('a temporary room', () => {
  it('ends with its last occupant; whoever enters next makes another', async () => {
    const { world, alice, bob } = await two();
    for (const session of [alice, bob]) world.say(session, `<presence to='${ROOM}' type='unavailable'/>`);
    expect(world.muc.door.counters.rooms).toBe(0);
    await world.enter(bob, 'r', 'Bob');
    expect(
      bob
        .take()
        .map(line)
        .filter((one) => one.includes('201')),
    ).toHaveLength(1);
  });

  it('that is not configured ends when its maker gives up or leaves', async () => {
    const world = createMucWorld();
    const alice = await world.signIn('alice@example.com/a');
    await world.enter(alice, 'r', 'Alice');
    alice.take();
    await world.ask(alice, 'set', ROOM, `<query xmlns='${OWNER}'><x xmlns='jabber:x:data' type='cancel'/></query>`);
    expect([alice.take().map(line), world.muc.door.counters.rooms]).toEqual([['presence:unavailable /Alice none:none [110]'], 0]);
    await world.enter(alice, 'r', 'Alice');
    world.say(alice, `<presence to='${ROOM}/Alice' type='unavailable'/>`);
    expect(world.muc.door.counters.rooms).toBe(0);
  });

  it('takes the defaults when its maker says nothing for a while', async () => {
    const world = createMucWorld();
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.enter(alice, 'r', 'Alice');
    world.clock.advance(301_000);
    await world.rest();
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toContain('presence /Bob none:participant [100,110]');
  });

  it('can be entered at once where the service is set so', async () => {
    const world = createMucWorld({ muc: { createdUnlocked: true } });
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.enter(alice, 'r', 'Alice');
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toContain('presence /Bob none:participant [100,110]');
  });
});

describe('the end of a room', () => {
  it('tells each occupant once, with the way to another room, and leaves nothing', async () => {
    const { world, alice, bob } = await two({ 'muc#roomconfig_persistentroom': '1' });
    const answer = await world.ask(
      alice,
      'set',
      ROOM,
      `<query xmlns='${OWNER}'><destroy jid='s@${MUC_DOMAIN}'><reason>moved</reason></destroy></query>`,
    );
    expect(answer.attrs.type).toBe('result');
    const told = bob.take();
    const destroy = told[0]?.child('x')?.child('destroy');
    expect([told.map(line), destroy?.attrs.jid, destroy?.child('reason')?.text()]).toEqual([
      ['presence:unavailable /Bob none:none [110]'],
      `s@${MUC_DOMAIN}`,
      'moved',
    ]);
    expect([world.muc.door.counters.rooms, world.muc.door.counters.occupants, world.stores.state.rooms.size]).toEqual([0, 0, 0]);
  });

  it('is for owners', async () => {
    const { world, bob } = await two();
    expect((await world.ask(bob, 'set', ROOM, `<query xmlns='${OWNER}'><destroy/></query>`)).child('error')?.elements()[0]?.name).toBe(
      'forbidden',
    );
  });

  it('of the service tells everyone 332', async () => {
    const { world, bob } = await two();
    await world.muc.stop();
    expect(bob.take().map(line)).toEqual(['presence:unavailable /Bob none:none [332,110]']);
  });

  it('while somebody enters leaves them outside of a room that is no more', async () => {
    const { world, alice } = await two({ 'muc#roomconfig_persistentroom': '1' });
    const carol = await world.signIn('carol@example.com/c');
    const ending = world.ask(alice, 'set', ROOM, `<query xmlns='${OWNER}'><destroy/></query>`);
    await world.enter(carol, 'r', 'Carol');
    await ending;
    await world.rest();
    expect(carol.take().map(line).at(-1)).toBe('presence:unavailable /Carol none:none [110]');
    await world.enter(carol, 'r', 'Carol');
    expect(
      carol
        .take()
        .map(line)
        .filter((one) => one.includes('201')),
    ).toHaveLength(1);
  });
});

describe('a persistent room', () => {
  it('is loaded once for all who enter at one moment, in the order in which they came', async () => {
    const { world } = await two({ 'muc#roomconfig_persistentroom': '1' });
    const after = world.reborn();
    let loads = 0;
    const load = after.stores.rooms.load;
    Object.assign(after.stores.rooms, {
      load: (jids: Parameters<typeof load>[0]) => {
        loads++;
        return load(jids);
      },
    });
    const [alice, bob] = [await after.signIn('alice@example.com/a'), await after.signIn('bob@example.com/b')];
    const join = (nick: string) => `<presence to='${ROOM}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
    after.say(alice, join('Alice'));
    after.say(bob, join('Bob'));
    after.say(bob, `<message to='${ROOM}' type='groupchat'><body>first</body></message>`);
    await after.rest();
    expect(loads).toBe(1);
    expect(alice.take().map(line)).toEqual([
      'presence /Alice owner:moderator [100,170,110]',
      'message subject ""',
      'presence /Bob none:participant',
      'message /Bob "first"',
    ]);
    Object.assign(after.stores.rooms, { load });
  });

  it('never becomes the property of who enters first after a restart', async () => {
    const { world } = await two({ 'muc#roomconfig_persistentroom': '1' });
    const after = world.reborn();
    const bob = await after.signIn('bob@example.com/b');
    await after.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)[0]).toBe('presence /Bob none:participant [100,170,110]');
  });

  it('leaves memory when nobody needs it, and comes back', async () => {
    const { world, alice, bob } = await two({ 'muc#roomconfig_persistentroom': '1' });
    for (const session of [alice, bob]) world.say(session, `<presence to='${ROOM}' type='unavailable'/>`);
    expect(world.muc.door.counters.rooms).toBe(1);
    world.clock.advance(300_000);
    expect(world.muc.door.counters.rooms).toBe(0);
    await world.enter(bob, 'r', 'Bob');
    expect(bob.take().map(line)).toContain('presence /Bob none:participant [100,170,110]');
  });

  it('becomes temporary again with all it kept', async () => {
    const { world, alice, bob } = await two({ 'muc#roomconfig_persistentroom': '1' });
    world.groupchat(alice, 'r', '<body>kept</body>');
    await world.rest();
    await world.ask(alice, 'set', ROOM, submit(field('persistentroom', '0')));
    expect([world.stores.state.rooms.size, world.stores.state.roomMessages.size]).toEqual([0, 0]);
    expect(bob.take().map(line).at(-1)).toBe('message [104,171]');
  });

  it.each([
    [{ persistentRooms: false }, 'not-allowed'],
    [{ persistentByAdministratorsOnly: true }, 'not-allowed'],
    [{ maxPersistentRooms: 0 }, 'resource-constraint'],
  ])('is refused where settings say so: %j', async (muc, expected) => {
    const { world, alice } = await two({}, createMucWorld({ muc }));
    const answer = await world.ask(alice, 'set', ROOM, submit(field('persistentroom', '1')));
    expect([answer.child('error')?.elements()[0]?.name, world.stores.state.rooms.size]).toEqual([expected, 0]);
  });
});

describe('limits', () => {
  it('on rooms and on how fast a person makes and enters them', async () => {
    const world = createMucWorld({ muc: { maxRooms: 2, createsPerMinute: 3, joinsPerSecond: 1 } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    for (const room of ['one', 'two', 'three']) await world.enter(alice, room, 'Alice');
    expect(alice.take().map(line).at(-1)).toBe('presence:error /Alice resource-constraint');
    world.mucValues.set({ ...world.mucValues.get(), maxRooms: 100 });
    const tries: string[] = [];
    for (let i = 0; i < 4; i++) {
      await world.enter(bob, `b${i}`, 'Bob');
      tries.push(bob.take().map(line).at(0) ?? '');
    }
    expect(tries.map((one) => one.includes('error'))).toEqual([false, false, false, true]);
  });

  it('only administrators of the service make rooms where it is set so', async () => {
    const world = createMucWorld({ muc: { createdByAdministratorsOnly: true, administrators: ['alice@example.com'] } });
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.enter(bob, 'r', 'Bob');
    await world.enter(alice, 'r', 'Alice');
    expect([bob.take().map(line), alice.take().map(line)[0]]).toEqual([
      ['presence:error /Bob not-allowed'],
      'presence /Alice owner:moderator [100,201,110]',
    ]);
  });
});

describe('ghosts', () => {
  it('an occupant whose client answers that it is gone leaves with 333', async () => {
    const { world, alice, bob } = await two();
    world.say(
      bob,
      `<message to='${ROOM}/Alice' type='error'><error type='cancel'><recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    expect(alice.take().map(line)).toEqual(['presence:unavailable /Bob none:none [333]']);
  });

  it('a refused private message puts nobody out', async () => {
    const { world, alice, bob } = await two();
    world.say(
      bob,
      `<message to='${ROOM}/Alice' type='error' id='p'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    await world.rest();
    expect(alice.take().map(line)).toEqual(['message:error /Bob service-unavailable']);
  });

  it('a device that is no more leaves as soon as something is sent to it', async () => {
    const { world, alice, bob } = await two();
    bob.end(null);
    world.groupchat(alice, 'r', '<body>anyone?</body>');
    expect(alice.take().map(line)).toEqual(['message /Alice "anyone?"', 'presence:unavailable /Bob none:none']);
  });

  it('a hibernating device stays inside', async () => {
    const { world, alice, bob } = await two();
    bob.hibernate();
    world.groupchat(alice, 'r', '<body>later</body>');
    expect([bob.bodies(), world.muc.door.occupantsOf(ROOM as never)]).toEqual([['later'], 2]);
  });
});

describe('the configuration', () => {
  it.each([
    ['whois', 'moderators', '[173]'],
    ['publicroom', '0', '[104]'],
    ['persistentroom', '1', '[104,170]'],
  ])('%s = %s is told as %s', async (name, value, codes) => {
    const { world, alice, bob } = await two();
    await world.ask(alice, 'set', ROOM, submit(field(name, value)));
    expect(bob.take().map(line)).toEqual([`message ${codes}`]);
  });

  it('is for owners, and what they may not change is neither shown nor taken', async () => {
    const { world, alice, bob } = await two({}, createMucWorld({ muc: { ownersMayChangeModerated: false } }));
    expect((await world.ask(bob, 'get', ROOM, `<query xmlns='${OWNER}'/>`)).child('error')?.elements()[0]?.name).toBe('forbidden');
    const form = await world.ask(alice, 'get', ROOM, `<query xmlns='${OWNER}'/>`);
    const names =
      form
        .child('query')
        ?.child('x')
        ?.elements()
        .map((one) => one.attrs.var) ?? [];
    expect([names.includes('muc#roomconfig_membersonly'), names.includes('muc#roomconfig_moderatedroom')]).toEqual([true, false]);
    const answer = await world.ask(alice, 'set', ROOM, submit(field('moderatedroom', '1')));
    expect(answer.child('error')?.elements()[0]?.name).toBe('not-allowed');
  });

  it.each([
    [field('whois', 'nobody'), 'not-acceptable'],
    [field('passwordprotectedroom', '1'), 'not-acceptable'],
    [field('roomowners', 'bob@example.com') + field('roomadmins', '@'), 'not-acceptable'],
  ])('with a value that is not possible changes nothing: %s', async (fields, expected) => {
    const { world, alice, bob } = await two();
    const answer = await world.ask(alice, 'set', ROOM, submit(fields));
    expect([answer.child('error')?.elements()[0]?.name, bob.sent.length]).toEqual([expected, 0]);
  });

  it('hides addresses at once when the room becomes semi-anonymous', async () => {
    const { world, alice, bob } = await two();
    await world.ask(alice, 'set', ROOM, submit(field('whois', 'moderators')));
    bob.take();
    world.say(alice, `<presence to='${ROOM}/Alice'><show>away</show></presence>`);
    expect(bob.sent.map(({ xml }) => xml).join('')).not.toContain('alice@example.com');
  });

  it('tells presence of those roles only that it names', async () => {
    const { world, alice, bob } = await two({ 'muc#roomconfig_presencebroadcast': 'moderator' });
    expect(alice.take()).toEqual([]);
    world.say(bob, `<presence to='${ROOM}/Bob'><show>away</show></presence>`);
    expect([alice.take().map(line), bob.take().map(line)]).toEqual([[], ['presence /Bob none:participant [110]']]);
  });
});

describe('limits of rooms', () => {
  it('a person makes so many persistent rooms; administrators of the service more, and temporary ones are not counted', async () => {
    const world = createMucWorld({ muc: { roomsPerPerson: 1, administrators: ['carol@example.com'] } });
    const alice = await world.signIn('alice@example.com/a');
    const carol = await world.signIn('carol@example.com/c');
    const persistent = { 'muc#roomconfig_persistentroom': '1' };
    await world.make(alice, 'temporary', 'Alice', { 'muc#roomconfig_persistentroom': '0' });
    await world.make(alice, 'first', 'Alice', persistent);
    await world.enter(alice, 'second', 'Alice');
    const answer = await world.ask(alice, 'set', `second@${MUC_DOMAIN}`, configXml(persistent));
    const error = answer.child('error');
    expect([error?.attrs.type, error?.elements()[0]?.name, error?.child('text')?.text()]).toEqual([
      'cancel',
      'resource-constraint',
      'You have 1 persistent rooms already, as many as one may have. Nothing was changed.',
    ]);
    for (const room of ['c1', 'c2']) await world.make(carol, room, 'Carol', persistent);
    expect([...world.stores.state.rooms.values()].map(({ jid }) => jid.split('@')[0]).sort()).toEqual(['c1', 'c2', 'first']);
  });

  it('the history in memory is bounded in text as well as in messages; the newest is always there', async () => {
    const world = createMucWorld({ muc: { historyOnJoin: 10, historyChars: 2_000 } });
    const alice = await world.signIn('alice@example.com/a');
    await world.make(alice, 'r', 'Alice');
    for (let i = 0; i < 8; i++) world.groupchat(alice, 'r', `<body>${i}${'x'.repeat(300)}</body>`);
    await world.rest();
    const shown = async (resource: string) => {
      const bob = await world.signIn(`bob@example.com/${resource}`);
      await world.enter(bob, 'r', `Bob-${resource}`);
      return bob.take().flatMap((one) => one.child('body')?.text()[0] ?? []);
    };
    const some = await shown('1');
    expect(some.at(-1)).toBe('7');
    expect(some.length).toBeGreaterThan(1);
    expect(some.length).toBeLessThan(6);
    world.groupchat(alice, 'r', `<body>8${'x'.repeat(5_000)}</body>`);
    await world.rest();
    expect(await shown('2')).toEqual(['8']);
  });
});

describe('two administrators at once', () => {
  it('the second is refused when the configuration is no longer the one it was shown', async () => {
    const { world } = await two({ 'muc#roomconfig_persistentroom': '1' });
    const { door } = world.muc;
    const seen = configVersion((await door.inspect(ROOM as never))!.config);
    const [first, second] = await Promise.all(['Theirs', 'Mine'].map((title) => door.configure(ROOM as never, { title }, 'admin', seen)));
    expect(first).toMatchObject({ ok: true });
    const now = await door.inspect(ROOM as never);
    expect(second).toMatchObject({ ok: false, fault: { kind: 'conflict', details: { version: configVersion(now!.config) } } });
    expect(now?.config.title).toBe('Theirs');
  });
});

describe('a new picture', () => {
  const photoIn = (one: Element | undefined) => one?.child('x', 'vcard-temp:x:update')?.child('photo')?.text() ?? null;
  it('is told in the rooms the person is in, unless the client names its own', async () => {
    const world = createMucWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    const carol = await world.signIn('carol@example.com/c');
    await world.make(alice, 'r', 'Alice');
    await world.enter(bob, 'r', 'Bob');
    const own = "<x xmlns='vcard-temp:x:update'><photo>aaaa</photo></x>";
    world.say(carol, `<presence to='r@${MUC_DOMAIN}/Carol'><x xmlns='http://jabber.org/protocol/muc'/><show>away</show>${own}</presence>`);
    await world.rest();
    for (const session of [alice, bob, carol]) session.take();
    const change = (who: string, was: string, now: string) =>
      world.muc.pictureChanged([`${who}@example.com/${who[0]}`, `${who}@example.com/elsewhere`], was, now);
    change('bob', '', '1111');
    expect(alice.take().map((one) => [one.attrs.from, photoIn(one)])).toEqual([[`r@${MUC_DOMAIN}/Bob`, '1111']]);
    change('bob', '1111', '');
    expect(alice.take().map(photoIn)).toEqual(['']);
    change('carol', 'bbbb', 'cccc');
    expect(alice.take()).toEqual([]);
    change('carol', 'aaaa', 'cccc');
    const [told] = alice.take();
    expect([photoIn(told), told?.child('show')?.text()]).toEqual(['cccc', 'away']);
  });
});
