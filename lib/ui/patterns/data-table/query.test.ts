import { describe, expect, it } from 'vitest';
import { isNarrowed, readTableQuery, withParams } from './query.ts';

const allowed = { sorts: ['name', 'since'], filters: ['state', 'role'] };

describe('the state of a table in the URL', () => {
  it('reads search, order, place and filters', () => {
    expect(readTableQuery({ q: ' ana ', sort: '-since', cursor: 'abc', state: 'live,hibernating' }, allowed)).toEqual({
      search: 'ana',
      sort: 'since',
      descending: true,
      cursor: 'abc',
      filters: { state: ['live', 'hibernating'] },
    });
  });

  it('ignores what the page does not name, and values without content', () => {
    expect(readTableQuery({ sort: 'password', state: ' , ', evil: '1' }, allowed)).toEqual({
      search: '',
      sort: '',
      descending: false,
      cursor: null,
      filters: {},
    });
  });

  it('takes the first of a parameter given twice', () => {
    expect(readTableQuery({ q: ['a', 'b'] }).search).toBe('a');
  });

  it('refuses a cursor that is longer than any of ours', () => {
    expect(readTableQuery({ cursor: 'x'.repeat(2001) }).cursor).toBeNull();
  });

  it('tells a narrowed list from a whole one', () => {
    expect(isNarrowed(readTableQuery({ sort: 'name', cursor: 'x' }, allowed))).toBe(false);
    expect(isNarrowed(readTableQuery({ role: 'operator' }, allowed))).toBe(true);
  });

  it('starts at the first page after a new filter, and keeps the filter when paging', () => {
    expect(withParams(new URLSearchParams('q=ana&cursor=abc'), { state: 'live' })).toBe('?q=ana&state=live');
    expect(withParams(new URLSearchParams('q=ana'), { cursor: 'abc' })).toBe('?q=ana&cursor=abc');
    expect(withParams(new URLSearchParams('q=ana'), { q: null })).toBe('?');
  });
});
