import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { CallManagerHeader } from '../call-manager-header.tsx';
import { RunsTable } from './runs-table.tsx';

export const metadata: Metadata = { title: 'Runs of the Sync Agent' };

export default async function RunsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'callManager.read')) return <NoPermission what="see the call manager" permission="callManager.read" />;
  const query = readTableQuery(await searchParams, {});
  const found = await admin().callManager.runs(viewer, query.cursor ? { before: query.cursor.slice(0, 64) } : {});
  return (
    <>
      <CallManagerHeader maySettings={may(viewer, 'settings.read')} />
      {found.ok ? (
        <RunsTable page={found.value} query={query} />
      ) : (
        <FailedState title="The runs could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
