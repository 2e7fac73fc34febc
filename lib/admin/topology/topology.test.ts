import { describe, expect, it } from 'vitest';
import type { NodeDetails } from '../../cluster/index.ts';
import type { NodeState } from '../../cluster/ports.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import type { NodesDoor } from '../shared/define.ts';

const details = (
  name: string,
  state: NodeState,
  more: { users?: number; database?: 'up' | 'down'; down?: string[] } = {},
): NodeDetails => ({
  facts: {
    name,
    incarnation: `${name}-1`,
    version: '1.0.0',
    schema: 11,
    role: name === 'a' ? 'publisher' : 'subscriber',
    state,
    startedAt: 1,
    heardAt: 2,
    delayMs: 0.4,
    health: {
      sessions: more.users ?? 0,
      users: more.users ?? 0,
      down: (more.down ?? []).map((service) => ({ service, since: 1, why: 'It failed.' })),
      database: more.database ?? 'up',
    },
  },
  address: `https://${name}:8443`,
  since: 3,
  why: state === 'gone' ? 'It was not heard of for 10 seconds.' : 'It is running.',
});

async function fixture(nodes: NodeDetails[], isAlone = false) {
  let changes = 0;
  const door: NodesDoor = {
    self: () => 'a',
    isAlone: () => isAlone,
    isHearing: () => true,
    details: () => nodes,
    refusals: () => [],
    waiting: () => 0,
    changed: async () => {
      changes++;
    },
  };
  const admin = adminFixture({ nodes: door });
  for (const name of ['a', 'b', 'c'])
    await admin.stores.cluster.arrive({ name, incarnation: `${name}-1`, version: '1.0.0', schema: 11, address: '', startedAt: 1 }, 2);
  await admin.stores.cluster.left('c', 'c-1');
  return { ...admin, viewer: viewerOf('administrator'), changes: () => changes };
}

const done = <T>(result: { ok: true; value: T } | { ok: false; fault: { message: string } }): T => {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};

describe('the nodes of a cluster', () => {
  it('are told with their state and in sentences, the worst first, stopped ones from the database', async () => {
    const { api, viewer } = await fixture([details('a', 'up', { users: 3, database: 'down' }), details('b', 'gone', { users: 9 })]);
    const shown = done(await api.topology.show(viewer, {}));
    expect(shown.nodes.map(({ name, state, users, self }) => [name, state, users, self])).toEqual([
      ['a', 'up', 3, true],
      ['b', 'gone', 0, false],
      ['c', 'stopped', 0, false],
    ]);
    expect(shown.sentences.map(({ text }) => text)).toEqual([
      'b is gone. It was not heard of for 10 seconds.',
      'a cannot reach the database.',
      '1 node of 3 is up, with 3 people online. a is the publisher.',
      'c was stopped.',
    ]);
  });

  it('are one that is told to be alone without NATS', async () => {
    const { api, viewer } = await fixture([details('a', 'up')], true);
    const shown = done(await api.topology.show(viewer, {}));
    expect(shown.nodes).toHaveLength(1);
    expect(shown.sentences[0]?.text).toContain('This node is alone.');
    expect(await api.topology.remove(viewer, { name: 'b' })).toMatchObject({ ok: false, fault: { code: 'topology.alone' } });
  });

  it('are removed only when they are gone or stopped, and everybody is told after the commit', async () => {
    const { api, viewer, stores, changes } = await fixture([details('a', 'up'), details('b', 'up')]);
    for (const [name, code] of [
      ['a', 'topology.self'],
      ['b', 'topology.running'],
      ['x', 'topology.unknown'],
    ] as const)
      expect(await api.topology.remove(viewer, { name })).toMatchObject({ ok: false, fault: { code } });
    expect(changes()).toBe(0);
    done(await api.topology.remove(viewer, { name: 'c' }));
    expect(changes()).toBe(1);
    expect((await stores.cluster.nodes()).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('have one publisher, changed by an administrator alone', async () => {
    const { api, viewer, stores, changes } = await fixture([details('a', 'up'), details('b', 'up')]);
    expect(await api.topology.promote(viewerOf('operator'), { name: 'b' })).toMatchObject({ ok: false });
    done(await api.topology.promote(viewer, { name: 'b' }));
    expect((await stores.cluster.nodes()).filter(({ role }) => role === 'publisher').map(({ name }) => name)).toEqual(['b']);
    expect(changes()).toBe(1);
    expect(await api.topology.promote(viewer, { name: 'x' })).toMatchObject({ ok: false, fault: { code: 'topology.unknown' } });
  });
});
