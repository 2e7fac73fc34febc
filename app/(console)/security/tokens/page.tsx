import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { TokensTable } from './tokens-table.tsx';

export const metadata: Metadata = { title: 'API tokens' };

export default async function TokensPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'tokens.read')) return <NoPermission what="see API tokens" permission="tokens.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['name', 'createdAt', 'expiresAt', 'lastUsedAt'], filters: ['state'] });
  const found = await admin().tokens.list(viewer, {});
  const mayWrite = may(viewer, 'tokens.write');
  return (
    <>
      <PageHeader
        title="API tokens"
        purpose="Programs sign in with a token instead of a password. Each has only the permissions you give it."
        actions={
          mayWrite ? (
            <ButtonLink look="primary" href="/security/tokens/new">
              Make a token
            </ButtonLink>
          ) : undefined
        }
      />
      {found.ok ? (
        <TokensTable initial={found.value} query={query} mayWrite={mayWrite} />
      ) : (
        <FailedState title="The tokens could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
