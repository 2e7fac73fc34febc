import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { people } from '../testing/contracts/make.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { createAssigner } from './assigner.ts';
import { type AssignmentMode, chooseHomes, homesFor, rebalance } from './plan.ts';

const group = (...names: string[]) => ({ nodes: names.map((name) => ({ name })) }) as unknown as Parameters<typeof homesFor>[1][number];

describe('the plan of homes', () => {
  it('takes all nodes, or the first of each group', () => {
    const groups = [group('b', 'a'), group('c')];
    expect(homesFor('balanced', groups)).toEqual(['a', 'b', 'c']);
    expect(homesFor('active-standby', groups)).toEqual(['b', 'c']);
  });

  it('gives new people to the emptiest home', () => {
    const counts = new Map([
      ['a', 3],
      ['b', 1],
    ]);
    expect(chooseHomes(4, ['a', 'b'], counts)).toEqual(['b', 'b', 'a', 'b']);
    expect(chooseHomes(2, [], counts)).toEqual([]);
  });

  it('rebalances with the fewest moves, to shares that differ by one at most', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'gone'), fc.nat({ max: 500 }), { noNullPrototype: true }),
        (homes, held) => {
          const counts = new Map(Object.entries(held));
          const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
          const after = new Map(counts);
          const flows = rebalance(homes, counts);
          let moved = 0;
          for (const { from, to, count } of flows) {
            expect(count).toBeGreaterThan(0);
            after.set(from, (after.get(from) ?? 0) - count);
            after.set(to, (after.get(to) ?? 0) + count);
            moved += count;
          }
          const shares = homes.map((home) => after.get(home) ?? 0);
          expect(shares.reduce((sum, n) => sum + n, 0)).toBe(total);
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
          // No home both gives and gets, so no plan with fewer moves reaches it.
          const given = new Set(flows.map(({ from }) => from));
          expect(flows.some(({ to }) => given.has(to))).toBe(false);
          expect(moved).toBeLessThanOrEqual(total);
        },
      ),
    );
  });
});

describe('the assigner', () => {
  async function world(mode: AssignmentMode) {
    const stores = memoryStores();
    for (const node of ['a', 'b']) await stores.redundancy.enter(node, 'Default', 1);
    const first = (await stores.redundancy.read()).groups[0]!;
    await stores.redundancy.update(first.id, first.version, { nodes: ['a', 'b'] });
    let announced = 0;
    const assigner = createAssigner({
      homes: stores.homes,
      redundancy: stores.redundancy,
      mode: () => mode,
      announce: async () => void announced++,
      events: createEventHub(() => undefined),
      log: silentLog,
    });
    await assigner.refresh();
    return { stores, assigner, announced: () => announced };
  }

  it('spreads those without a home, once', async () => {
    const { stores, assigner, announced } = await world('balanced');
    await people(stores, ...Array.from({ length: 11 }, (_, i) => `user${i}`));
    expect(await assigner.assignMissing()).toBe(11);
    expect([...(await stores.homes.counts()).byNode.values()].sort()).toEqual([5, 6]);
    expect([await assigner.assignMissing(), announced()]).toEqual([0, 1]);
    expect(assigner.forNew(2)).toHaveLength(2);
  });

  it('leaves the second node empty when it stands by', async () => {
    const { stores, assigner } = await world('active-standby');
    await people(stores, 'anna', 'bert');
    await assigner.assignMissing();
    expect((await stores.homes.counts()).byNode).toEqual(new Map([['a', 2]]));
  });

  it('assigns nobody in the mode None', async () => {
    const { stores, assigner } = await world('none');
    await people(stores, 'anna');
    expect([await assigner.assignMissing(), assigner.forNew(3)]).toEqual([0, null]);
    expect((await stores.homes.counts()).unassigned).toBe(1);
  });
});
