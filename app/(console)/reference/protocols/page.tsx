import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ReferenceHeader } from '../reference-header.tsx';
import { Compliance } from './compliance.tsx';
import { ProtocolsTable } from './protocols-table.tsx';

export const metadata: Metadata = { title: 'Protocols' };

export default async function ProtocolsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'diagnostics.read')) return <NoPermission what="see the protocols" permission="diagnostics.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['number', 'title'], filters: ['status'] });
  const found = await admin().diagnostics.protocols(viewer, {});
  return (
    <>
      <ReferenceHeader />
      {found.ok ? (
        <div className="flex flex-col gap-6">
          <Compliance suites={found.value.suites} rows={found.value.compliance} />
          <ProtocolsTable rows={found.value.items} query={query} />
        </div>
      ) : (
        <FailedState title="The protocols could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
