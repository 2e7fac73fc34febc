import { describe, expect, it } from 'vitest';
import { sortableId } from '../kernel/ids.ts';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld, type MessageWorld } from '../testing/message-world.ts';
import { noteClient } from '../xmpp/c2s/bind2.ts';

const BOB = 2;
const errors = (session: FakeSession): string[] =>
  session.take().map((el) => {
    const error = el.child('error', 'jabber:client');
    return `${el.attrs.id} ${error?.elements()[0]?.name} ${error?.attrs.type}`;
  });
const stored = async (world: MessageWorld) =>
  (await world.stores.offline.read(BOB, 1000)).map(({ xml }) => /<body>(.*?)<\/body>/.exec(xml)?.[1]);

async function writeOffline(world: MessageWorld, count: number, from = 'alice@example.com/a') {
  const session = await world.signIn(from);
  for (let i = 0; i < count; i++) world.chat(session, 'bob@example.com', `m${i}`, `id${i}`);
  await world.until(() => session.heldAcks === 0);
  return session;
}

describe('messages for someone who is offline', () => {
  it('are kept in order and handed to the first device with non-negative priority, stamped, then removed', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    await writeOffline(world, 3);
    const at = world.clock.now();
    world.clock.advance(60_000);
    const bot = await world.signIn('bob@example.com/bot', { priority: -1 });
    await world.rest();
    expect(bot.sent).toEqual([]);
    const phone = await world.signIn('bob@example.com/phone');
    const desk = await world.signIn('bob@example.com/desk');
    await world.until(() => phone.sent.length === 3);
    await world.until(() => world.stores.state.offline.size === 0);
    expect(phone.bodies()).toEqual(['m0', 'm1', 'm2']);
    const first = phone.take()[0];
    expect(first?.child('delay', 'urn:xmpp:delay')?.attrs).toEqual({ from: 'example.com', stamp: new Date(at).toISOString() });
    expect(first?.attrs).toMatchObject({ from: 'alice@example.com/a', to: 'bob@example.com', id: 'id0' });
    expect([...bot.sent, ...desk.sent]).toEqual([]);
    world.presence(phone, -1);
    world.presence(phone, 3);
    await world.rest();
    expect(phone.bodies()).toEqual([]);
  });

  it('are handed over when the priority of a device rises above zero', async () => {
    const world = createMessageWorld();
    await writeOffline(world, 1);
    const bot = await world.signIn('bob@example.com/bot', { priority: -1 });
    world.presence(bot, 0);
    await world.until(() => bot.sent.length === 1);
  });

  it('are not shown twice to a client that reads its archive; what is only kept here it gets all the same (XEP-0386 §4)', async () => {
    const world = createMessageWorld();
    await writeOffline(world, 2);
    const only = {
      accountId: BOB,
      uid: sortableId(),
      from: 'alice@example.com' as never,
      at: 1,
      xml: '<message><body>only here</body></message>',
    };
    await new Promise<void>((done) => world.stores.journal.append({ archive: [], offline: [only] }, done));
    const bob = await world.signIn('bob@example.com/b', { priority: -1 });
    noteClient(bob, { id: 'd4565fa7-4d72-4749-b3d3-740edbf87770', software: '', device: '' }, true);
    world.presence(bob, 0);
    await world.until(() => world.stores.state.offline.size === 0);
    expect(bob.bodies()).toEqual(['only here']);
    expect((await world.stores.archive.page({ accountId: BOB, direction: 'forward', max: 10 })).rows).toHaveLength(2);
  });

  it('carry the id they have in the archive', async () => {
    const world = createMessageWorld();
    await writeOffline(world, 1);
    const bob = await world.signIn('bob@example.com/b');
    await world.until(() => bob.sent.length === 1);
    const page = await world.stores.archive.page({ accountId: BOB, direction: 'forward', max: 10 });
    expect(bob.take()[0]?.child('stanza-id', 'urn:xmpp:sid:0')?.attrs).toEqual({ by: 'bob@example.com', id: page.rows[0]?.uid });
    expect(page.rows).toHaveLength(1);
  });

  it('leave the store only when the client has acknowledged them, page by page, and nothing overtakes them', async () => {
    const world = createMessageWorld({ archive: { enabled: false }, im: { offlineMaxPerSender: 1000 } });
    const alice = await writeOffline(world, 150);
    const bob = await world.signIn('bob@example.com/b', { managed: true });
    await world.until(() => bob.sent.length === 100);
    world.chat(alice, 'bob@example.com', 'live');
    world.presence(bob, 1);
    await world.rest();
    expect(bob.sent).toHaveLength(100);
    expect(await stored(world)).toHaveLength(150);
    bob.acknowledge();
    await world.until(() => bob.sent.length === 151);
    expect(bob.bodies()).toEqual([...Array.from({ length: 150 }, (_, i) => `m${i}`), 'live']);
    expect(await stored(world)).toHaveLength(50);
    bob.acknowledge();
    await world.until(() => world.stores.state.offline.size === 0);
  });

  it('go to another device when the first one ends without acknowledging them, and to no two at a time', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    await writeOffline(world, 2);
    const phone = await world.signIn('bob@example.com/phone', { managed: true });
    const desk = await world.signIn('bob@example.com/desk', { managed: true });
    await world.until(() => phone.sent.length === 2);
    await world.rest();
    expect(desk.sent).toEqual([]);
    phone.end(null);
    await world.until(() => desk.sent.length === 2);
    expect(await stored(world)).toEqual(['m0', 'm1']);
    desk.acknowledge();
    await world.until(() => world.stores.state.offline.size === 0);
  });

  it('still on their way to the store when the recipient signs in are not forgotten', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    await world.user('bob');
    world.stores.journal.hold();
    world.chat(alice, 'bob@example.com', 'm0');
    const bob = await world.signIn('bob@example.com/b');
    world.chat(alice, 'bob@example.com', 'm1');
    await world.rest();
    expect(bob.sent).toEqual([]);
    world.stores.journal.release();
    await world.until(() => bob.sent.length === 2);
    expect(bob.bodies()).toEqual(['m0', 'm1']);
  });

  it('survive a restart', async () => {
    const world = createMessageWorld();
    await writeOffline(world, 2);
    const after = world.restart();
    const bob = await after.signIn('bob@example.com/b');
    await after.until(() => bob.sent.length === 2);
  });

  it('are not kept when they are only chat states, or carry no-store', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, "<message to='bob@example.com' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
    world.chat(alice, 'bob@example.com', 'x', 'm', "<no-store xmlns='urn:xmpp:hints'/>");
    await world.rest();
    expect(alice.sent).toEqual([]);
    expect(world.stores.state.offline.size + world.stores.state.archive.size).toBe(0);
  });

  it('are refused beyond the limit, beyond one sender’s share, and when nothing is kept; nothing is overwritten', async () => {
    const world = createMessageWorld({ archive: { enabled: false }, im: { offlineMax: 4, offlineMaxPerSender: 2 } });
    const alice = await world.signIn('alice@example.com/a');
    const carol = await world.signIn('carol@example.com/c');
    for (let i = 0; i < 2; i++) world.chat(alice, 'bob@example.com', `a${i}`, `a${i}`);
    await world.rest();
    world.chat(alice, 'bob@example.com', 'let through while the store counts', 'a2');
    await world.rest();
    world.chat(alice, 'bob@example.com', 'a3', 'a3');
    world.chat(carol, 'bob@example.com', 'c0', 'c0');
    await world.rest();
    world.chat(carol, 'bob@example.com', 'c1', 'c1');
    expect(errors(alice)).toEqual(['a3 service-unavailable cancel']);
    expect(errors(carol)).toEqual(['c1 service-unavailable cancel']);
    expect(await stored(world)).toEqual(['a0', 'a1', 'let through while the store counts', 'c0']);
    // What expired in the store makes room again.
    await world.stores.offline.remove(BOB, 'all');
    world.chat(carol, 'bob@example.com', 'c2', 'c2');
    await world.rest();
    carol.take();
    world.chat(carol, 'bob@example.com', 'c3', 'c3');
    await world.rest();
    expect(errors(carol)).toEqual([]);
    world.imValues.set({ ...world.imValues.get(), offlineMessages: false });
    world.chat(carol, 'bob@example.com', 'c4', 'c4');
    expect(errors(carol)).toEqual(['c4 service-unavailable cancel']);
    expect(await stored(world)).toEqual(['c3']);
  });

  it('are refused with resource-constraint, type wait, while nothing can be kept, and then nobody got them', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const own = await world.signIn('alice@example.com/own', { carbons: true });
    const bob = await world.signIn('bob@example.com/b');
    world.stores.journal.setAccepting(false);
    world.chat(alice, 'bob@example.com', 'x', 'm');
    expect(errors(alice)).toEqual(['m resource-constraint wait']);
    expect([...own.sent, ...bob.sent]).toEqual([]);
    expect(alice.heldAcks).toBe(0);
    // A chat state is kept nowhere and passes.
    world.say(alice, "<message to='bob@example.com' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>");
    expect(bob.sent).toHaveLength(1);
  });
});

