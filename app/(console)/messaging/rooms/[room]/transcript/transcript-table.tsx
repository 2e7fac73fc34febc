'use client';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { TranscriptRow } from '@/lib/admin/rooms/outputs.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { transcriptExportHref } from './transcript-input.ts';

const rowKey = (row: TranscriptRow) => row.id;
const rowName = (row: TranscriptRow) => `message of ${row.nick}`;

const columns: readonly Column<TranscriptRow>[] = [
  { id: 'at', header: 'When', width: '9rem', cell: (row) => <RelativeTime at={row.at} /> },
  {
    id: 'nick',
    header: 'Nickname',
    width: '10rem',
    cell: (row) => <span className="inline-block min-w-20 wrap-anywhere">{row.nick}</span>,
  },
  {
    id: 'body',
    header: 'Message',
    fixed: true,
    cell: (row) =>
      row.kind === 'text' ? (
        <span className="inline-block min-w-40 whitespace-pre-wrap wrap-anywhere">{row.body}</span>
      ) : (
        <span className="text-quiet">{row.kind === 'retracted' ? 'Taken back' : 'Without text (a reaction or a marker)'}</span>
      ),
  },
  { id: 'sender', header: 'Address', width: '14rem', cell: (row) => <Jid jid={row.sender} /> },
];
const filters: readonly Filter[] = [
  { id: 'nick', label: 'Nickname', match: 'exact', placeholder: 'Anna' },
  { id: 'sender', label: 'Address', match: 'exact', placeholder: 'anna@example.com' },
  { id: 'since', label: 'Since', match: 'moment' },
  { id: 'until', label: 'Until', match: 'moment' },
];

export function TranscriptTable({ room, page, query }: { room: string; page: Value<AdminApi['rooms']['transcript']>; query: TableQuery }) {
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Banner tone="info">
        Each look at this page, and each export, is recorded in the audit log with your name and what was searched for.
      </Banner>
      <DataTable
        id="room-transcript"
        nouns={['message', 'messages']}
        columns={columns}
        rows={page.items}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        page={{ next: page.next, ...(page.totalIsFloor ? {} : { total: page.total }) }}
        searchPlaceholder="Find words in messages"
        filters={filters}
        exports={[
          { label: 'Export as CSV', href: () => transcriptExportHref(room, query, 'csv') },
          { label: 'Export as JSON', href: () => transcriptExportHref(room, query, 'json') },
        ]}
        empty={<EmptyState title="Nothing was said yet">Messages appear here when people write in the room and it keeps them.</EmptyState>}
      />
    </div>
  );
}
