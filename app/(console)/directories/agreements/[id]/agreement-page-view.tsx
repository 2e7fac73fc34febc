'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useState, useTransition } from 'react';
import type { AgreementView, RunView } from '@/lib/admin/directories/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatDuration, formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, FailedState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { Menu } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { deleteAgreement, syncAgreement } from '../../actions.ts';
import { AgreementDialog } from '../../agreement-dialog.tsx';
import { runLooks, sayCounts, sayEvery } from '../../words.ts';

type Run = Omit<RunView, 'changes'>;
const rowKey = (row: Run) => row.id;
const rowName = (row: Run) => (row.isTrial ? 'Trial' : 'Synchronisation');
const filters: readonly Filter[] = [
  { id: 'state', label: 'State', options: Object.entries(runLooks).map(([value, { word }]) => ({ value, label: word })) },
];
const columns: readonly Column<Run>[] = [
  {
    id: 'at',
    header: 'Run',
    cell: (row) => (
      <span className="flex flex-col">
        <span className="flex flex-wrap items-center gap-2">
          <Link href={`/directories/runs/${row.id}`}>
            <RelativeTime at={row.at} />
          </Link>
          {row.isTrial ? <Badge>Trial</Badge> : null}
        </span>
        <span className="text-quiet">
          {row.by}
          {row.endedAt === null ? '' : `, took ${formatDuration(row.endedAt - row.at)}`}
        </span>
      </span>
    ),
  },
  { id: 'state', header: 'State', cell: (row) => <StatusBadge {...runLooks[row.state]} /> },
  {
    id: 'counts',
    header: 'What it changed',
    cell: (row) => (
      <span className="inline-block min-w-40 wrap-anywhere">
        {row.state === 'failed' ? null : `${row.isTrial ? 'Would be: ' : ''}${sayCounts(row.counts)}`}
        {row.why === '' ? null : <span className="block text-quiet">{row.why}</span>}
      </span>
    ),
  },
];

