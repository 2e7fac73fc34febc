import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { AuditTable } from './audit-table.tsx';
import { auditFilters, auditInput } from './search-params.ts';
import { VerifyAudit } from './verify-audit.tsx';

export const metadata: Metadata = { title: 'Audit' };

export default async function AuditPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'audit.read')) return <NoPermission what="see the audit" permission="audit.read" />;
  const query = readTableQuery(await searchParams, { filters: auditFilters });
  const found = await admin().audit.find(viewer, auditInput(query));
  return (
    <>
      <PageHeader
        title="Audit"
        purpose="Who did what, to what, when and from where. Records cannot be changed: each one seals the one before it."
        actions={<VerifyAudit />}
      />
      {found.ok ? (
        <AuditTable page={found.value} query={query} mayExport={may(viewer, 'audit.export')} />
      ) : (
        <FailedState title="The audit could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} What is done meanwhile is still recorded.
        </FailedState>
      )}
    </>
  );
}
