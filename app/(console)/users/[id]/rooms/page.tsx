import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { refOf } from '../../_parts/words.ts';
import { UserFrame } from '../user-frame.tsx';
import { UserRoomsTable } from './user-rooms-table.tsx';

export const metadata: Metadata = { title: 'Rooms of a user' };

export default async function UserRoomsPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'rooms.read')) return <NoPermission what="see rooms" permission="rooms.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['address'], filters: ['inside'] });
  return <UserFrame params={params}>{({ user }) => <Rooms id={user.id} userId={user.userId} query={query} />}</UserFrame>;
}

async function Rooms({ id, userId, query }: { id: number; userId: string; query: ReturnType<typeof readTableQuery> }) {
  const found = await admin().rooms.ofUser(await requireViewer(), { user: refOf(id) });
  return found.ok ? (
    <UserRoomsTable rooms={found.value.items} userId={userId} query={query} />
  ) : (
    <FailedState title="The rooms could not be read" trace={traceOf(found.fault) ?? undefined}>
      {found.fault.message}
    </FailedState>
  );
}
