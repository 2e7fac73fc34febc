import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { TopologyView } from './topology-view.tsx';

export const metadata: Metadata = { title: 'Topology' };

export default async function TopologyPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'cluster.read')) return <NoPermission what="see the nodes" permission="cluster.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['name', 'state', 'users', 'since'], filters: ['state'] });
  const found = await admin().topology.show(viewer, {});
  return (
    <>
      <PageHeader
        title="Topology"
        purpose="The nodes that work as one: who is there, how they are, and how far they are from each other."
      />
      {found.ok ? (
        <TopologyView initial={found.value} query={query} mayChange={may(viewer, 'cluster.write')} />
      ) : (
        <FailedState title="The nodes could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
