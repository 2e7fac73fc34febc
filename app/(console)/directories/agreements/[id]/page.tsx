import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { AgreementPageView } from './agreement-page-view.tsx';

export const metadata: Metadata = { title: 'Agreement' };

export default async function AgreementPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'directories.read')) return <NoPermission what="see agreements" permission="directories.read" />;
  const id = decodeURIComponent((await params).id).slice(0, 100);
  const query = readTableQuery(await searchParams, { filters: ['state'] });
  const found = await admin().directories.getAgreement(viewer, { agreement: id });
  if (!found.ok) {
    return found.fault.kind === 'missing' ? (
      <Missing title="There is no such agreement" action={{ label: 'See the directories', href: '/directories' }}>
        It may have been removed. The audit tells by whom.
      </Missing>
    ) : (
      <FailedState title="The agreement could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message} Its people are not touched by this.
      </FailedState>
    );
  }
  const runs = await admin().directories.listRuns(viewer, { agreement: id, limit: 50 });
  return (
    <AgreementPageView
      agreement={found.value}
      runs={runs.ok ? runs.value.items : null}
      query={query}
      may={{ write: may(viewer, 'directories.write'), jobs: may(viewer, 'jobs.read') }}
    />
  );
}
