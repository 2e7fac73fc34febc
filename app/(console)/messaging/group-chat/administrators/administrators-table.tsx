'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import { saveSettings } from '@/app/(console)/settings/actions.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { Column } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { AddNameDialog } from '../add-name-dialog.tsx';

type Row = Value<AdminApi['rooms']['administrators']>['items'][number];
const rowKey = (row: Row) => row.address;
const everything = { search: '', sort: '', descending: false, cursor: null, filters: {} };

const columns: readonly Column<Row>[] = [
  { id: 'address', header: 'IM address', cell: (row) => <Jid jid={row.address} /> },
  { id: 'name', header: 'Name', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.name}</span> },
  {
    id: 'state',
    header: 'Account',
    cell: (row) =>
      row.userId === null ? (
        <StatusBadge status="unknown" word="Not of this server" plain />
      ) : row.enabled ? (
        <StatusBadge status="running" word="Enabled" plain />
      ) : (
        <StatusBadge status="off" word="Disabled" plain />
      ),
  },
];

export function AdministratorsTable({
  rows,
  list,
  mayWrite,
}: {
  rows: readonly Row[];
  list: { readonly version: number; readonly names: readonly string[] };
  mayWrite: boolean;
}) {
  const router = useRouter();
  const [adding, setAdding] = useState(false);
  const [going, setGoing] = useState<Row | null>(null);
  const add = (
    <Button look="primary" onClick={() => setAdding(true)}>
      Add a person
    </Button>
  );
  return (
    <>
      <DataTable
        id="chat-administrators"
        nouns={['person', 'people']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowKey}
        rowMenu={(row) => [
          ...(row.userId === null ? [] : [{ kind: 'link', label: 'Open the user', href: `/users/${row.userId}` } as const]),
          ...(mayWrite ? [{ label: 'Take off the list', danger: true, onSelect: () => setGoing(row) }] : []),
        ]}
        {...(mayWrite ? { tools: add } : {})}
        query={everything}
        empty={
          <EmptyState title="Nobody administers all rooms" action={mayWrite ? add : undefined}>
            A group chat system administrator is an owner of every room, from any chat client. Administrators of this console are not meant:
            they change rooms here.
          </EmptyState>
        }
      />
      <AddNameDialog
        open={adding}
        onClose={() => setAdding(false)}
        setting="muc.administrators"
        list={list}
        title="Add a group chat system administrator"
        purpose="The person becomes an owner of every room at once, from any chat client."
        label="IM address"
        help="For example anna@example.com."
        submit="Add the person"
        check={(name) => (/^[^\s@/]+@[^\s@/]+$/.test(name) ? null : 'Enter an address, for example anna@example.com.')}
      />
      <ConfirmDialog
        open={going !== null}
        onOpenChange={(open) => (open ? undefined : setGoing(null))}
        title={`Take ${going?.address ?? ''} off the list?`}
        effect="They keep only what single rooms give them."
        confirm="Take off the list"
        keep="Keep the list"
        onConfirm={async () => {
          const names = list.names.filter((name) => name !== going?.address);
          const state = await saveSettings({ version: list.version, values: { 'muc.administrators': names } });
          if (state.is === 'done') {
            sayDone(`${going?.address ?? ''} taken off the list`);
            router.refresh();
          }
          return problemOf(state);
        }}
      />
    </>
  );
}
