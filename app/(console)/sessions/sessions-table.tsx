'use client';
import { useState } from 'react';
import type { Channels } from '@/lib/live/channels.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter, Selection } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { CopyText, Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { PresenceMark, presenceOfShow, StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { endSessions } from './actions.ts';
import { SessionDialog } from './session-dialog.tsx';
import { transportWords } from './words.ts';

type SessionsPage = Channels['sessions']['value'];
export type SessionRow = SessionsPage['items'][number];

const rowKey = (row: SessionRow) => row.id;
const rowName = (row: SessionRow) => `${row.user}/${row.resource}`;

const columns: readonly Column<SessionRow>[] = [
  { id: 'user', header: 'User', sortable: true, cell: (row) => <Jid jid={row.user} /> },
  { id: 'resource', header: 'Resource', cell: (row) => <span className="wrap-break-word">{row.resource}</span> },
  {
    id: 'state',
    header: 'State',
    cell: (row) =>
      row.state === 'live' ? (
        <StatusBadge status="running" word="Connected" plain />
      ) : (
        <StatusBadge status="changing" word="May resume" tone="notice" plain />
      ),
  },
  {
    id: 'presence',
    header: 'Presence',
    cell: (row) => (row.show === '' ? <span className="text-quiet">Not sent</span> : <PresenceMark presence={presenceOfShow(row.show)} />),
  },
  { id: 'client', header: 'Client', sortable: true, cell: (row) => row.client || <span className="text-quiet">Not told</span> },
  { id: 'transport', header: 'Connection', cell: (row) => transportWords[row.transport] },
  { id: 'address', header: 'Address', sortable: true, cell: (row) => <span className="font-mono">{row.address}</span> },
  { id: 'since', header: 'Since', sortable: true, cell: (row) => <RelativeTime at={row.since} /> },
  { id: 'tls', header: 'Encryption', hidden: true, cell: (row) => row.tlsVersion || <span className="text-warn">None</span> },
  { id: 'mechanism', header: 'Sign-in', hidden: true, cell: (row) => row.mechanism },
  { id: 'priority', header: 'Priority', hidden: true, align: 'end', cell: (row) => row.priority },
  { id: 'status', header: 'Status text', hidden: true, cell: (row) => <span className="wrap-anywhere">{row.status}</span> },
];

const filters: readonly Filter[] = [
  {
    id: 'state',
    label: 'State',
    options: [
      { value: 'live', label: 'Connected' },
      { value: 'hibernating', label: 'May resume' },
    ],
  },
  { id: 'transport', label: 'Connection', options: Object.entries(transportWords).map(([value, label]) => ({ value, label })) },
  { id: 'address', label: 'Address', placeholder: '10.1.' },
  { id: 'client', label: 'Client', placeholder: 'Gajim' },
];

export function SessionsTable({
  initial,
  input,
  query,
  mayEnd,
}: {
  initial: SessionsPage;
  input: Channels['sessions']['params'];
  query: TableQuery;
  mayEnd: boolean;
}) {
  const { value, freshness, since } = useLive('sessions', initial, input);
  const [shown, setShown] = useState<SessionRow | null>(null);
  const [ending, setEnding] = useState<readonly SessionRow[]>([]);
  const [asking, setAsking] = useState(false);
  const ask = (rows: readonly SessionRow[]) => {
    setEnding(rows);
    setAsking(true);
  };
  const askFor = (selection: Selection) => {
    const keys = selection.is === 'rows' ? new Set(selection.keys) : new Set<string>();
    ask(value.items.filter((row) => keys.has(row.id)));
  };
  const menu = (row: SessionRow): MenuItem[] => [
    { label: 'Show details', onSelect: () => setShown(row) },
    { kind: 'link', label: 'Open the user', href: `/users/${row.userId}` },
    ...(mayEnd ? ([{ kind: 'line' }, { label: 'End session', danger: true, onSelect: () => ask([row]) }] satisfies MenuItem[]) : []),
  ];
  const people = new Set(ending.map((row) => row.user)).size;
  const only = ending.length === 1 ? ending[0] : undefined;
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="sessions"
        nouns={['session', 'sessions']}
        columns={columns}
        rows={value.items}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        page={{ next: value.next, total: value.total, totalIsFloor: value.totalIsFloor }}
        defaultSort={{ id: 'since', descending: true }}
        searchPlaceholder="Search by user, from the start"
        filters={filters}
        onOpen={setShown}
        rowMenu={menu}
        {...(mayEnd ? { bulk: [{ id: 'end', label: 'End', danger: true, run: askFor }] } : {})}
        live
        stale={freshness === 'stale'}
        empty={
          <EmptyState title="Nobody is signed in" doc={{ label: 'See the users', href: '/users' }}>
            A session appears here as soon as a person signs in with an XMPP client.
          </EmptyState>
        }
      />
      <SessionDialog row={shown} onClose={() => setShown(null)} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={only ? `End the session ${only.user}/${only.resource}?` : `End ${countOf(ending.length, 'session')}?`}
        effect={`${countOf(people, 'person is', 'people are')} signed out on ${countOf(ending.length, 'device')}. Most clients sign in again by themselves; disable a user to keep them out.`}
        confirm={`End ${countOf(ending.length, 'session')}`}
        keep={ending.length === 1 ? 'Keep the session' : 'Keep the sessions'}
        onConfirm={async () => {
          const state = await endSessions({ sessions: ending.map((row) => row.id) });
          if (state.is === 'done') {
            const { ended, gone } = state.value;
            sayDone(
              `${countOf(ended.length, 'session')} ended`,
              gone.length > 0 ? { detail: `${countOf(gone.length, 'session')} had ended already.` } : undefined,
            );
          }
          return problemOf(state);
        }}
      >
        {ending.length > 1 ? (
          <ul className="max-h-40 overflow-y-auto text-table">
            {ending.map((row) => (
              <li key={row.id} className="py-0.5">
                <CopyText text={`${row.user}/${row.resource}`} label="full JID" />
              </li>
            ))}
          </ul>
        ) : null}
      </ConfirmDialog>
    </>
  );
}
