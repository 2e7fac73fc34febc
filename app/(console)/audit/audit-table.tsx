'use client';
import { useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import { type TableQuery, withParams } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { RecordDialog } from './record-dialog.tsx';
import { auditExportHref } from './search-params.ts';
import { actionSuggestions, actionWords, actorKindWords, resultLooks, targetHref } from './words.ts';

export type AuditRow = Value<AdminApi['audit']['find']>['items'][number];

const rowKey = (row: AuditRow) => row.id;
const rowName = (row: AuditRow) => `${actionWords(row.action)}, ${row.target}`;

const columns: readonly Column<AuditRow>[] = [
  { id: 'action', header: 'What', cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{actionWords(row.action)}</span> },
  { id: 'target', header: 'To what', cell: (row) => <span className="line-clamp-2 min-w-40 wrap-anywhere">{row.target}</span> },
  {
    id: 'actor',
    header: 'Who',
    cell: (row) => (
      <span className="inline-block min-w-20 wrap-anywhere">
        {row.actor}
        {row.actorKind === 'person' ? null : <span className="text-quiet"> ({actorKindWords(row.actorKind).toLowerCase()})</span>}
      </span>
    ),
  },
  {
    id: 'result',
    header: 'Result',
    cell: (row) => <StatusBadge status={resultLooks[row.result].status} word={resultLooks[row.result].word} plain />,
  },
  { id: 'at', header: 'When', cell: (row) => <RelativeTime at={row.at} /> },
  { id: 'detail', header: 'Detail', cell: (row) => <span className="line-clamp-2 min-w-40 wrap-anywhere">{row.detail}</span> },
  { id: 'address', header: 'From', hidden: true, cell: (row) => <span className="font-mono">{row.address}</span> },
  { id: 'role', header: 'Role', hidden: true, cell: (row) => row.role },
  { id: 'node', header: 'Node', hidden: true, cell: (row) => row.node },
  { id: 'code', header: 'Code', hidden: true, cell: (row) => <span className="font-mono">{row.action}</span> },
];

const filters: readonly Filter[] = [
  { id: 'actor', label: 'Who', match: 'exact', placeholder: 'admin' },
  { id: 'action', label: 'What', match: 'exact', placeholder: 'user.create', suggestions: actionSuggestions },
  { id: 'target', label: 'Target', match: 'exact', placeholder: 'user:42' },
  {
    id: 'result',
    label: 'Result',
    options: [
      { value: 'done', label: 'Done' },
      { value: 'refused', label: 'Refused' },
      { value: 'failed', label: 'Failed' },
    ],
  },
  { id: 'since', label: 'Since', match: 'moment' },
  { id: 'until', label: 'Until', match: 'moment' },
];

/**
 * Records as they match the URL. On the tab of one thing `about` fixes the target, and its filter is not offered.
 */
export function AuditTable({
  page,
  query,
  mayExport,
  about,
}: {
  page: Value<AdminApi['audit']['find']>;
  query: TableQuery;
  mayExport: boolean;
  about?: { readonly key: string; readonly name: string };
}) {
  const router = useRouter();
  const params = useSearchParams();
  const [shown, setShown] = useState<AuditRow | null>(null);
  const go = (changes: Readonly<Record<string, string | null>>) => router.replace(withParams(new URLSearchParams(params), changes));
  const menu = (row: AuditRow): MenuItem[] => {
    const href = targetHref(row.targetKey);
    return [
      { label: 'Show the record', onSelect: () => setShown(row) },
      ...(href && !about ? ([{ kind: 'link', label: 'Open what it is about', href }] satisfies MenuItem[]) : []),
      { kind: 'line' },
      { label: `Only by ${row.actor}`, onSelect: () => go({ actor: row.actor }) },
      { label: `Only ${actionWords(row.action).toLowerCase()}`, onSelect: () => go({ action: row.action }) },
      ...(row.targetKey && !about
        ? ([{ label: 'Only about the same', onSelect: () => go({ target: row.targetKey }) }] satisfies MenuItem[])
        : []),
    ];
  };
  const exported = about ? { ...query, filters: { ...query.filters, target: [about.key] } } : query;
  return (
    <>
      <Newer page={page} isFirstPage={query.cursor === null} />
      <DataTable
        id={about ? 'audit-of' : 'audit'}
        nouns={['record', 'records']}
        columns={columns}
        rows={page.items}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        page={{ next: page.next }}
        searchPlaceholder="Find words in the records"
        filters={about ? filters.filter((filter) => filter.id !== 'target') : filters}
        onOpen={setShown}
        rowMenu={menu}
        {...(mayExport
          ? {
              exports: [
                { label: 'Export as CSV', href: () => auditExportHref(exported, 'csv') },
                { label: 'Export as JSON, one record a line', href: () => auditExportHref(exported, 'json') },
              ],
            }
          : {})}
        empty={
          <EmptyState title={about ? `Nothing is recorded about ${about.name}` : 'Nothing is recorded yet'}>
            Every change by an administrator, a token, the command line or the system itself appears here.
          </EmptyState>
        }
      />
      <RecordDialog row={shown} onClose={() => setShown(null)} />
    </>
  );
}

const nothingAdded = { added: 0 };
/** Says that there are newer records; they come when asked, so that nothing moves under the pointer. */
function Newer({ page, isFirstPage }: { page: Value<AdminApi['audit']['find']>; isFirstPage: boolean }) {
  const router = useRouter();
  const { value, freshness, since } = useLive('audit:count', nothingAdded);
  const [seen, setSeen] = useState({ page, added: value.added });
  // A page that was read anew has them all. Opening this page is no news either.
  if (seen.page !== page) setSeen({ page, added: value.added });
  const added = Math.max(0, value.added - seen.added);
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      {added > 0 && isFirstPage ? (
        <div className="mb-3">
          <Button size="small" onClick={() => router.refresh()}>
            Show {countOf(added, 'new record')}
          </Button>
        </div>
      ) : null}
    </>
  );
}
