import { describe, expect, it } from 'vitest';
import { readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { fileFilter, fileFilters, fileSortNames, filesInput, logFilters, logInput } from './search-params.ts';

const query = (raw: Record<string, string>) => readTableQuery(raw, { sorts: fileSortNames, filters: fileFilters });

describe('the filters of files', () => {
  it('reach the use case under its own names', () => {
    expect(
      filesInput(
        query({ q: 'rome', person: 'anna', type: 'image/', size: '1048576', since: '2026-11-24T09:00Z', sort: '-size', cursor: 'x' }),
      ),
    ).toEqual({
      search: 'rome',
      person: 'anna',
      type: 'image/',
      minSize: 1_048_576,
      since: Date.UTC(2026, 10, 24, 9),
      sort: 'size',
      descending: true,
      cursor: 'x',
    });
  });

  it('leave out what is none of the choices, so that the page still opens', () => {
    expect(filesInput(query({ type: 'nonsense', size: 'big', since: 'yesterday', sort: 'colour' }))).toEqual({});
  });

  it('are what a deletion of all that match is about: never the page', () => {
    expect(fileFilter(query({ person: 'anna', cursor: 'x', sort: 'size' }))).toEqual({ person: 'anna' });
  });

  it('of the log take a whole last minute', () => {
    const read = readTableQuery({ file: 'abc', what: 'download', until: '2026-11-24T09:30Z' }, { filters: logFilters });
    expect(logInput(read)).toEqual({ file: 'abc', what: 'download', until: Date.UTC(2026, 10, 24, 9, 30) + 59_999 });
    expect(logInput(readTableQuery({ what: 'other' }, { filters: logFilters }))).toEqual({});
  });
});
