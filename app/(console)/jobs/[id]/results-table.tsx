'use client';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import type { JobResult } from '../failed-results.ts';

const rowKey = (row: JobResult) => String(row.index);
const rowName = (row: JobResult) => row.target;
const columns: readonly Column<JobResult>[] = [
  { id: 'target', header: 'Row', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.target}</span> },
  {
    id: 'ok',
    header: 'Result',
    width: '9rem',
    cell: (row) => (row.ok ? <StatusBadge status="running" word="Done" plain /> : <StatusBadge status="down" word="Failed" plain />),
  },
  { id: 'message', header: 'What happened', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.message}</span> },
];
const filters: readonly Filter[] = [{ id: 'result', label: 'Result', options: [{ value: 'failed', label: 'Failed' }] }];

export function ResultsTable({
  results,
  query,
  ended,
}: {
  results: Value<AdminApi['jobs']['results']>;
  query: TableQuery;
  ended: boolean;
}) {
  return (
    <DataTable
      id="job-results"
      nouns={['row', 'rows']}
      columns={columns}
      rows={results.items}
      rowKey={rowKey}
      rowName={rowName}
      query={query}
      page={{ next: results.next === null ? null : String(results.next) }}
      filters={filters}
      empty={
        <EmptyState title={ended ? 'No results' : 'No results yet'}>
          {ended ? 'This job ended before it came to its first row.' : 'They appear here as the job goes on.'}
        </EmptyState>
      }
    />
  );
}
