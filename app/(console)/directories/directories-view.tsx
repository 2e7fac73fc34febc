'use client';
import { useMemo } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { useLive } from '@/lib/live/client.ts';
import { formatNumber } from '@/lib/ui/format.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { kindWords, sayUses, securityWords, stateOf } from './words.ts';

type Listed = Value<AdminApi['directories']['list']>;
type Row = Listed['items'][number];

const everything = {};
const rowKey = (row: Row) => row.id;
const rowName = (row: Row) => row.name;
const filters: readonly Filter[] = [
  {
    id: 'state',
    label: 'State',
    options: [
      { value: 'running', label: 'Answers' },
      { value: 'degraded', label: 'Partly away' },
      { value: 'down', label: 'Away' },
      { value: 'off', label: 'Disabled' },
    ],
  },
];
const columns: readonly Column<Row>[] = [
  {
    id: 'name',
    header: 'Name',
    sortable: true,
    cell: (row) => (
      <span className="flex flex-col">
        <Link href={`/directories/${row.id}`}>{row.name}</Link>
        <span className="text-quiet">{kindWords[row.kind]}</span>
      </span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    cell: (row) => {
      const { status, word } = stateOf(row);
      return <StatusBadge status={status} word={word} />;
    },
  },
  {
    id: 'servers',
    header: 'Servers',
    cell: (row) => (
      <span className="flex min-w-40 flex-col">
        {row.servers.map(({ host, port }) => (
          <span key={`${host}:${port}`} className="wrap-anywhere">
            {host}:{port}
          </span>
        ))}
        <span className={row.security === 'none' ? 'text-warn' : 'text-quiet'}>{securityWords[row.security]}</span>
      </span>
    ),
  },
  { id: 'uses', header: 'Used for', cell: sayUses },
  { id: 'people', header: 'People', align: 'end', sortable: true, cell: (row) => formatNumber(row.people) },
];

export function DirectoriesView({
  initial,
  query,
  may,
}: {
  initial: Listed;
  query: TableQuery;
  may: { readonly write: boolean; readonly settings: boolean };
}) {
  const { value, freshness, since } = useLive('directories', initial, everything);
  const rows = useMemo(
    () =>
      chosenRows(value.items, query, {
        text: (row) => `${row.name} ${row.base} ${row.servers.map(({ host }) => host).join(' ')}`,
        filters: { state: (row) => stateOf(row).status },
        sorts: { name: (row) => row.name, people: (row) => row.people },
        otherwise: { id: 'name' },
      }),
    [value, query],
  );
  const add = may.write ? (
    <ButtonLink look="primary" href="/directories/new">
      Add a directory
    </ButtonLink>
  ) : undefined;
  return (
    <>
      <PageHeader
        title="Directories"
        purpose="LDAP servers and Active Directory that people come from: accounts, sign-in, search and administrators by group."
        actions={
          value.items.length === 0 ? undefined : (
            <>
              {may.settings ? (
                <ButtonLink look="quiet" href="/settings/directories">
                  Settings
                </ButtonLink>
              ) : null}
              {add}
            </>
          )
        }
      />
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="directories"
        nouns={['directory', 'directories']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        stale={freshness === 'stale'}
        defaultSort={{ id: 'name' }}
        searchPlaceholder="Search by name, base or server"
        filters={filters}
        empty={
          <EmptyState title="No directories yet" action={add}>
            Everybody has a password here. With a directory, people sign in with the one they have in the company, and come and go with it.
          </EmptyState>
        }
      />
    </>
  );
}
