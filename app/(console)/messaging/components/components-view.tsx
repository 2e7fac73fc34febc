'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { chosenRows } from '@/lib/ui/patterns/data-table/chosen-rows.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { deleteComponents, disconnectComponent, renewSecret, updateComponent } from './actions.ts';
import { ComponentDialog } from './component-dialog.tsx';
import { SecretDialog } from './secret-dialog.tsx';

type Listed = Value<AdminApi['components']['list']>;
export type ComponentRow = Listed['items'][number];

const everything = {};
const rowKey = (row: ComponentRow) => row.domain;
const stateLooks = {
  connected: { status: 'running', word: 'Connected' },
  away: { status: 'down', word: 'Away' },
  disabled: { status: 'off', word: 'Disabled' },
} as const;
const filters: readonly Filter[] = [
  { id: 'state', label: 'State', options: Object.entries(stateLooks).map(([value, { word }]) => ({ value, label: word })) },
];

const columns: readonly Column<ComponentRow>[] = [
  {
    id: 'domain',
    header: 'Domain',
    sortable: true,
    cell: (row) => (
      <span className="flex flex-col">
        <Jid jid={row.domain} />
        {row.title === '' ? null : <span className="text-quiet">{row.title}</span>}
      </span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    cell: (row) => {
      const { status, word } = stateLooks[row.state];
      return <StatusBadge status={status} word={word} />;
    },
  },
  {
    id: 'from',
    header: 'Connected from',
    cell: (row) =>
      row.since === null ? (
        ''
      ) : (
        <span className="flex flex-col">
          <span>
            {row.address}
            {row.encrypted ? ', TLS' : ', without TLS'}
          </span>
          <RelativeTime at={row.since} />
        </span>
      ),
  },
  { id: 'received', header: 'Stanzas from it', align: 'end', sortable: true, cell: (row) => formatNumber(row.received) },
  {
    id: 'sent',
    header: 'To it',
    align: 'end',
    sortable: true,
    cell: (row) => (row.returned === 0 ? formatNumber(row.sent) : `${formatNumber(row.sent)}, ${formatNumber(row.returned)} returned`),
  },
];

export function ComponentsView({
  initial,
  query,
  may,
}: {
  initial: Listed;
  query: TableQuery;
  may: { readonly write: boolean; readonly settings: boolean };
}) {
  const { value, freshness, since } = useLive('components', initial, everything);
  const router = useRouter();
  const [editing, setEditing] = useState<ComponentRow | 'new' | null>(null);
  const [made, setMade] = useState<{ domain: string; secret: string } | null>(null);
  const [asked, setAsked] = useState<{ about: 'delete' | 'disable' | 'disconnect' | 'secret'; row: ComponentRow } | null>(null);
  const rows = useMemo(
    () =>
      chosenRows(value.items, query, {
        text: (row) => `${row.domain} ${row.title}`,
        filters: { state: (row) => row.state },
        sorts: { domain: (row) => row.domain, received: (row) => row.received, sent: (row) => row.sent },
        otherwise: { id: 'domain' },
      }),
    [value, query],
  );
  const enable = async (row: ComponentRow) => {
    const state = await updateComponent({ domain: row.domain, enabled: true });
    if (state.is === 'done') sayDone(`${row.domain} may connect`);
    router.refresh();
  };
  const menu = (row: ComponentRow): MenuItem[] => [
    { label: 'Change the title', onSelect: () => setEditing(row) },
    { label: 'Make a new secret', onSelect: () => setAsked({ about: 'secret', row }) },
    row.enabled
      ? { label: 'Disable', onSelect: () => setAsked({ about: 'disable', row }) }
      : { label: 'Enable', onSelect: () => void enable(row) },
    {
      label: 'Disconnect',
      onSelect: () => setAsked({ about: 'disconnect', row }),
      ...(row.since === null ? { disabled: true, why: 'It is not connected.' } : {}),
    },
    { kind: 'line' },
    { label: 'Remove', danger: true, onSelect: () => setAsked({ about: 'delete', row }) },
  ];
  const add = may.write ? (
    <Button look="primary" onClick={() => setEditing('new')}>
      Add a component
    </Button>
  ) : undefined;
  const question = asked === null ? null : questions[asked.about];
  return (
    <>
      <PageHeader
        title="External components"
        purpose="Programs that serve a domain of their own, such as gateways to other networks and bots (XEP-0114)."
        actions={value.items.length === 0 ? undefined : add}
      />
      <StaleBanner stale={freshness === 'stale'} since={since} />
      {value.ports.length === 0 && value.items.length > 0 ? (
        <Banner
          tone="warn"
          className="mb-4"
          title="No port is open for components"
          action={
            may.settings ? (
              <ButtonLink size="small" href="/settings/components">
                Open the settings
              </ButtonLink>
            ) : undefined
          }
        >
          {countOf(value.items.length, 'component is', 'components are')} known here and cannot connect.
        </Banner>
      ) : null}
      <DataTable
        id="components"
        nouns={['component', 'components']}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        rowName={rowKey}
        query={query}
        stale={freshness === 'stale'}
        defaultSort={{ id: 'domain' }}
        searchPlaceholder="Search by domain or title"
        filters={filters}
        {...(may.write ? { rowMenu: menu } : {})}
        empty={
          <EmptyState title="No components yet" action={add}>
            A component is a program that connects with a secret and answers for its own domain, for example a gateway at irc.example.com.
          </EmptyState>
        }
      />
      <ComponentDialog component={editing} onClose={() => setEditing(null)} onMade={setMade} />
      <SecretDialog made={made} ports={value.ports} onClose={() => setMade(null)} />
      {asked !== null && question !== null ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => (open ? undefined : setAsked(null))}
          title={question.title(asked.row.domain)}
          effect={question.effect}
          confirm={question.confirm}
          keep={question.keep}
          danger={asked.about !== 'secret'}
          onConfirm={async () => {
            const { about, row } = asked;
            const { domain } = row;
            if (about === 'secret') {
              const state = await renewSecret({ domain });
              if (state.is === 'done') setMade({ domain, secret: state.value.secret });
              return problemOf(state);
            }
            const state =
              about === 'delete'
                ? await deleteComponents({ domains: [domain] })
                : about === 'disable'
                  ? await updateComponent({ domain, enabled: false })
                  : await disconnectComponent({ domain });
            if (state.is === 'done') {
              sayDone(`${domain} ${question.done}`);
              router.refresh();
            }
            return problemOf(state);
          }}
        />
      ) : null}
    </>
  );
}

const questions = {
  delete: {
    title: (domain: string) => `Remove the component ${domain}?`,
    effect: 'It is disconnected and its secret forgotten. People can no longer write to addresses in its domain.',
    confirm: 'Remove the component',
    keep: 'Keep the component',
    done: 'removed',
  },
  disable: {
    title: (domain: string) => `Disable the component ${domain}?`,
    effect: 'It is disconnected and may not connect. People cannot write to addresses in its domain until it is enabled.',
    confirm: 'Disable the component',
    keep: 'Keep it enabled',
    done: 'disabled',
  },
  disconnect: {
    title: (domain: string) => `Disconnect ${domain}?`,
    effect: 'What is sent to it returns to the sender until it connects again.',
    confirm: 'Disconnect',
    keep: 'Keep the connection',
    done: 'disconnected',
  },
  secret: {
    title: (domain: string) => `Make a new secret for ${domain}?`,
    effect: 'The old one ends at once: the component is disconnected until it knows the new one.',
    confirm: 'Make a new secret',
    keep: 'Keep the secret',
    done: 'has a new secret',
  },
} as const;
