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
import type { Column } from '@/lib/ui/patterns/data-table/types.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { deleteDirectory } from '../actions.ts';
import { AgreementDialog } from '../agreement-dialog.tsx';
import { kindWords, runLooks, sayCounts, sayEvery, sayUses, securityWords, serverLooks, stateOf } from '../words.ts';
import { TestCard } from './test-card.tsx';

type Directory = Value<AdminApi['directories']['get']>;
type Agreements = Value<AdminApi['directories']['listAgreements']>;
type Row = Agreements['items'][number];
const rowKey = (row: Row) => row.id;
const rowName = (row: Row) => row.name;

const columns: readonly Column<Row>[] = [
  {
    id: 'name',
    header: 'Agreement',
    sortable: true,
    cell: (row) => (
      <span className="flex flex-col">
        <Link href={`/directories/agreements/${row.id}`}>{row.name}</Link>
        <span className="text-quiet">{sayEvery(row)}</span>
      </span>
    ),
  },
  {
    id: 'people',
    header: 'People',
    align: 'end',
    sortable: true,
    cell: (row) => (row.gone === 0 ? formatNumber(row.people) : `${formatNumber(row.people)}, ${formatNumber(row.gone)} gone`),
  },
  {
    id: 'last',
    header: 'Last run',
    cell: (row) =>
      row.last === null ? (
        'None yet'
      ) : (
        <span className="flex flex-col gap-1">
          <span>
            <StatusBadge {...runLooks[row.last.state]} plain />
          </span>
          <span className="text-quiet">
            {row.last.isTrial ? 'Trial: ' : ''}
            {row.last.state === 'failed' ? '' : `${sayCounts(row.last.counts)}, `}
            <RelativeTime at={row.last.at} />
          </span>
        </span>
      ),
  },
];

