import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { isNarrowed, type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { domainsFor } from './_parts/domains-for.ts';
import { userFilters, userSorts, usersInput } from './search-params.ts';
import { UsersTable } from './users-table.tsx';

export const metadata: Metadata = { title: 'Users' };

export default async function UsersPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'users.read')) return <NoPermission what="see users" permission="users.read" />;
  const query = readTableQuery(await searchParams, { sorts: userSorts, filters: userFilters });
  const [found, domains] = await Promise.all([admin().users.find(viewer, usersInput(query)), domainsFor(viewer)]);
  const mayWrite = may(viewer, 'users.write');
  // While there is nobody yet, the empty state has these buttons.
  const isEmpty = found.ok && found.value.total === 0 && !isNarrowed(query);
  return (
    <>
      <PageHeader
        title="Users"
        purpose="People and programs with an address on this server. Who is enabled can sign in with any XMPP client."
        actions={
          mayWrite && !isEmpty ? (
            <>
              <ButtonLink href="/users/import">Import users</ButtonLink>
              <ButtonLink href="/users/new" look="primary">
                Add a user
              </ButtonLink>
            </>
          ) : null
        }
      />
      {found.ok ? (
        <UsersTable
          initial={found.value}
          query={query}
          domains={domains}
          may={{ write: mayWrite, password: may(viewer, 'users.password') }}
        />
      ) : (
        <FailedState title="The users could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} People who are signed in are not touched by this.
        </FailedState>
      )}
    </>
  );
}
