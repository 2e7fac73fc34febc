import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission, NotConfigured } from '@/lib/ui/patterns/states.tsx';
import { RoomsTable } from './rooms-table.tsx';
import { roomFilters, roomsInput, roomTableSorts } from './search-params.ts';

export const metadata: Metadata = { title: 'Rooms' };

export default async function RoomsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'rooms.read')) return <NoPermission what="see rooms" permission="rooms.read" />;
  const query = readTableQuery(await searchParams, { sorts: roomTableSorts, filters: roomFilters });
  const [found, services] = await Promise.all([admin().rooms.find(viewer, roomsInput(query)), admin().rooms.services(viewer, {})]);
  const title = 'Rooms';
  const purpose = 'Chat rooms on this server: the persistent ones, and those that vanish with their last occupant.';
  if (!found.ok)
    return (
      <>
        <PageHeader title={title} purpose={purpose} />
        <FailedState title="The rooms could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} People in rooms are not touched by this.
        </FailedState>
      </>
    );
  const addresses = services.ok ? services.value.items.map((each) => each.address) : [];
  if (addresses.length === 0 && found.value.total === 0)
    return (
      <>
        <PageHeader title={title} purpose={purpose} />
        <NotConfigured
          title="The chat server has no address"
          action={{ label: 'Open the settings of group chat', href: '/messaging/group-chat' }}
        >
          Rooms live at a label before each IM domain, such as conference.example.com, or at an alias. Set one of them first.
        </NotConfigured>
      </>
    );
  return (
    <RoomsTable
      initial={found.value}
      query={query}
      services={addresses}
      mayWrite={may(viewer, 'rooms.write')}
      title={title}
      purpose={purpose}
    />
  );
}
