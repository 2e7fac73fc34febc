import type { ReactNode } from 'react';
import { traceOf } from '@/app/_shared/console-action.ts';
import type { Value } from '@/app/_shared/values.ts';
import { type ConsoleViewer, may, requireViewer } from '@/app/_shared/viewer.ts';
import { type AdminApi, admin } from '@/lib/admin/for-pages.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';
import { roomHref } from '../_parts/words.ts';
import { RoomActions } from './room-actions.tsx';
import { RoomBadges } from './room-badges.tsx';

export type RoomDetail = Value<AdminApi['rooms']['get']>;
export type RoomParams = Promise<{ room: string }>;

/** Next gives the parameter as it stands in the URL; a broken escape names no room. */
function addressIn(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return '';
  }
}

/** What stands above every tab of a room. Asks who is there. */
export async function RoomFrame({
  params,
  children,
}: {
  params: RoomParams;
  children: (detail: RoomDetail, viewer: ConsoleViewer) => ReactNode;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'rooms.read')) return <NoPermission what="see rooms" permission="rooms.read" />;
  const address = addressIn((await params).room);
  const found = address.length < 3 || address.length > 3100 ? null : await admin().rooms.get(viewer, { room: address });
  if (found === null || (!found.ok && (found.fault.kind === 'missing' || found.fault.kind === 'invalid')))
    return (
      <Missing title="There is no such room" action={{ label: 'Go to the rooms', href: '/messaging/rooms' }}>
        It was destroyed, or vanished with its last occupant, or the address of this page is mistyped. The audit tells who destroyed what.
      </Missing>
    );
  if (!found.ok)
    return (
      <FailedState title="The room could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message} People inside are not touched by this.
      </FailedState>
    );
  const detail = found.value;
  const base = roomHref(detail.room.address);
  const belonging = detail.counts.owners + detail.counts.admins + detail.counts.members + detail.counts.outcasts;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Rooms', href: '/messaging/rooms' }]}
        title={detail.room.title || detail.room.address}
        badge={<RoomBadges room={detail.room} locked={detail.locked} />}
        purpose={<CopyText text={detail.room.address} label="address" />}
        actions={may(viewer, 'rooms.write') ? <RoomActions room={detail.room} subject={detail.subject?.text ?? ''} /> : null}
        tabs={
          <LinkTabs
            label="Parts of this room"
            tabs={[
              { href: base, label: 'Overview', exact: true },
              { href: `${base}/members`, label: `Members (${belonging})` },
              { href: `${base}/configuration`, label: 'Configuration' },
              ...(may(viewer, 'rooms.transcripts') ? [{ href: `${base}/transcript`, label: 'Transcript' }] : []),
            ]}
          />
        }
      />
      {children(detail, viewer)}
    </>
  );
}
