import { describe, expect, it } from 'vitest';
import { readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { onlyOccupied, roomFilter, roomFilters, roomsInput, roomTableSorts } from './search-params.ts';

const read = (raw: Record<string, string>) => readTableQuery(raw, { sorts: roomTableSorts, filters: roomFilters });

describe('the list of rooms in the URL', () => {
  it('reads search, filters, order and place', () => {
    const query = read({ q: 'team', kind: 'passing', listed: 'hidden', server: 'conference.example.com', sort: '-title', cursor: 'abc' });
    expect(roomsInput(query)).toEqual({
      search: 'team',
      domain: 'conference.example.com',
      persistent: false,
      public: false,
      sort: 'title',
      descending: true,
      cursor: 'abc',
    });
  });

  it('leaves out what is no choice', () => {
    expect(roomsInput(read({ kind: 'rubbish', listed: '', sort: 'password' }))).toEqual({});
  });

  it('holds only rooms with somebody inside when filtered or ordered so, which a bulk action does not repeat', () => {
    expect(roomsInput(read({ people: 'inside' }))).toEqual({ occupied: true });
    expect(roomsInput(read({ sort: '-occupants' }))).toEqual({ occupied: true, sort: 'occupants', descending: true });
    expect(onlyOccupied(read({ kind: 'persistent' }))).toBe(false);
    expect(roomFilter(read({ people: 'inside' }))).toEqual({});
  });
});
