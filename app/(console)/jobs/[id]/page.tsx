import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { JobPageView } from './job-page-view.tsx';

export const metadata: Metadata = { title: 'Job' };
const pageSize = 50;

export default async function JobPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'jobs.read')) return <NoPermission what="see jobs" permission="jobs.read" />;
  const { id } = await params;
  const query = readTableQuery(await searchParams, { filters: ['result'] });
  const after = query.cursor !== null && /^\d{1,9}$/.test(query.cursor) ? Number(query.cursor) : undefined;
  const job = decodeURIComponent(id).slice(0, 100);
  const [found, results] = await Promise.all([
    admin().jobs.get(viewer, { job }),
    admin().jobs.results(viewer, {
      job,
      onlyFailed: query.filters.result?.[0] === 'failed',
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    }),
  ]);
  if (!found.ok && (found.fault.kind === 'missing' || found.fault.kind === 'invalid'))
    return (
      <Missing title="There is no such job" action={{ label: 'Go to the jobs', href: '/jobs' }}>
        Old jobs are removed after a while; the audit still tells that they ran.
      </Missing>
    );
  if (!found.ok)
    return (
      <FailedState title="The job could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message} The job itself is not touched by this.
      </FailedState>
    );
  return (
    <JobPageView
      initial={found.value}
      results={results.ok ? results.value : null}
      resultsProblem={results.ok ? '' : results.fault.message}
      query={query}
      may={{
        write: may(viewer, 'jobs.write'),
        audit: may(viewer, 'audit.read'),
        importUsers: may(viewer, 'users.write'),
        assign: may(viewer, 'assignment.write'),
      }}
    />
  );
}
