'use client';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { RoleView } from '@/lib/admin/roles/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { type CommandItem, useCommands } from '@/lib/ui/patterns/command-bar.tsx';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { nameOfRole } from '../_parts/words.ts';
import { AddDialog } from './add-dialog.tsx';
import { AdministratorsHeader } from './administrators-header.tsx';
import { OperatorDialogs, type OperatorQuestion } from './operator-dialogs.tsx';
import type { OperatorRow } from './operator-words.ts';

const everything = {};
const rowKey = (row: OperatorRow) => row.id;
const rowName = (row: OperatorRow) => row.username;
const rowHref = (row: OperatorRow) => `/security/administrators/${encodeURIComponent(row.id)}`;

const filtersFor = (roles: readonly RoleView[]): readonly Filter[] => [
  { id: 'role', label: 'Role', options: roles.map(({ id, name }) => ({ value: id, label: name })), multiple: true },
  {
    id: 'state',
    label: 'State',
    options: [
      { value: 'enabled', label: 'Enabled' },
      { value: 'disabled', label: 'Disabled' },
    ],
  },
];

export function AdministratorsTable({
  initial,
  query,
  roles,
  me,
  mayWrite,
}: {
  initial: Value<AdminApi['operators']['list']>;
  query: TableQuery;
  roles: readonly RoleView[];
  /** Id of the person who looks. */
  me: string;
  mayWrite: boolean;
}) {
  const { value, freshness, since } = useLive('operators', initial, everything);
  const operators = value.items;
  const [adding, setAdding] = useState(false);
  const [question, setQuestion] = useState<OperatorQuestion | null>(null);
  const columns = useMemo<readonly Column<OperatorRow>[]>(
    () => [
      {
        id: 'username',
        header: 'User name',
        sortable: true,
        cell: (row) => (
          <span className="flex flex-wrap items-center gap-2 wrap-anywhere">
            {row.username}
            {row.id === me ? <Badge tone="info">You</Badge> : null}
          </span>
        ),
      },
      { id: 'name', header: 'Name', sortable: true, cell: (row) => <span className="wrap-anywhere">{row.name}</span> },
      { id: 'role', header: 'Role', cell: (row) => nameOfRole(roles, row.role) },
      {
        id: 'state',
        header: 'State',
        cell: (row) => <StatusBadge status={row.enabled ? 'running' : 'off'} word={row.enabled ? 'Enabled' : 'Disabled'} plain />,
      },
      { id: 'sessions', header: 'Console sessions', cell: (row) => (row.sessions === 0 ? 'None' : countOf(row.sessions, 'session')) },
      { id: 'lastSignInAt', header: 'Last sign-in', sortable: true, cell: (row) => <RelativeTime at={row.lastSignInAt} /> },
      {
        id: 'password',
        header: 'Password',
        hidden: true,
        cell: (row) => (row.mustChangePassword ? 'Must be changed at the next sign-in' : 'Own'),
      },
      { id: 'createdAt', header: 'Added', sortable: true, hidden: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
    ],
    [me, roles],
  );
  const filters = useMemo(() => filtersFor(roles), [roles]);
  const rows = useMemo(
    () =>
      chosenRows(operators, query, {
        text: (row) => `${row.username} ${row.name}`,
        filters: { role: (row) => row.role, state: (row) => (row.enabled ? 'enabled' : 'disabled') },
        sorts: {
          username: (row) => row.username.toLowerCase(),
          name: (row) => row.name.toLowerCase(),
          lastSignInAt: (row) => row.lastSignInAt ?? 0,
          createdAt: (row) => row.createdAt,
        },
        otherwise: { id: 'username' },
      }),
    [operators, query],
  );
  const commands = useMemo<readonly CommandItem[]>(
    () => (mayWrite ? [{ id: 'add-administrator', label: 'Add an administrator', group: 'Actions', run: () => setAdding(true) }] : []),
    [mayWrite],
  );
  useCommands(commands);
  const menu = (row: OperatorRow): MenuItem[] => [
    { kind: 'link', label: 'Open', href: rowHref(row) },
    ...(mayWrite ? operatorMenu(row, me, setQuestion) : []),
  ];
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <AdministratorsHeader
        actions={
          mayWrite ? (
            <Button look="primary" onClick={() => setAdding(true)}>
              Add an administrator
            </Button>
          ) : undefined
        }
      />
      <DataTable
        id="administrators"
        nouns={['administrator', 'administrators']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowName}
        rowHref={rowHref}
        rowMenu={menu}
        query={query}
        defaultSort={{ id: 'username' }}
        searchPlaceholder="Search by user name or name"
        filters={filters}
        empty={<EmptyState title="No administrators">Somebody who may use this console appears here.</EmptyState>}
      />
      {mayWrite ? (
        <>
          <AddDialog roles={roles} open={adding} onOpenChange={setAdding} />
          <OperatorDialogs roles={roles} question={question} onClose={() => setQuestion(null)} />
        </>
      ) : null}
    </>
  );
}

/** What can be done to one administrator; the same in the list and on the page of one. */
export function operatorMenu(row: OperatorRow, me: string, ask: (question: OperatorQuestion) => void): MenuItem[] {
  return [
    { label: 'Edit', onSelect: () => ask({ what: 'edit', row }) },
    {
      label: 'Set a password',
      onSelect: () => ask({ what: 'password', row }),
      ...(row.source === 'directory'
        ? { disabled: true, why: 'The directory has the password.' }
        : row.id === me
          ? { disabled: true, why: 'Change your own under My account.' }
          : {}),
    },
    ...(row.secondFactor && row.id !== me
      ? [{ label: 'Remove the second factor', onSelect: () => ask({ what: 'second-factor', row }) } satisfies MenuItem]
      : []),
    row.enabled
      ? {
          label: 'Disable',
          onSelect: () => ask({ what: 'disable', row }),
          ...(row.id === me ? { disabled: true, why: 'You would lock yourself out.' } : {}),
        }
      : { label: 'Enable', onSelect: () => ask({ what: 'enable', row }) },
    { kind: 'line' },
    {
      label: 'Delete',
      danger: true,
      onSelect: () => ask({ what: 'delete', row }),
      ...(row.id === me ? { disabled: true, why: 'You cannot delete yourself.' } : {}),
    },
  ];
}
