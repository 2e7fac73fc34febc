import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMucWorld, line, MUC_DOMAIN, type MucWorld } from '../testing/muc-world.ts';

const ROOM = `r@${MUC_DOMAIN}`;
const ADMIN = 'http://jabber.org/protocol/muc#admin';

async function three(
  config: Readonly<Record<string, string>> = {},
): Promise<{ world: MucWorld; alice: FakeSession; bob: FakeSession; carol: FakeSession }> {
  const world = createMucWorld();
  const alice = await world.signIn('alice@example.com/a', { managed: true });
  const bob = await world.signIn('bob@example.com/b');
  const carol = await world.signIn('carol@example.com/c');
  await world.make(alice, 'r', 'Alice', config);
  await world.enter(bob, 'r', 'Bob');
  for (const session of [alice, bob, carol]) session.take();
  return { world, alice, bob, carol };
}

describe('a message to everyone', () => {
  it('reaches all inside with the id its sender gave, one occupant id and one stanza id', async () => {
    const { world, alice, bob } = await three();
    world.groupchat(bob, 'r', "<body>hi</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>", 'm1');
    const [forAlice, forBob] = [alice.take()[0], bob.take()[0]];
    for (const [copy, to] of [
      [forAlice, 'alice@example.com/a'],
      [forBob, 'bob@example.com/b'],
    ] as const) {
      expect(copy?.attrs).toMatchObject({ from: `${ROOM}/Bob`, to, type: 'groupchat', id: 'm1' });
      expect(copy?.elements().filter((one) => one.name === 'occupant-id')).toHaveLength(1);
      expect(copy?.child('occupant-id')?.attrs.id).not.toBe('forged');
      expect(copy?.child('stanza-id')?.attrs.by).toBe(ROOM);
    }
    expect(forAlice?.child('stanza-id')?.attrs.id).toBe(forBob?.child('stanza-id')?.attrs.id);
  });

  it('is refused from outside, to a room that is not there, and to a single nickname', async () => {
    const { world, alice, carol } = await three();
    world.groupchat(carol, 'r', '<body>hi</body>');
    world.groupchat(carol, 'nowhere', '<body>hi</body>');
    world.say(alice, `<message to='${ROOM}/Bob' type='groupchat'><body>hi</body></message>`);
    await world.rest();
    expect([...carol.take(), ...alice.take()].map(line)).toEqual([
      'message:error not-acceptable',
      'message:error item-not-found',
      'message:error /Bob bad-request',
    ]);
  });

  it('needs voice in a moderated room, which a moderator gives on request', async () => {
    const { world, alice, bob } = await three({ 'muc#roomconfig_moderatedroom': '1' });
    world.groupchat(bob, 'r', '<body>hi</body>');
    expect(bob.take().map(line)).toEqual(['message:error forbidden']);
    const request = (fields: string) =>
      `<message to='${ROOM}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#request</value></field>${fields}</x></message>`;
    world.say(bob, request("<field var='muc#role'><value>participant</value></field>"));
    await world.rest();
    const [form] = alice.take();
    expect(
      form
        ?.child('x')
        ?.elements()
        .find((field) => field.attrs.var === 'muc#roomnick')
        ?.child('value')
        ?.text(),
    ).toBe('Bob');
    world.say(
      alice,
      request(
        "<field var='muc#roomnick'><value>Bob</value></field><field var='muc#jid'><value>bob@example.com/b</value></field><field var='muc#request_allow'><value>true</value></field>",
      ),
    );
    expect(bob.take().map(line)).toEqual(['presence /Bob none:participant [110]']);
    world.groupchat(bob, 'r', '<body>hi</body>');
    expect(alice.bodies()).toEqual(['hi']);
  });

  it('larger than the room takes is refused', async () => {
    const { world, bob, alice } = await three();
    world.mucValues.set({ ...world.mucValues.get(), maxMessageBytes: 1024 });
    world.groupchat(bob, 'r', `<body>${'x'.repeat(2000)}</body>`);
    expect([bob.take().map(line), alice.sent.length]).toEqual([['message:error policy-violation'], 0]);
  });
});