describe('messages a client never acknowledged', () => {
  it('are kept once, under their id in the archive and with their own time, when nobody else has them', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b', { managed: true });
    bob.hibernate();
    const at = world.clock.now();
    world.chat(alice, 'bob@example.com', 'x', 'm');
    expect(bob.bodies()).toEqual(['x']);
    world.clock.advance(600_000);
    bob.end(null);
    await world.until(() => world.stores.state.offline.size === 1);
    expect(world.stores.state.archive.size).toBe(2);
    const page = await world.stores.archive.page({ accountId: BOB, direction: 'forward', max: 10 });
    const again = await world.signIn('bob@example.com/b');
    await world.until(() => again.sent.length === 1);
    const message = again.take()[0];
    expect(message?.child('stanza-id', 'urn:xmpp:sid:0')?.attrs.id).toBe(page.rows[0]?.uid);
    expect(message?.child('delay', 'urn:xmpp:delay')?.attrs.stamp).toBe(new Date(at).toISOString());
    expect(page.rows).toHaveLength(1);
  });

  it('wait for the last device that has them', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const phone = await world.signIn('bob@example.com/phone', { managed: true });
    const desk = await world.signIn('bob@example.com/desk', { managed: true });
    world.chat(alice, 'bob@example.com', 'x');
    phone.end(null);
    await world.rest();
    expect(desk.bodies()).toEqual(['x']);
    expect(world.stores.state.offline.size).toBe(0);
    desk.end(null);
    await world.until(() => world.stores.state.offline.size === 1);
  });

  it('go to a device that has not seen them, stamped', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const phone = await world.signIn('bob@example.com/phone', { managed: true });
    const desk = await world.signIn('bob@example.com/desk', { managed: true });
    world.chat(alice, 'bob@example.com/phone', 'x');
    expect(desk.sent).toEqual([]);
    phone.end(null);
    expect(desk.bodies()).toEqual(['x']);
    expect(desk.take()[0]?.child('delay', 'urn:xmpp:delay')).toBeDefined();
    expect(world.stores.state.offline.size).toBe(0);
  });

  it('bounce once when offline messages are off; chat states and headlines just end', async () => {
    const world = createMessageWorld({ archive: { enabled: false }, im: { offlineMessages: false } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b', { managed: true });
    world.chat(alice, 'bob@example.com', 'x', 'm');
    world.say(alice, "<message to='bob@example.com/b' type='headline'><body>x</body></message>");
    world.say(alice, "<message to='bob@example.com' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>");
    bob.end(null);
    expect(errors(alice)).toEqual(['m service-unavailable cancel']);
  });
});

