import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { JobsTable } from './jobs-table.tsx';

export const metadata: Metadata = { title: 'Jobs' };

export default async function JobsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'jobs.read')) return <NoPermission what="see jobs" permission="jobs.read" />;
  const query = readTableQuery(await searchParams);
  const input = query.cursor ? { cursor: query.cursor } : {};
  const found = await admin().jobs.find(viewer, input);
  return (
    <>
      <PageHeader
        title="Jobs"
        purpose="Work on many things at once, with the result of each. Newest first; they go on while nobody looks."
      />
      {found.ok ? (
        <JobsTable initial={found.value} input={input} query={query} mayWrite={may(viewer, 'jobs.write')} />
      ) : (
        <FailedState title="The jobs could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} Jobs under way are not touched by this.
        </FailedState>
      )}
    </>
  );
}
