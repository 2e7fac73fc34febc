import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld, type MessageWorld } from '../testing/message-world.ts';

const NS = 'urn:xmpp:blocking';
const conditions = (session: FakeSession) =>
  session
    .take()
    .map((el) =>
      `${el.name} ${el.attrs.id ?? ''} ${el.child('error', 'jabber:client')?.elements()[0]?.name ?? el.attrs.type ?? ''}`.trim(),
    );
async function change(world: MessageWorld, session: FakeSession, name: 'block' | 'unblock', ...jids: string[]) {
  world.say(session, `<iq type='set' id='b'><${name} xmlns='${NS}'>${jids.map((jid) => `<item jid='${jid}'/>`).join('')}</${name}></iq>`);
  await world.until(() => session.sent.some(({ xml }) => xml.includes("id='b'")));
}
async function listOf(world: MessageWorld, session: FakeSession): Promise<string[]> {
  session.take();
  world.say(session, `<iq type='get' id='l'><blocklist xmlns='${NS}'/></iq>`);
  return (
    session
      .take()[0]
      ?.child('blocklist', NS)
      ?.elements()
      .map((item) => item.attrs.jid ?? '') ?? []
  );
}

describe('a block', () => {
  it.each(['bob@example.com', 'bob@example.com/b', 'example.com'])(
    'of %s keeps messages, IQs and presence of that address out',
    async (entry) => {
      const world = createMessageWorld({ archive: { enabled: false } });
      const alice = await world.signIn('alice@example.com/a');
      const bob = await world.signIn('bob@example.com/b');
      await change(world, alice, 'block', entry);
      alice.take();
      world.chat(bob, 'alice@example.com', 'x', 'm');
      world.say(bob, "<iq type='get' id='i' to='alice@example.com'><query xmlns='urn:test'/></iq>");
      world.say(bob, "<iq type='get' id='j' to='alice@example.com/a'><query xmlns='urn:test'/></iq>");
      world.say(bob, "<presence to='alice@example.com' id='p'/>");
      await world.rest();
      expect(conditions(bob)).toEqual(['message m service-unavailable', 'iq i service-unavailable', 'iq j service-unavailable']);
      expect(alice.sent).toEqual([]);
    },
  );

  it('of one device lets the others through', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/other');
    await change(world, alice, 'block', 'bob@example.com/b');
    alice.take();
    world.chat(bob, 'alice@example.com', 'x');
    expect(alice.bodies()).toEqual(['x']);
  });

  it('refuses what is sent to the blocked with not-acceptable and says why; the own devices and the server are never cut off', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const own = await world.signIn('alice@example.com/own');
    await change(world, alice, 'block', 'example.com');
    alice.take();
    world.chat(alice, 'bob@example.com', 'x', 'm');
    const error = alice.take()[0]?.child('error', 'jabber:client');
    expect(error?.elements().map((el) => `${el.name} ${el.ns}`)).toEqual(
      expect.arrayContaining(['not-acceptable urn:ietf:params:xml:ns:xmpp-stanzas', 'blocked urn:xmpp:blocking:errors']),
    );
    world.chat(alice, 'alice@example.com/own', 'mine');
    expect(own.bodies()).toEqual(['mine']);
    world.say(alice, "<iq type='get' id='s' to='example.com'><query xmlns='urn:test'/></iq>");
    expect(conditions(alice)).toEqual(['iq s service-unavailable']);
  });

  it('keeps messages of the blocked out of the offline store, also after a restart', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    await change(world, alice, 'block', 'bob@example.com');
    const after = world.restart();
    const bob = await after.signIn('bob@example.com/b');
    after.chat(bob, 'alice@example.com', 'x', 'm');
    await after.until(() => bob.sent.length === 1);
    expect(conditions(bob)).toEqual(['message m service-unavailable']);
    expect(after.stores.state.offline.size).toBe(0);
  });
});

describe('the block list', () => {
  it('is pushed to the devices that asked for it, and to no others', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const asked = await world.signIn('alice@example.com/asked');
    const other = await world.signIn('alice@example.com/other');
    expect(await listOf(world, asked)).toEqual([]);
    await change(world, alice, 'block', 'Bob@Example.com');
    const push = asked.take()[0];
    expect([push?.attrs.type, push?.attrs.to, push?.child('block', NS)?.elements()[0]?.attrs.jid]).toEqual([
      'set',
      'alice@example.com/asked',
      'bob@example.com',
    ]);
    expect([conditions(alice), other.sent]).toEqual([['iq b result'], []]);
    await change(world, alice, 'unblock');
    expect(asked.take()[0]?.child('unblock', NS)?.elements()).toEqual([]);
    expect(await listOf(world, asked)).toEqual([]);
  });

  it('loses nothing when two devices change it at once, and is acknowledged only when stored', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const desk = await world.signIn('alice@example.com/desk');
    world.say(alice, `<iq type='set' id='1'><block xmlns='${NS}'><item jid='x@a.test'/></block></iq>`);
    world.say(desk, `<iq type='set' id='2'><block xmlns='${NS}'><item jid='y@a.test'/></block></iq>`);
    expect([alice.heldAcks, desk.heldAcks]).toEqual([1, 1]);
    await world.until(() => alice.heldAcks + desk.heldAcks === 0);
    expect(await listOf(world, alice)).toEqual(['x@a.test', 'y@a.test']);
  });

  it('refuses nothing to block and broken addresses, and tells presence what changed', async () => {
    const world = createMessageWorld();
    const told: string[] = [];
    world.blocking.onBlocked((owner, jid) => told.push(`${owner.bare} blocks ${jid.full}`));
    world.blocking.onUnblocked((owner, jid) => told.push(`${owner.bare} frees ${jid.full}`));
    const alice = await world.signIn('alice@example.com/a');
    await change(world, alice, 'block');
    await change(world, alice, 'block', '@');
    expect(conditions(alice)).toEqual(['iq b bad-request', 'iq b jid-malformed']);
    await change(world, alice, 'block', 'bob@example.com');
    await change(world, alice, 'block', 'bob@example.com');
    alice.take();
    await change(world, alice, 'unblock', 'bob@example.com');
    expect(told).toEqual(['alice@example.com blocks bob@example.com', 'alice@example.com frees bob@example.com']);
  });
});
