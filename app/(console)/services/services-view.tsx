'use client';
import { useMemo, useState, useTransition } from 'react';
import type { Channels } from '@/lib/live/channels.ts';
import { useLive } from '@/lib/live/client.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { startService } from './actions.ts';
import { ServiceDialog } from './service-dialog.tsx';
import { StopDialog, type Stopping } from './stop-dialog.tsx';
import { type Act, type ServiceRow, states, whyNot } from './words.ts';

const rowKey = (row: ServiceRow) => row.name;
const rowName = (row: ServiceRow) => row.title;
const noParams = {};

const filters: readonly Filter[] = [
  {
    id: 'state',
    label: 'State',
    multiple: true,
    options: Object.entries(states).map(([value, { word }]) => ({ value, label: word })),
  },
  {
    id: 'critical',
    label: 'Critical for failover',
    options: [
      { value: 'yes', label: 'Yes' },
      { value: 'no', label: 'No' },
    ],
  },
];

export function ServicesView({
  initial,
  query,
  mayControl,
}: {
  initial: Channels['services']['value'];
  query: TableQuery;
  mayControl: boolean;
}) {
  const { value, freshness, since } = useLive('services', initial, noParams);
  const [shown, setShown] = useState<string | null>(null);
  const [stopping, setStopping] = useState<Stopping | null>(null);
  const [busy, start] = useTransition();
  const titles = useMemo(() => new Map(value.services.map((row) => [row.name, row.title])), [value.services]);
  const columns = useMemo<readonly Column<ServiceRow>[]>(
    () => [
      {
        id: 'title',
        header: 'Service',
        sortable: true,
        cell: (row) => (
          <span className="block min-w-52 max-w-md py-1">
            <span className="flex flex-wrap items-center gap-2 text-strong">
              {row.title}
              {row.critical ? <Badge tone="info">Critical</Badge> : null}
            </span>
            <span className="block text-meta text-quiet">{row.purpose}</span>
          </span>
        ),
      },
      { id: 'state', header: 'State', sortable: true, cell: (row) => <StatusBadge {...states[row.state]} plain /> },
      { id: 'since', header: 'Since', sortable: true, cell: (row) => <RelativeTime at={row.since} /> },
      { id: 'why', header: 'Why', cell: (row) => <span className="block max-w-72 wrap-anywhere">{row.why}</span> },
      { id: 'needs', header: 'Needs', cell: (row) => <Names names={row.needs} titles={titles} /> },
      { id: 'neededBy', header: 'Needed by', hidden: true, cell: (row) => <Names names={row.neededBy} titles={titles} /> },
      { id: 'name', header: 'Name in commands', hidden: true, cell: (row) => <span className="font-mono">{row.name}</span> },
    ],
    [titles],
  );
  const rows = useMemo(
    () =>
      chosenRows(value.services, query, {
        text: (row) => `${row.title} ${row.name} ${row.purpose}`,
        filters: { state: (row) => row.state, critical: (row) => (row.critical ? 'yes' : 'no') },
        sorts: { title: (row) => row.title, state: (row) => states[row.state].word, since: (row) => row.since },
      }),
    [value.services, query],
  );
  const startOne = (row: ServiceRow) =>
    start(async () => {
      const problem = problemOf(await startService({ name: row.name }));
      if (problem === null) sayDone(`${row.title} runs`);
      else sayRefused(problem);
    });
  const act = (what: Act, row: ServiceRow) => {
    if (what === 'start') startOne(row);
    else setStopping({ what, row });
  };
  const menu = (row: ServiceRow): MenuItem[] => [
    { label: 'Show details', onSelect: () => setShown(row.name) },
    ...(mayControl
      ? ([
          { kind: 'line' },
          { label: 'Start', onSelect: () => act('start', row), ...lock(row, 'start') },
          { label: 'Restart', onSelect: () => act('restart', row), ...lock(row, 'restart') },
          { label: 'Stop', danger: true, onSelect: () => act('stop', row), ...lock(row, 'stop') },
        ] satisfies MenuItem[])
      : []),
  ];
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="services"
        nouns={['service', 'services']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        searchPlaceholder="Search by name or purpose"
        filters={filters}
        onOpen={(row) => setShown(row.name)}
        rowMenu={menu}
        live
        stale={freshness === 'stale'}
        empty={<EmptyState title="There are no services">The node has told of none yet. Wait until it has started.</EmptyState>}
      />
      <ServiceDialog
        row={value.services.find((row) => row.name === shown) ?? null}
        titles={titles}
        mayControl={mayControl}
        busy={busy}
        onAct={act}
        onClose={() => setShown(null)}
      />
      <StopDialog stopping={stopping} onClose={() => setStopping(null)} />
    </>
  );
}

function Names({ names, titles }: { names: readonly string[]; titles: ReadonlyMap<string, string> }) {
  if (names.length === 0) return <span className="text-quiet">Nothing</span>;
  return <span className="block max-w-64">{names.map((name) => titles.get(name) ?? name).join(', ')}</span>;
}

function lock(row: ServiceRow, act: Act): { disabled?: boolean; why?: string } {
  const why = whyNot(row, act);
  return why === null ? {} : { disabled: true, why };
}
