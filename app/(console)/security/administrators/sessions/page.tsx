import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { AdministratorsHeader } from '../administrators-header.tsx';
import { ConsoleSessionsTable } from '../console-sessions-table.tsx';

export const metadata: Metadata = { title: 'Console sessions' };

export default async function ConsoleSessionsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'operators.read')) return <NoPermission what="see the sessions of others" permission="operators.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['username', 'lastSeenAt', 'createdAt', 'address'] });
  const found = await admin().consoleSessions.list(viewer, { all: true });
  return (
    <>
      <AdministratorsHeader />
      {found.ok ? (
        <ConsoleSessionsTable sessions={found.value.items} query={query} mayEnd={may(viewer, 'operators.write')} />
      ) : (
        <FailedState title="The console sessions could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
