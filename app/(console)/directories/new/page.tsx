import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { PageHeader, Reading } from '@/lib/ui/patterns/page-header.tsx';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { DirectoryForm } from '../directory-form.tsx';

export const metadata: Metadata = { title: 'Add a directory' };

export default async function NewDirectoryPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'directories.write')) return <NoPermission what="add directories" permission="directories.write" />;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Directories', href: '/directories' }]}
        title="Add a directory"
        purpose="Nobody gets an account by this: that is what agreements are for. Test it first."
      />
      <Reading>
        <DirectoryForm edited={null} />
      </Reading>
    </>
  );
}
