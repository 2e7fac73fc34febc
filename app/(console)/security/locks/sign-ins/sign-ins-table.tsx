'use client';
import { useMemo } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';

type SignIn = Value<AdminApi['locks']['signIns']>['items'][number];
/** Two sign-ins can be alike to the millisecond, so that each row has its place as key. */
type Row = SignIn & { readonly key: string };

const rowKey = (row: Row) => row.key;
const rowName = (row: Row) => row.name;
const kindWords = { xmpp: 'Chat', console: 'Console', token: 'API token' } as const;

const columns: readonly Column<Row>[] = [
  { id: 'at', header: 'When', sortable: true, cell: (row) => <RelativeTime at={row.at} /> },
  {
    id: 'name',
    header: 'Account',
    sortable: true,
    cell: (row) => (row.name ? <Jid jid={row.name} /> : <span className="text-quiet">Not told</span>),
  },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: (row) => <StatusBadge status={row.outcome === 'ok' ? 'running' : 'down'} word={row.says} plain className="whitespace-normal" />,
  },
  { id: 'kind', header: 'To', cell: (row) => kindWords[row.kind] },
  { id: 'address', header: 'Address', sortable: true, cell: (row) => <span className="font-mono">{row.address}</span> },
  { id: 'mechanism', header: 'Mechanism', hidden: true, cell: (row) => row.mechanism },
];
const filters: readonly Filter[] = [
  { id: 'account', label: 'Account', placeholder: 'ana@example.com' },
  {
    id: 'outcome',
    label: 'Outcome',
    options: [
      { value: 'ok', label: 'Signed in' },
      { value: 'failed', label: 'Failed' },
    ],
  },
  { id: 'kind', label: 'To', options: Object.entries(kindWords).map(([value, label]) => ({ value, label })), multiple: true },
];

export function SignInsTable({ rows, full, query }: { rows: readonly SignIn[]; full: boolean; query: TableQuery }) {
  const shown = useMemo(
    () =>
      chosenRows(
        rows.map((row, index): Row => ({ ...row, key: `${row.at}-${index}` })),
        query,
        {
          text: (row) => `${row.name} ${row.address} ${row.says} ${row.mechanism}`,
          filters: { kind: (row) => row.kind, outcome: (row) => (row.outcome === 'ok' ? 'ok' : 'failed') },
          sorts: { at: (row) => row.at, name: (row) => row.name, address: (row) => row.address },
        },
      ),
    [rows, query],
  );
  return (
    <DataTable
      id="sign-ins"
      nouns={['sign-in', 'sign-ins']}
      columns={columns}
      rows={shown}
      rowKey={rowKey}
      rowName={rowName}
      query={query}
      defaultSort={{ id: 'at', descending: true }}
      searchPlaceholder="Search by account, address or reason"
      filters={filters}
      {...(full ? { gaps: [`These are the last ${rows.length}. Filter by account to look further back for one of them.`] } : {})}
      empty={
        <EmptyState title="No sign-ins yet" doc={{ label: 'See the users', href: '/users' }}>
          Every sign-in and every failure appears here with its reason.
        </EmptyState>
      }
    />
  );
}
