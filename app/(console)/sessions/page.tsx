import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { sessionFilters, sessionSortNames, sessionsInput } from './search-params.ts';
import { SessionsTable } from './sessions-table.tsx';

export const metadata: Metadata = { title: 'Sessions' };

export default async function SessionsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'sessions.read')) return <NoPermission what="see sessions" permission="sessions.read" />;
  const query = readTableQuery(await searchParams, { sorts: sessionSortNames, filters: sessionFilters });
  const input = sessionsInput(query);
  const found = await admin().sessions.find(viewer, input);
  return (
    <>
      <PageHeader
        title="Sessions"
        purpose="Clients that are signed in now, and those whose connection broke and that may resume. One person may have several."
      />
      {found.ok ? (
        <SessionsTable initial={found.value} input={input} query={query} mayEnd={may(viewer, 'sessions.end')} />
      ) : (
        <FailedState title="The sessions could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} Signed-in people are not touched by this.
        </FailedState>
      )}
    </>
  );
}
