import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { LocksHeader } from '../locks-header.tsx';
import { SignInsTable } from './sign-ins-table.tsx';

export const metadata: Metadata = { title: 'Recent sign-ins' };

const MOST = 500;

export default async function SignInsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'locks.read')) return <NoPermission what="see sign-ins" permission="locks.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['at', 'name', 'address'], filters: ['kind', 'outcome', 'account'] });
  const account = query.filters.account?.[0];
  const found = await admin().locks.signIns(viewer, { limit: MOST, ...(account ? { name: account } : {}) });
  return (
    <>
      <LocksHeader />
      {found.ok ? (
        <SignInsTable rows={found.value.items} full={found.value.items.length === MOST} query={query} />
      ) : (
        <FailedState title="The sign-ins could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} Sign-ins are still guarded.
        </FailedState>
      )}
    </>
  );
}
