'use client';
import { useMemo, useState } from 'react';
import type { Channels } from '@/lib/live/channels.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter, Selection } from '@/lib/ui/patterns/data-table/types.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Progress } from '@/lib/ui/primitives/progress.tsx';
import { AssignDialog, type Meant } from './assign-dialog.tsx';
import { RebalanceDialog } from './rebalance-dialog.tsx';
import { MOVING, NOBODY, peopleInput } from './search-params.ts';

type Shown = Channels['assignment']['value'];
type People = Channels['assignment:users']['value'];
type Person = People['items'][number];

const noParams = {};
const rowKey = (row: Person) => String(row.id);
const rowName = (row: Person) => row.userId;
const rowHref = (row: Person) => `/users/${row.id}`;
const modes = { balanced: 'Balanced', 'active-standby': 'Active-Standby', none: 'None' } as const;
const columns: readonly Column<Person>[] = [
  { id: 'userId', header: 'User ID', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.userId}</span> },
  { id: 'name', header: 'Name', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.name}</span> },
  { id: 'address', header: 'Address', cell: (row) => <Jid jid={row.address} /> },
  {
    id: 'home',
    header: 'Home',
    cell: (row) =>
      row.moving ? (
        <span>
          {row.home} to {row.next ?? 'none'}
        </span>
      ) : row.home === null ? (
        <span className="text-warn">None: cannot sign in</span>
      ) : (
        row.home
      ),
  },
];

export function AssignmentView({
  initial,
  people,
  query,
  may,
}: {
  initial: Shown;
  people: People;
  query: TableQuery;
  may: { readonly write: boolean; readonly settings: boolean; readonly users: boolean };
}) {
  const { value, freshness, since } = useLive('assignment', initial, noParams);
  const input = useMemo(() => peopleInput(query), [query]);
  const { value: page } = useLive('assignment:users', people, input);
  const [meant, setMeant] = useState<Meant | null>(null);
  const [balancing, setBalancing] = useState(false);
  const stale = freshness === 'stale';
  const nodes = useMemo(() => value.nodes.filter((node) => node.group !== '').map((node) => node.node), [value.nodes]);
  const filters = useMemo<readonly Filter[]>(
    () =>
      value.alone
        ? []
        : [
            {
              id: 'home',
              label: 'Home',
              options: [
                ...nodes.map((node) => ({ value: node, label: node })),
                { value: NOBODY, label: 'None' },
                { value: MOVING, label: 'On the way' },
              ],
            },
          ],
    [nodes, value.alone],
  );
  const mayAssign = may.write && !value.alone && nodes.length > 0;
  const bulk = (selection: Selection) => setMeant(selection.is === 'rows' ? { users: selection.keys.map((key) => `id:${key}`) } : null);
  return (
    <>
      <StaleBanner stale={stale} since={since} />
      <PageHeader
        title="User assignment"
        purpose="Which node is home to whom. The home decides who acts for a user; clients may connect to any node."
        actions={
          <>
            {may.settings ? <ButtonLink href="/settings/cluster">Change the mode</ButtonLink> : null}
            {mayAssign && value.mode !== 'none' ? (
              <Button onClick={() => setBalancing(true)} disabled={value.wouldMove === 0}>
                Rebalance
              </Button>
            ) : null}
          </>
        }
      />
      <Stack>
        {value.alone ? (
          <Banner tone="info" title="This node is alone">
            It is home to everybody ({countOf(value.total, 'user')}). With a second node in a redundancy group new users get their homes by
            the mode {modes[value.mode]}.
          </Banner>
        ) : null}
        {value.unassigned > 0 ? (
          <Banner
            tone="warn"
            title={`${countOf(value.unassigned, 'user')} without a home`}
            action={
              mayAssign ? (
                <Button size="small" onClick={() => setMeant({ unassigned: true })}>
                  Assign them
                </Button>
              ) : undefined
            }
          >
            They cannot sign in, and are told that an administrator has to assign them.
          </Banner>
        ) : null}
        {value.moving > 0 ? (
          <Banner tone="info" title={`${countOf(value.moving, 'user')} on the way`}>
            Their old nodes let go of them first; this takes seconds.
          </Banner>
        ) : null}
        {value.alone ? null : (
          <Card
            title="Homes"
            purpose={`Mode ${modes[value.mode]}. ${
              value.wouldMove === 0 ? 'A rebalance would move nobody.' : `A rebalance would move ${countOf(value.wouldMove, 'user')}.`
            }`}
          >
            <ul className="flex flex-col gap-3">
              {value.nodes.map((node) => (
                <li key={node.node} className="flex flex-wrap items-center gap-x-4 gap-y-1">
                  <span className="min-w-40 flex-1">
                    <span className="text-strong wrap-anywhere">{node.node}</span>
                    <span className="block text-table text-quiet">
                      {node.group === '' ? 'In no group' : `Group ${node.group}`}
                      {node.acting === '' || node.acting === node.node ? '' : `, ${node.acting} acts for it`}
                      {node.isThere ? '' : ', does not answer'}
                    </span>
                  </span>
                  <span className="w-40">
                    <Progress label={`Share of ${node.node}`} value={node.users} max={Math.max(1, value.total)} tone="info" />
                  </span>
                  <span className="w-28 text-end tabular-nums">{formatNumber(node.users)} users</span>
                  {mayAssign && node.users > 0 && nodes.length > 1 ? (
                    <Button size="small" onClick={() => setMeant({ from: node.node })}>
                      Move all<span className="sr-only"> users of {node.node}</span>
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          </Card>
        )}
        <DataTable
          id="assignment"
          nouns={['user', 'users']}
          columns={columns}
          rows={page.items}
          rowKey={rowKey}
          rowName={rowName}
          query={query}
          page={{ next: page.next }}
          searchPlaceholder="Search by user ID or name"
          filters={filters}
          {...(may.users ? { rowHref } : {})}
          {...(mayAssign ? { bulk: [{ id: 'assign', label: 'Assign', run: bulk }] } : {})}
          stale={stale}
          empty={<EmptyState title="No users yet">Each user that is added gets a home.</EmptyState>}
        />
      </Stack>
      <AssignDialog meant={meant} nodes={nodes} onClose={() => setMeant(null)} />
      <RebalanceDialog open={balancing} onClose={() => setBalancing(false)} />
    </>
  );
}
