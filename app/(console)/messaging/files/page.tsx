import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { FilesHeader } from './files-header.tsx';
import { FilesTable } from './files-table.tsx';
import { fileFilters, fileSortNames, filesInput } from './search-params.ts';

export const metadata: Metadata = { title: 'Files' };

export default async function FilesPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'files.read')) return <NoPermission what="see files" permission="files.read" />;
  const query = readTableQuery(await searchParams, { sorts: fileSortNames, filters: fileFilters });
  const found = await admin().files.find(viewer, filesInput(query));
  return (
    <>
      <FilesHeader maySettings={may(viewer, 'settings.read')} />
      {found.ok ? (
        <FilesTable initial={found.value} query={query} mayDelete={may(viewer, 'files.write')} maySettings={may(viewer, 'settings.read')} />
      ) : (
        <FailedState title="The files could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} What was uploaded is not touched by this.
        </FailedState>
      )}
    </>
  );
}
