import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ImportWizard } from './import-wizard.tsx';

export const metadata: Metadata = { title: 'Import users' };

export default async function ImportUsersPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'users.write')) return <NoPermission what="import users" permission="users.write" />;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Users', href: '/users' }]}
        title="Import users"
        purpose="Adds the people of a CSV file. Every row is checked first, and nothing happens before you say so. Users who exist are left as they are."
      />
      <ImportWizard token={admin().csrfToken(viewer)} />
    </>
  );
}
