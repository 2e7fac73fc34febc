import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { GroupChatFrame, type NamedList } from '../group-chat-frame.tsx';
import { AdministratorsTable } from './administrators-table.tsx';

export const metadata: Metadata = { title: 'Group chat system administrators' };

export default async function GroupChatAdministratorsPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'rooms.read')) return <NoPermission what="see rooms" permission="rooms.read" />;
  return (
    <GroupChatFrame setting="muc.administrators">
      {(list, seen) => <Administrators list={list} mayWrite={may(seen, 'settings.write')} />}
    </GroupChatFrame>
  );
}

async function Administrators({ list, mayWrite }: { list: NamedList; mayWrite: boolean }) {
  const found = await admin().rooms.administrators(await requireViewer(), {});
  return found.ok ? (
    <AdministratorsTable rows={found.value.items} list={list} mayWrite={mayWrite} />
  ) : (
    <FailedState title="The administrators could not be read" trace={traceOf(found.fault) ?? undefined}>
      {found.fault.message}
    </FailedState>
  );
}