describe('what a client sends again after a lost connection', () => {
  it.each([
    ['after a restart of the node', true],
    ['while the person stayed in memory', false],
  ])('is acknowledged and neither delivered nor stored twice, %s', async (_, restart) => {
    const world = createMessageWorld();
    const bob = await world.signIn('bob@example.com/b');
    const alice = await world.signIn('alice@example.com/a');
    for (const n of [1, 2]) world.chat(alice, 'bob@example.com', `m${n}`, `id${n}`);
    await world.until(() => alice.heldAcks === 0);
    expect(bob.bodies()).toEqual(['m1', 'm2']);
    alice.end(null);
    const next = restart ? world.restart() : world;
    const bobNext = restart ? await next.signIn('bob@example.com/b') : bob;
    bobNext.take();
    const again = await next.signIn('alice@example.com/a');
    for (const n of [1, 2, 3]) next.chat(again, 'bob@example.com', `m${n}`, `id${n}`);
    await next.until(() => bobNext.sent.length === 1 && again.heldAcks === 0);
    await next.rest();
    expect(bobNext.bodies()).toEqual(['m3']);
    expect(next.stores.state.archive.size).toBe(6);
    expect(again.sent).toEqual([]);
  });

  it.each([
    ['is recognised half an hour later by an id that was drawn by chance', '6f1f1a52-9f2e-4f6e-8f7e-0c64f1f2b0aa', []],
    ['may be something new half an hour later when ids are counted', '3', ['ok']],
  ])('%s', async (_, id, seen) => {
    const world = createMessageWorld();
    const bob = await world.signIn('bob@example.com/b');
    const alice = await world.signIn('alice@example.com/a');
    world.chat(alice, 'bob@example.com', 'ok', id);
    await world.until(() => alice.heldAcks === 0);
    alice.end(null);
    bob.take();
    world.clock.advance(1_800_000);
    const again = await world.signIn('alice@example.com/a');
    world.chat(again, 'bob@example.com', 'ok', id);
    await world.until(() => again.heldAcks === 0);
    expect(bob.bodies()).toEqual(seen);
  });

  it('costs one look into the archive for each correspondent, however much it is', async () => {
    const world = createMessageWorld();
    const { archive } = world.stores;
    const bob = await world.signIn('bob@example.com/b');
    await world.signIn('carol@example.com/c');
    const alice = await world.signIn('alice@example.com/a');
    const sendAll = (session: FakeSession) => {
      for (let n = 0; n < 200; n++) world.chat(session, n % 2 === 0 ? 'bob@example.com' : 'carol@example.com', `m${n}`, `id${n}`);
    };
    sendAll(alice);
    await world.until(() => alice.heldAcks === 0);
    alice.end(null);
    bob.take();
    let looks = 0;
    const page = archive.page;
    archive.page = (query) => {
      looks++;
      return page(query);
    };
    const again = await world.signIn('alice@example.com/a');
    sendAll(again);
    await world.until(() => again.heldAcks === 0);
    expect([bob.bodies(), world.stores.state.archive.size, looks]).toEqual([[], 400, 2]);
  });

  it('is delivered, in order, when only the id is the same', async () => {
    const world = createMessageWorld();
    const bob = await world.signIn('bob@example.com/b');
    const alice = await world.signIn('alice@example.com/a');
    world.chat(alice, 'bob@example.com', 'before', '1');
    await world.until(() => alice.heldAcks === 0);
    alice.end(null);
    bob.take();
    const again = await world.signIn('alice@example.com/a');
    world.chat(again, 'bob@example.com', 'something new', '1');
    world.chat(again, 'bob@example.com', 'and more', '2');
    await world.until(() => bob.sent.length === 2 && again.heldAcks === 0);
    expect(bob.bodies()).toEqual(['something new', 'and more']);
  });

  it('counts as sent before even while its first copy is on its way to the store', async () => {
    const world = createMessageWorld();
    const bob = await world.signIn('bob@example.com/b');
    const alice = await world.signIn('alice@example.com/a');
    world.stores.journal.hold();
    world.chat(alice, 'bob@example.com', 'x', '1');
    alice.end(null);
    const again = await world.signIn('alice@example.com/a');
    world.chat(again, 'bob@example.com', 'x', '1');
    world.stores.journal.release();
    await world.until(() => again.heldAcks === 0);
    expect(bob.bodies()).toEqual(['x']);
  });
});
