'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Selection } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { browserOf } from '../../account/console-sessions.tsx';
import { endConsoleSessions } from './actions.ts';

export type ConsoleSession = Value<AdminApi['consoleSessions']['list']>['items'][number];

const rowKey = (row: ConsoleSession) => row.id;
const rowName = (row: ConsoleSession) => `${row.username} from ${row.address}`;

const columns: readonly Column<ConsoleSession>[] = [
  {
    id: 'username',
    header: 'Administrator',
    sortable: true,
    cell: (row) => (
      <span className="flex flex-wrap items-center gap-2 wrap-anywhere">
        {row.username}
        {row.current ? <Badge tone="ok">This session</Badge> : null}
      </span>
    ),
  },
  { id: 'agent', header: 'Browser', cell: (row) => browserOf(row.agent) },
  { id: 'address', header: 'Address', sortable: true, cell: (row) => <span className="font-mono">{row.address}</span> },
  { id: 'createdAt', header: 'Signed in', sortable: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
  { id: 'lastSeenAt', header: 'Last used', sortable: true, cell: (row) => <RelativeTime at={row.lastSeenAt} /> },
  { id: 'expiresAt', header: 'Ends at the latest', hidden: true, cell: (row) => <RelativeTime at={row.expiresAt} /> },
  { id: 'full', header: 'Browser in full', hidden: true, cell: (row) => <span className="wrap-anywhere">{row.agent}</span> },
];

/** Who is signed in to the console, with a way to end it; also on the page of one administrator. */
export function ConsoleSessionsTable({
  sessions,
  query,
  mayEnd,
}: {
  sessions: readonly ConsoleSession[];
  query: TableQuery;
  mayEnd: boolean;
}) {
  const router = useRouter();
  const [ending, setEnding] = useState<readonly ConsoleSession[]>([]);
  const [asking, setAsking] = useState(false);
  const rows = useMemo(
    () =>
      chosenRows(sessions, query, {
        text: (row) => `${row.username} ${row.address} ${row.agent}`,
        sorts: {
          username: (row) => row.username.toLowerCase(),
          address: (row) => row.address,
          createdAt: (row) => row.createdAt,
          lastSeenAt: (row) => row.lastSeenAt,
        },
        otherwise: { id: 'lastSeenAt', descending: true },
      }),
    [sessions, query],
  );
  const ask = (which: readonly ConsoleSession[]) => {
    setEnding(which);
    setAsking(true);
  };
  const menu = (row: ConsoleSession): MenuItem[] => [
    {
      label: 'End session',
      danger: true,
      onSelect: () => ask([row]),
      ...(row.current ? { disabled: true, why: 'This is the one you use. Sign out instead.' } : {}),
    },
  ];
  const runBulk = (selection: Selection) => {
    const keys = selection.is === 'rows' ? new Set(selection.keys) : new Set<string>();
    ask(sessions.filter((row) => keys.has(row.id)));
  };
  const going = ending.filter((row) => !row.current);
  const people = new Set(going.map((row) => row.operatorId)).size;
  const only = going.length === 1 ? going[0] : undefined;
  return (
    <>
      <DataTable
        id="console-sessions"
        nouns={['session', 'sessions']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        defaultSort={{ id: 'lastSeenAt', descending: true }}
        searchPlaceholder="Search by name, address or browser"
        {...(mayEnd ? { rowMenu: menu, bulk: [{ id: 'end', label: 'End', danger: true, run: runBulk }] } : {})}
        empty={<EmptyState title="No open sessions">A session appears here as soon as somebody signs in to this console.</EmptyState>}
      />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={only ? `End the console session of ${only.username}?` : `End ${countOf(going.length, 'console session')}?`}
        effect={`${countOf(people, 'person is', 'people are')} signed out there and must sign in again. What is typed there and not saved is lost.${
          going.length < ending.length ? ' Your own session stays.' : ''
        }`}
        confirm={`End ${countOf(going.length, 'session')}`}
        keep={only ? 'Keep the session' : 'Keep the sessions'}
        onConfirm={async () => {
          if (going.length === 0) return 'This is the session you use. Sign out instead.';
          const state = await endConsoleSessions({ ids: going.map((row) => row.id) });
          if (state.is === 'done') {
            sayDone(`${countOf(state.value.ended, 'session')} ended`);
            router.refresh();
          }
          return problemOf(state);
        }}
      />
    </>
  );
}
