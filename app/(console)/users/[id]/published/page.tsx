import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { type ConsoleViewer, may } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery, type TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { NodesTable } from '../../../messaging/pubsub/nodes-table.tsx';
import { nodesInput } from '../../../messaging/pubsub/search-params.ts';
import { UserFrame } from '../user-frame.tsx';

export const metadata: Metadata = { title: 'What a user publishes' };

export default async function UserPublishedPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const query = readTableQuery(await searchParams);
  return (
    <UserFrame params={params}>{(detail, viewer) => <Published viewer={viewer} owner={detail.user.address} query={query} />}</UserFrame>
  );
}

async function Published({ viewer, owner, query }: { viewer: ConsoleViewer; owner: string; query: TableQuery }) {
  if (!may(viewer, 'pubsub.read')) return <NoPermission what="see published nodes" permission="pubsub.read" />;
  const found = await admin().pubsub.find(viewer, { ...nodesInput(query), owner });
  if (!found.ok)
    return (
      <FailedState title="The nodes could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message}
      </FailedState>
    );
  return <NodesTable page={found.value} query={query} mayChange={may(viewer, 'pubsub.write')} isOfOne />;
}
