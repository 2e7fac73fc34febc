import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { FilesHeader } from '../files-header.tsx';
import { logFilters, logInput } from '../search-params.ts';
import { LogTable } from './log-table.tsx';

export const metadata: Metadata = { title: 'Log of files' };

export default async function FileLogPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'files.read')) return <NoPermission what="see files" permission="files.read" />;
  const query = readTableQuery(await searchParams, { filters: logFilters });
  const log = await admin().files.log(viewer, logInput(query));
  return (
    <>
      <FilesHeader maySettings={may(viewer, 'settings.read')} />
      {log.ok ? (
        <LogTable page={log.value} query={query} />
      ) : (
        <FailedState title="The log could not be read" trace={traceOf(log.fault) ?? undefined}>
          {log.fault.message} What happens meanwhile is still recorded.
        </FailedState>
      )}
    </>
  );
}
