'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { JobView } from '@/lib/admin/jobs/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatDuration } from '@/lib/ui/format.ts';
import { giveFile } from '@/lib/ui/give-file.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { JobBadge, JobProgress } from '@/lib/ui/patterns/job-progress.tsx';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { retryJob } from '../actions.ts';
import { CancelJob } from '../cancel-job.tsx';
import { readFailed, resultsCsv } from '../failed-results.ts';
import { UndoAssignment } from '../undo-assignment.tsx';
import { hasEnded, howFar, kindWords, mayBeRetried } from '../words.ts';
import { ResultsTable } from './results-table.tsx';

/** A refresh reads the page of results again; more often than this nobody can follow. */
const refreshMs = 2000;

export function JobPageView({
  initial,
  results,
  resultsProblem,
  query,
  may,
}: {
  initial: JobView;
  results: Value<AdminApi['jobs']['results']> | null;
  resultsProblem: string;
  query: TableQuery;
  may: { readonly write: boolean; readonly audit: boolean; readonly importUsers: boolean; readonly assign: boolean };
}) {
  const router = useRouter();
  const { value: job, freshness, since } = useLive('job', initial, { job: initial.id });
  const [starting, start] = useTransition();
  const [fetching, fetch] = useTransition();
  const [problem, setProblem] = useState<string | null>(null);
  useResultsRefresh(job);
  const retry = () =>
    start(async () => {
      const state = await retryJob({ job: job.id });
      setProblem(problemOf(state));
      if (state.is === 'done') router.push(`/jobs/${encodeURIComponent(state.value.id)}`);
    });
  const download = () =>
    fetch(async () => {
      const failed = await readFailed(job.id, 100_000);
      if (!failed.ok) return sayRefused(failed.message);
      giveFile('failed-rows.csv', resultsCsv(failed.rows));
    });
  const ended = hasEnded(job);
  return (
    <Stack>
      <PageHeader
        crumbs={[{ label: 'Jobs', href: '/jobs' }]}
        title={job.title}
        badge={<JobBadge job={job} />}
        actions={
          <>
            {job.failed > 0 ? (
              <Button onClick={download} busy={fetching} busyLabel="Reading…">
                Download failed rows
              </Button>
            ) : null}
            {may.write && mayBeRetried(job) ? (
              <Button look="primary" onClick={retry} busy={starting} busyLabel="Starting…">
                Retry {countOf(job.failed, 'failed row')}
              </Button>
            ) : null}
            {job.kind === 'assignment.move' && ended && job.done > 0 && may.assign ? <UndoAssignment job={job} /> : null}
            {job.kind === 'user.import' && ended && job.failed > 0 && may.importUsers ? (
              <ButtonLink href="/users/import">Import corrected rows</ButtonLink>
            ) : null}
          </>
        }
      />
      {problem ? <Banner tone="fault">{problem}</Banner> : null}
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <Quiet when={freshness === 'stale'}>
        <Card>
          <div className="flex flex-col gap-4">
            <JobProgress
              job={howFar(job)}
              badge={false}
              title={ended ? 'Result' : 'Progress'}
              actions={!ended && may.write ? <CancelJob job={job} /> : null}
            />
            <KeyValueList
              items={[
                { label: 'Kind', value: kindWords(job.kind) },
                { label: 'Started by', value: job.by },
                { label: 'Started', value: <RelativeTime at={job.startedAt} never="Not yet: it waits for the jobs before it" /> },
                ...(job.endedAt === null
                  ? []
                  : [
                      { label: 'Ended', value: <RelativeTime at={job.endedAt} /> },
                      { label: 'Took', value: job.startedAt === null ? '' : formatDuration(job.endedAt - job.startedAt) },
                    ]),
                ...(may.audit
                  ? [
                      {
                        label: 'Audit',
                        value: (
                          <ButtonLink size="small" href={`/audit?target=${encodeURIComponent(`job:${job.id}`)}`}>
                            See its audit records
                          </ButtonLink>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          </div>
        </Card>
      </Quiet>
      <section aria-label="Results" className="flex flex-col gap-2">
        <h2 className="text-card">Results</h2>
        {results ? (
          <ResultsTable results={results} query={query} ended={ended} />
        ) : (
          <FailedState title="The results could not be read">{resultsProblem} The job is not touched by this.</FailedState>
        )}
      </section>
    </Stack>
  );
}

/** Reads the results again while the job works, and once when it has ended. */
function useResultsRefresh(job: JobView): void {
  const router = useRouter();
  const seen = useRef({ done: job.done, state: job.state, at: 0 });
  useEffect(() => {
    const was = seen.current;
    if (was.done === job.done && was.state === job.state) return;
    const wait = was.state === job.state ? Math.max(0, was.at + refreshMs - Date.now()) : 0;
    const timer = setTimeout(() => {
      seen.current = { done: job.done, state: job.state, at: Date.now() };
      router.refresh();
    }, wait);
    return () => clearTimeout(timer);
  }, [job.done, job.state, router]);
}
