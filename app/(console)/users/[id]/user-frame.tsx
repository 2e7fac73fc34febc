import type { ReactNode } from 'react';
import { traceOf } from '@/app/_shared/console-action.ts';
import { type ConsoleViewer, may, requireViewer } from '@/app/_shared/viewer.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';
import { domainsFor } from '../_parts/domains-for.ts';
import { loadUser, type UserDetail } from './_load.ts';
import { UserActions } from './user-actions.tsx';
import { UserBadge } from './user-badge.tsx';

/** What stands above every tab of a user: who it is, whether all is well, and what can be done. Asks who is there. */
export async function UserFrame({
  params,
  children,
}: {
  params: Promise<{ id: string }>;
  children: (detail: UserDetail, viewer: ConsoleViewer) => ReactNode;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'users.read')) return <NoPermission what="see users" permission="users.read" />;
  const { id } = await params;
  const found = await loadUser(viewer, id);
  if (!found || (!found.ok && found.fault.kind === 'missing'))
    return (
      <Missing title="There is no such user" action={{ label: 'Go to the users', href: '/users' }}>
        The user was deleted, or the address of this page is mistyped. The audit tells who deleted whom.
      </Missing>
    );
  if (!found.ok)
    return (
      <FailedState title="The user could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message} Sessions of the user are not touched by this.
      </FailedState>
    );
  const detail = found.value;
  const { user } = detail;
  const base = `/users/${user.id}`;
  const mayWrite = may(viewer, 'users.write');
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Users', href: '/users' }]}
        title={user.name || user.userId}
        badge={<UserBadge user={user} sessions={detail.sessions} />}
        purpose={<CopyText text={user.address} label="address" />}
        actions={
          <UserActions
            user={user}
            isXmppAdministrator={detail.isXmppAdministrator}
            domains={mayWrite ? await domainsFor(viewer) : []}
            may={{ write: mayWrite, password: may(viewer, 'users.password'), settings: may(viewer, 'settings.write') }}
          />
        }
        tabs={
          <LinkTabs
            label="Parts of this user"
            tabs={[
              { href: base, label: 'Overview', exact: true },
              { href: `${base}/contacts`, label: `Contacts (${detail.contacts.length})` },
              ...(may(viewer, 'rooms.read') ? [{ href: `${base}/rooms`, label: 'Rooms' }] : []),
              ...(may(viewer, 'pubsub.read') ? [{ href: `${base}/published`, label: 'Published' }] : []),
              ...(may(viewer, 'audit.read') ? [{ href: `${base}/audit`, label: 'Audit' }] : []),
            ]}
          />
        }
      />
      {children(detail, viewer)}
    </>
  );
}
