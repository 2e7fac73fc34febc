'use client';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { actionWords } from '../../words.ts';

type Found = Value<AdminApi['callManager']['planned']>;
type Row = Found['items'][number];
const rowKey = (row: Row) => row.uuid;
const rowName = (row: Row) => row.userId;
const columns: readonly Column<Row>[] = [
  { id: 'userId', header: 'User ID', cell: (row) => <CopyText text={row.userId} label="user ID" /> },
  { id: 'name', header: 'Name', cell: (row) => row.name },
  { id: 'action', header: 'Becomes', cell: (row) => <Badge>{actionWords[row.action] ?? row.action}</Badge> },
  {
    id: 'says',
    header: 'Why, or what changes',
    cell: (row) => <span className="wrap-anywhere">{row.problem === '' ? row.says : row.problem}</span>,
  },
];
const filters: readonly Filter[] = [
  { id: 'action', label: 'Becomes', options: Object.entries(actionWords).map(([value, label]) => ({ value, label })) },
];

/** What a waiting run would do, person by person. */
export const PlannedTable = ({ page, query }: { page: Found; query: TableQuery }) => (
  <DataTable
    id="call-manager-planned"
    nouns={['user', 'users']}
    columns={columns}
    rows={page.items}
    rowKey={rowKey}
    rowName={rowName}
    query={query}
    page={{ next: page.next }}
    filters={filters}
    empty={<EmptyState title="Nothing would change">The run found nobody who differs.</EmptyState>}
  />
);
