import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { AnnouncementsView } from './announcements-view.tsx';

export const metadata: Metadata = { title: 'Announcements' };

export default async function AnnouncementsPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'announcements.read')) return <NoPermission what="see announcements" permission="announcements.read" />;
  const [found, domains] = await Promise.all([
    admin().announcements.get(viewer, {}),
    may(viewer, 'domains.read') ? admin().domains.list(viewer, {}) : null,
  ]);
  return (
    <>
      <PageHeader
        title="Announcements"
        purpose="What you tell people in their chat clients: now, once at their next sign-in, or when they are new."
      />
      {found.ok ? (
        <AnnouncementsView
          motd={found.value.motd}
          welcome={found.value.welcome}
          domains={domains?.ok ? domains.value.items.map((row) => row.domain) : []}
          mayWrite={may(viewer, 'announcements.write')}
        />
      ) : (
        <FailedState title="The announcements could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} People are still told what was set before.
        </FailedState>
      )}
    </>
  );
}
