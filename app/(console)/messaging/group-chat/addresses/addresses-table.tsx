'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import { saveSettings } from '@/app/(console)/settings/actions.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { Column } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { AddNameDialog } from '../add-name-dialog.tsx';

type Row = Value<AdminApi['rooms']['services']>['items'][number];
const rowKey = (row: Row) => row.address;
const everything = { search: '', sort: '', descending: false, cursor: null, filters: {} };

const columns: readonly Column<Row>[] = [
  { id: 'address', header: 'Address', cell: (row) => <Jid jid={row.address} /> },
  {
    id: 'kind',
    header: 'Comes from',
    cell: (row) => (row.domain === null ? <Badge>Alias</Badge> : <span>Label before {row.domain}</span>),
  },
  {
    id: 'rooms',
    header: 'Persistent rooms',
    align: 'end',
    cell: (row) => (
      <Link href={`/messaging/rooms?server=${encodeURIComponent(row.address)}`} className="text-accent underline underline-offset-2">
        {formatNumber(row.rooms)}
      </Link>
    ),
  },
];
const domainName = /^(?=.{3,255}$)([^\s.@/]{1,63}\.)+[^\s.@/]{1,63}$/;

export function AddressesTable({
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
  const menu = (row: Row): MenuItem[] => [
    { kind: 'link', label: 'See its rooms', href: `/messaging/rooms?server=${encodeURIComponent(row.address)}` },
    row.domain === null
      ? { label: 'Remove the alias', danger: true, onSelect: () => setGoing(row) }
      : { kind: 'link', label: 'Change the label', href: '/messaging/group-chat#muc.label' },
  ];
  const add = (
    <Button look="primary" onClick={() => setAdding(true)}>
      Add an alias
    </Button>
  );
  return (
    <>
      <DataTable
        id="chat-addresses"
        nouns={['address', 'addresses']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowKey}
        {...(mayWrite ? { rowMenu: menu, tools: add } : {})}
        query={everything}
        empty={
          <EmptyState title="The chat server has no address" action={mayWrite ? add : undefined}>
            Set the label in the settings, so that rooms live at a name before each IM domain, or add an alias.
          </EmptyState>
        }
      />
      <AddNameDialog
        open={adding}
        onClose={() => setAdding(false)}
        setting="muc.aliases"
        list={list}
        title="Add an alias"
        purpose="Rooms can be made at this address at once. People of other domains find it by DNS."
        label="Domain"
        help="A whole name that is no IM domain, for example chat.example.com."
        submit="Add the alias"
        check={(name) => (domainName.test(name) ? null : 'Enter a domain, for example chat.example.com.')}
      />
      <ConfirmDialog
        open={going !== null}
        onOpenChange={(open) => (open ? undefined : setGoing(null))}
        title={`Remove the alias ${going?.address ?? ''}?`}
        effect={
          going === null || going.rooms === 0
            ? 'No persistent room lives there. People in other rooms of it must leave.'
            : `${countOf(going.rooms, 'persistent room')} cannot be reached until the alias is back. People inside must leave.`
        }
        confirm="Remove the alias"
        keep="Keep the alias"
        onConfirm={async () => {
          const names = list.names.filter((name) => name !== going?.address);
          const state = await saveSettings({ version: list.version, values: { 'muc.aliases': names } });
          if (state.is === 'done') {
            sayDone(`${going?.address ?? ''} removed`);
            router.refresh();
          }
          return problemOf(state);
        }}
      />
    </>
  );
}
