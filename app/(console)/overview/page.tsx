import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { OverviewView } from './overview-view.tsx';
import { readSpan, thinned } from './series.ts';

export const metadata: Metadata = { title: 'Overview' };

export default async function OverviewPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'overview.read')) return <NoPermission what="see the overview" permission="overview.read" />;
  const span = readSpan((await searchParams).span);
  const [overview, series] = await Promise.all([admin().overview.get(viewer, {}), admin().overview.series(viewer, { span })]);
  if (!overview.ok) {
    return (
      <FailedState title="The overview could not be read" trace={traceOf(overview.fault) ?? undefined}>
        {overview.fault.message} Messaging may still work: look at Services.
      </FailedState>
    );
  }
  return <OverviewView initial={overview.value} span={span} history={series.ok ? thinned(series.value.samples) : null} />;
}
