import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { AdministratorsHeader } from '../administrators/administrators-header.tsx';
import { RolesTable } from './roles-table.tsx';

export const metadata: Metadata = { title: 'Roles' };

export default async function RolesPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'operators.read')) return <NoPermission what="see roles" permission="operators.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['name', 'operators'], filters: ['kind'] });
  const found = await admin().roles.list(viewer, {});
  const mayWrite = may(viewer, 'roles.write');
  return (
    <>
      <AdministratorsHeader
        actions={
          mayWrite ? (
            <ButtonLink look="primary" href="/security/roles/new">
              Make a role
            </ButtonLink>
          ) : undefined
        }
      />
      {found.ok ? (
        <RolesTable initial={found.value} query={query} mayWrite={mayWrite} />
      ) : (
        <FailedState title="The roles could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
