import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { MonitorView } from './monitor-view.tsx';

export const metadata: Metadata = { title: 'Data monitor' };

export default async function DataMonitorPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'services.read')) return <NoPermission what="see the data monitor" permission="services.read" />;
  const found = await admin().dataMonitor.show(viewer, {});
  if (!found.ok)
    return (
      <>
        <PageHeader title="Data monitor" />
        <FailedState title="The state of the database could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      </>
    );
  return <MonitorView initial={found.value} />;
}
