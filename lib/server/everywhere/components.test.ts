import { afterEach, describe, expect, it } from 'vitest';
import { liveBox } from '../../kernel/live.ts';
import { type ClusterWorld, createClusterWorld } from '../../testing/cluster-world.ts';
import { eventually } from '../../testing/eventually.ts';
import type { Stanza } from '../../xmpp/stanza/stanza.ts';
import { announceComponents } from './components.ts';

let world: ClusterWorld;
afterEach(() => world.stop());

const GATE = 'gate.example.com';

/** A component that is known at every node and connected to those named. */
async function component(): Promise<{ connected: Set<string>; received: { node: string; stanza: Stanza }[] }> {
  world = await createClusterWorld();
  await world.person('alice', 'north');
  const connected = new Set<string>();
  const received: { node: string; stanza: Stanza }[] = [];
  for (const name of ['north', 'south']) {
    const node = world.node(name);
    node.rooms.router.hosts.add({
      name: 'component',
      title: 'Gate',
      domains: liveBox<ReadonlySet<string>>(new Set([GATE])),
      servesDomain: () => true,
      isAway: () => !connected.has(name),
      receive: (stanza) => void received.push({ node: name, stanza }),
    });
    announceComponents({
      elsewhere: node.engine.elsewhere,
      membership: world.cluster.node(name).membership,
      events: node.events,
      connected: () => (connected.has(name) ? [GATE] : []),
    });
  }
  return { connected, received };
}

const told = (name: string) => world.node(name).events.emit('component.changed', { domain: GATE, what: 'connection', by: '' });

describe('a component', () => {
  it('is reached from every node by the one it is connected to, and answers go back', async () => {
    const { connected, received } = await component();
    const alice = await world.login('alice', 'north');
    connected.add('south');
    told('south');
    await eventually(() => world.node('north').engine.elsewhere.isServedElsewhere(GATE));
    alice.send(`<iq type='get' id='q' to='${GATE}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await eventually(() => received.length > 0);
    const { node, stanza } = received[0] ?? { node: '', stanza: null };
    expect(node).toBe('south');
    if (stanza?.kind !== 'iq') throw new Error('not the request');
    world.node('south').rooms.router.answer(stanza, { result: null });
    expect((await alice.expect((el) => el.name === 'iq' && el.attrs.id === 'q')).attrs).toMatchObject({ type: 'result', from: GATE });
  });

  it('is where it was last when its node is gone: nowhere', async () => {
    const { connected, received } = await component();
    const alice = await world.login('alice', 'north');
    connected.add('south');
    told('south');
    await eventually(() => world.node('north').engine.elsewhere.isServedElsewhere(GATE));
    world.kill('south');
    alice.send(`<message to='${GATE}' id='m'><body>hello</body></message>`);
    await eventually(() => received.length > 0);
    expect(received[0]?.node).toBe('north');
  });
});
