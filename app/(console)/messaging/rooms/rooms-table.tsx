'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { RoomRow } from '@/lib/admin/rooms/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { type CommandItem, useCommands } from '@/lib/ui/patterns/command-bar.tsx';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import { isNarrowed, type TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter, Selection } from '@/lib/ui/patterns/data-table/types.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { PresenceMark } from '@/lib/ui/primitives/status.tsx';
import { CreateDialog } from './_parts/create-dialog.tsx';
import { DestroyDialog } from './_parts/destroy-dialog.tsx';
import { DestroyManyDialog, type DestroyTarget } from './_parts/destroy-many-dialog.tsx';
import { roomHref } from './_parts/words.ts';
import { onlyOccupied, roomFilter, roomsInput } from './search-params.ts';

const rowKey = (row: RoomRow) => row.address;
const rowName = (row: RoomRow) => row.title || row.address;
const hrefOf = (row: RoomRow) => roomHref(row.address);

const columns: readonly Column<RoomRow>[] = [
  { id: 'address', header: 'Address', sortable: true, cell: (row) => <Jid jid={row.address} /> },
  { id: 'title', header: 'Title', sortable: true, cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.title}</span> },
  {
    id: 'occupants',
    header: 'People inside',
    sortable: true,
    cell: (row) =>
      row.occupants > 0 ? (
        <PresenceMark presence="available" word={countOf(row.occupants, 'person', 'people')} />
      ) : (
        <PresenceMark presence="offline" word="Nobody" />
      ),
  },
  {
    id: 'kind',
    header: 'Kind',
    cell: (row) => (
      <span className="flex flex-wrap gap-1">
        <Badge>{row.persistent ? 'Persistent' : 'Ad hoc'}</Badge>
        {row.public ? null : <Badge>Hidden</Badge>}
        {row.membersOnly ? <Badge>Members only</Badge> : null}
        {row.hasPassword ? <Badge>Password</Badge> : null}
      </span>
    ),
  },
  { id: 'members', header: 'Members', align: 'end', cell: (row) => row.members },
  { id: 'createdAt', header: 'Created', sortable: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
  { id: 'createdBy', header: 'Created by', hidden: true, cell: (row) => <Jid jid={row.createdBy} /> },
  {
    id: 'description',
    header: 'Description',
    hidden: true,
    cell: (row) => <span className="inline-block min-w-40 wrap-anywhere">{row.description}</span>,
  },
];

export function RoomsTable({
  initial,
  query,
  services,
  mayWrite,
  title,
  purpose,
}: {
  initial: Value<AdminApi['rooms']['find']>;
  query: TableQuery;
  services: readonly string[];
  mayWrite: boolean;
  title: string;
  purpose: string;
}) {
  const router = useRouter();
  const input = useMemo(() => roomsInput(query), [query]);
  const { value: page, freshness, since } = useLive('rooms', initial, input);
  const [creating, setCreating] = useState(false);
  const [destroying, setDestroying] = useState<RoomRow | null>(null);
  const [many, setMany] = useState<DestroyTarget | null>(null);
  const hasServer = query.filters.server !== undefined;
  const filters = useMemo<readonly Filter[]>(
    () => [
      {
        id: 'kind',
        label: 'Kind',
        options: [
          { value: 'persistent', label: 'Persistent' },
          { value: 'passing', label: 'Ad hoc' },
        ],
      },
      {
        id: 'listed',
        label: 'Listed',
        options: [
          { value: 'public', label: 'Public' },
          { value: 'hidden', label: 'Hidden' },
        ],
      },
      { id: 'people', label: 'People', options: [{ value: 'inside', label: 'Somebody inside' }] },
      // One address needs no filter, unless a link brought one along: what narrows the list is always shown.
      ...(services.length > 1 || hasServer
        ? [
            services.length <= 20
              ? { id: 'server', label: 'Server', options: services.map((name) => ({ value: name, label: name })) }
              : { id: 'server', label: 'Server', match: 'exact' as const, placeholder: 'conference.example.com' },
          ]
        : []),
    ],
    [services, hasServer],
  );
  const commands = useMemo<readonly CommandItem[]>(
    () =>
      mayWrite
        ? [{ id: 'create-room', label: 'Create a room', group: 'Actions', keywords: ['new', 'add', 'chat'], run: () => setCreating(true) }]
        : [],
    [mayWrite],
  );
  useCommands(commands);
  const menu = (row: RoomRow): MenuItem[] => [
    { kind: 'link', label: 'Open', href: hrefOf(row) },
    { kind: 'link', label: 'Members', href: `${hrefOf(row)}/members` },
    ...(mayWrite
      ? ([
          { kind: 'link', label: 'Configure', href: `${hrefOf(row)}/configuration` },
          { kind: 'line' },
          { label: 'Destroy', danger: true, onSelect: () => setDestroying(row) },
        ] satisfies MenuItem[])
      : []),
  ];
  const askMany = (selection: Selection) => {
    if (selection.is === 'rows') return setMany({ rooms: [...selection.keys] });
    const filter = roomFilter(selection.query);
    setMany(Object.keys(filter).length === 0 ? { all: true } : filter);
  };
  const isEmpty = page.total === 0 && !isNarrowed(query);
  const create = (
    <Button look="primary" onClick={() => setCreating(true)}>
      Create a room
    </Button>
  );
  return (
    <>
      <PageHeader title={title} purpose={purpose} actions={mayWrite && !isEmpty ? create : null} />
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="rooms"
        nouns={['room', 'rooms']}
        columns={columns}
        rows={page.items}
        rowKey={rowKey}
        rowName={rowName}
        rowHref={hrefOf}
        rowMenu={menu}
        query={query}
        page={{ next: page.next, total: page.total, totalIsFloor: page.totalIsFloor }}
        defaultSort={{ id: 'address' }}
        searchPlaceholder="Find by address, title or description"
        filters={filters}
        {...(mayWrite
          ? { bulk: [{ id: 'destroy', label: 'Destroy', danger: true, run: askMany }], bulkMatching: !onlyOccupied(query) }
          : {})}
        live
        stale={freshness === 'stale'}
        empty={
          <EmptyState title="No rooms yet" action={mayWrite ? create : undefined}>
            In a room many people write to one another. People make rooms with their clients; a room that should be there for good is made
            here, with its owners.
          </EmptyState>
        }
      />
      <CreateDialog
        open={creating}
        services={services}
        onClose={() => setCreating(false)}
        onDone={(address) => router.push(roomHref(address))}
      />
      <DestroyDialog room={destroying} onClose={() => setDestroying(null)} onDone={() => router.refresh()} />
      <DestroyManyDialog target={many} onClose={() => setMany(null)} />
    </>
  );
}
