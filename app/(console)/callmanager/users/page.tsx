import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { findCallManagerUsersInput } from '@/lib/admin/callmanager/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { CallManagerHeader } from '../call-manager-header.tsx';
import { UsersTable } from './users-table.tsx';

export const metadata: Metadata = { title: 'Users of the call manager' };

export default async function CallManagerUsersPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'callManager.read')) return <NoPermission what="see the call manager" permission="callManager.read" />;
  const query = readTableQuery(await searchParams, { filters: ['show'] });
  const show = findCallManagerUsersInput.shape.show.safeParse(query.filters.show);
  const found = await admin().callManager.users(viewer, {
    show: show.success ? show.data : 'all',
    ...(query.search ? { search: query.search } : {}),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  });
  return (
    <>
      <CallManagerHeader maySettings={may(viewer, 'settings.read')} />
      {found.ok ? (
        <UsersTable page={found.value} query={query} />
      ) : (
        <FailedState title="The users could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
