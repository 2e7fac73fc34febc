import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ServicesView } from './services-view.tsx';

export const metadata: Metadata = { title: 'Services' };

export default async function ServicesPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'services.read')) return <NoPermission what="see services" permission="services.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['title', 'state', 'since'], filters: ['state', 'critical'] });
  const found = await admin().services.list(viewer, {});
  return (
    <>
      <PageHeader
        title="Services"
        purpose={`The parts of node ${admin().nodeName}: what each does, what it needs, and since when it is in its state.`}
      />
      {found.ok ? (
        <ServicesView initial={found.value} query={query} mayControl={may(viewer, 'services.control')} />
      ) : (
        <FailedState title="The services could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
