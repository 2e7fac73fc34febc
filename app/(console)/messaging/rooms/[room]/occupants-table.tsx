'use client';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { OccupantRow } from '@/lib/admin/rooms/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { affiliationWords, roleWords } from '../_parts/words.ts';
import { kickOccupant, setAffiliation } from '../actions.ts';
import { occupantsInput } from './occupants-input.ts';

const rowKey = (row: OccupantRow) => row.nick;

const columns: readonly Column<OccupantRow>[] = [
  { id: 'nick', header: 'Nickname', cell: (row) => <span className="inline-block min-w-24 wrap-anywhere">{row.nick}</span> },
  {
    id: 'addresses',
    header: 'Address',
    cell: (row) => (
      <span className="flex flex-col">
        {row.addresses.map((address) => (
          <Jid key={address} jid={address} />
        ))}
      </span>
    ),
  },
  { id: 'role', header: 'Role', cell: (row) => roleWords[row.role] },
  { id: 'affiliation', header: 'Affiliation', cell: (row) => affiliationWords[row.affiliation] },
  { id: 'hats', header: 'Hats', cell: (row) => <span className="wrap-anywhere">{row.hats.join(', ')}</span> },
  { id: 'joinedAt', header: 'Entered', cell: (row) => <RelativeTime at={row.joinedAt} /> },
];
const filters: readonly Filter[] = [
  {
    id: 'role',
    label: 'Role',
    options: (['moderator', 'participant', 'visitor'] as const).map((value) => ({ value, label: roleWords[value] })),
  },
];

/** Who is inside, as they come and go. */
export function OccupantsTable({
  room,
  initial,
  query,
  mayWrite,
}: {
  room: string;
  initial: Value<AdminApi['rooms']['occupants']>;
  query: TableQuery;
  mayWrite: boolean;
}) {
  const input = useMemo(() => occupantsInput(room, query), [room, query]);
  const { value, freshness } = useLive('room:occupants', initial, input);
  // Into an empty list the first may come at once: there is nothing to move under the pointer.
  const [holds] = useState(initial.items.length > 0);
  const [going, setGoing] = useState<{ readonly row: OccupantRow; readonly ban: boolean } | null>(null);
  const menu = (row: OccupantRow): MenuItem[] =>
    mayWrite
      ? [
          { label: 'Remove from the room', danger: true, onSelect: () => setGoing({ row, ban: false }) },
          { label: 'Ban from the room', danger: true, onSelect: () => setGoing({ row, ban: true }) },
        ]
      : [];
  return (
    <section aria-labelledby="inside" className="flex min-w-0 flex-col gap-3">
      <h2 id="inside" className="text-card">
        People inside
      </h2>
      <DataTable
        id="room-occupants"
        nouns={['person', 'people']}
        columns={columns}
        rows={value.items}
        rowKey={rowKey}
        rowName={rowKey}
        {...(mayWrite ? { rowMenu: menu } : {})}
        query={query}
        page={{ next: value.next, total: value.total, totalIsFloor: false }}
        searchPlaceholder="Find by nickname or address"
        filters={filters}
        live={holds}
        stale={freshness === 'stale'}
        empty={<EmptyState title="Nobody is inside">People appear here as they enter the room with their clients.</EmptyState>}
      />
      <GoingDialog room={room} going={going} onClose={() => setGoing(null)} />
    </section>
  );
}

function GoingDialog({
  room,
  going,
  onClose,
}: {
  room: string;
  going: { readonly row: OccupantRow; readonly ban: boolean } | null;
  onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  if (going === null) return null;
  const { row, ban } = going;
  const person = row.addresses[0]?.split('/')[0] ?? '';
  const close = () => {
    setReason('');
    onClose();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : close())}
      title={ban ? `Ban ${row.nick} from this room?` : `Remove ${row.nick} from this room?`}
      effect={
        ban
          ? `${person} must leave and cannot enter again while they are an outcast.`
          : `${row.nick} must leave and can enter again. Ban them to keep them out.`
      }
      confirm={ban ? `Ban ${row.nick}` : `Remove ${row.nick}`}
      keep="Let them stay"
      onConfirm={async () => {
        const state = ban
          ? await setAffiliation({ room, who: [person], affiliation: 'outcast', reason: reason.trim() })
          : await kickOccupant({ room, nick: row.nick, reason: reason.trim() });
        if (state.is === 'done') sayDone(ban ? `${row.nick} banned` : `${row.nick} removed`);
        return problemOf(state);
      }}
    >
      <Field label="Reason" id="kick-reason" help="Told to the people inside.">
        <Input value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} autoComplete="off" />
      </Field>
    </ConfirmDialog>
  );
}
