import type { ReactNode } from 'react';
import { traceOf } from '@/app/_shared/console-action.ts';
import { type ConsoleViewer, may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { groupChatPlace } from '../../settings/_parts/places.ts';
import { PlaceHeader } from '../../settings/_parts/section-page.tsx';

export interface NamedList {
  readonly version: number;
  readonly names: readonly string[];
}

/** One list setting of group chat with a page of its own. Asks who is there. */
export async function GroupChatFrame({
  setting,
  children,
}: {
  setting: 'muc.aliases' | 'muc.administrators';
  children: (list: NamedList, viewer: ConsoleViewer) => ReactNode;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'settings.read')) return <NoPermission what="see settings" permission="settings.read" />;
  const view = await admin().settings.sections(viewer, { section: 'muc' });
  const value = view.ok ? view.value.sections.flatMap((section) => section.settings).find(({ key }) => key === setting)?.value : null;
  return (
    <>
      <PlaceHeader place={groupChatPlace} />
      {view.ok ? (
        children({ version: view.value.version, names: Array.isArray(value) ? value : [] }, viewer)
      ) : (
        <FailedState title="The settings could not be read" trace={traceOf(view.fault) ?? undefined}>
          {view.fault.message} The server goes on with the values it has.
        </FailedState>
      )}
    </>
  );
}
