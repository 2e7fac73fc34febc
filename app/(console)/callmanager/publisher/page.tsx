import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { Reading } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { CallManagerHeader } from '../call-manager-header.tsx';
import { PublisherFacts } from './publisher-facts.tsx';
import { PublisherForm } from './publisher-form.tsx';
import { TestCard } from './test-card.tsx';

export const metadata: Metadata = { title: 'Publisher' };

export default async function PublisherPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'callManager.read')) return <NoPermission what="see the call manager" permission="callManager.read" />;
  const shown = await admin().callManager.show(viewer, {});
  const mayWrite = may(viewer, 'callManager.write');
  return (
    <>
      <CallManagerHeader maySettings={may(viewer, 'settings.read')} />
      {shown.ok ? (
        <Reading>
          <div className="flex flex-col gap-5">
            {mayWrite ? <PublisherForm publisher={shown.value.publisher} /> : <PublisherFacts publisher={shown.value.publisher} />}
            {mayWrite && shown.value.publisher !== null ? (
              <TestCard host={shown.value.publisher.host} users={shown.value.counts.served} />
            ) : null}
          </div>
        </Reading>
      ) : (
        <FailedState title="The publisher could not be read" trace={traceOf(shown.fault) ?? undefined}>
          {shown.fault.message}
        </FailedState>
      )}
    </>
  );
}
