import { describe, expect, it } from 'vitest';
import { holdRows } from './held-rows.ts';
import { extend } from './selection.ts';

const row = (id: string, value = 0) => ({ id, value });
const key = (each: { id: string }) => each.id;

describe('the rows of a live table', () => {
  it('renew their values in place', () => {
    const held = holdRows([row('a'), row('b')], [row('b', 2), row('a', 1)], key);
    expect(held.rows).toEqual([row('a', 1), row('b', 2)]);
    expect(held.waiting).toBe(0);
  });

  it('wait when they are new, so that nothing moves under the pointer', () => {
    const held = holdRows([row('a')], [row('new'), row('a')], key);
    expect(held.rows.map(key)).toEqual(['a']);
    expect(held.waiting).toBe(1);
  });

  it('stay with their last values when they are gone, and are named', () => {
    const held = holdRows([row('a', 7), row('b')], [row('b')], key);
    expect(held.rows[0]).toEqual(row('a', 7));
    expect([...held.gone]).toEqual(['a']);
  });
});

describe('ticking rows', () => {
  const order = ['a', 'b', 'c', 'd'];

  it('turns one over', () => {
    expect([...extend(new Set(), order, 'b', null)]).toEqual(['b']);
    expect([...extend(new Set(['b']), order, 'b', null)]).toEqual([]);
  });

  it('takes all between the last one ticked and this one with Shift, in both directions', () => {
    expect([...extend(new Set(['b']), order, 'd', 'b')]).toEqual(['b', 'c', 'd']);
    expect([...extend(new Set(['d']), order, 'b', 'd')]).toEqual(['d', 'b', 'c']);
  });

  it('unticks the same way', () => {
    expect([...extend(new Set(order), order, 'c', 'a')]).toEqual(['d']);
  });

  it('takes only this one when the last one is on another page', () => {
    expect([...extend(new Set(), order, 'c', 'gone')]).toEqual(['c']);
  });
});
