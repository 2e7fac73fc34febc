import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { DirectoryPageView } from './directory-page-view.tsx';

export const metadata: Metadata = { title: 'Directory' };

export default async function DirectoryPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'directories.read')) return <NoPermission what="see directories" permission="directories.read" />;
  const id = decodeURIComponent((await params).id).slice(0, 100);
  const query = readTableQuery(await searchParams, { sorts: ['name', 'people'] });
  const [found, agreements] = await Promise.all([
    admin().directories.get(viewer, { directory: id }),
    admin().directories.listAgreements(viewer, { directory: id }),
  ]);
  if (!found.ok || !agreements.ok) {
    const fault = found.ok ? (agreements.ok ? null : agreements.fault) : found.fault;
    return fault?.kind === 'missing' ? (
      <Missing title="There is no such directory" action={{ label: 'See all directories', href: '/directories' }}>
        It may have been removed. The audit tells by whom.
      </Missing>
    ) : (
      <FailedState title="The directory could not be read" trace={(fault && traceOf(fault)) ?? undefined}>
        {fault?.message} People who are signed in are not touched by this.
      </FailedState>
    );
  }
  return (
    <DirectoryPageView
      initial={found.value}
      agreements={agreements.value}
      query={query}
      may={{ write: may(viewer, 'directories.write'), audit: may(viewer, 'audit.read') }}
    />
  );
}
