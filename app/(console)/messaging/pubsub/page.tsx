import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { NodesTable } from './nodes-table.tsx';
import { nodeFilters, nodesInput } from './search-params.ts';

export const metadata: Metadata = { title: 'Published nodes' };

export default async function NodesPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'pubsub.read')) return <NoPermission what="see published nodes" permission="pubsub.read" />;
  const query = readTableQuery(await searchParams, { filters: nodeFilters });
  const found = await admin().pubsub.find(viewer, nodesInput(query));
  return (
    <>
      <PageHeader
        title="Published nodes"
        purpose="What people publish under their own address (avatars, bookmarks, keys), and the topics of the publish-subscribe service."
      />
      {found.ok ? (
        <NodesTable page={found.value} query={query} mayChange={may(viewer, 'pubsub.write')} />
      ) : (
        <FailedState title="The nodes could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} What clients have in memory is not touched by this.
        </FailedState>
      )}
    </>
  );
}
