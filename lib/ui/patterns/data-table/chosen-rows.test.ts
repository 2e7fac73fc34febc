import { describe, expect, it } from 'vitest';
import { chosenRows } from './chosen-rows.ts';

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly at: number;
}
const rows: readonly Row[] = [
  { name: 'Beta', kind: 'x', at: 2 },
  { name: 'alpha', kind: 'y', at: 10 },
  { name: 'gamma ray', kind: 'x', at: 1 },
];
const how = {
  text: (row: Row) => row.name,
  filters: { kind: (row: Row) => row.kind },
  sorts: { name: (row: Row) => row.name.toLowerCase(), at: (row: Row) => row.at },
  otherwise: { id: 'name' },
};
const query = { search: '', sort: '', descending: false, cursor: null, filters: {} };
const names = (change: Partial<typeof query> & { filters?: Record<string, string[]> }) =>
  chosenRows(rows, { ...query, ...change }, how).map((row) => row.name);

describe('rows of a table that are all there', () => {
  it('stand in their own order when none is chosen', () => expect(names({})).toEqual(['alpha', 'Beta', 'gamma ray']));
  it('are ordered by number where the column holds numbers', () => expect(names({ sort: 'at' })).toEqual(['gamma ray', 'Beta', 'alpha']));
  it('turn round', () => expect(names({ sort: 'at', descending: true })).toEqual(['alpha', 'Beta', 'gamma ray']));
  it('must hold every word of the search', () => {
    expect(names({ search: 'RAY gam' })).toEqual(['gamma ray']);
    expect(names({ search: 'ray beta' })).toEqual([]);
  });
  it('must be among the values of each filter', () => {
    expect(names({ filters: { kind: ['x'] } })).toEqual(['Beta', 'gamma ray']);
    expect(names({ filters: { kind: ['x', 'y'] } })).toHaveLength(3);
  });
  it('ignore a filter nobody knows', () => expect(names({ filters: { colour: ['red'] } })).toHaveLength(3));
});
