'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { MemberRow } from '@/lib/admin/rooms/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter, Selection } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { affiliationWords } from '../../_parts/words.ts';
import { setAffiliation } from '../../actions.ts';
import { membersInput } from '../occupants-input.ts';
import { AddMembersDialog } from './add-members-dialog.tsx';

const rowKey = (row: MemberRow) => row.who;
const order = ['owner', 'admin', 'member', 'outcast'] as const;

const columns: readonly Column<MemberRow>[] = [
  { id: 'who', header: 'Address', cell: (row) => <Jid jid={row.who} /> },
  { id: 'affiliation', header: 'Affiliation', cell: (row) => affiliationWords[row.affiliation] },
  { id: 'nick', header: 'Reserved nickname', cell: (row) => <span className="inline-block min-w-24 wrap-anywhere">{row.nick ?? ''}</span> },
  { id: 'reason', header: 'Reason', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.reason}</span> },
];
const filters: readonly Filter[] = [
  { id: 'affiliation', label: 'Affiliation', options: order.map((value) => ({ value, label: affiliationWords[value] })) },
];

export function MembersTable({
  room,
  initial,
  query,
  mayWrite,
}: {
  room: string;
  initial: Value<AdminApi['rooms']['members']>;
  query: TableQuery;
  mayWrite: boolean;
}) {
  const router = useRouter();
  const input = useMemo(() => membersInput(room, query), [room, query]);
  const { value, freshness, since } = useLive('room:members', initial, input);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const change = async (who: string, affiliation: (typeof order)[number]) => {
    const state = await setAffiliation({ room, who: [who], affiliation });
    const problem = problemOf(state);
    if (problem === null) sayDone(`${who} is ${affiliationWords[affiliation].toLowerCase()} now`);
    else sayRefused(problem);
    router.refresh();
  };
  const ask = (who: readonly string[]) => {
    setLeaving(who);
    setAsking(true);
  };
  const menu = (row: MemberRow): MenuItem[] => [
    ...order
      .filter(
        (affiliation) =>
          affiliation !== row.affiliation && (row.who.includes('@') || affiliation === 'member' || affiliation === 'outcast'),
      )
      .map(
        (affiliation): MenuItem => ({
          label: `Make ${affiliationWords[affiliation].toLowerCase()}`,
          danger: affiliation === 'outcast',
          onSelect: () => void change(row.who, affiliation),
        }),
      ),
    { kind: 'line' },
    { label: 'Take off the list', danger: true, onSelect: () => ask([row.who]) },
  ];
  const add = (
    <Button look="primary" onClick={() => setAdding(true)}>
      Add people
    </Button>
  );
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="room-members"
        nouns={['person', 'people']}
        columns={columns}
        rows={value.items}
        rowKey={rowKey}
        rowName={rowKey}
        {...(mayWrite
          ? {
              rowMenu: menu,
              bulk: [
                {
                  id: 'remove',
                  label: 'Take off the list:',
                  danger: true,
                  run: (selection: Selection) => ask(selection.is === 'rows' ? selection.keys : []),
                },
              ],
              tools: add,
            }
          : {})}
        query={query}
        page={{ next: value.next, total: value.total, totalIsFloor: false }}
        searchPlaceholder="Find by address or nickname"
        filters={filters}
        stale={freshness === 'stale'}
        empty={
          <EmptyState title="Nobody belongs to this room" action={mayWrite ? add : undefined}>
            Owners configure a room, administrators look after it, members may enter where others may not, outcasts never.
          </EmptyState>
        }
      />
      <AddMembersDialog room={room} open={adding} onClose={() => setAdding(false)} onDone={() => router.refresh()} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={
          leaving.length === 1 ? `Take ${leaving[0]} off the list?` : `Take ${countOf(leaving.length, 'person', 'people')} off the list?`
        }
        effect="They lose what belonging to this room gave them. In a room for members only they must leave; outcasts can enter again."
        confirm="Take off the list"
        keep="Keep the list"
        onConfirm={async () => {
          const state = await setAffiliation({ room, who: [...leaving], affiliation: 'none' });
          if (state.is === 'done') {
            const { changed, refused } = state.value;
            sayDone(
              `${countOf(changed.length, 'person', 'people')} taken off the list`,
              refused[0] ? { detail: `${refused.length} refused: ${refused[0].why}` } : undefined,
            );
            router.refresh();
          }
          return problemOf(state);
        }}
      />
    </>
  );
}
