import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { OperatorView } from './operator-view.tsx';

export const metadata: Metadata = { title: 'Administrator' };

export default async function AdministratorPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'operators.read')) return <NoPermission what="see administrators" permission="operators.read" />;
  const id = decodeURIComponent((await params).id).slice(0, 200);
  const query = readTableQuery(await searchParams, { sorts: ['lastSeenAt', 'createdAt', 'address'] });
  const [found, roles, sessions, tokens] = await Promise.all([
    admin().operators.get(viewer, { operator: `id:${id}` }),
    admin().roles.list(viewer, {}),
    admin().consoleSessions.list(viewer, { all: true }),
    may(viewer, 'tokens.read') ? admin().tokens.list(viewer, {}) : null,
  ]);
  if (!found.ok) {
    return found.fault.kind === 'missing' ? (
      <Missing title="There is no such administrator" action={{ label: 'See all administrators', href: '/security/administrators' }}>
        The account may have been deleted. The audit tells by whom.
      </Missing>
    ) : (
      <FailedState title="The administrator could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message}
      </FailedState>
    );
  }
  const operator = found.value;
  return (
    <OperatorView
      operator={operator}
      roles={roles.ok ? roles.value.items : []}
      me={viewer.id}
      query={query}
      sessions={sessions.ok ? sessions.value.items.filter((session) => session.operatorId === operator.id) : null}
      tokens={
        tokens?.ok ? tokens.value.items.filter((token) => token.createdBy === operator.username && token.state === 'active').length : null
      }
      may={{ write: may(viewer, 'operators.write'), audit: may(viewer, 'audit.read') }}
    />
  );
}
