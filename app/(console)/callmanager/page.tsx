import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { CallManagerHeader } from './call-manager-header.tsx';
import { StatusPart } from './status-part.tsx';

export const metadata: Metadata = { title: 'Call manager' };

export default async function CallManagerPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'callManager.read')) return <NoPermission what="see the call manager" permission="callManager.read" />;
  const shown = await admin().callManager.show(viewer, {});
  const maySettings = may(viewer, 'settings.read');
  if (!shown.ok) {
    return (
      <>
        <CallManagerHeader maySettings={maySettings} />
        <FailedState title="The status could not be read" trace={traceOf(shown.fault) ?? undefined}>
          {shown.fault.message} Users are not touched by this.
        </FailedState>
      </>
    );
  }
  return <StatusPart initial={shown.value} may={{ write: may(viewer, 'callManager.write'), settings: maySettings }} />;
}
