'use client';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { formatDuration, formatNumber } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { kindWords, stateLooks, triggerWords } from '../words.ts';

type Found = Value<AdminApi['callManager']['runs']>;
type Row = Found['items'][number];
const rowKey = (row: Row) => row.id;
const rowName = (row: Row) => `${kindWords[row.kind]}, ${new Date(row.startedAt).toISOString()}`;
const rowHref = (row: Row) => `/callmanager/runs/${row.id}`;

const columns: readonly Column<Row>[] = [
  { id: 'startedAt', header: 'Begun', cell: (row) => <RelativeTime at={row.startedAt} /> },
  { id: 'kind', header: 'What', cell: (row) => `${kindWords[row.kind]}, ${triggerWords[row.trigger].toLowerCase()}` },
  { id: 'state', header: 'State', cell: (row) => <StatusBadge {...stateLooks[row.state]} /> },
  { id: 'says', header: 'Outcome', cell: (row) => <span className="block max-w-[480px] wrap-anywhere">{row.says}</span> },
  {
    id: 'took',
    header: 'Took',
    align: 'end',
    cell: (row) => (row.endedAt === null ? '' : formatDuration(Math.max(0, row.endedAt - row.startedAt))),
  },
  { id: 'by', header: 'By', hidden: true, cell: (row) => row.by },
  { id: 'requests', header: 'Requests', hidden: true, align: 'end', cell: (row) => formatNumber(row.counts.requests) },
];

export const RunsTable = ({ page, query }: { page: Found; query: TableQuery }) => (
  <DataTable
    id="call-manager-runs"
    nouns={['run', 'runs']}
    columns={columns}
    rows={page.items}
    rowKey={rowKey}
    rowName={rowName}
    rowHref={rowHref}
    query={query}
    page={{ next: page.next }}
    empty={
      <EmptyState title="No run yet">
        Each synchronisation is listed here with what it found. A look for changes that found nothing is not kept.
      </EmptyState>
    }
  />
);
