import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { DirectoriesView } from './directories-view.tsx';

export const metadata: Metadata = { title: 'Directories' };

export default async function DirectoriesPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'directories.read')) return <NoPermission what="see directories" permission="directories.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['name', 'people'], filters: ['state'] });
  const found = await admin().directories.list(viewer, {});
  if (!found.ok) {
    return (
      <>
        <PageHeader title="Directories" />
        <FailedState title="The directories could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} People who are signed in are not touched by this.
        </FailedState>
      </>
    );
  }
  return (
    <DirectoriesView
      initial={found.value}
      query={query}
      may={{ write: may(viewer, 'directories.write'), settings: may(viewer, 'settings.read') }}
    />
  );
}
