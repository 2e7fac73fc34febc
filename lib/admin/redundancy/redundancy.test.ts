import { describe, expect, it } from 'vitest';
import type { NodeFacts, NodeState } from '../../cluster/ports.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createEventHub } from '../../kernel/events.ts';
import { silentLog } from '../../kernel/log.ts';
import { createRecoveryManager } from '../../redundancy/index.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { people } from '../../testing/contracts/make.ts';
import type { FailoverControl } from '../shared/define.ts';

const administrator = viewerOf('administrator');
const timing = {
  lookMs: 1_000,
  missedBeatMs: 60_000,
  criticalServiceDelayMs: 90_000,
  leaseMs: 60_000,
  fallbackAfterMs: 1_800_000,
  initializationMs: 120_000,
  handOverLimitMs: 15_000,
};

/** Administration of a cluster of two, a and b, in the first group; c is in none. */
async function world() {
  const states = new Map<string, NodeState>();
  const versions = new Map<string, string>();
  const facts = (name: string): NodeFacts => ({
    name,
    incarnation: name,
    version: versions.get(name) ?? '1.0.0',
    schema: 11,
    role: name === 'a' ? 'publisher' : 'subscriber',
    state: states.get(name) ?? 'up',
    startedAt: 0,
    heardAt: Date.now(),
    delayMs: 2,
    health: { sessions: 10, users: 8, down: [], database: 'up' },
  });
  const names = ['a', 'b', 'c'];
  let announced = 0;
  const control = { isAlone: false, nodes: () => names.map(facts), announce: async () => void announced++, assigner: null } as const;
  const failover = { ...control, recovery: null, monitor: adminFixture().deps.failover.monitor } as FailoverControl;
  const fixture = adminFixture({ failover });
  const { redundancy } = fixture.stores;
  const recovery = createRecoveryManager({
    self: 'a',
    store: redundancy,
    membership: { self: facts('a'), nodes: () => names.map(facts), find: facts, onChange: () => () => undefined },
    hears: () => true,
    announce: control.announce,
    timing: () => timing,
    events: createEventHub(() => undefined),
    clock: systemClock,
    log: silentLog,
  });
  Object.assign(failover, { recovery });
  for (const name of names) await redundancy.enter(name, 'Default', 1);
  const first = (await redundancy.read()).groups[0]!;
  await redundancy.update(first.id, first.version, { nodes: ['a', 'b'] });
  const [anna = 0, bert = 0] = await people(fixture.stores, 'anna', 'bert');
  await fixture.stores.homes.assign([
    { accountId: anna, to: 'a' },
    { accountId: bert, to: 'b' },
  ]);
  await recovery.look();
  const group = async () => {
    const listed = await fixture.api.redundancy.list(administrator, {});
    if (!listed.ok) throw new Error(listed.fault.message);
    return listed.value.groups[0]!;
  };
  return {
    ...fixture,
    recovery,
    group,
    say: (name: string, state: NodeState) => void states.set(name, state),
    release: (name: string, version: string) => void versions.set(name, version),
    announced: () => announced,
  };
}
const code = (result: { ok: boolean; fault?: { code: string } }): string => (result.ok ? 'done' : (result.fault?.code ?? ''));

