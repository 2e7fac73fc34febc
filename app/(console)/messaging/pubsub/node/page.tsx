import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ItemsTable } from './items-table.tsx';
import { NodeActions } from './node-actions.tsx';
import { NodeFacts } from './node-facts.tsx';

export const metadata: Metadata = { title: 'Node' };

const one = (value: string | string[] | undefined): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''));

export default async function NodePage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'pubsub.read')) return <NoPermission what="see published nodes" permission="pubsub.read" />;
  const params = await searchParams;
  const input = { owner: one(params.owner), node: one(params.node) };
  const query = readTableQuery(params, { filters: ['owner', 'node'] });
  const [found, items] = await Promise.all([
    admin().pubsub.show(viewer, input),
    admin().pubsub.items(viewer, { ...input, ...(query.cursor ? { cursor: query.cursor } : {}) }),
  ]);
  if (!found.ok && (found.fault.kind === 'missing' || found.fault.kind === 'invalid'))
    return (
      <Missing title="There is no such node" action={{ label: 'Go to the nodes', href: '/messaging/pubsub' }}>
        It was deleted by its owner or by an administrator, or the address of this page is mistyped. The audit tells what administrators
        deleted.
      </Missing>
    );
  return (
    <>
      <PageHeader
        title={found.ok && found.value.title !== '' ? found.value.title : input.node}
        purpose={`A node of ${input.owner}.`}
        crumbs={[{ label: 'Published nodes', href: '/messaging/pubsub' }]}
        actions={found.ok && may(viewer, 'pubsub.write') ? <NodeActions node={found.value} /> : undefined}
      />
      {found.ok ? (
        <div className="flex flex-col gap-6">
          <NodeFacts node={found.value} />
          {items.ok ? (
            <ItemsTable page={items.value} query={query} isOpen={found.value.accessModel === 'open'} />
          ) : (
            <FailedState title="The items could not be read" trace={traceOf(items.fault) ?? undefined}>
              {items.fault.message}
            </FailedState>
          )}
        </div>
      ) : (
        <FailedState title="The node could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message}
        </FailedState>
      )}
    </>
  );
}
