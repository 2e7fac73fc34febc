'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { useLive } from '@/lib/live/client.ts';
import { formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { type CommandItem, useCommands } from '@/lib/ui/patterns/command-bar.tsx';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter, Selection } from '@/lib/ui/patterns/data-table/types.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { setDefaultDomain } from './actions.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { NameDialog } from './name-dialog.tsx';

export type DomainRow = Value<AdminApi['domains']['list']>['items'][number];

const everything = {};
const rowKey = (row: DomainRow) => row.domain;
const managedWords = { system: 'System', administrator: 'Administrator' } as const;
const filters: readonly Filter[] = [
  { id: 'managed', label: 'Managed by', options: Object.entries(managedWords).map(([value, label]) => ({ value, label })) },
];

export function DomainsView({
  initial,
  query,
  unnamed,
  may,
}: {
  initial: Value<AdminApi['domains']['list']>;
  query: TableQuery;
  /** Domains that the certificate for chat clients does not name; null when this role does not see certificates. */
  unnamed: readonly string[] | null;
  may: { readonly write: boolean; readonly users: boolean };
}) {
  const router = useRouter();
  const { value, freshness, since } = useLive('domains', initial, everything);
  const domains = value.items;
  /** '' adds a domain, a name renames that one. */
  const [naming, setNaming] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly DomainRow[]>([]);
  const [asking, setAsking] = useState<'delete' | 'default' | null>(null);
  const [chosen, setChosen] = useState<DomainRow | null>(null);
  const lacking = unnamed ?? [];
  const columns = useMemo<readonly Column<DomainRow>[]>(
    () => [
      {
        id: 'domain',
        header: 'Domain',
        sortable: true,
        cell: (row) => (
          <span className="flex flex-wrap items-center gap-2">
            <Jid jid={row.domain} />
            {row.isDefault ? <Badge tone="info">Default</Badge> : null}
          </span>
        ),
      },
      {
        id: 'managed',
        header: 'Managed by',
        cell: (row) => <span>{managedWords[row.managed]}</span>,
      },
      {
        id: 'users',
        header: 'Users',
        align: 'end',
        sortable: true,
        cell: (row) =>
          may.users && row.users > 0 ? (
            <Link href={usersOf(row)} className="text-accent underline underline-offset-2">
              {formatNumber(row.users)}
              <span className="sr-only"> users of {row.domain}</span>
            </Link>
          ) : (
            formatNumber(row.users)
          ),
      },
      ...(unnamed === null
        ? []
        : [
            {
              id: 'certificate',
              header: 'Certificate',
              cell: (row: DomainRow) => (unnamed.includes(row.domain) ? <span className="text-warn">Does not name it</span> : 'Names it'),
            },
          ]),
      { id: 'createdAt', header: 'Hosted since', sortable: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
    ],
    [may.users, unnamed],
  );
  const rows = useMemo(
    () =>
      chosenRows(domains, query, {
        text: (row) => row.domain,
        filters: { managed: (row) => row.managed },
        sorts: { domain: (row) => row.domain, users: (row) => row.users, createdAt: (row) => row.createdAt },
        otherwise: { id: 'domain' },
      }),
    [domains, query],
  );
  const commands = useMemo<readonly CommandItem[]>(
    () => (may.write ? [{ id: 'add-domain', label: 'Add a domain', group: 'Actions', run: () => setNaming('') }] : []),
    [may.write],
  );
  useCommands(commands);
  const menu = (row: DomainRow): MenuItem[] => [
    ...(may.users && row.users > 0 ? ([{ kind: 'link', label: 'Show its users', href: usersOf(row) }] satisfies MenuItem[]) : []),
    ...(may.write
      ? ([
          {
            label: 'Make it the default',
            onSelect: () => {
              setChosen(row);
              setAsking('default');
            },
            ...(row.isDefault ? { disabled: true, why: 'It is the default.' } : {}),
          },
          { label: 'Rename', onSelect: () => setNaming(row.domain), ...lock(row) },
          { kind: 'line' },
          { label: 'Delete', danger: true, onSelect: () => askDelete([row]), ...lock(row) },
        ] satisfies MenuItem[])
      : []),
  ];
  const askDelete = (which: readonly DomainRow[]) => {
    setDeleting(which);
    setAsking('delete');
  };
  const runBulk = (selection: Selection) => {
    const keys = selection.is === 'rows' ? new Set(selection.keys) : new Set<string>();
    askDelete(domains.filter((row) => keys.has(row.domain)));
  };
  const before = domains.find((row) => row.isDefault);
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <PageHeader
        title="Domains"
        purpose="IM domains in which people here have addresses. One that people use is managed by the system; you manage the others."
        actions={
          may.write ? (
            <Button look="primary" onClick={() => setNaming('')}>
              Add a domain
            </Button>
          ) : undefined
        }
      />
      {lacking.length > 0 ? (
        <Banner
          tone="warn"
          className="mb-4"
          title={`The certificate for chat clients lacks ${lacking.length === 1 ? '1 domain' : `${formatNumber(lacking.length)} domains`}`}
          action={
            <ButtonLink size="small" href="/security/certificates">
              Open the certificates
            </ButtonLink>
          }
        >
          Clients of <span className="font-mono text-table">{lacking.slice(0, 5).join(', ')}</span>
          {lacking.length > 5 ? ` and ${lacking.length - 5} more` : ''} warn or refuse to connect until it does.
        </Banner>
      ) : null}
      <DataTable
        id="domains"
        nouns={['domain', 'domains']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowKey}
        query={query}
        defaultSort={{ id: 'domain' }}
        searchPlaceholder="Search by name"
        filters={filters}
        {...(menuIsUseful(may) ? { rowMenu: menu } : {})}
        {...(may.write ? { bulk: [{ id: 'delete', label: 'Delete', danger: true, run: runBulk }] } : {})}
        empty={
          <EmptyState
            title="No domains yet"
            action={
              may.write ? (
                <Button look="primary" onClick={() => setNaming('')}>
                  Add a domain
                </Button>
              ) : undefined
            }
          >
            A domain is the part of an address behind the @. The first user brings one along.
          </EmptyState>
        }
      />
      <NameDialog domain={naming} onClose={() => setNaming(null)} />
      <DeleteDialog domains={deleting} open={asking === 'delete'} onOpenChange={(open) => setAsking(open ? 'delete' : null)} />
      {chosen ? (
        <ConfirmDialog
          open={asking === 'default'}
          onOpenChange={(open) => setAsking(open ? 'default' : null)}
          title={`Make ${chosen.domain} the default domain?`}
          effect={`New users get an address in ${chosen.domain} unless another domain is named${before ? `; until now it was ${before.domain}` : ''}. Nobody's address changes.`}
          confirm="Make it the default"
          keep="Keep the default"
          danger={false}
          onConfirm={async () => {
            const state = await setDefaultDomain({ domain: chosen.domain });
            if (state.is === 'done') {
              sayDone(`${chosen.domain} is the default domain`);
              router.refresh();
            }
            return problemOf(state);
          }}
        />
      ) : null}
    </>
  );
}

const usersOf = (row: DomainRow): string => `/users?domain=${encodeURIComponent(row.domain)}`;
const lock = (row: DomainRow) => (row.editable ? {} : { disabled: true, why: row.why });
const menuIsUseful = (may: { write: boolean; users: boolean }): boolean => may.write || may.users;
