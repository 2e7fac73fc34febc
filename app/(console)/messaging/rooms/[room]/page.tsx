import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { Stack } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState } from '@/lib/ui/patterns/states.tsx';
import { occupantsInput } from './occupants-input.ts';
import { OccupantsTable } from './occupants-table.tsx';
import { RoomFacts } from './room-facts.tsx';
import { RoomFrame, type RoomParams } from './room-frame.tsx';

export const metadata: Metadata = { title: 'Room' };

export default async function RoomPage({ params, searchParams }: { params: RoomParams; searchParams: Promise<RawSearchParams> }) {
  const query = readTableQuery(await searchParams, { filters: ['role'] });
  return (
    <RoomFrame params={params}>
      {(detail, viewer) => (
        <Stack>
          <RoomFacts initial={detail} />
          <Occupants room={detail.room.address} query={query} mayWrite={may(viewer, 'rooms.write')} />
        </Stack>
      )}
    </RoomFrame>
  );
}

async function Occupants({ room, query, mayWrite }: { room: string; query: ReturnType<typeof readTableQuery>; mayWrite: boolean }) {
  const found = await admin().rooms.occupants(await requireViewer(), occupantsInput(room, query));
  return found.ok ? (
    <OccupantsTable room={room} initial={found.value} query={query} mayWrite={mayWrite} />
  ) : (
    <FailedState title="The people inside could not be read" trace={traceOf(found.fault) ?? undefined}>
      {found.fault.message}
    </FailedState>
  );
}
