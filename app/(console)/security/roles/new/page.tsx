import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader, Reading } from '@/lib/ui/patterns/page-header.tsx';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { RoleForm } from '../role-form.tsx';

export const metadata: Metadata = { title: 'Make a role' };

export default async function NewRolePage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'roles.write')) return <NoPermission what="make roles" permission="roles.write" />;
  const { from } = await searchParams;
  const model = typeof from === 'string' && from.length <= 100 && from !== '' ? await admin().roles.get(viewer, { role: from }) : null;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Roles', href: '/security/roles' }]}
        title="Make a role"
        purpose="For people who need more than to look and less than everything."
      />
      <Reading>
        <RoleForm edited={null} from={model?.ok ? model.value : null} offered={viewer.permissions} />
      </Reading>
    </>
  );
}
