'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { BulkAction as BulkVerb } from '@/lib/admin/users/inputs.ts';
import type { UserRow } from '@/lib/admin/users/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { type CommandItem, useCommands } from '@/lib/ui/patterns/command-bar.tsx';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { BulkAction, Column, Filter, Selection } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Menu, type MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { PresenceMark, StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { BulkDialog, type BulkQuestion } from './_parts/bulk-dialog.tsx';
import type { DomainChoice } from './_parts/domains-for.ts';
import { GenerateDialog } from './_parts/generate-dialog.tsx';
import { PasswordDialog } from './_parts/password-dialog.tsx';
import { type Asked, enableOne, SwitchDialog } from './_parts/switch-dialog.tsx';
import { refOf, sourceWords } from './_parts/words.ts';
import { exportQuery, onlyOnline, type UserFilter, userFilter, usersInput } from './search-params.ts';

const rowKey = (row: UserRow) => String(row.id);
const rowName = (row: UserRow) => row.userId;
const rowHref = (row: UserRow) => `/users/${row.id}`;

const columns: readonly Column<UserRow>[] = [
  {
    id: 'userId',
    header: 'User ID',
    sortable: true,
    cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.userId}</span>,
  },
  { id: 'name', header: 'Name', sortable: true, cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.name}</span> },
  { id: 'address', header: 'Address', cell: (row) => <Jid jid={row.address} /> },
  {
    id: 'state',
    header: 'State',
    cell: (row) =>
      row.enabled ? <StatusBadge status="running" word="Enabled" plain /> : <StatusBadge status="off" word="Disabled" plain />,
  },
  {
    id: 'presence',
    header: 'Sessions',
    cell: (row) =>
      row.sessions > 0 ? (
        <PresenceMark presence="available" word={countOf(row.sessions, 'session')} />
      ) : (
        <PresenceMark presence="offline" word="None" />
      ),
  },
  { id: 'lastSignInAt', header: 'Last sign-in', sortable: true, cell: (row) => <RelativeTime at={row.lastSignInAt} /> },
  { id: 'mail', header: 'Mail', hidden: true, cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.mail}</span> },
  { id: 'domain', header: 'IM domain', hidden: true, cell: (row) => <Jid jid={row.domain} /> },
  { id: 'source', header: 'Kept in', hidden: true, cell: (row) => sourceWords[row.source] },
  { id: 'createdAt', header: 'Added', sortable: true, hidden: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
];

const bulkLabels: Readonly<Record<BulkVerb, string>> = { enable: 'Enable', disable: 'Disable', setDomain: 'Move', delete: 'Delete' };
const bulkOrder: readonly BulkVerb[] = ['enable', 'disable', 'setDomain', 'delete'];

