import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader, Reading } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { DirectoryForm } from '../../directory-form.tsx';

export const metadata: Metadata = { title: 'Change a directory' };

export default async function EditDirectoryPage({ params }: { params: Promise<{ id: string }> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'directories.write')) return <NoPermission what="change directories" permission="directories.write" />;
  const id = decodeURIComponent((await params).id).slice(0, 100);
  const found = await admin().directories.get(viewer, { directory: id });
  if (!found.ok) {
    return found.fault.kind === 'missing' ? (
      <Missing title="There is no such directory" action={{ label: 'See all directories', href: '/directories' }}>
        It may have been removed. The audit tells by whom.
      </Missing>
    ) : (
      <FailedState title="The directory could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message}
      </FailedState>
    );
  }
  const directory = found.value;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: 'Directories', href: '/directories' },
          { label: directory.name, href: `/directories/${directory.id}` },
        ]}
        title={`Change ${directory.name}`}
      />
      <Reading>
        <DirectoryForm edited={directory} />
      </Reading>
    </>
  );
}