describe('administration of redundancy groups', () => {
  it('says of a node that is alone that nothing takes over', async () => {
    const fixture = adminFixture({ services: { list: () => [] } as never });
    const listed = await fixture.api.redundancy.list(administrator, {});
    expect(listed).toMatchObject({
      ok: true,
      value: {
        alone: true,
        groups: [{ says: 'This node is alone and works. Nothing takes over when it fails.', nodes: [{ stateName: 'Normal' }] }],
      },
    });
    expect(code(await fixture.api.redundancy.failover(administrator, { node: 'node-1' }))).toBe('redundancy.alone');
  });

  it('turns high availability on only when nothing stands against it', async () => {
    const { api, group, release, say } = await world();
    release('b', '1.1.0');
    const refused = await api.redundancy.update(administrator, { group: 'default', highAvailability: true });
    expect(refused.ok ? '' : refused.fault.message).toContain('different releases: a 1.0.0, b 1.1.0');
    release('b', '1.0.0');
    say('b', 'gone');
    expect((await group()).against).toEqual(['b: it is not there.']);
    say('b', 'up');
    expect(code(await api.redundancy.update(administrator, { group: 'default', highAvailability: true }))).toBe('done');
    expect(await group()).toMatchObject({ highAvailability: true, against: [] });
    expect(code(await api.redundancy.update(administrator, { group: 'default', second: null }))).toBe('redundancy.haOn');
  });

  it('shows first whom a failover touches, then hands over; the state says who asked', async () => {
    const { api, group, recovery, stores } = await world();
    await api.redundancy.update(administrator, { group: 'Default', highAvailability: true });
    await recovery.look();
    const preview = await api.redundancy.preview(administrator, { node: 'a', action: 'failover' });
    expect(preview).toMatchObject({ ok: true, value: { users: 1, sessions: 10, refused: '' } });
    expect(code(await api.redundancy.failover(administrator, { node: 'a', expect: 7 }))).toBe('redundancy.changedCount');
    expect(code(await api.redundancy.failover(administrator, { node: 'a', expect: 1 }))).toBe('done');
    expect((await group()).nodes).toMatchObject([
      { name: 'a', stateName: 'Failing Over', reasonName: 'On Admin Request', by: 'the administrator', actions: [] },
      { name: 'b', stateName: 'Taking Over' },
    ]);
    expect(code(await api.redundancy.failover(administrator, { node: 'b' }))).toBe('redundancy.busy');
    await stores.ownership.letGo('a', 1);
    await recovery.look();
    expect(await group()).toMatchObject({
      tone: 'notice',
      says: 'b acts for 1 user of a.',
      nodes: [{ stateName: 'Idle', actions: ['fallback'] }, {}],
    });
    expect(code(await api.redundancy.fallback(administrator, { node: 'a' }))).toBe('done');
    const { items } = await stores.audit.find({ limit: 10 });
    expect(items[0]).toMatchObject({ action: 'redundancy.fallback', target: 'a', result: 'done', after: { action: 'fallback', users: 1 } });
  });

  it('keeps nodes where people live, and each in one group', async () => {
    const { api } = await world();
    expect(code(await api.redundancy.update(administrator, { group: 'Default', second: null }))).toBe('redundancy.hasUsers');
    expect(code(await api.redundancy.delete(administrator, { group: 'Default' }))).toBe('redundancy.hasUsers');
    expect(code(await api.redundancy.create(administrator, { name: 'west', first: 'b' }))).toBe('redundancy.nodeTaken');
    expect(code(await api.redundancy.create(administrator, { name: 'west', first: 'c', second: 'c' }))).toBe('redundancy.twice');
    expect(code(await api.redundancy.create(administrator, { name: 'default', first: 'c' }))).toBe('redundancy.nameTaken');
    expect(code(await api.redundancy.create(administrator, { name: 'west', first: 'c' }))).toBe('done');
    expect(code(await api.redundancy.update(administrator, { group: 'west', version: 99, description: 'x' }))).toBe('redundancy.stale');
    expect(code(await api.redundancy.delete(administrator, { group: 'west' }))).toBe('done');
    expect(code(await api.redundancy.delete(administrator, { group: 'west' }))).toBe('redundancy.noGroup');
  });

  it('lets every role see it, and administrators alone change it', async () => {
    const { api } = await world();
    for (const role of ['operator', 'read-only'] as const) {
      expect((await api.redundancy.list(viewerOf(role), {})).ok).toBe(true);
      expect((await api.redundancy.failover(viewerOf(role), { node: 'a' })).ok).toBe(false);
    }
  });
});