/** One directory: do its servers answer, what is it for, who comes from it, and does a sign-in go through. */
export function DirectoryPageView({
  initial,
  agreements,
  query,
  may,
}: {
  initial: Directory;
  agreements: Agreements;
  query: TableQuery;
  may: { readonly write: boolean; readonly audit: boolean };
}) {
  const router = useRouter();
  const params = useMemo(() => ({ directory: initial.id }), [initial.id]);
  const { value, freshness, since } = useLive('directory', initial, params);
  const listed = useLive('agreements', agreements, params);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState(false);
  const { status, word } = stateOf(value);
  const rows = useMemo(
    () =>
      chosenRows(listed.value.items, query, {
        text: (row) => `${row.name} ${row.base}`,
        sorts: { name: (row) => row.name, people: (row) => row.people },
        otherwise: { id: 'name' },
      }),
    [listed.value, query],
  );
  const agree = may.write ? <Button onClick={() => setAdding(true)}>Add an agreement</Button> : undefined;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Directories', href: '/directories' }]}
        title={value.name}
        badge={<StatusBadge status={status} word={word} />}
        purpose={`${kindWords[value.kind]}, used for ${sayUses(value).toLowerCase()}`}
        actions={
          <>
            {may.audit ? (
              <ButtonLink look="quiet" href={`/audit?target=${encodeURIComponent(`directory:${value.id}`)}`}>
                See what was done
              </ButtonLink>
            ) : null}
            {may.write ? (
              <>
                <Button onClick={() => setRemoving(true)}>Remove</Button>
                <ButtonLink look="primary" href={`/directories/${value.id}/edit`}>
                  Edit
                </ButtonLink>
              </>
            ) : null}
          </>
        }
      />
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <Stack>
        {status === 'down' ? (
          <Banner tone="fault" title="No server answers">
            People who are signed in stay.{' '}
            {value.signIn ? 'Those of this directory cannot sign in anew until one is back, and are told to try again later.' : ''} The test
            below says which step fails.
          </Banner>
        ) : null}
        {value.security === 'none' ? (
          <Banner tone="warn" title="Passwords cross the network in clear text">
            Everybody on the way between this node and the directory can read them. Use LDAPS or StartTLS.
          </Banner>
        ) : null}
        <Card title="Servers" purpose="The first that answers serves.">
          <ul className="flex flex-col gap-3">
            {value.servers.map((server) => (
              <li key={`${server.host}:${server.port}`} className="flex flex-col gap-1">
                <span className="flex flex-wrap items-center gap-2">
                  <span className="font-medium text-strong wrap-anywhere">
                    {server.host}:{server.port}
                  </span>
                  <StatusBadge {...serverLooks[server.state]} plain />
                  {server.since !== null && server.state !== 'unused' ? (
                    <span className="text-quiet">
                      since <RelativeTime at={server.since} />
                    </span>
                  ) : null}
                </span>
                {server.why === '' ? null : <span className="text-table text-quiet">{server.why}</span>}
              </li>
            ))}
          </ul>
        </Card>
        {may.write ? <TestCard directory={value.id} /> : null}
        <section className="flex flex-col gap-3" aria-labelledby="agreements">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h2 id="agreements" className="text-card font-semibold text-strong">
              Agreements
            </h2>
            {listed.value.items.length === 0 ? null : agree}
          </div>
          <DataTable
            id="agreements"
            nouns={['agreement', 'agreements']}
            columns={columns}
            rows={rows}
            rowKey={rowKey}
            rowName={rowName}
            query={query}
            stale={listed.freshness === 'stale'}
            defaultSort={{ id: 'name' }}
            searchPlaceholder="Search by name or base"
            empty={
              <EmptyState title="Nobody has an account from here yet" action={agree} bare>
                An agreement says which people of the directory get accounts, and keeps them up to date.
              </EmptyState>
            }
          />
        </section>
        <Card title="How it is read">
          <KeyValueList
            items={[
              { label: 'Encryption', value: securityWords[value.security] },
              { label: 'Authorities', value: value.security === 'none' ? 'None' : value.caPem === '' ? 'The public ones' : 'Its own' },
              { label: 'Bind DN', value: value.bindDn === '' ? 'Anonymous' : <span className="wrap-anywhere">{value.bindDn}</span> },
              { label: 'Base', value: <span className="wrap-anywhere">{value.base}</span> },
              { label: 'Filter', value: <span className="wrap-anywhere">{value.filter}</span> },
              { label: 'User ID', value: value.userIdAttribute },
              { label: 'Name', value: value.nameAttribute },
              { label: 'Mail address', value: value.mailAttribute || 'None' },
              { label: 'Directory address', value: value.uriAttribute || 'None' },
              {
                label: 'Right passwords',
                value: value.rememberMinutes === 0 ? 'Asked each time' : `Remembered for ${countOf(value.rememberMinutes, 'minute')}`,
              },
              {
                label: 'Administrators',
                value:
                  value.groups.length === 0 ? (
                    'None by group'
                  ) : (
                    <span className="flex flex-col">
                      {value.groups.map((group) => (
                        <span key={group} className="wrap-anywhere">
                          {group.slice(0, group.indexOf('='))}: {group.slice(group.indexOf('=') + 1)}
                        </span>
                      ))}
                    </span>
                  ),
              },
            ]}
          />
        </Card>
      </Stack>
      <AgreementDialog open={adding} directory={value.id} edited={null} onClose={() => setAdding(false)} />
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={`Remove the directory ${value.name}?`}
        effect={`${countOf(value.people, 'account')} that came from it ${value.people === 1 ? 'stays' : 'stay'}, without a password: nobody can sign in to ${value.people === 1 ? 'it' : 'them'} until an administrator sets one. Administrators by group can no longer sign in.`}
        confirm="Remove the directory"
        keep="Keep the directory"
        danger
        onConfirm={async () => {
          const state = await deleteDirectory({ directory: value.id });
          if (state.is === 'done') {
            sayDone(`${value.name} removed`);
            router.push('/directories');
          }
          return problemOf(state);
        }}
      />
    </>
  );
}
