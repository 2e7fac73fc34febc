import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState } from '@/lib/ui/patterns/states.tsx';
import { membersInput } from '../occupants-input.ts';
import { RoomFrame, type RoomParams } from '../room-frame.tsx';
import { MembersTable } from './members-table.tsx';

export const metadata: Metadata = { title: 'Members of a room' };

export default async function RoomMembersPage({ params, searchParams }: { params: RoomParams; searchParams: Promise<RawSearchParams> }) {
  const query = readTableQuery(await searchParams, { filters: ['affiliation'] });
  return (
    <RoomFrame params={params}>
      {(detail, viewer) => <Members room={detail.room.address} query={query} mayWrite={may(viewer, 'rooms.write')} />}
    </RoomFrame>
  );
}

async function Members({ room, query, mayWrite }: { room: string; query: ReturnType<typeof readTableQuery>; mayWrite: boolean }) {
  const found = await admin().rooms.members(await requireViewer(), membersInput(room, query));
  return found.ok ? (
    <MembersTable room={room} initial={found.value} query={query} mayWrite={mayWrite} />
  ) : (
    <FailedState title="The members could not be read" trace={traceOf(found.fault) ?? undefined}>
      {found.fault.message}
    </FailedState>
  );
}
