import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { type ConsoleViewer, may } from '@/app/_shared/viewer.ts';
import { AuditTable } from '@/app/(console)/audit/audit-table.tsx';
import { auditFilters, auditInput } from '@/app/(console)/audit/search-params.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery, type TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { UserFrame } from '../user-frame.tsx';

export const metadata: Metadata = { title: 'Audit of a user' };

export default async function UserAuditPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const query = readTableQuery(await searchParams, { filters: auditFilters.filter((name) => name !== 'target') });
  return (
    <UserFrame params={params}>
      {(detail, viewer) => <UserAudit viewer={viewer} query={query} id={detail.user.id} name={detail.user.userId} />}
    </UserFrame>
  );
}

async function UserAudit({ viewer, query, id, name }: { viewer: ConsoleViewer; query: TableQuery; id: number; name: string }) {
  if (!may(viewer, 'audit.read')) return <NoPermission what="see the audit" permission="audit.read" />;
  const key = `user:${id}`;
  const found = await admin().audit.find(viewer, { ...auditInput(query), targetKey: key });
  if (!found.ok)
    return (
      <FailedState title="The audit could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message} What is done meanwhile is still recorded.
      </FailedState>
    );
  return <AuditTable page={found.value} query={query} mayExport={may(viewer, 'audit.export')} about={{ key, name }} />;
}
