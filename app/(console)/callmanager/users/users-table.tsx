'use client';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';

type Found = Value<AdminApi['callManager']['users']>;
type Row = Found['items'][number];
const rowKey = (row: Row) => row.uuid;
const rowName = (row: Row) => row.userId;
const rowHref = (row: Row) => `/callmanager/users/${encodeURIComponent(row.userId)}`;

export function standing(row: Row): { status: 'running' | 'off' | 'degraded' | 'down'; word: string } {
  if (row.goneAt !== null) return { status: 'down', word: 'Gone' };
  if (row.problem !== '' && row.accountId === null) return { status: 'degraded', word: 'Problem' };
  return row.entitled ? { status: 'running', word: 'Served here' } : { status: 'off', word: 'Not enabled' };
}

const columns: readonly Column<Row>[] = [
  {
    id: 'userId',
    header: 'User ID',
    cell: (row) => (
      <span className="flex flex-col">
        <CopyText text={row.userId} label="user ID" />
        <span className="text-quiet">{row.name}</span>
      </span>
    ),
  },
  {
    id: 'standing',
    header: 'Here',
    cell: (row) => (
      <span className="flex max-w-96 flex-col gap-1">
        <StatusBadge {...standing(row)} />
        {row.problem === '' ? null : <span className="text-quiet wrap-anywhere">{row.problem}</span>}
      </span>
    ),
  },
  { id: 'extension', header: 'Extension', cell: (row) => row.extension },
  { id: 'directoryUri', header: 'Directory URI', cell: (row) => <span className="wrap-anywhere">{row.directoryUri}</span> },
  { id: 'department', header: 'Department', cell: (row) => row.department },
  { id: 'mail', header: 'Mail', hidden: true, cell: (row) => row.mail },
  { id: 'telephone', header: 'Telephone', hidden: true, cell: (row) => row.telephone },
];
const filters: readonly Filter[] = [
  {
    id: 'show',
    label: 'Show',
    options: [
      { value: 'entitled', label: 'Enabled for IM and presence' },
      { value: 'not-entitled', label: 'Not enabled' },
      { value: 'problems', label: 'With problems' },
      { value: 'gone', label: 'Gone' },
    ],
  },
];

export const UsersTable = ({ page, query }: { page: Found; query: TableQuery }) => (
  <DataTable
    id="call-manager-users"
    nouns={['user', 'users']}
    columns={columns}
    rows={page.items}
    rowKey={rowKey}
    rowName={rowName}
    rowHref={rowHref}
    query={query}
    page={{ next: page.next, total: page.total, totalIsFloor: page.totalIsFloor }}
    searchPlaceholder="Start of the user ID"
    filters={filters}
    empty={<EmptyState title="Nobody yet">Users appear here after the first synchronisation with the call manager.</EmptyState>}
  />
);
