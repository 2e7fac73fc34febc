'use client';
import { useMemo, useState } from 'react';
import type { Channels } from '@/lib/live/channels.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatBytes, formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { Stack } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { promoteNode, removeNode } from './actions.ts';
import { Picture } from './picture.tsx';
import { delayWords, type NodeRow, states, whyNotPromote, whyNotRemove } from './words.ts';

const rowKey = (row: NodeRow) => row.name;
const noParams = {};

const filters: readonly Filter[] = [
  {
    id: 'state',
    label: 'State',
    multiple: true,
    options: Object.entries(states).map(([value, { word }]) => ({ value, label: word })),
  },
];

const columns: readonly Column<NodeRow>[] = [
  {
    id: 'name',
    header: 'Node',
    sortable: true,
    cell: (row) => (
      <span className="block min-w-40 max-w-64 py-1">
        <span className="flex flex-wrap items-center gap-2 wrap-anywhere text-strong">
          {row.name}
          {row.role === 'publisher' ? <Badge tone="info">Publisher</Badge> : null}
        </span>
        <span className="block wrap-anywhere text-meta text-quiet">{row.address}</span>
      </span>
    ),
  },
  { id: 'state', header: 'State', sortable: true, cell: (row) => <StatusBadge {...states[row.state]} plain /> },
  { id: 'since', header: 'Since', sortable: true, cell: (row) => <RelativeTime at={row.since} /> },
  { id: 'why', header: 'Why', cell: (row) => <span className="block max-w-72 wrap-anywhere">{row.why}</span> },
  { id: 'users', header: 'People online', sortable: true, align: 'end', cell: (row) => formatNumber(row.users) },
  { id: 'sessions', header: 'Sessions', align: 'end', cell: (row) => formatNumber(row.sessions) },
  { id: 'health', header: 'Health', cell: (row) => <Health row={row} /> },
  { id: 'delay', header: 'Delay', cell: delayWords },
  { id: 'waiting', header: 'Waiting for it', hidden: true, align: 'end', cell: (row) => formatBytes(row.waiting) },
  { id: 'version', header: 'Version', hidden: true, cell: (row) => `${row.version}, schema ${row.schema}` },
  { id: 'started', header: 'Started', hidden: true, cell: (row) => <RelativeTime at={row.startedAt} /> },
];

function Health({ row }: { row: NodeRow }) {
  if (row.state === 'gone' || row.state === 'stopped') return <span className="text-quiet">Unknown</span>;
  if (row.database === 'down') return <StatusBadge status="down" word="No database" plain />;
  if (row.down.length === 0) return <StatusBadge status="running" word="Good" plain />;
  return (
    <StatusBadge
      status="degraded"
      word={countOf(row.down.length, 'service') + (row.down.length === 1 ? ' does not run' : ' do not run')}
      plain
    />
  );
}

export function TopologyView({
  initial,
  query,
  mayChange,
}: {
  initial: Channels['topology']['value'];
  query: TableQuery;
  mayChange: boolean;
}) {
  const { value, freshness, since } = useLive('topology', initial, noParams);
  const [asked, setAsked] = useState<{ readonly what: 'remove' | 'promote'; readonly row: NodeRow } | null>(null);
  const rows = useMemo(
    () =>
      chosenRows(value.nodes, query, {
        text: (row) => `${row.name} ${row.address} ${row.why}`,
        filters: { state: (row) => row.state },
        sorts: { name: (row) => row.name, state: (row) => states[row.state].word, users: (row) => row.users, since: (row) => row.since },
      }),
    [value.nodes, query],
  );
  const menu = (row: NodeRow): MenuItem[] =>
    mayChange && !value.alone
      ? [
          { label: 'Make it the publisher', onSelect: () => setAsked({ what: 'promote', row }), ...lock(whyNotPromote(row)) },
          { label: 'Remove', danger: true, onSelect: () => setAsked({ what: 'remove', row }), ...lock(whyNotRemove(row)) },
        ]
      : [];
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <Quiet when={freshness === 'stale'}>
        <Stack>
          <Card title="How it stands">
            <div className="grid grid-cols-1 items-start gap-6 md:grid-cols-2">
              <Picture nodes={value.nodes} sentences={value.sentences.map(({ text }) => text)} />
              <ul className="grid gap-2">
                {value.sentences.map(({ text, tone }) => (
                  <li key={text} className={tone === 'bad' ? 'wrap-anywhere font-medium text-fault' : 'wrap-anywhere'}>
                    {text}
                  </li>
                ))}
              </ul>
            </div>
          </Card>
          {value.refused.map((each) => (
            <Banner key={`${each.name} ${each.at}`} tone="warn" title={`${each.name} was not let in`}>
              {each.address}, <RelativeTime at={each.at} />: {each.why}.
            </Banner>
          ))}
          <DataTable
            id="topology"
            nouns={['node', 'nodes']}
            columns={columns}
            rows={rows}
            rowKey={rowKey}
            rowName={rowKey}
            query={query}
            searchPlaceholder="Search by name or address"
            filters={filters}
            rowMenu={menu}
            live
            stale={freshness === 'stale'}
            empty={<EmptyState title="There are no nodes">None has joined yet.</EmptyState>}
          />
        </Stack>
      </Quiet>
      {asked ? <Ask what={asked.what} row={asked.row} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

const lock = (why: string | null): { disabled?: boolean; why?: string } => (why === null ? {} : { disabled: true, why });

function Ask({ what, row, onClose }: { what: 'remove' | 'promote'; row: NodeRow; onClose: () => void }) {
  const isRemoval = what === 'remove';
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={isRemoval ? `Remove node ${row.name}?` : `Make ${row.name} the publisher?`}
      effect={
        isRemoval
          ? `${row.name} is ${states[row.state].word.toLowerCase()}, so nobody is signed in there. It leaves the list, and its alarm ends. When it is started again with the join secret, it joins again.`
          : 'The publisher so far becomes a subscriber. Nobody’s session is touched.'
      }
      confirm={isRemoval ? 'Remove the node' : 'Make it the publisher'}
      keep={isRemoval ? 'Keep the node' : 'Keep the publisher'}
      danger={isRemoval}
      onConfirm={async () => {
        const state = await (isRemoval ? removeNode : promoteNode)({ name: row.name });
        if (state.is === 'done') sayDone(isRemoval ? `${row.name} was removed` : `${row.name} is the publisher`);
        return problemOf(state);
      }}
    />
  );
}
