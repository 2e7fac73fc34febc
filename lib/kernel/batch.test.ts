import { describe, expect, it } from 'vitest';
import { createBatcher } from './batch.ts';

function asked(shares: boolean, maxBatch = 500) {
  const batches: string[][] = [];
  let failing = false;
  const ask = createBatcher<string, string>({
    keyOf: (item) => item,
    shares,
    maxBatch,
    async run(items) {
      batches.push([...items]);
      if (failing) throw new Error('down');
      return items.map((item) => item.toUpperCase());
    },
  });
  return {
    batches,
    ask,
    fail: (now: boolean) => {
      failing = now;
    },
  };
}

describe('a batch', () => {
  it('takes what comes in one turn, asks once for equal keys and gives each its own answer', async () => {
    const { ask, batches } = asked(true);
    expect(await Promise.all(['a', 'b', 'a'].map(ask))).toEqual(['A', 'B', 'A']);
    expect(batches).toEqual([['a', 'b']]);
  });

  it('puts an equal key into the next when changes must not be joined', async () => {
    const { ask, batches } = asked(false);
    expect(await Promise.all(['a', 'b', 'a'].map(ask))).toEqual(['A', 'B', 'A']);
    expect(batches).toEqual([['a', 'b'], ['a']]);
  });

  it('is bounded, and one is on its way at a time', async () => {
    const { ask, batches } = asked(true, 2);
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask));
    expect(batches).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('rejects all of a failed question and goes on after it', async () => {
    const { ask, fail } = asked(true);
    fail(true);
    const both = await Promise.allSettled([ask('a'), ask('b')]);
    expect(both.map((each) => each.status)).toEqual(['rejected', 'rejected']);
    fail(false);
    expect(await ask('a')).toBe('A');
  });

  it('leaves at once in quiet times and gathers in a storm', async () => {
    const { ask, batches } = asked(true);
    const began = performance.now();
    // One after the other for a while: each would be a question of its own.
    const asking = Array.from({ length: 20 }, async (_, who) => {
      for (let i = 0; i < 10; i++) await ask(`${who} ${i}`);
    });
    await Promise.all(asking);
    expect(batches.length).toBeLessThanOrEqual(10 + Math.ceil((performance.now() - began) / 10) + 8);
    expect(batches[0]?.length).toBe(20);
  });
});
