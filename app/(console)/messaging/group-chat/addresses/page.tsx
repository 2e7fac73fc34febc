import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { GroupChatFrame, type NamedList } from '../group-chat-frame.tsx';
import { AddressesTable } from './addresses-table.tsx';

export const metadata: Metadata = { title: 'Addresses of the chat server' };

export default async function GroupChatAddressesPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'rooms.read')) return <NoPermission what="see rooms" permission="rooms.read" />;
  return (
    <GroupChatFrame setting="muc.aliases">
      {(list, seen) => <Addresses list={list} mayWrite={may(seen, 'settings.write')} />}
    </GroupChatFrame>
  );
}

async function Addresses({ list, mayWrite }: { list: NamedList; mayWrite: boolean }) {
  const found = await admin().rooms.services(await requireViewer(), {});
  return found.ok ? (
    <AddressesTable rows={found.value.items} list={list} mayWrite={mayWrite} />
  ) : (
    <FailedState title="The addresses could not be read" trace={traceOf(found.fault) ?? undefined}>
      {found.fault.message}
    </FailedState>
  );
}
