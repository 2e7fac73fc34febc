import { describe, expect, it } from 'vitest';
import type { PersonHome } from '../../cluster/ports.ts';
import { jid, type MakeStores, people, useStores } from './make.ts';

export function describeAssignmentContract(name: string, make: MakeStores): void {
  describe(`homes of people: ${name}`, () => {
    const stores = useStores(make);
    const newerThan = async (version: number): Promise<PersonHome[]> => {
      const rows: PersonHome[] = [];
      for await (const slice of stores().ownership.peopleAfter(version)) rows.push(...slice);
      return rows;
    };

    it('gives a home at once to who has none, and lets who has one be on the way first', async () => {
      const { homes, ownership } = stores();
      const [anna = 0, bert = 0, carl = 0] = await people(stores(), 'anna', 'bert', 'carl');
      expect(
        await homes.assign([
          { accountId: anna, to: 'n1' },
          { accountId: bert, to: 'n1' },
        ]),
      ).toEqual([anna, bert]);
      expect(await homes.assign([{ accountId: anna, to: 'n1' }])).toEqual([]);
      expect(await homes.assign([{ accountId: anna, to: 'n2' }])).toEqual([anna]);
      expect((await homes.of([anna, bert, carl])).get(anna)).toMatchObject({ home: 'n1', moving: true, next: 'n2' });
      expect((await homes.of([anna, bert, carl])).get(carl)).toBeUndefined();
      expect(await homes.counts()).toEqual({
        total: 3,
        unassigned: 1,
        byNode: new Map([
          ['n1', 1],
          ['n2', 1],
        ]),
        moving: 1,
      });
      const [way] = (await newerThan(0)).filter((row) => row.moving);
      await ownership.arrive([way!]);
      expect((await homes.of([anna])).get(anna)).toMatchObject({ home: 'n2', moving: false, next: null, bare: jid('anna@example.com') });
    });

    it('forgets that somebody is on the way when sent elsewhere before arriving, or called back', async () => {
      const { homes, ownership } = stores();
      const [anna = 0] = await people(stores(), 'anna');
      await homes.assign([{ accountId: anna, to: 'n1' }]);
      await homes.assign([{ accountId: anna, to: 'n2' }]);
      const [first] = await newerThan(0);
      await homes.assign([{ accountId: anna, to: 'n3' }]);
      await ownership.arrive([first!]);
      expect((await homes.of([anna])).get(anna)).toMatchObject({ home: 'n1', moving: true, next: 'n3' });
      await homes.assign([{ accountId: anna, to: 'n1' }]);
      expect((await homes.of([anna])).get(anna)).toMatchObject({ home: 'n1', moving: false, next: null });
    });

    it('changes only who is still where an undo thinks, and takes a home away', async () => {
      const { homes, ownership } = stores();
      const [anna = 0, bert = 0] = await people(stores(), 'anna', 'bert');
      await homes.assign([
        { accountId: anna, to: 'n1' },
        { accountId: bert, to: 'n2' },
      ]);
      expect(
        await homes.assign([
          { accountId: anna, to: 'n3', from: 'n2' },
          { accountId: bert, to: 'n3', from: 'n2' },
        ]),
      ).toEqual([bert]);
      await homes.assign([{ accountId: anna, to: null }]);
      await ownership.arrive(await newerThan(0));
      expect(await homes.unassigned(10)).toEqual([anna]);
      expect(await homes.idsOn('n3', 0, 10)).toEqual([bert]);
      expect(await homes.assign([{ accountId: 999_999, to: 'n1' }])).toEqual([]);
    });

    it('tells what is newer, in order, also of an address that changed; and nothing of who was removed', async () => {
      const { homes, accounts, ownership } = stores();
      const [anna = 0, bert = 0] = await people(stores(), 'anna', 'bert');
      await homes.assign([{ accountId: bert, to: 'n1' }]);
      await homes.assign([{ accountId: anna, to: 'n1' }]);
      expect((await newerThan(0)).map((row) => row.accountId)).toEqual([bert, anna]);
      const seen = (await ownership.prove('n1')).people;
      expect(await newerThan(seen)).toEqual([]);
      await accounts.update(bert, { local: 'robert' });
      expect((await newerThan(seen)).map((row) => row.bare)).toEqual([jid('robert@example.com')]);
      expect((await ownership.prove('n1')).people).toBeGreaterThan(seen);
      await accounts.remove([anna]);
      expect((await newerThan(0)).map((row) => row.accountId)).toEqual([bert]);
      expect(await homes.counts()).toMatchObject({ total: 1, unassigned: 0 });
    });

    it('lists people of a node, those without one, and pages them by user ID', async () => {
      const { homes } = stores();
      const ids = await people(stores(), 'dora', 'anna', 'carl', 'bert');
      await homes.assign(ids.slice(0, 3).map((accountId) => ({ accountId, to: 'n1' })));
      const first = await homes.find({ node: 'n1', limit: 2 });
      expect(first.items.map((row) => row.userId)).toEqual(['anna', 'carl']);
      const second = await homes.find({ node: 'n1', limit: 2, cursor: first.nextCursor! });
      expect([second.items.map((row) => row.userId), second.nextCursor]).toEqual([['dora'], null]);
      expect((await homes.find({ node: null, limit: 10 })).items.map((row) => row.userId)).toEqual(['bert']);
      expect((await homes.find({ search: 'car', limit: 10 })).items.map((row) => row.home)).toEqual(['n1']);
      expect((await homes.find({ limit: 10 })).items).toHaveLength(4);
    });
  });

  describe(`redundancy groups: ${name}`, () => {
    const stores = useStores(make);
    const entered = async (...nodes: string[]) => {
      for (const node of nodes) await stores().redundancy.enter(node, 'Default', 1_000);
    };
    const group = async (of = 'Default') => {
      const { groups } = await stores().redundancy.read();
      const found = groups.find((one) => one.name === of);
      if (found === undefined) throw new Error(`no group ${of}`);
      return found;
    };

    it('makes the first group for the first node; later ones are in none until they are put into one', async () => {
      const { redundancy } = stores();
      expect(await redundancy.enter('n1', 'Default', 1_000)).toBe('new');
      expect(await redundancy.enter('n1', 'Default', 2_000)).toBe('again');
      await entered('n2');
      const { groups, loose } = await redundancy.read();
      expect(groups).toMatchObject([{ name: 'Default', highAvailability: false, automaticFallback: true, createdAt: 1_000 }]);
      expect(groups[0]?.nodes).toMatchObject([{ name: 'n1', acting: 'n1', epoch: 1, state: 'initializing', handover: 'none' }]);
      expect(loose.map((node) => node.name)).toEqual(['n2']);
    });

    it('keeps a node in one group and a name for one group', async () => {
      const { redundancy } = stores();
      await entered('n1', 'n2', 'n3');
      const more = { description: '', highAvailability: false, automaticFallback: true, createdAt: 1 };
      expect(await redundancy.create({ ...more, name: 'default', nodes: ['n2'] })).toBe('taken');
      expect(await redundancy.create({ ...more, name: 'Other', nodes: ['n2', 'n1'] })).toBe('node-taken');
      expect((await redundancy.read()).groups).toHaveLength(1);
      expect(await redundancy.create({ ...more, name: 'Other', nodes: ['n3', 'n2'] })).toBeTypeOf('number');
      expect((await group('Other')).nodes.map((node) => node.name)).toEqual(['n3', 'n2']);
      const { id, version } = await group('Other');
      expect(await redundancy.update(id, version, { nodes: ['n2', 'n3'], description: 'two' })).toBe('done');
      expect(await redundancy.update(id, version, { description: 'late' })).toBe('stale');
      expect(await redundancy.update(id, version + 1, { name: 'DEFAULT' })).toBe('taken');
      expect(await redundancy.update(id, version + 1, { nodes: ['n1'] })).toBe('node-taken');
      expect(await group('Other')).toMatchObject({ description: 'two', nodes: [{ name: 'n2' }, { name: 'n3' }] });
      expect(await redundancy.remove(id, version)).toBe(false);
      expect(await redundancy.remove(id, (await group('Other')).version)).toBe(true);
      expect((await redundancy.read()).loose.map((node) => node.name)).toEqual(['n2', 'n3']);
    });

    it('takes a step that was decided on the newest version, all of it, and no other', async () => {
      const { redundancy, ownership } = stores();
      await entered('n1', 'n2');
      await redundancy.update((await group()).id, 1, { nodes: ['n1', 'n2'] });
      const { id, version } = await group();
      const asked = [
        { name: 'n1', state: 'failing-over', reason: 'on-admin-request', by: 'ada', handover: 'asked' },
        { name: 'n2', state: 'taking-over', reason: 'on-admin-request', by: 'ada' },
      ] as const;
      expect(await redundancy.step(id, version, 5_000, asked)).toBe(true);
      expect(await redundancy.step(id, version, 6_000, [{ name: 'n1', acting: 'n2' }])).toBe(false);
      expect((await group()).nodes).toMatchObject([
        { name: 'n1', state: 'failing-over', by: 'ada', since: 5_000, acting: 'n1', epoch: 1, handover: 'asked' },
        { name: 'n2', state: 'taking-over' },
      ]);
      await ownership.letGo('n1', 7);
      expect((await group()).nodes[0]?.handover).toBe('asked');
      await ownership.letGo('n1', 1);
      expect((await group()).nodes[0]?.handover).toBe('done');
      await redundancy.step(id, version + 1, 7_000, [{ name: 'n1', acting: 'n2', state: 'idle', healthySince: 7_000 }]);
      expect((await group()).nodes[0]).toMatchObject({ acting: 'n2', epoch: 2, handover: 'none', healthySince: 7_000, state: 'idle' });
      expect((await ownership.prove('n2')).homes).toEqual([
        { name: 'n1', acting: 'n2', epoch: 2, handover: 'none' },
        { name: 'n2', acting: 'n2', epoch: 1, handover: 'none' },
      ]);
    });

    it('forgets a node only when it is home to nobody and acts for no other', async () => {
      const { redundancy, homes, ownership } = stores();
      await entered('n1', 'n2');
      const [anna = 0] = await people(stores(), 'anna');
      await homes.assign([{ accountId: anna, to: 'n2' }]);
      expect(await redundancy.forget('n2')).toBe(false);
      await homes.assign([{ accountId: anna, to: 'n1' }]);
      expect(await redundancy.forget('n2')).toBe(false);
      const rows: PersonHome[] = [];
      for await (const slice of ownership.peopleAfter(0)) rows.push(...slice);
      await ownership.arrive(rows);
      expect(await redundancy.forget('n2')).toBe(true);
      expect(await redundancy.forget('n2')).toBe(false);
    });
  });
}
