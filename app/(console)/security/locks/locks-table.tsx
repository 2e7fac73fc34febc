'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { liftLock } from './actions.ts';

type LockRow = Value<AdminApi['locks']['find']>['items'][number];

const rowKey = (row: LockRow) => row.id;
const rowName = (row: LockRow) => [row.name, row.address].filter(Boolean).join(' from ');
const kindWords = { xmpp: 'Chat', console: 'Console' } as const;
const whatWords = {
  'account-and-address': 'One account from one address',
  address: 'An address, all accounts',
  account: 'An account, unknown addresses',
} as const;

const columns: readonly Column<LockRow>[] = [
  {
    id: 'name',
    header: 'Account',
    sortable: true,
    cell: (row) => (row.name ? <Jid jid={row.name} /> : <span className="text-quiet">All accounts</span>),
  },
  {
    id: 'address',
    header: 'Address',
    cell: (row) => (row.address ? <span className="font-mono">{row.address}</span> : <span className="text-quiet">Unknown addresses</span>),
  },
  { id: 'kind', header: 'For', cell: (row) => kindWords[row.kind] },
  { id: 'says', header: 'What it does', cell: (row) => <span className="block min-w-56 max-w-lg py-1">{row.says}</span> },
  { id: 'failures', header: 'Failures', align: 'end', sortable: true, cell: (row) => formatNumber(row.failures) },
  { id: 'until', header: 'Ends', sortable: true, cell: (row) => <RelativeTime at={row.until} /> },
];
const filters: readonly Filter[] = [
  { id: 'kind', label: 'For', options: Object.entries(kindWords).map(([value, label]) => ({ value, label })) },
  { id: 'what', label: 'Locked', options: Object.entries(whatWords).map(([value, label]) => ({ value, label })) },
];

export function LocksTable({
  locks,
  total,
  query,
  mayLift,
}: {
  locks: readonly LockRow[];
  /** There may be more than are shown. */
  total: number;
  query: TableQuery;
  mayLift: boolean;
}) {
  const router = useRouter();
  const [lifting, setLifting] = useState<LockRow | null>(null);
  const [asking, setAsking] = useState(false);
  const rows = useMemo(
    () =>
      chosenRows(locks, query, {
        text: (row) => `${row.name} ${row.address}`,
        filters: { kind: (row) => row.kind, what: (row) => row.what },
        sorts: { name: (row) => row.name, until: (row) => row.until, failures: (row) => row.failures },
      }),
    [locks, query],
  );
  const menu = (row: LockRow): MenuItem[] => [
    {
      label: 'Lift the lock',
      onSelect: () => {
        setLifting(row);
        setAsking(true);
      },
    },
  ];
  return (
    <>
      <DataTable
        id="locks"
        nouns={['lock', 'locks']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        searchPlaceholder="Search by account or address"
        filters={filters}
        {...(mayLift ? { rowMenu: menu } : {})}
        {...(total > locks.length
          ? { gaps: [`${formatNumber(total - locks.length)} more locks are not shown. Search for an account or an address to find them.`] }
          : {})}
        empty={
          <EmptyState title="Nobody is locked out" doc={{ label: 'See the recent sign-ins', href: '/security/locks/sign-ins' }}>
            After too many failed sign-ins an account or an address appears here until its lock ends.
          </EmptyState>
        }
      />
      {lifting ? (
        <ConfirmDialog
          open={asking}
          onOpenChange={setAsking}
          title={`Lift the lock of ${rowName(lifting)}?`}
          effect={`${lifting.says} Lifting it forgets the failures, so sign-in can be tried again at once. If somebody guesses passwords, they can go on too.`}
          confirm="Lift the lock"
          keep="Keep the lock"
          danger={false}
          onConfirm={async () => {
            const state = await liftLock({ id: lifting.id });
            if (state.is === 'done') {
              sayDone(`The lock of ${rowName(lifting)} is lifted`);
              router.refresh();
            }
            return problemOf(state);
          }}
        />
      ) : null}
    </>
  );
}
