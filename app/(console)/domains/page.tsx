import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { DomainsView } from './domains-view.tsx';

export const metadata: Metadata = { title: 'Domains' };

export default async function DomainsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'domains.read')) return <NoPermission what="see domains" permission="domains.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['domain', 'users', 'createdAt'], filters: ['managed'] });
  const [found, certificate] = await Promise.all([
    admin().domains.list(viewer, {}),
    may(viewer, 'certificates.read') ? admin().certificates.get(viewer, { use: 'xmpp' }) : null,
  ]);
  if (!found.ok) {
    return (
      <>
        <PageHeader title="Domains" />
        <FailedState title="The domains could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} Signed-in people are not touched by this.
        </FailedState>
      </>
    );
  }
  return (
    <DomainsView
      initial={found.value}
      query={query}
      unnamed={certificate?.ok ? certificate.value.missingNames : null}
      may={{ write: may(viewer, 'domains.write'), users: may(viewer, 'users.read') }}
    />
  );
}
