import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ComponentsView } from './components-view.tsx';

export const metadata: Metadata = { title: 'External components' };

export default async function ComponentsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'components.read')) return <NoPermission what="see external components" permission="components.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['domain', 'received', 'sent'], filters: ['state'] });
  const found = await admin().components.list(viewer, {});
  if (!found.ok) {
    return (
      <>
        <PageHeader title="External components" />
        <FailedState title="The components could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} Connected components are not touched by this.
        </FailedState>
      </>
    );
  }
  return (
    <ComponentsView
      initial={found.value}
      query={query}
      may={{ write: may(viewer, 'components.write'), settings: may(viewer, 'settings.read') }}
    />
  );
}
