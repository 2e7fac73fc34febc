import { describe, expect, it } from 'vitest';
import { readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { auditExportHref, auditFilter, auditFilters } from './search-params.ts';

const query = (raw: Record<string, string>) => readTableQuery(raw, { filters: auditFilters });

describe('the filters of the audit', () => {
  it('reach the use case under its own names', () => {
    expect(auditFilter(query({ q: 'anna', actor: 'ana', action: 'user.create', target: 'user:42', result: 'refused' }))).toEqual({
      search: 'anna',
      actor: 'ana',
      action: 'user.create',
      targetKey: 'user:42',
      result: 'refused',
    });
  });

  it('take moments as UTC and count the whole last minute', () => {
    expect(auditFilter(query({ since: '2026-11-24T09:00Z', until: '2026-11-24T09:30Z' }))).toEqual({
      since: Date.UTC(2026, 10, 24, 9, 0),
      until: Date.UTC(2026, 10, 24, 9, 30) + 59_999,
    });
  });

  it.each([
    ['a result that is none', { result: 'perhaps' }],
    ['a moment that is none', { since: 'yesterday' }],
    ['a day that does not exist', { since: '2026-13-45' }],
    ['a year before 1970', { until: '1969-01-01' }],
  ])('leave out %s, so that the page still opens', (_what, raw) => {
    expect(auditFilter(query(raw as Record<string, string>))).toEqual({});
  });

  it('are all in the link to the export, and nothing else', () => {
    const href = auditExportHref(query({ q: 'a b', target: 'job:1', result: 'done', cursor: 'xyz' }), 'json');
    expect(href).toBe('/api/v1/audit/export?format=json&search=a+b&targetKey=job%3A1&result=done');
  });
});
