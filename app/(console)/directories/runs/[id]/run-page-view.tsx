'use client';
import { useMemo } from 'react';
import type { AgreementView, RunView } from '@/lib/admin/directories/outputs.ts';
import { formatDuration, formatNumber } from '@/lib/ui/format.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import type { Tone } from '@/lib/ui/tone.ts';
import { changeWords, runLooks } from '../../words.ts';

type Row = RunView['changes'][number] & { readonly key: string };
const rowKey = (row: Row) => row.key;
const rowName = (row: Row) => row.userId;
const tones: Readonly<Record<Row['what'], Tone>> = {
  create: 'ok',
  change: 'info',
  enable: 'ok',
  disable: 'warn',
  gone: 'warn',
  remove: 'fault',
  fault: 'fault',
};
const filters: readonly Filter[] = [
  { id: 'what', label: 'Change', options: Object.entries(changeWords).map(([value, label]) => ({ value, label })), multiple: true },
];
const columns: readonly Column<Row>[] = [
  {
    id: 'userId',
    header: 'User',
    sortable: true,
    cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.userId}</span>,
  },
  {
    id: 'what',
    header: 'Change',
    sortable: true,
    width: '10rem',
    cell: (row) => <Badge tone={tones[row.what]}>{changeWords[row.what]}</Badge>,
  },
  { id: 'detail', header: 'What', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.detail}</span> },
];
/** The run keeps so many; the job has them all. */
const KEPT = 500;

export function RunPageView({
  run,
  agreement,
  query,
  mayJobs,
}: {
  run: RunView;
  agreement: AgreementView | null;
  query: TableQuery;
  mayJobs: boolean;
}) {
  const all = useMemo(() => run.changes.map((change, at): Row => ({ ...change, key: String(at) })), [run]);
  const rows = useMemo(
    () =>
      chosenRows(all, query, {
        text: (row) => `${row.userId} ${row.detail}`,
        filters: { what: (row) => row.what },
        sorts: { userId: (row) => row.userId, what: (row) => row.what },
      }),
    [all, query],
  );
  const { counts } = run;
  const would = run.isTrial || run.state === 'held' ? 'Would be ' : '';
  const word = (text: string) => (would === '' ? text : `${would}${text.toLowerCase()}`);
  return (
    <>
      <PageHeader
        crumbs={[
          { label: 'Directories', href: '/directories' },
          ...(agreement === null
            ? []
            : [
                { label: agreement.directory, href: `/directories/${agreement.directoryId}` },
                { label: agreement.name, href: `/directories/agreements/${agreement.id}` },
              ]),
        ]}
        title={run.isTrial ? 'Trial' : 'Synchronisation'}
        badge={<StatusBadge {...runLooks[run.state]} />}
        actions={
          mayJobs && run.jobId !== '' ? (
            <ButtonLink look="quiet" href={`/jobs/${run.jobId}`}>
              See the job
            </ButtonLink>
          ) : undefined
        }
      />
      <Stack>
        {run.why === '' ? null : (
          <Banner tone={run.state === 'failed' ? 'fault' : 'warn'}>
            {run.why}
            {run.state === 'held' ? ' Nothing was changed.' : ''}
          </Banner>
        )}
        <Card title="In numbers">
          <KeyValueList
            items={[
              { label: 'Began', value: <RelativeTime at={run.at} /> },
              { label: 'By', value: run.by },
              { label: 'Took', value: run.endedAt === null ? 'Still runs' : formatDuration(run.endedAt - run.at) },
              { label: word('Created'), value: formatNumber(counts.created) },
              { label: word('Changed'), value: formatNumber(counts.changed) },
              { label: word('Enabled'), value: formatNumber(counts.enabled) },
              { label: word('Disabled'), value: formatNumber(counts.disabled + counts.gone) },
              { label: word('Removed'), value: formatNumber(counts.removed) },
              { label: 'The same', value: formatNumber(counts.unchanged) },
              { label: 'Left out', value: formatNumber(counts.faulty) },
            ]}
          />
        </Card>
        {all.length === KEPT ? (
          <Banner tone="notice">The first {KEPT} changes are kept with the run. The job lists every one.</Banner>
        ) : null}
        <DataTable
          id="directory-changes"
          nouns={['change', 'changes']}
          columns={columns}
          rows={rows}
          rowKey={rowKey}
          rowName={rowName}
          query={query}
          filters={filters}
          searchPlaceholder="Search by user or change"
          empty={
            <EmptyState title={run.state === 'running' ? 'Still reading' : 'Nothing to change'} bare>
              {run.state === 'running'
                ? 'Everybody is read before anything is changed.'
                : run.state === 'failed'
                  ? 'The run ended before it knew what to change.'
                  : 'Every account is as the directory says.'}
            </EmptyState>
          }
        />
      </Stack>
    </>
  );
}