export function UsersTable({
  initial,
  query,
  domains,
  may,
}: {
  initial: Value<AdminApi['users']['find']>;
  query: TableQuery;
  domains: readonly DomainChoice[];
  may: { readonly write: boolean; readonly password: boolean };
}) {
  const router = useRouter();
  const input = useMemo(() => usersInput(query), [query]);
  const { value: page, freshness, since } = useLive('users', initial, input);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [asking, setAsking] = useState(false);
  const [passwordFor, setPasswordFor] = useState<UserRow | null>(null);
  const [bulk, setBulk] = useState<BulkQuestion | null>(null);
  const [generating, setGenerating] = useState(false);
  const refresh = () => router.refresh();
  const ask = (what: Asked['what'], user: UserRow) => {
    setAsked({ what, user });
    setAsking(true);
  };
  const filters = useMemo<readonly Filter[]>(
    () => [
      {
        id: 'domain',
        label: 'Domain',
        ...(domains.length > 0 && domains.length <= 20
          ? { options: domains.map(({ domain }) => ({ value: domain, label: domain })) }
          : { placeholder: 'example.com' }),
      },
      {
        id: 'state',
        label: 'State',
        options: [
          { value: 'enabled', label: 'Enabled' },
          { value: 'disabled', label: 'Disabled' },
        ],
      },
      { id: 'presence', label: 'Presence', options: [{ value: 'online', label: 'Signed in now' }] },
    ],
    [domains],
  );
  useCommands(may.write ? commands : none);

  const rowMenu = (row: UserRow): MenuItem[] => [
    { kind: 'link', label: 'Open', href: rowHref(row) },
    ...(may.password
      ? ([
          {
            label: 'Set a password',
            onSelect: () => setPasswordFor(row),
            ...(row.source === 'local' ? {} : { disabled: true, why: `Kept in: ${sourceWords[row.source]}` }),
          },
        ] satisfies MenuItem[])
      : []),
    ...(may.write
      ? ([
          row.enabled
            ? { label: 'Disable', onSelect: () => ask('disable', row) }
            : { label: 'Enable', onSelect: () => void enableOne(row, refresh) },
          { kind: 'line' },
          { label: 'Delete', danger: true, onSelect: () => ask('delete', row) },
        ] satisfies MenuItem[])
      : []),
  ];
  const startBulk = (action: BulkVerb) => (selection: Selection) => {
    const target =
      selection.is === 'rows' ? { users: selection.keys.map((key) => refOf(Number(key))) } : allOr(userFilter(selection.query));
    setBulk({ action, target });
  };
  const bulkActions: readonly BulkAction[] = bulkOrder.map((action) => ({
    id: action,
    label: bulkLabels[action],
    danger: action === 'delete',
    run: startBulk(action),
  }));
  const online = onlyOnline(query);
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="users"
        nouns={['user', 'users']}
        columns={columns}
        rows={page.items}
        rowKey={rowKey}
        rowName={rowName}
        rowHref={rowHref}
        rowMenu={rowMenu}
        query={query}
        page={{ next: page.next, total: page.total, totalIsFloor: page.totalIsFloor }}
        defaultSort={{ id: 'userId' }}
        searchPlaceholder="Find by ID, name or address"
        filters={filters}
        {...(may.write ? { bulk: bulkActions, bulkMatching: !online } : {})}
        {...(online ? {} : { exports: [{ label: 'Export as CSV', href: () => `/api/v1/users/export${exportQuery(query)}` }] })}
        tools={
          may.write ? (
            <Menu
              trigger={<Button look="quiet">More</Button>}
              items={[
                { kind: 'link', label: 'Import users from a CSV file', href: '/users/import' },
                { label: 'Generate users for tests', onSelect: () => setGenerating(true) },
              ]}
            />
          ) : null
        }
        empty={
          <EmptyState
            title="No users yet"
            action={
              may.write ? (
                <>
                  <ButtonLink href="/users/new" look="primary">
                    Add a user
                  </ButtonLink>
                  <ButtonLink href="/users/import">Import users</ButtonLink>
                </>
              ) : undefined
            }
          >
            A user is a person or a program with an address on this server. Add one to sign in with an XMPP client, or import many from a
            file.
          </EmptyState>
        }
      />
      <SwitchDialog asked={asked} open={asking} onOpenChange={setAsking} onDone={refresh} />
      <PasswordDialog user={passwordFor} onClose={() => setPasswordFor(null)} onDone={refresh} />
      <BulkDialog question={bulk} domains={domains} onClose={() => setBulk(null)} />
      <GenerateDialog open={generating} onOpenChange={setGenerating} domains={domains} />
    </>
  );
}

const allOr = (filter: UserFilter): BulkQuestion['target'] => (Object.keys(filter).length === 0 ? { all: true } : filter);
const none: readonly CommandItem[] = [];
const commands: readonly CommandItem[] = [
  { id: 'add-user', label: 'Add a user', group: 'Actions', href: '/users/new', keywords: ['create', 'new', 'person', 'account'] },
  { id: 'import-users', label: 'Import users', group: 'Actions', href: '/users/import', keywords: ['csv', 'bulk', 'file'] },
];
