'use client';
import { useState } from 'react';
import type { JobView } from '@/lib/admin/jobs/outputs.ts';
import type { Channels } from '@/lib/live/channels.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatDuration, formatNumber } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column } from '@/lib/ui/patterns/data-table/types.ts';
import { JobBadge } from '@/lib/ui/patterns/job-progress.tsx';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { Progress } from '@/lib/ui/primitives/progress.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { CancelDialog } from './cancel-job.tsx';
import { hasEnded, kindWords } from './words.ts';

const rowKey = (row: JobView) => row.id;
const rowName = (row: JobView) => row.title;
const rowHref = (row: JobView) => `/jobs/${encodeURIComponent(row.id)}`;

const columns: readonly Column<JobView>[] = [
  { id: 'title', header: 'Job', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.title}</span> },
  { id: 'state', header: 'State', cell: (row) => <JobBadge job={row} /> },
  {
    id: 'progress',
    header: 'Progress',
    width: '14rem',
    cell: (row) => (
      <span className="flex min-w-32 flex-col gap-1">
        {hasEnded(row) ? null : <Progress label={`Progress of ${row.title}`} value={row.done + row.failed} max={Math.max(row.total, 1)} />}
        <span className="tabular-nums">
          {formatNumber(row.done + row.failed)} of {formatNumber(row.total)}
          {row.failed > 0 ? <span className="text-warn">, {countOf(row.failed, 'failure')}</span> : null}
        </span>
      </span>
    ),
  },
  { id: 'by', header: 'Started by', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.by}</span> },
  { id: 'createdAt', header: 'Started', cell: (row) => <RelativeTime at={row.startedAt ?? row.createdAt} /> },
  {
    id: 'took',
    header: 'Took',
    cell: (row) =>
      row.startedAt !== null && row.endedAt !== null ? formatDuration(row.endedAt - row.startedAt) : <span className="text-quiet">–</span>,
  },
  { id: 'summary', header: 'Result', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.summary}</span> },
  { id: 'kind', header: 'Kind', hidden: true, cell: (row) => kindWords(row.kind) },
];

export function JobsTable({
  initial,
  input,
  query,
  mayWrite,
}: {
  initial: Channels['jobs']['value'];
  input: Channels['jobs']['params'];
  query: TableQuery;
  mayWrite: boolean;
}) {
  const { value, freshness, since } = useLive('jobs', initial, input);
  const [job, setJob] = useState<JobView | null>(null);
  const [asking, setAsking] = useState(false);
  const menu = (row: JobView): MenuItem[] => [
    { kind: 'link', label: 'Open', href: rowHref(row) },
    ...(mayWrite
      ? ([
          {
            label: 'Cancel the job',
            danger: true,
            ...(hasEnded(row) ? { disabled: true, why: 'It has ended.' } : {}),
            onSelect: () => {
              setJob(row);
              setAsking(true);
            },
          },
        ] satisfies MenuItem[])
      : []),
  ];
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="jobs"
        nouns={['job', 'jobs']}
        columns={columns}
        rows={value.items}
        rowKey={rowKey}
        rowName={rowName}
        rowHref={rowHref}
        rowMenu={menu}
        query={query}
        page={{ next: value.next }}
        live
        stale={freshness === 'stale'}
        empty={
          <EmptyState title="No jobs yet" doc={{ label: 'See the users', href: '/users' }}>
            A job appears here when you import users, or change many at once. It shows how far it is and what became of each.
          </EmptyState>
        }
      />
      {job ? <CancelDialog job={value.items.find((each) => each.id === job.id) ?? job} open={asking} onOpenChange={setAsking} /> : null}
    </>
  );
}
