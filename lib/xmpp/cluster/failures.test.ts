import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterWorld, createClusterWorld } from '../../testing/cluster-world.ts';
import { eventually } from '../../testing/eventually.ts';
import type { WireClient } from '../../testing/wire-client.ts';

let world: ClusterWorld;
afterEach(() => world.stop());

async function three(waitMs?: number): Promise<WireClient> {
  world = await createClusterWorld(['north', 'south', 'east'], { 'xmpp.stanzasPerSecond': 0, 'im.strangersPerMinute': 0 }, waitMs);
  await world.person('alice', 'north');
  await world.person('bob', 'south');
  const alice = await world.login('alice', 'north');
  alice.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
  await alice.expect('enabled');
  return alice;
}

const say = (client: WireClient, from: number, to: number): void => {
  for (let n = from; n <= to; n++) client.send(`<message to='bob@example.com' type='chat' id='m${n}'><body>${n}</body></message>`);
  client.send("<r xmlns='urn:xmpp:sm:3'/>");
};
const acknowledged = (client: WireClient, count: number) => client.expect((el) => el.name === 'a' && el.attrs.h === String(count));
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1));

async function received(): Promise<string[]> {
  const id = (await world.stores.accounts.byBare(['bob@example.com' as never])).get('bob@example.com' as never)?.id;
  return [...world.stores.state.archive.values()]
    .filter((row) => row.accountId === id && !row.outgoing)
    .sort((a, b) => (a.uid < b.uid ? -1 : 1))
    .map(({ body }) => body);
}

describe('through failures', () => {
  it('every acknowledged message arrives once and in order while links are slow and cut, and the recipient changes hands twice', async () => {
    const alice = await three();
    world.cluster.delay('north', 'south', 3);
    say(alice, 1, 20);
    await acknowledged(alice, 20);
    world.cluster.cut('north', 'south');
    say(alice, 21, 40);
    await eventually(() => world.node('north').engine.counters.sent >= 40);
    world.cluster.cut('south', 'north');
    world.cluster.mend('north', 'south');
    // Arrives and is committed, and nobody hears that it was.
    await eventually(async () => (await received()).length === 40);
    say(alice, 41, 50);
    await eventually(() => world.node('north').engine.counters.sent >= 50);
    world.kill('south');
    say(alice, 51, 60);
    await eventually(() => world.node('north').engine.waiting().stanzas > 0);
    await world.ownership.give('south', 'east');
    await acknowledged(alice, 60);
    await world.ownership.give('south', 'north');
    say(alice, 61, 70);
    await acknowledged(alice, 70);
    expect(await received()).toEqual(numbers(70));
  });

  it('somebody who is moved while they are online misses nothing and hears nothing twice', async () => {
    const alice = await three();
    const bob = await world.login('bob', 'east');
    bob.send('<presence/>');
    await bob.expect('presence');
    bob.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await bob.expect('enabled');
    say(alice, 1, 30);
    await world.ownership.move('bob@example.com', 'north');
    say(alice, 31, 60);
    expect(await bob.streamError()).toBe('reset');
    const before = bob.unread.filter(({ name }) => name === 'message').map((el) => el.child('body')?.text() ?? '');
    await acknowledged(alice, 60);
    const again = await world.login('bob', 'south');
    again.send('<presence/>');
    await again.expect((el) => el.child('body')?.text() === '60');
    expect(await received()).toEqual(numbers(60));
    expect(world.node('north').rooms.users.peek('bob@example.com' as never)?.sessions.size).toBe(1);
    expect(world.node('south').rooms.users.peek('bob@example.com' as never)).toBeUndefined();
    // What the client had not acknowledged comes again, as after any lost session; everything else comes once.
    const after = again.unread.filter(({ name }) => name === 'message').map((el) => el.child('body')?.text() ?? '');
    expect([...new Set([...before, ...after, '60'])].sort((a, b) => Number(a) - Number(b))).toEqual(numbers(60));
  });

  it('what waits for a node longer than its sender does is refused, and not forgotten', async () => {
    const alice = await three(500);
    world.kill('south');
    say(alice, 1, 1);
    await eventually(() => world.node('north').engine.waiting().stanzas === 1);
    expect(alice.unread.filter(({ name }) => name === 'a')).toEqual([]);
    const error = await alice.expect((el) => el.name === 'message' && el.attrs.type === 'error');
    expect(error.child('error')?.child('recipient-unavailable')).toBeDefined();
    await acknowledged(alice, 1);
  });
});
