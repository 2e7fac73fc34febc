import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { AssignmentView } from './assignment-view.tsx';
import { peopleInput } from './search-params.ts';

export const metadata: Metadata = { title: 'User assignment' };

export default async function AssignmentPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'assignment.read')) return <NoPermission what="see the assignment of users" permission="assignment.read" />;
  const query = readTableQuery(await searchParams, { sorts: [], filters: ['home'] });
  const [shown, people] = await Promise.all([admin().assignment.show(viewer, {}), admin().assignment.people(viewer, peopleInput(query))]);
  const failed = shown.ok ? (people.ok ? null : people.fault) : shown.fault;
  if (failed !== null || !shown.ok || !people.ok)
    return (
      <>
        <PageHeader title="User assignment" />
        <FailedState title="The assignment could not be read" trace={failed === null ? undefined : (traceOf(failed) ?? undefined)}>
          {failed?.message} Everybody stays where they are.
        </FailedState>
      </>
    );
  return (
    <AssignmentView
      initial={shown.value}
      people={people.value}
      query={query}
      may={{ write: may(viewer, 'assignment.write'), settings: may(viewer, 'settings.read'), users: may(viewer, 'users.read') }}
    />
  );
}
