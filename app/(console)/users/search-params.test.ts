import { describe, expect, it } from 'vitest';
import { readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { exportQuery, onlyOnline, userFilters, userSorts, usersInput } from './search-params.ts';

const query = (raw: Record<string, string>) => readTableQuery(raw, { sorts: userSorts, filters: userFilters });

describe('the list of users', () => {
  it('asks for what the URL says', () => {
    const asked = query({ q: 'ann', domain: 'example.com', state: 'disabled', presence: 'online', sort: '-lastSignInAt', cursor: 'c1' });
    expect(usersInput(asked)).toEqual({
      search: 'ann',
      domain: 'example.com',
      enabled: false,
      online: true,
      sort: 'lastSignInAt',
      descending: true,
      cursor: 'c1',
    });
  });

  it('opens with an old link whose values are no choices any more', () => {
    expect(usersInput(query({ state: 'locked', presence: 'busy', sort: 'shoeSize' }))).toEqual({});
  });

  it('exports what is filtered, and not only the page that is shown', () => {
    expect(exportQuery(query({ q: 'a b', state: 'enabled', cursor: 'c1', sort: 'name' }))).toBe('?search=a+b&enabled=true');
    expect(exportQuery(query({}))).toBe('');
  });

  it('knows when it shows only who is signed in now, which no file and no job can hold', () => {
    expect(onlyOnline(query({ presence: 'online' }))).toBe(true);
    expect(onlyOnline(query({}))).toBe(false);
  });
});
