import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { PageHeader, Reading } from '@/lib/ui/patterns/page-header.tsx';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { domainsFor } from '../_parts/domains-for.ts';
import { CreateForm } from './create-form.tsx';

export const metadata: Metadata = { title: 'Add a user' };

export default async function NewUserPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'users.write')) return <NoPermission what="add users" permission="users.write" />;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Users', href: '/users' }]}
        title="Add a user"
        purpose="The user can sign in with an XMPP client at once."
      />
      <Reading>
        <CreateForm domains={await domainsFor(viewer)} mayMakeAdmin={may(viewer, 'settings.write')} />
      </Reading>
    </>
  );
}
