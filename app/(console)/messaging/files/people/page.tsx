import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { FilesHeader } from '../files-header.tsx';
import { PeopleView } from './people-view.tsx';

export const metadata: Metadata = { title: 'Space taken by files' };

export default async function FilePeoplePage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'files.read')) return <NoPermission what="see files" permission="files.read" />;
  const query = readTableQuery(await searchParams, {});
  const usage = await admin().files.usage(viewer, {
    ...(query.search ? { person: query.search } : {}),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  });
  return (
    <>
      <FilesHeader maySettings={may(viewer, 'settings.read')} />
      {usage.ok ? (
        <PeopleView usage={usage.value} query={query} />
      ) : (
        <FailedState title="The space could not be read" trace={traceOf(usage.fault) ?? undefined}>
          {usage.fault.message} What was uploaded is not touched by this.
        </FailedState>
      )}
    </>
  );
}
