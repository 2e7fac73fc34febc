'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { RoleView } from '@/lib/admin/roles/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { DeleteRole } from './delete-role.tsx';

const everything = {};
const rowKey = (row: RoleView) => row.id;
const rowName = (row: RoleView) => row.name;
const rowHref = (row: RoleView) => `/security/roles/${encodeURIComponent(row.id)}`;

const columns: readonly Column<RoleView>[] = [
  {
    id: 'name',
    header: 'Role',
    sortable: true,
    cell: (row) => (
      <span className="flex flex-wrap items-center gap-2 wrap-anywhere">
        {row.name}
        {row.builtIn ? <Badge>Built in</Badge> : null}
      </span>
    ),
  },
  { id: 'description', header: 'For', cell: (row) => <span className="block min-w-48 py-1 wrap-anywhere">{row.description}</span> },
  { id: 'permissions', header: 'Permissions', cell: (row) => countOf(row.permissions.length, 'permission') },
  {
    id: 'operators',
    header: 'Who has it',
    sortable: true,
    cell: (row) => (row.operators === 0 ? 'Nobody' : countOf(row.operators, 'administrator')),
  },
];
const filters: readonly Filter[] = [
  {
    id: 'kind',
    label: 'Kind',
    options: [
      { value: 'built-in', label: 'Built in' },
      { value: 'own', label: 'Made here' },
    ],
  },
];

export function RolesTable({
  initial,
  query,
  mayWrite,
}: {
  initial: Value<AdminApi['roles']['list']>;
  query: TableQuery;
  mayWrite: boolean;
}) {
  const router = useRouter();
  const { value, freshness, since } = useLive('roles', initial, everything);
  const [deleting, setDeleting] = useState<RoleView | null>(null);
  const rows = useMemo(
    () =>
      chosenRows(value.items, query, {
        text: (row) => `${row.name} ${row.description} ${row.permissions.join(' ')}`,
        filters: { kind: (row) => (row.builtIn ? 'built-in' : 'own') },
        sorts: { name: (row) => row.name.toLowerCase(), operators: (row) => row.operators },
      }),
    [value, query],
  );
  const menu = (row: RoleView): MenuItem[] => [
    { kind: 'link', label: 'Open', href: rowHref(row) },
    ...(mayWrite
      ? ([
          { kind: 'link', label: 'Make one like it', href: `/security/roles/new?from=${encodeURIComponent(row.id)}` },
          { kind: 'line' },
          {
            label: 'Delete',
            danger: true,
            onSelect: () => setDeleting(row),
            ...(row.builtIn
              ? { disabled: true, why: 'Built-in roles stay.' }
              : row.operators > 0
                ? { disabled: true, why: `${countOf(row.operators, 'administrator')} ${row.operators === 1 ? 'has' : 'have'} it.` }
                : {}),
          },
        ] satisfies MenuItem[])
      : []),
  ];
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="roles"
        nouns={['role', 'roles']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowName}
        rowHref={rowHref}
        rowMenu={menu}
        query={query}
        searchPlaceholder="Search by name, purpose or permission"
        filters={filters}
        empty={<EmptyState title="No roles">Roles appear here.</EmptyState>}
      />
      <DeleteRole
        role={deleting}
        onClose={() => setDeleting(null)}
        onDeleted={() => {
          setDeleting(null);
          router.refresh();
        }}
      />
    </>
  );
}
