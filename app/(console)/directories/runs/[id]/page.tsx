import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { RunPageView } from './run-page-view.tsx';

export const metadata: Metadata = { title: 'Run' };

export default async function RunPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'directories.read')) return <NoPermission what="see runs" permission="directories.read" />;
  const id = decodeURIComponent((await params).id).slice(0, 64);
  const query = readTableQuery(await searchParams, { sorts: ['what', 'userId'], filters: ['what'] });
  const found = await admin().directories.getRun(viewer, { run: id });
  if (!found.ok) {
    return found.fault.kind === 'missing' ? (
      <Missing title="There is no such run" action={{ label: 'See the directories', href: '/directories' }}>
        Old runs are forgotten after a while; the audit still tells what they changed.
      </Missing>
    ) : (
      <FailedState title="The run could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message}
      </FailedState>
    );
  }
  const agreement = await admin().directories.getAgreement(viewer, { agreement: found.value.agreement });
  return (
    <RunPageView run={found.value} agreement={agreement.ok ? agreement.value : null} query={query} mayJobs={may(viewer, 'jobs.read')} />
  );
}
