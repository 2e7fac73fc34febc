'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { revokeToken } from './actions.ts';

type TokenRow = Value<AdminApi['tokens']['list']>['items'][number];

const everything = {};
const rowKey = (row: TokenRow) => row.id;
const rowName = (row: TokenRow) => row.name;
const states = {
  active: { status: 'running', word: 'Active' },
  expired: { status: 'off', word: 'Expired' },
  revoked: { status: 'off', word: 'Revoked' },
} as const;
const StateOf = ({ row, plain = false }: { row: TokenRow; plain?: boolean }) => <StatusBadge {...states[row.state]} plain={plain} />;

const columns: readonly Column<TokenRow>[] = [
  { id: 'name', header: 'Name', sortable: true, cell: (row) => <span className="wrap-anywhere">{row.name}</span> },
  { id: 'state', header: 'State', cell: (row) => <StateOf row={row} plain /> },
  {
    id: 'scopes',
    header: 'Permissions',
    cell: (row) => (
      <span className="flex max-w-80 flex-wrap gap-1 py-1">
        {row.scopes.slice(0, 3).map((scope) => (
          <Badge key={scope}>{scope}</Badge>
        ))}
        {row.scopes.length > 3 ? <span className="text-quiet">and {row.scopes.length - 3} more</span> : null}
      </span>
    ),
  },
  { id: 'lastUsedAt', header: 'Last used', sortable: true, cell: (row) => <RelativeTime at={row.lastUsedAt} /> },
  { id: 'expiresAt', header: 'Expires', sortable: true, cell: (row) => <RelativeTime at={row.expiresAt} /> },
  { id: 'createdBy', header: 'Made by', cell: (row) => row.createdBy },
  { id: 'createdAt', header: 'Made', sortable: true, hidden: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
];
const filters: readonly Filter[] = [
  {
    id: 'state',
    label: 'State',
    options: [
      { value: 'active', label: 'Active' },
      { value: 'expired', label: 'Expired' },
      { value: 'revoked', label: 'Revoked' },
    ],
    multiple: true,
  },
];

export function TokensTable({
  initial,
  query,
  mayWrite,
}: {
  initial: Value<AdminApi['tokens']['list']>;
  query: TableQuery;
  mayWrite: boolean;
}) {
  const { value, freshness, since } = useLive('tokens', initial, everything);
  const tokens = value.items;
  const router = useRouter();
  const [shown, setShown] = useState<TokenRow | null>(null);
  const [revoking, setRevoking] = useState<TokenRow | null>(null);
  const [asking, setAsking] = useState(false);
  const rows = useMemo(
    () =>
      chosenRows(tokens, query, {
        text: (row) => `${row.name} ${row.createdBy} ${row.scopes.join(' ')}`,
        filters: { state: (row) => row.state },
        sorts: {
          name: (row) => row.name.toLowerCase(),
          createdAt: (row) => row.createdAt,
          // What never ends comes after all that does.
          expiresAt: (row) => row.expiresAt ?? Number.MAX_SAFE_INTEGER,
          lastUsedAt: (row) => row.lastUsedAt ?? 0,
        },
        otherwise: { id: 'createdAt', descending: true },
      }),
    [tokens, query],
  );
  const menu = (row: TokenRow): MenuItem[] => [
    { label: 'Show details', onSelect: () => setShown(row) },
    ...(mayWrite
      ? ([
          { kind: 'line' },
          {
            label: 'Revoke',
            danger: true,
            onSelect: () => {
              setRevoking(row);
              setAsking(true);
            },
            ...(row.state === 'revoked' ? { disabled: true, why: 'It is revoked already.' } : {}),
          },
        ] satisfies MenuItem[])
      : []),
  ];
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="tokens"
        nouns={['token', 'tokens']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        defaultSort={{ id: 'createdAt', descending: true }}
        searchPlaceholder="Search by name, maker or permission"
        filters={filters}
        onOpen={setShown}
        rowMenu={menu}
        empty={
          <EmptyState
            title="No tokens yet"
            doc={{ label: 'How programs use one', href: '/reference/start' }}
            action={
              mayWrite ? (
                <ButtonLink look="primary" href="/security/tokens/new">
                  Make a token
                </ButtonLink>
              ) : undefined
            }
          >
            A token lets a script or another system use the REST interface without anybody's password.
          </EmptyState>
        }
      />
      <Dialog
        open={shown !== null}
        onOpenChange={() => setShown(null)}
        title={shown?.name ?? ''}
        actions={<Button onClick={() => setShown(null)}>Close</Button>}
      >
        {shown ? (
          <KeyValueList
            items={[
              { label: 'State', value: <StateOf row={shown} /> },
              { label: 'Id', value: <CopyText text={shown.id} label="id" /> },
              { label: countOf(shown.scopes.length, 'permission'), value: shown.scopes.join(', ') },
              {
                label: 'Made',
                value: (
                  <>
                    <RelativeTime at={shown.createdAt} /> by {shown.createdBy}
                  </>
                ),
              },
              { label: 'Expires', value: <RelativeTime at={shown.expiresAt} /> },
              { label: 'Last used', value: <RelativeTime at={shown.lastUsedAt} /> },
              ...(shown.revokedAt === null ? [] : [{ label: 'Revoked', value: <RelativeTime at={shown.revokedAt} /> }]),
            ]}
          />
        ) : null}
      </Dialog>
      {revoking ? (
        <ConfirmDialog
          open={asking}
          onOpenChange={setAsking}
          title={`Revoke the token ${revoking.name}?`}
          effect={
            revoking.lastUsedAt === null ? (
              'It was never used. It cannot be made valid again.'
            ) : (
              <>
                Programs that use it are refused from the next request on; it was last used <RelativeTime at={revoking.lastUsedAt} />. It
                cannot be made valid again.
              </>
            )
          }
          confirm="Revoke the token"
          keep="Keep the token"
          onConfirm={async () => {
            const state = await revokeToken({ token: revoking.id });
            if (state.is === 'done') {
              sayDone(`Token ${revoking.name} revoked`);
              router.refresh();
            }
            return problemOf(state);
          }}
        />
      ) : null}
    </>
  );
}
