import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ReportsTable } from './reports-table.tsx';

export const metadata: Metadata = { title: 'Reports' };

export default async function ReportsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'reports.read')) return <NoPermission what="see reports" permission="reports.read" />;
  const query = readTableQuery(await searchParams, { filters: ['state'] });
  const state = query.filters.state?.[0];
  const found = await admin().reports.find(viewer, {
    ...(query.search === '' ? {} : { search: query.search }),
    ...(state === 'open' || state === 'closed' ? { state } : {}),
    ...(query.cursor === null ? {} : { cursor: query.cursor }),
  });
  return (
    <>
      <PageHeader
        title="Reports"
        purpose="Spam and abuse that people reported when they blocked somebody. They are blocked for that person already."
      />
      {found.ok ? (
        <ReportsTable page={found.value} query={query} mayWrite={may(viewer, 'reports.write')} mayFindUsers={may(viewer, 'users.read')} />
      ) : (
        <FailedState title="The reports could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} Blocks are not touched by this.
        </FailedState>
      )}
    </>
  );
}
