import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createTurns, type Turn } from './turns.ts';

function line(rate: number, options: { most?: number; total?: number } = {}) {
  const clock = createFakeClock();
  const pace = { rate };
  const turns = createTurns({ clock, rate: () => pace.rate, ...options });
  const order: string[] = [];
  const ask = async (who: string, name: string, by: object = turns): Promise<Turn> => {
    const turn = turns.take(who, by);
    const came = turn instanceof Promise ? await turn : turn;
    order.push(`${name}: ${came}`);
    return came;
  };
  const rest = async () => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return { clock, pace, turns, order, ask, rest };
}

describe('turns', () => {
  it('come at once up to the rate, and answer without a promise', () => {
    const { turns } = line(3);
    expect([1, 2, 3].map(() => turns.take('a', turns))).toEqual(['now', 'now', 'now']);
    expect(turns.take('a', turns)).toBeInstanceOf(Promise);
    expect(turns.take('b', turns)).toBe('now');
  });

  it('over the rate come later, in the order in which they were asked for', async () => {
    const { clock, order, ask, rest } = line(2);
    for (const name of ['1', '2', '3', '4', '5']) void ask('a', name);
    await rest();
    expect(order).toEqual(['1: now', '2: now']);
    clock.advance(500);
    await rest();
    expect(order).toEqual(['1: now', '2: now', '3: now']);
    clock.advance(1000);
    await rest();
    expect(order.slice(3)).toEqual(['4: now', '5: now']);
    expect(clock.waiting).toBe(0);
  });

  it('are refused to the eleventh who would wait, and no one is kept longer than ten seconds', async () => {
    const { clock, order, ask, rest } = line(1);
    for (let i = 0; i < 12; i++) void ask('a', String(i));
    await rest();
    expect(order).toEqual(['0: now', '11: refused']);
    clock.advance(10_000);
    await rest();
    expect(order).toHaveLength(12);
    expect(clock.waiting).toBe(0);
  });

  it('are refused to everyone new while too many wait in all', async () => {
    const { ask, order, rest } = line(1, { total: 2 });
    for (const who of ['a', 'b', 'c']) for (const name of ['1', '2']) void ask(who, who + name);
    await rest();
    expect(order).toEqual(['a1: now', 'b1: now', 'c1: now', 'c2: refused']);
  });

  it('of somebody who has gone are given up, with their timer', async () => {
    const { clock, turns, order, ask, rest } = line(1);
    const [phone, desk] = [{}, {}];
    void ask('a', '1', phone);
    void ask('a', '2', phone);
    void ask('a', '3', desk);
    turns.leave('a', phone);
    await rest();
    expect(order).toEqual(['1: now', '2: gone']);
    clock.advance(1000);
    await rest();
    expect(order).toEqual(['1: now', '2: gone', '3: now']);
    void ask('a', '4', desk);
    turns.leave('a', desk);
    expect(clock.waiting).toBe(0);
  });

  it('follow a rate that changes, and end waiting when there is no limit any more', async () => {
    const { clock, pace, order, ask, rest } = line(1);
    for (const name of ['1', '2', '3', '4']) void ask('a', name);
    pace.rate = 0;
    clock.advance(1000);
    await rest();
    expect(order).toHaveLength(4);
  });

  it('are not remembered of more people than fit, those who wait excepted', async () => {
    const { turns, clock, order, ask, rest } = line(1, { total: 5, most: 10 });
    void ask('waits', '1');
    void ask('waits', '2');
    for (let i = 0; i < 100; i++) turns.take(`p${i}`, turns);
    expect(turns.size).toBeLessThanOrEqual(11);
    clock.advance(1000);
    await rest();
    expect(order).toEqual(['1: now', '2: now']);
  });
});
