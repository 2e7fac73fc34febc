import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery, type TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { EmptyState, FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { roomHref } from '../../_parts/words.ts';
import { RoomFrame, type RoomParams } from '../room-frame.tsx';
import { transcriptFilters, transcriptInputOf } from './transcript-input.ts';
import { TranscriptTable } from './transcript-table.tsx';

export const metadata: Metadata = { title: 'Transcript of a room' };

export default async function RoomTranscriptPage({ params, searchParams }: { params: RoomParams; searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'rooms.transcripts')) return <NoPermission what="read transcripts" permission="rooms.transcripts" />;
  const query = readTableQuery(await searchParams, { filters: transcriptFilters });
  return <RoomFrame params={params}>{(detail) => <Transcript room={detail.room.address} query={query} />}</RoomFrame>;
}

async function Transcript({ room, query }: { room: string; query: TableQuery }) {
  const found = await admin().rooms.transcript(await requireViewer(), transcriptInputOf(room, query));
  if (!found.ok && found.fault.code === 'rooms.notKept')
    return (
      <EmptyState title="Nothing is kept of this room" doc={{ label: 'Open its configuration', href: `${roomHref(room)}/configuration` }}>
        It vanishes with its last occupant, and what was said goes with it. A persistent room keeps its messages.
      </EmptyState>
    );
  return found.ok ? (
    <TranscriptTable room={room} page={found.value} query={query} />
  ) : (
    <FailedState title="The transcript could not be read" trace={traceOf(found.fault) ?? undefined}>
      {found.fault.message}
    </FailedState>
  );
}
