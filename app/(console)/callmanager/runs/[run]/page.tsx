import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { plannedInput } from '@/lib/admin/callmanager/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { formatNumber } from '@/lib/ui/format.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { actionWords, kindWords, stateLooks, triggerWords } from '../../words.ts';
import { PlannedTable } from './planned-table.tsx';
import { ProblemsTable } from './problems-table.tsx';

export const metadata: Metadata = { title: 'A run of the Sync Agent' };
const crumbs = [
  { label: 'Call manager', href: '/callmanager' },
  { label: 'Runs', href: '/callmanager/runs' },
];

export default async function RunPage({
  params,
  searchParams,
}: {
  params: Promise<{ run: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const viewer = await requireViewer();
  if (!may(viewer, 'callManager.read')) return <NoPermission what="see the call manager" permission="callManager.read" />;
  const id = (await params).run.slice(0, 64);
  const query = readTableQuery(await searchParams, { filters: ['action'] });
  const found = await admin().callManager.run(viewer, { run: id });
  if (!found.ok) {
    if (found.fault.kind === 'missing')
      return (
        <Missing title="No such run" action={{ label: 'Runs', href: '/callmanager/runs' }}>
          {found.fault.message} Older runs are forgotten.
        </Missing>
      );
    return (
      <FailedState title="The run could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message}
      </FailedState>
    );
  }
  const run = found.value;
  const action = plannedInput.shape.action.safeParse(query.filters.action);
  const [planned, problems] = await Promise.all([
    run.state === 'waiting'
      ? admin().callManager.planned(viewer, {
          run: id,
          ...(action.success && action.data ? { action: action.data } : {}),
          ...(query.cursor ? { after: query.cursor.slice(0, 64) } : {}),
        })
      : null,
    admin().callManager.problems(viewer, { run: id, limit: 200 }),
  ]);
  const { counts } = run;
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title={kindWords[run.kind]}
        badge={<StatusBadge {...stateLooks[run.state]} />}
        purpose={
          <>
            {triggerWords[run.trigger]} by {run.by}, <RelativeTime at={run.startedAt} />. {run.says}
          </>
        }
      />
      <Stack>
        <Card title="What it found">
          <KeyValueList
            items={[
              { label: 'Users read', value: formatNumber(counts.read) },
              { label: 'Unchanged', value: formatNumber(counts.unchanged) },
              ...Object.entries(counts.planned).flatMap(([name, count]) =>
                count === 0 ? [] : [{ label: actionWords[name] ?? name, value: formatNumber(count) }],
              ),
              { label: 'Applied', value: formatNumber(counts.applied) },
              {
                label: 'Devices and lines',
                value: `${formatNumber(counts.devices)} and ${formatNumber(counts.lines)}, ${formatNumber(counts.equipmentChanged)} written`,
              },
              { label: 'Requests', value: `${formatNumber(counts.requests)}, ${formatNumber(counts.retries)} of them again` },
            ]}
          />
        </Card>
        {planned?.ok ? <PlannedTable page={planned.value} query={query} /> : null}
        {problems.ok && problems.value.items.length > 0 ? <ProblemsTable rows={problems.value.items} total={counts.problems} /> : null}
      </Stack>
    </>
  );
}
