'use client';
import { useEffect, useState } from 'react';
import { CancelJob } from '@/app/(console)/jobs/cancel-job.tsx';
import { type JobResult, readFailed } from '@/app/(console)/jobs/failed-results.ts';
import { hasEnded, howFar } from '@/app/(console)/jobs/words.ts';
import type { JobView } from '@/lib/admin/jobs/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { giveFile } from '@/lib/ui/give-file.ts';
import { JobProgress } from '@/lib/ui/patterns/job-progress.tsx';
import { Stack } from '@/lib/ui/patterns/page-header.tsx';
import { Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { failedRowsCsv, lineOfTarget } from './csv-rows.ts';

/** More rows than this fail only when the file is another kind of file; its first ones tell why. */
const mostFailed = 100_000;
const shown = 200;

/** The import under way, then its results: what failed can be taken away, corrected and imported again. */
export function ImportProgress({ initial, csv, name, onAgain }: { initial: JobView; csv: string; name: string; onAgain: () => void }) {
  const { value: job, freshness, since } = useLive('job', initial, { job: initial.id });
  const [failed, setFailed] = useState<readonly JobResult[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const ended = hasEnded(job);
  const { id, failed: failures } = job;
  useEffect(() => {
    if (!ended || failures === 0) return;
    let wanted = true;
    readFailed(id, mostFailed).then(
      (outcome) => {
        if (!wanted) return;
        if (outcome.ok) setFailed(outcome.rows);
        else setProblem(outcome.message);
      },
      () => wanted && setProblem('The results could not be read. The page of the job has them.'),
    );
    return () => {
      wanted = false;
    };
  }, [ended, failures, id]);
  const lines = new Set((failed ?? []).flatMap((row) => lineOfTarget(row.target) ?? []));
  return (
    <Stack>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <Quiet when={freshness === 'stale'}>
        <Card>
          <JobProgress
            job={howFar(job)}
            title={`Import of ${name}`}
            actions={
              <>
                {ended ? null : <CancelJob job={job} />}
                <ButtonLink size="small" href={`/jobs/${encodeURIComponent(job.id)}`}>
                  Open the job
                </ButtonLink>
              </>
            }
          />
          {ended ? null : (
            <p className="mt-2 text-table text-quiet">It goes on when you leave this page. Stay to take away the rows that fail.</p>
          )}
        </Card>
      </Quiet>
      {ended ? (
        <div className="flex flex-wrap gap-2">
          <ButtonLink href="/users" look="primary">
            See the users
          </ButtonLink>
          <Button onClick={onAgain}>Import another file</Button>
        </div>
      ) : null}
      {problem ? <Banner tone="fault">{problem}</Banner> : null}
      {failed && failed.length > 0 ? (
        <Card
          title={`${countOf(failed.length, 'row')} could not be imported`}
          purpose={
            failed.length > shown
              ? `The first ${shown} of ${formatNumber(failed.length)} are shown.`
              : 'Correct them and import them again.'
          }
          action={
            lines.size > 0 ? (
              <Button size="small" onClick={() => giveFile('rows-to-correct.csv', failedRowsCsv(csv, lines))}>
                Download these rows
              </Button>
            ) : null
          }
        >
          <ul className="divide-y divide-soft text-table">
            {failed.slice(0, shown).map((row) => (
              <li key={row.index} className="flex flex-wrap gap-x-3 py-1.5 wrap-anywhere">
                <span className="font-medium text-strong">{row.target}</span>
                <span>{row.message}</span>
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
    </Stack>
  );
}
