import { expect, it } from 'vitest';
import { readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { transcriptExportHref, transcriptFilters, transcriptInputOf } from './transcript-input.ts';

const room = 'dev@conference.example.com';
const read = (raw: Record<string, string>) => readTableQuery(raw, { filters: transcriptFilters });

it('reads words, sender, times and place from the URL, and leaves out what is no time', () => {
  expect(transcriptInputOf(room, read({ q: 'release', nick: 'Ann', since: '2026-11-24T09:12Z', until: 'rubbish', cursor: 'c' }))).toEqual({
    room,
    search: 'release',
    nick: 'Ann',
    since: Date.UTC(2026, 10, 24, 9, 12),
    cursor: 'c',
  });
});

it('exports what the list shows, from its beginning', () => {
  expect(transcriptExportHref(room, read({ sender: 'ann@example.com', cursor: 'c' }), 'json')).toBe(
    '/api/v1/rooms/dev%40conference.example.com/messages/export?format=json&sender=ann%40example.com',
  );
});
