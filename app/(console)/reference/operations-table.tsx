'use client';
import { useMemo } from 'react';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { kindWords, sayArea } from './words.ts';

interface Row {
  readonly id: string;
  readonly area: string;
  readonly title: string;
  readonly summary: string;
  readonly permission: string;
  readonly kind: keyof typeof kindWords;
  /** '' without this face. */
  readonly rest: string;
  readonly cli: string;
  /** The person who looks may do it. */
  readonly allowed: boolean;
}

const rowKey = (row: Row) => row.id;
const rowName = (row: Row) => row.title;
const rowHref = (row: Row) => `/reference/${row.area}#${row.id}`;
const none = <span className="text-quiet">Not this way</span>;

const columns: readonly Column<Row>[] = [
  {
    id: 'id',
    header: 'Operation',
    sortable: true,
    cell: (row) => (
      <span className="block min-w-56 max-w-md py-1">
        <span className="block text-strong">{row.title}</span>
        <span className="block text-meta text-quiet">{row.summary}</span>
      </span>
    ),
  },
  { id: 'rest', header: 'REST', cell: (row) => (row.rest ? <span className="font-mono text-meta wrap-anywhere">{row.rest}</span> : none) },
  {
    id: 'cli',
    header: 'Command line',
    cell: (row) => (row.cli ? <span className="font-mono text-meta wrap-anywhere">{row.cli}</span> : none),
  },
  {
    id: 'permission',
    header: 'Permission',
    sortable: true,
    cell: (row) => (
      <span>
        <span className="font-mono text-meta">{row.permission}</span>
        {row.allowed ? null : <span className="block text-meta text-quiet">Your role lacks it</span>}
      </span>
    ),
  },
  { id: 'kind', header: 'Effect', hidden: true, cell: (row) => kindWords[row.kind] },
];

export function OperationsTable({ rows, query }: { rows: readonly Row[]; query: TableQuery }) {
  const filters = useMemo<readonly Filter[]>(
    () => [
      {
        id: 'area',
        label: 'Area',
        multiple: true,
        options: unique(rows, (row) => row.area).map((value) => ({ value, label: sayArea(value) })),
      },
      { id: 'kind', label: 'Effect', options: Object.entries(kindWords).map(([value, label]) => ({ value, label })) },
      { id: 'permission', label: 'Permission', options: unique(rows, (row) => row.permission).map((value) => ({ value, label: value })) },
    ],
    [rows],
  );
  const shown = useMemo(
    () =>
      chosenRows(rows, query, {
        text: (row) => `${row.title} ${row.summary} ${row.id} ${row.rest} ${row.cli} ${row.permission}`,
        filters: { area: (row) => row.area, kind: (row) => row.kind, permission: (row) => row.permission },
        sorts: { id: (row) => row.title, permission: (row) => row.permission },
      }),
    [rows, query],
  );
  return (
    <DataTable
      id="reference"
      nouns={['operation', 'operations']}
      columns={columns}
      rows={shown}
      rowKey={rowKey}
      rowName={rowName}
      rowHref={rowHref}
      query={query}
      searchPlaceholder="Search by what it does, path or command"
      filters={filters}
      empty={<EmptyState title="There are no operations">The server has told of none.</EmptyState>}
    />
  );
}

const unique = (rows: readonly Row[], of: (row: Row) => string): string[] => [...new Set(rows.map(of))].sort();
