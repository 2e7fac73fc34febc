'use client';
import { useMemo } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';

type Row = Value<AdminApi['diagnostics']['protocols']>['items'][number];

const rowKey = (row: Row) => row.number;
const statusWords = { complete: 'Complete', partial: 'Partly' } as const;

const columns: readonly Column<Row>[] = [
  {
    id: 'number',
    header: 'Number',
    sortable: true,
    cell: (row) => <span className="font-mono text-meta whitespace-nowrap">{row.number}</span>,
  },
  {
    id: 'title',
    header: 'Protocol',
    sortable: true,
    cell: (row) => <span className="inline-block min-w-40 text-strong">{row.title}</span>,
  },
  { id: 'version', header: 'Version followed', cell: (row) => row.version },
  { id: 'status', header: 'Status', cell: (row) => statusWords[row.status] },
  { id: 'note', header: 'Note', cell: (row) => <span className="inline-block min-w-40 wrap-anywhere">{row.note}</span> },
];
const filters: readonly Filter[] = [
  { id: 'status', label: 'Status', options: Object.entries(statusWords).map(([value, label]) => ({ value, label })) },
];

/** "XEP-0045" and "XEP-0313" by their numbers, RFCs first. */
const sortKey = (row: Row): string => row.number.replace(/\d+/g, (digits) => digits.padStart(5, '0'));

export function ProtocolsTable({ rows, query }: { rows: readonly Row[]; query: TableQuery }) {
  const shown = useMemo(
    () =>
      chosenRows(rows, query, {
        text: (row) => `${row.number} ${row.title} ${row.note}`,
        filters: { status: (row) => row.status },
        sorts: { number: sortKey, title: (row) => row.title },
        otherwise: { id: 'number' },
      }),
    [rows, query],
  );
  return (
    <DataTable
      id="protocols"
      nouns={['protocol', 'protocols']}
      columns={columns}
      rows={shown}
      rowKey={rowKey}
      rowName={rowKey}
      query={query}
      defaultSort={{ id: 'number' }}
      searchPlaceholder="Search by number or name"
      filters={filters}
      empty={<EmptyState title="There are no protocols">The server has told of none.</EmptyState>}
    />
  );
}