/** One agreement: who comes by it, when, what a run would do, and what each did. */
export function AgreementPageView({
  agreement: initial,
  runs,
  query,
  may,
}: {
  agreement: AgreementView;
  runs: readonly Run[] | null;
  query: TableQuery;
  may: { readonly write: boolean; readonly jobs: boolean };
}) {
  const router = useRouter();
  const began = useMemo(() => ({ items: [initial] }), [initial]);
  const params = useMemo(() => ({ directory: initial.directoryId }), [initial.directoryId]);
  const { value, freshness, since } = useLive('agreements', began, params);
  const agreement = value.items.find(({ id }) => id === initial.id) ?? initial;
  const [asked, setAsked] = useState<'edit' | 'delete' | 'sync' | 'confirm' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const newest = agreement.last;
  // The list of runs is read with the page: a run that began or ended is a reason to read it again.
  const mark = newest === null ? '' : `${newest.id} ${newest.state}`;
  const shown = runs?.[0];
  useEffect(() => {
    if (mark !== '' && mark !== `${shown?.id ?? ''} ${shown?.state ?? ''}`) router.refresh();
  }, [mark, shown, router]);
  const run = (how: { trial?: boolean; confirm?: boolean }) =>
    start(async () => {
      const state = await syncAgreement({ agreement: agreement.id, ...how });
      setProblem(problemOf(state));
      if (state.is === 'done') sayDone(how.trial ? 'The trial has begun' : 'The synchronisation has begun');
      router.refresh();
    });
  const rows = useMemo(
    () => chosenRows(runs ?? [], query, { text: (row) => `${row.by} ${row.why}`, filters: { state: (row) => row.state }, sorts: {} }),
    [runs, query],
  );
  const isRunning = newest?.state === 'running';
  return (
    <>
      <PageHeader
        crumbs={[
          { label: 'Directories', href: '/directories' },
          { label: agreement.directory, href: `/directories/${agreement.directoryId}` },
        ]}
        title={agreement.name}
        badge={newest === null ? undefined : <StatusBadge {...runLooks[newest.state]} />}
        purpose="People of this directory who get accounts, and keep them up to date."
        actions={
          may.write ? (
            <>
              <Menu
                trigger={<Button>More</Button>}
                items={[
                  { label: 'Change the agreement', onSelect: () => setAsked('edit') },
                  { kind: 'line' },
                  { label: 'Remove', danger: true, onSelect: () => setAsked('delete') },
                ]}
              />
              <Button onClick={() => run({ trial: true })} busy={busy} busyLabel="Starting…" disabled={isRunning}>
                Try it
              </Button>
              <Button look="primary" onClick={() => setAsked('sync')} disabled={isRunning}>
                Synchronise now
              </Button>
            </>
          ) : undefined
        }
      />
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <Stack>
        {problem === null ? null : <Banner tone="fault">{problem}</Banner>}
        {newest?.state === 'held' ? (
          <Banner
            tone="warn"
            title="The last run was held"
            action={
              may.write ? (
                <Button size="small" onClick={() => setAsked('confirm')}>
                  Apply it anyway
                </Button>
              ) : undefined
            }
          >
            {newest.why} Nothing was changed. Look at <Link href={`/directories/runs/${newest.id}`}>what it would have done</Link> first.
          </Banner>
        ) : null}
        {newest?.state === 'failed' ? (
          <Banner tone="fault" title="The last run failed">
            {newest.why}
          </Banner>
        ) : null}
        <Card title="Agreement">
          <KeyValueList
            items={[
              {
                label: 'People',
                value:
                  agreement.gone === 0
                    ? formatNumber(agreement.people)
                    : `${formatNumber(agreement.people)}, of whom ${formatNumber(agreement.gone)} are gone from the directory`,
              },
              { label: 'Runs', value: sayEvery(agreement) },
              { label: 'Next run', value: agreement.nextAt === null ? 'None by itself' : <RelativeTime at={agreement.nextAt} /> },
              { label: 'Base', value: <span className="wrap-anywhere">{agreement.base || 'That of the directory'}</span> },
              { label: 'Filter', value: <span className="wrap-anywhere">{agreement.filter || 'That of the directory'}</span> },
              { label: 'IM domain', value: agreement.domain || 'The default domain' },
              {
                label: 'Whoever leaves',
                value:
                  agreement.graceDays < 0
                    ? 'Is disabled and never removed'
                    : `Is disabled at once and removed after ${countOf(agreement.graceDays, 'day')}`,
              },
              { label: 'Is held above', value: `${agreement.maxLossPercent} % of the people at once` },
              { label: 'Accounts made here', value: agreement.adopt ? 'Are taken over' : 'Stay as they are' },
            ]}
          />
        </Card>
        <section className="flex flex-col gap-3" aria-labelledby="runs">
          <h2 id="runs" className="text-card font-semibold text-strong">
            Runs
          </h2>
          {runs === null ? (
            <FailedState title="The runs could not be read">The agreement goes on all the same.</FailedState>
          ) : (
            <DataTable
              id="directory-runs"
              nouns={['run', 'runs']}
              columns={columns}
              rows={rows}
              rowKey={rowKey}
              rowName={rowName}
              query={query}
              filters={filters}
              searchPlaceholder="Search by person or reason"
              empty={
                <EmptyState title="It has not run yet" bare>
                  Try it first: a trial tells who would get an account, and changes nothing.
                </EmptyState>
              }
            />
          )}
        </section>
      </Stack>
      <AgreementDialog open={asked === 'edit'} directory={agreement.directoryId} edited={agreement} onClose={() => setAsked(null)} />
      {asked === 'sync' || asked === 'confirm' ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => (open ? undefined : setAsked(null))}
          title={asked === 'sync' ? `Synchronise ${agreement.name} now?` : 'Apply it although many people go?'}
          effect={
            asked === 'sync'
              ? 'Accounts are created, changed, disabled and removed as the directory says. A trial shows it before.'
              : 'Accounts of people who are not in the directory any more are disabled, and their sessions end.'
          }
          confirm={asked === 'sync' ? 'Synchronise' : 'Apply it'}
          keep="Change nothing"
          danger={asked === 'confirm'}
          onConfirm={async () => {
            const state = await syncAgreement({ agreement: agreement.id, confirm: asked === 'confirm' });
            if (state.is === 'done') sayDone('The synchronisation has begun');
            router.refresh();
            return problemOf(state);
          }}
        />
      ) : null}
      <ConfirmDialog
        open={asked === 'delete'}
        onOpenChange={(open) => (open ? undefined : setAsked(null))}
        title={`Remove the agreement ${agreement.name}?`}
        effect={`${countOf(agreement.people, 'account')} ${agreement.people === 1 ? 'stays' : 'stay'}, without a password, and ${agreement.people === 1 ? 'is' : 'are'} changed here from then on.`}
        confirm="Remove the agreement"
        keep="Keep the agreement"
        danger
        onConfirm={async () => {
          const state = await deleteAgreement({ agreement: agreement.id });
          if (state.is === 'done') {
            sayDone(`${agreement.name} removed`);
            router.push(`/directories/${agreement.directoryId}`);
          }
          return problemOf(state);
        }}
      />
    </>
  );
}
