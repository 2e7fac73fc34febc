import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader, Reading } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { RoleForm } from '../role-form.tsx';

export const metadata: Metadata = { title: 'Role' };

export default async function RolePage({ params }: { params: Promise<{ id: string }> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'operators.read')) return <NoPermission what="see roles" permission="operators.read" />;
  const id = decodeURIComponent((await params).id).slice(0, 100);
  const found = await admin().roles.get(viewer, { role: id });
  if (!found.ok) {
    return found.fault.kind === 'missing' ? (
      <Missing title="There is no such role" action={{ label: 'See all roles', href: '/security/roles' }}>
        It may have been deleted. The audit tells by whom.
      </Missing>
    ) : (
      <FailedState title="The role could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message}
      </FailedState>
    );
  }
  const role = found.value;
  const mayWrite = may(viewer, 'roles.write');
  const readOnlyBecause = role.builtIn
    ? 'This role comes with every installation and stays as it is.'
    : mayWrite
      ? undefined
      : 'Your role can see roles but not change them.';
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Roles', href: '/security/roles' }]}
        title={role.name}
        badge={role.builtIn ? <Badge>Built in</Badge> : undefined}
        purpose={role.description}
        actions={
          mayWrite ? <ButtonLink href={`/security/roles/new?from=${encodeURIComponent(role.id)}`}>Make one like it</ButtonLink> : undefined
        }
      />
      <Reading>
        <RoleForm
          key={role.version}
          edited={role}
          from={null}
          offered={viewer.permissions}
          {...(readOnlyBecause ? { readOnlyBecause } : {})}
        />
      </Reading>
    </>
  );
}