describe('durability', () => {
  it('acknowledges a message of a persistent room after its commit, and delivers before', async () => {
    const { world, alice, bob } = await three({ 'muc#roomconfig_persistentroom': '1' });
    world.stores.journal.hold();
    world.groupchat(alice, 'r', '<body>kept</body>');
    expect([bob.bodies(), alice.heldAcks]).toEqual([['kept'], 1]);
    world.stores.journal.release();
    await world.until(() => alice.heldAcks === 0);
    expect([...world.stores.state.roomMessages.values()].map(({ body, nick, sender }) => [body, nick, sender])).toEqual([
      ['kept', 'Alice', 'alice@example.com'],
    ]);
  });

  it('says once what a client says again after it lost its connection', async () => {
    const { world, bob, alice } = await three({ 'muc#roomconfig_persistentroom': '1' });
    world.groupchat(bob, 'r', '<body>kept</body>', 'm1');
    await world.rest();
    bob.end(null);
    world.clock.advance(1000);
    const again = await world.signIn('bob@example.com/new');
    await world.enter(again, 'r', 'Bob');
    again.take();
    alice.take();
    world.groupchat(again, 'r', '<body>kept</body>', 'm1');
    world.groupchat(again, 'r', '<body>other</body>', 'm1');
    world.groupchat(again, 'r', '<body>other</body>', 'm1');
    await world.rest();
    expect([alice.bodies(), world.stores.state.roomMessages.size]).toEqual([['other', 'other'], 3]);
  });

  it('holds nothing for a room that keeps nothing', async () => {
    const { world, alice } = await three();
    world.stores.journal.hold();
    world.groupchat(alice, 'r', '<body>gone</body>');
    expect([alice.heldAcks, world.stores.state.roomMessages.size]).toEqual([0, 0]);
  });

  it('refuses what cannot be kept now', async () => {
    const { world, alice, bob } = await three({ 'muc#roomconfig_persistentroom': '1' });
    world.stores.journal.setAccepting(false);
    world.groupchat(alice, 'r', '<body>no</body>');
    expect([alice.take().map(line), bob.bodies()]).toEqual([['message:error resource-constraint'], []]);
  });

  it('survives a restart: members, configuration, subject and messages', async () => {
    const { world, alice } = await three({
      'muc#roomconfig_persistentroom': '1',
      'muc#roomconfig_membersonly': '1',
      'muc#roomconfig_roomname': 'Tea',
    });
    await world.ask(alice, 'set', ROOM, `<query xmlns='${ADMIN}'><item affiliation='member' jid='bob@example.com'/></query>`);
    world.groupchat(alice, 'r', '<subject>green</subject>');
    world.groupchat(alice, 'r', '<body>kept</body>');
    await world.rest();
    const after = world.reborn();
    const [bob, carol] = [await after.signIn('bob@example.com/b'), await after.signIn('carol@example.com/c')];
    await after.enter(bob, 'r', 'Bob');
    await after.enter(carol, 'r', 'Carol');
    expect([bob.take().map(line), carol.take().map(line)]).toEqual([
      ['presence /Bob member:participant [100,170,110]', 'message /Alice "kept"', 'message /Alice subject "green"'],
      ['presence:error /Carol registration-required'],
    ]);
  });
});

describe('the subject', () => {
  it('is set by moderators, and by those with voice where the room lets them', async () => {
    const { world, alice, bob } = await three();
    world.groupchat(bob, 'r', '<subject>tea</subject>');
    expect(bob.take().map(line)).toEqual(['message:error forbidden']);
    await world.ask(
      alice,
      'set',
      ROOM,
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_changesubject'><value>1</value></field></x></query>",
    );
    bob.take();
    world.groupchat(bob, 'r', '<subject>tea</subject>', 's1');
    expect(bob.take().map(line)).toEqual(['message /Bob subject "tea"']);
  });

  it('with a body is a message that has one', async () => {
    const { world, bob, alice } = await three();
    world.groupchat(bob, 'r', '<subject>re: tea</subject><body>yes</body>');
    expect(alice.bodies()).toEqual(['yes']);
  });
});

