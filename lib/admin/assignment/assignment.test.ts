import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { people } from '../../testing/contracts/make.ts';
import type { JobView } from '../jobs/outputs.ts';
import type { FailoverControl } from '../shared/define.ts';

const administrator = viewerOf('administrator');
async function world(names: readonly string[] = ['anna', 'bert', 'carl', 'dora']) {
  const base = adminFixture().deps.failover;
  let announced = 0;
  const failover: FailoverControl = { ...base, isAlone: false, announce: async () => void announced++ };
  const fixture = adminFixture({ failover });
  const { redundancy, homes, ownership } = fixture.stores;
  for (const node of ['a', 'b']) await redundancy.enter(node, 'Default', 1);
  const first = (await redundancy.read()).groups[0]!;
  await redundancy.update(first.id, first.version, { nodes: ['a', 'b'] });
  const ids = await people(fixture.stores, ...names);
  const ended = async (started: Promise<{ ok: true; value: JobView } | { ok: false; fault: { message: string } }>) => {
    const job = await started;
    if (!job.ok) throw new Error(job.fault.message);
    await fixture.jobs.idle();
    return (await fixture.stores.jobs.get(job.value.id))!;
  };
  /** The nodes let go of everybody on the way. */
  const arrive = async () => {
    for await (const rows of ownership.peopleAfter(0)) await ownership.arrive(rows.filter((row) => row.moving));
  };
  const homesNow = async () => [...(await homes.of(ids)).values()].map((row) => row.home);
  return { ...fixture, ids, ended, arrive, homesNow, announced: () => announced };
}
const code = (result: { ok: boolean; fault?: { code: string } }): string => (result.ok ? 'done' : (result.fault?.code ?? ''));

describe('assignment of users', () => {
  it('says of a node that is alone that it is home to everybody', async () => {
    const fixture = adminFixture();
    await people(fixture.stores, 'anna');
    expect(await fixture.api.assignment.show(administrator, {})).toMatchObject({
      ok: true,
      value: { alone: true, total: 1, unassigned: 0 },
    });
    expect(await fixture.api.assignment.people(administrator, {})).toMatchObject({ ok: true, value: { items: [{ home: 'node-1' }] } });
    expect(code(await fixture.api.assignment.assign(administrator, { users: ['anna'], to: 'b' }))).toBe('assignment.alone');
  });

  it('shows who has no home and cannot sign in', async () => {
    const { api } = await world();
    expect(await api.assignment.show(administrator, {})).toMatchObject({
      ok: true,
      value: { total: 4, unassigned: 4, says: '4 users have no home and cannot sign in.', nodes: [{ node: 'a', users: 0 }, { node: 'b' }] },
    });
    const listed = await api.assignment.people(administrator, { unassigned: true, limit: 3 });
    expect(listed.ok && [listed.value.items.length, listed.value.next !== null]).toEqual([3, true]);
  });

  it('previews, assigns as a job, and takes back what nobody changed since', async () => {
    const { api, ended, arrive, homesNow, announced, stores, ids } = await world();
    await ended(api.assignment.assign(administrator, { unassigned: true, to: 'a' }));
    expect(await homesNow()).toEqual(['a', 'a', 'a', 'a']);
    expect(announced()).toBeGreaterThan(0);
    const preview = await api.assignment.preview(administrator, { users: ['anna', 'bert', 'nobody'], to: 'b' });
    expect(preview).toMatchObject({
      ok: true,
      value: { moves: 2, stays: 0, missing: 1, sample: [{ userId: 'anna', from: 'a', to: 'b' }, {}] },
    });
    expect(code(await api.assignment.assign(administrator, { users: ['anna', 'bert'], to: 'b', expect: 1 }))).toBe('assignment.more');
    const job = await ended(api.assignment.assign(administrator, { users: ['anna', 'bert', 'nobody'], to: 'b' }));
    expect(job).toMatchObject({ state: 'done', done: 2, failed: 1, summary: '2 assigned, 0 left alone, 1 failed.' });
    await arrive();
    expect(await homesNow()).toEqual(['b', 'b', 'a', 'a']);
    // Somebody moves bert on; the undo leaves him alone.
    await stores.homes.assign([{ accountId: ids[1]!, to: null }]);
    await arrive();
    const undone = await ended(api.assignment.undo(administrator, { job: job.id }));
    expect(undone.summary).toBe('1 assigned, 1 left alone, 0 failed.');
    await arrive();
    expect(await homesNow()).toEqual(['a', null, 'a', 'a']);
    const { items } = await stores.audit.find({ limit: 50, action: 'assignment.assign' });
    expect(items.some((record) => record.parentId === `job:${job.id}`)).toBe(true);
  });

  it('rebalances with the numbers told before', async () => {
    const { api, ended, arrive, stores } = await world();
    await ended(api.assignment.assign(administrator, { unassigned: true, to: 'a' }));
    expect(await api.assignment.previewRebalance(administrator, {})).toMatchObject({
      ok: true,
      value: { moves: 2, flows: [{ from: 'a', to: 'b', count: 2 }], says: 'Users would move: 2 from a to b.' },
    });
    expect(code(await api.assignment.rebalance(administrator, { expect: 1 }))).toBe('assignment.more');
    await ended(api.assignment.rebalance(administrator, { expect: 2 }));
    await arrive();
    expect(Object.fromEntries((await stores.homes.counts()).byNode)).toEqual({ a: 2, b: 2 });
    expect(code(await api.assignment.rebalance(administrator, {}))).toBe('assignment.nothing');
  });

  it('refuses a node that is in no group, and a target that names nobody or two', async () => {
    const { api } = await world();
    expect(code(await api.assignment.assign(administrator, { unassigned: true, to: 'z' }))).toBe('assignment.noNode');
    expect((await api.assignment.assign(administrator, { to: 'a' })).ok).toBe(false);
    expect((await api.assignment.assign(administrator, { from: 'b', unassigned: true, to: 'a' })).ok).toBe(false);
    expect(code(await api.assignment.undo(administrator, { job: 'none' }))).toBe('assignment.noJob');
  });
});
