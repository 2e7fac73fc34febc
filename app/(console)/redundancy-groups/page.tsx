import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { GroupsView } from './groups-view.tsx';

export const metadata: Metadata = { title: 'Redundancy groups' };

export default async function RedundancyGroupsPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'redundancy.read')) return <NoPermission what="see redundancy groups" permission="redundancy.read" />;
  const found = await admin().redundancy.list(viewer, {});
  if (!found.ok)
    return (
      <>
        <PageHeader title="Redundancy groups" />
        <FailedState title="The groups could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} Nodes go on as they were.
        </FailedState>
      </>
    );
  return <GroupsView initial={found.value} mayWrite={may(viewer, 'redundancy.write')} maySettings={may(viewer, 'settings.read')} />;
}
