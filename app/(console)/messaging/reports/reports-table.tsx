'use client';
import { useState } from 'react';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { ReportDialog } from './report-dialog.tsx';
import { type ReportRow, type ReportsPage, reasonWords, stateLooks } from './words.ts';

const rowKey = (row: ReportRow) => row.id;
const rowName = (row: ReportRow) => `report about ${row.reported}`;

const columns: readonly Column<ReportRow>[] = [
  { id: 'reported', header: 'About', cell: (row) => <Jid jid={row.reported} /> },
  { id: 'reason', header: 'Reason', cell: (row) => reasonWords[row.reason] },
  { id: 'reporter', header: 'Reported by', cell: (row) => <Jid jid={row.reporter} /> },
  { id: 'text', header: 'What they say', cell: (row) => <span className="line-clamp-2 min-w-40 wrap-anywhere">{row.text}</span> },
  {
    id: 'state',
    header: 'State',
    cell: (row) => <StatusBadge status={stateLooks[row.state].status} word={stateLooks[row.state].word} plain />,
  },
  { id: 'at', header: 'When', cell: (row) => <RelativeTime at={row.at} /> },
];
const filters: readonly Filter[] = [
  {
    id: 'state',
    label: 'State',
    options: [
      { value: 'open', label: 'Open' },
      { value: 'closed', label: 'Closed' },
    ],
  },
];

export function ReportsTable({
  page,
  query,
  mayWrite,
  mayFindUsers,
}: {
  page: ReportsPage;
  query: TableQuery;
  mayWrite: boolean;
  mayFindUsers: boolean;
}) {
  const [shown, setShown] = useState<ReportRow | null>(null);
  const menu = (row: ReportRow): MenuItem[] => [
    { label: mayWrite && row.state === 'open' ? 'Read and close' : 'Read', onSelect: () => setShown(row) },
    ...(mayFindUsers
      ? ([
          { kind: 'link', label: 'Find the reported user', href: `/users?q=${encodeURIComponent(row.reported.split('/')[0] ?? '')}` },
          { kind: 'link', label: 'Find who reported', href: `/users?q=${encodeURIComponent(row.reporter)}` },
        ] satisfies MenuItem[])
      : []),
  ];
  return (
    <>
      <DataTable
        id="reports"
        nouns={['report', 'reports']}
        columns={columns}
        rows={page.items}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        page={{ next: page.next, total: page.total, totalIsFloor: page.totalIsFloor }}
        searchPlaceholder="Start of an address"
        filters={filters}
        onOpen={setShown}
        rowMenu={menu}
        empty={
          <EmptyState title="Nobody has reported anything">
            People report spam and abuse in their client when they block an address. Reports then wait here.
          </EmptyState>
        }
      />
      <ReportDialog row={shown} mayWrite={mayWrite} onClose={() => setShown(null)} />
    </>
  );
}
