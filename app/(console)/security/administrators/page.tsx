import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { AdministratorsHeader } from './administrators-header.tsx';
import { AdministratorsTable } from './administrators-table.tsx';

export const metadata: Metadata = { title: 'Administrators' };

export default async function AdministratorsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'operators.read')) return <NoPermission what="see administrators" permission="operators.read" />;
  const query = readTableQuery(await searchParams, {
    sorts: ['username', 'name', 'lastSignInAt', 'createdAt'],
    filters: ['role', 'state'],
  });
  const [found, roles] = await Promise.all([admin().operators.list(viewer, {}), admin().roles.list(viewer, {})]);
  if (found.ok && roles.ok)
    return (
      <AdministratorsTable
        initial={found.value}
        roles={roles.value.items}
        query={query}
        me={viewer.id}
        mayWrite={may(viewer, 'operators.write')}
      />
    );
  const problem = found.ok ? roles : found;
  return (
    <>
      <AdministratorsHeader />
      <FailedState title="The administrators could not be read" trace={problem.ok ? undefined : (traceOf(problem.fault) ?? undefined)}>
        {problem.ok ? '' : problem.fault.message}
      </FailedState>
    </>
  );
}