describe('a private message', () => {
  it('goes to all devices of the nickname, from the nickname of its sender', async () => {
    const { world, alice, bob } = await three();
    world.say(alice, `<message to='${ROOM}/Bob' type='chat' id='p'><body>psst</body></message>`);
    await world.rest();
    const [copy] = bob.take();
    expect(copy?.attrs).toMatchObject({ from: `${ROOM}/Alice`, to: 'bob@example.com/b', type: 'chat', id: 'p' });
    expect(copy?.child('x', 'http://jabber.org/protocol/muc#user')).toBeDefined();
  });

  it('is refused to a missing nickname, from outside, and where the room has none', async () => {
    const { world, alice, bob, carol } = await three({ 'muc#roomconfig_allowpm': 'moderators' });
    const psst = (from: FakeSession, to: string) => world.say(from, `<message to='${ROOM}/${to}' type='chat'><body>psst</body></message>`);
    psst(alice, 'Nobody');
    psst(bob, 'Alice');
    psst(carol, 'Alice');
    await world.rest();
    expect([...alice.take(), ...bob.take(), ...carol.take()].map(line)).toEqual([
      'message:error /Nobody item-not-found',
      'message:error /Alice not-allowed',
      'message:error /Alice not-acceptable',
    ]);
  });
});

describe('an invitation', () => {
  const invite = (to: string) =>
    `<message to='${ROOM}'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='${to}'><reason>tea</reason></invite></x></message>`;

  it('comes from the room, with the password, and makes a member of a room for members', async () => {
    const world = createMucWorld();
    const [alice, carol] = [await world.signIn('alice@example.com/a'), await world.signIn('carol@example.com/c')];
    await world.make(alice, 'r', 'Alice', { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 's3' });
    await world.ask(
      alice,
      'set',
      ROOM,
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_membersonly'><value>1</value></field></x></query>",
    );
    world.say(alice, invite('carol@example.com'));
    await world.rest();
    const told = carol.take().find((one) => one.child('x', 'http://jabber.org/protocol/muc#user')?.child('invite') !== undefined);
    const x = told?.child('x', 'http://jabber.org/protocol/muc#user');
    expect([told?.attrs.from, x?.child('invite')?.attrs.from, x?.child('password')?.text()]).toEqual([ROOM, 'alice@example.com/a', 's3']);
    await world.enter(carol, 'r', 'Carol', '<password>s3</password>');
    expect(carol.take().map(line)).toContain('presence /Carol member:participant [100,110]');
  });

  it('makes no more members than a room may have; the same people may be invited again', async () => {
    const world = createMucWorld({ muc: { maxAffiliations: 3 } });
    const alice = await world.signIn('alice@example.com/a');
    await world.make(alice, 'r', 'Alice', { 'muc#roomconfig_membersonly': '1' });
    alice.take();
    const people = (...names: string[]) =>
      `<message to='${ROOM}'><x xmlns='http://jabber.org/protocol/muc#user'>${names.map((name) => `<invite to='${name}@example.com'/>`).join('')}</x></message>`;
    // Two at once: the second counts after the first.
    world.say(alice, people('b', 'c', 'c'));
    world.say(alice, people('b', 'd'));
    await world.rest();
    expect(alice.take().map(line)).toContain('message:error resource-constraint');
    world.say(alice, people('b', 'c'));
    await world.rest();
    expect(alice.take().map(line)).not.toContain('message:error resource-constraint');
    const members = await world.ask(alice, 'get', ROOM, `<query xmlns='${ADMIN}'><item affiliation='member'/></query>`);
    expect(
      members
        .child('query')
        ?.elements()
        .map((one) => one.attrs.jid),
    ).toEqual(['b@example.com', 'c@example.com']);
  });

  it('is declined to the one who invited', async () => {
    const { world, alice, carol } = await three();
    world.say(
      carol,
      `<message to='${ROOM}'><x xmlns='http://jabber.org/protocol/muc#user'><decline to='alice@example.com/a'><reason>no</reason></decline></x></message>`,
    );
    await world.rest();
    const decline = alice.take()[0]?.child('x')?.child('decline');
    expect([decline?.attrs.from, decline?.child('reason')?.text()]).toEqual(['carol@example.com', 'no']);
  });

  it('is refused where only moderators invite', async () => {
    const { world, bob, carol } = await three({ 'muc#roomconfig_allowinvites': '0' });
    world.say(bob, invite('carol@example.com'));
    await world.rest();
    expect([bob.take().map(line), carol.sent.length]).toEqual([['message:error forbidden'], 0]);
  });
});
