import { afterEach, describe, expect, it } from 'vitest';
import { parseJid } from '../../kernel/jid.ts';
import { type ClusterWorld, createClusterWorld } from '../../testing/cluster-world.ts';
import { eventually } from '../../testing/eventually.ts';
import type { WireClient } from '../../testing/wire-client.ts';

let world: ClusterWorld;
afterEach(() => world.stop());

const ROOM = 'den@conference.example.com';

async function two(): Promise<{ alice: WireClient; bob: WireClient }> {
  world = await createClusterWorld();
  await world.person('alice', 'north');
  await world.person('bob', 'south');
  world.ownership.place(ROOM, 'south');
  const [alice, bob] = [await world.login('alice', 'north'), await world.login('bob', 'south')];
  for (const client of [alice, bob]) {
    client.send('<presence/>');
    await client.expect('presence');
  }
  return { alice, bob };
}

const namesAt = (node: string): string[] => [...world.node(node).view.sessions()].map(({ bare, resource }) => `${bare}/${resource}`).sort();

describe('administration over several nodes', () => {
  it('sees the sessions of all of them, and no longer those of one that is gone', async () => {
    await two();
    const both = ['alice@example.com/north', 'bob@example.com/south'];
    await eventually(() => expect([namesAt('north'), namesAt('south')]).toEqual([both, both]));
    await eventually(() => expect(world.node('north').view.sessionsOf('bob@example.com')[0]?.show).toBe('available'));
    world.kill('south');
    expect(namesAt('north')).toEqual(['alice@example.com/north']);
  });

  it('ends a session of another node', async () => {
    const { bob } = await two();
    await eventually(() => expect(world.node('north').view.sessionsOf('bob@example.com')).toHaveLength(1));
    const id = world.node('north').view.sessionsOf('bob@example.com')[0]?.id ?? '';
    expect(world.node('north').view.endSession(id, 'by the test')).toBe(true);
    expect(await bob.streamError()).toBe('policy-violation');
    await eventually(() => expect(namesAt('north')).toEqual(['alice@example.com/north']));
    expect(world.node('north').view.endSession(id, 'again')).toBe(false);
  });

  it('shows the contact list of a person of another node', async () => {
    await two();
    await world.friends('alice', 'bob');
    expect(await world.node('north').view.contactsOf('bob@example.com')).toMatchObject([
      { contact: 'alice@example.com', subscription: 'both' },
    ]);
  });

  it('announces to those who are signed in at any node, and counts them once', async () => {
    const { alice, bob } = await two();
    expect(await world.node('north').joined.notices.tellOnline({ subject: '', body: 'soon' })).toEqual({ people: 2, devices: 2 });
    for (const client of [alice, bob]) await client.expect((el) => el.name === 'message' && el.child('body')?.text() === 'soon');
  });

  it('makes, changes and ends a room at the node that runs it, and lists it everywhere', async () => {
    const { alice } = await two();
    const { door } = world.node('north').joined;
    const jid = parseJid(ROOM);
    if (jid === null) throw new Error('no address');
    const made = await door.create(jid, { title: 'Den' }, ['alice@example.com' as never], 'the test');
    expect(made).toMatchObject({ ok: true, value: { jid: ROOM } });
    expect([...world.node('south').rooms.muc.door.live()].map((room) => room.jid)).toEqual([ROOM]);
    expect([...world.node('north').rooms.muc.door.live()]).toEqual([]);
    alice.send(`<presence to='${ROOM}/al'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await alice.expect((el) => el.name === 'presence' && el.attrs.from === `${ROOM}/al`);
    await eventually(() => expect(door.occupantsOf(ROOM as never)).toBe(1));
    expect(door.inside('alice@example.com' as never)).toEqual([{ jid: ROOM, nick: 'al', role: 'moderator' }]);
    expect(await door.kick(ROOM as never, 'nobody', '')).toMatchObject({ ok: false, fault: { kind: 'missing' } });
    expect(await door.destroy(ROOM as never, 'done', null)).toEqual({ ok: true, value: null });
    await eventually(() => expect([...door.live()]).toEqual([]));
  });

  it('says that the node of a room did not answer, instead of making it a second time', async () => {
    await two();
    world.cluster.kill('south');
    const jid = parseJid(ROOM);
    if (jid === null) throw new Error('no address');
    const made = await world.node('north').joined.door.create(jid, {}, ['alice@example.com' as never], 'the test');
    expect(made).toMatchObject({ ok: false, fault: { kind: 'down' } });
  });
});
