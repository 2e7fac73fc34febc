'use client';
import type { Value } from '@/app/_shared/values.ts';
import { affiliationWords, roomHref } from '@/app/(console)/messaging/rooms/_parts/words.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { PresenceMark } from '@/lib/ui/primitives/status.tsx';

type Row = Value<AdminApi['rooms']['ofUser']>['items'][number];
const rowKey = (row: Row) => row.address;

const columns: readonly Column<Row>[] = [
  { id: 'address', header: 'Room', sortable: true, cell: (row) => <Jid jid={row.address} /> },
  { id: 'affiliation', header: 'Affiliation', cell: (row) => affiliationWords[row.affiliation] },
  {
    id: 'inside',
    header: 'Now',
    cell: (row) =>
      row.inside ? <PresenceMark presence="available" word="Inside" /> : <PresenceMark presence="offline" word="Not inside" />,
  },
  { id: 'nick', header: 'Nickname', cell: (row) => <span className="inline-block min-w-24 wrap-anywhere">{row.nick ?? ''}</span> },
];
const filters: readonly Filter[] = [{ id: 'inside', label: 'Now', options: [{ value: 'yes', label: 'Inside' }] }];

export function UserRoomsTable({ rooms, userId, query }: { rooms: readonly Row[]; userId: string; query: TableQuery }) {
  const rows = chosenRows(rooms, query, {
    text: (row) => `${row.address} ${row.nick ?? ''}`,
    filters: { inside: (row) => (row.inside ? 'yes' : 'no') },
    sorts: { address: (row) => row.address },
  });
  return (
    <DataTable
      id="user-rooms"
      nouns={['room', 'rooms']}
      columns={columns}
      rows={rows}
      rowKey={rowKey}
      rowName={rowKey}
      rowHref={(row) => roomHref(row.address)}
      query={query}
      defaultSort={{ id: 'address' }}
      searchPlaceholder="Find by address or nickname"
      filters={filters}
      empty={
        <EmptyState title={`${userId} is in no room`}>
          Rooms appear here when the user belongs to one (as owner, administrator, member or outcast), or is inside now.
        </EmptyState>
      }
    />
  );
}
