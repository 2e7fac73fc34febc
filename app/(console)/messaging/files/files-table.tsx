'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { useLive } from '@/lib/live/client.ts';
import { formatBytes, formatNumber } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter, Selection } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { DeleteDialog, type Deleting } from './delete-dialog.tsx';
import { FileDialog } from './file-dialog.tsx';
import { fileFilter, filesInput, sizeChoices, typeChoices } from './search-params.ts';
import { purposeWords, typeWords } from './words.ts';

export type FileRow = Value<AdminApi['files']['find']>['items'][number];

const rowKey = (row: FileRow) => row.id;
const rowName = (row: FileRow) => row.name;

const columns: readonly Column<FileRow>[] = [
  { id: 'name', header: 'Name', cell: (row) => <span className="line-clamp-2 min-w-40 wrap-anywhere">{row.name}</span> },
  { id: 'owner', header: 'Owner', cell: (row) => <Jid jid={row.owner} /> },
  {
    id: 'size',
    header: 'Size',
    sortable: true,
    align: 'end',
    cell: (row) => <span className="whitespace-nowrap">{formatBytes(row.size)}</span>,
  },
  { id: 'type', header: 'Type', cell: (row) => <span className="inline-block min-w-24 wrap-anywhere">{typeWords(row.type)}</span> },
  { id: 'storedAt', header: 'Uploaded', sortable: true, cell: (row) => <RelativeTime at={row.at} /> },
  { id: 'downloads', header: 'Downloads', sortable: true, align: 'end', cell: (row) => formatNumber(row.downloads) },
  {
    id: 'lastDownloadAt',
    header: 'Last fetched',
    hidden: true,
    cell: (row) => (row.lastDownloadAt === null ? <span className="text-quiet">Never</span> : <RelativeTime at={row.lastDownloadAt} />),
  },
  {
    id: 'expiresAt',
    header: 'Kept until',
    hidden: true,
    cell: (row) => (row.expiresAt === null ? 'For ever' : <RelativeTime at={row.expiresAt} />),
  },
  { id: 'purpose', header: 'Purpose', hidden: true, cell: (row) => purposeWords(row.purpose) },
];

const filters: readonly Filter[] = [
  { id: 'person', label: 'Owner', match: 'exact', placeholder: 'anna' },
  { id: 'type', label: 'Type', options: typeChoices },
  { id: 'size', label: 'Size', options: sizeChoices },
  { id: 'since', label: 'Since', match: 'moment' },
  { id: 'until', label: 'Until', match: 'moment' },
];

export function FilesTable({
  initial,
  query,
  mayDelete,
  maySettings,
}: {
  initial: Value<AdminApi['files']['find']>;
  query: TableQuery;
  mayDelete: boolean;
  maySettings: boolean;
}) {
  const router = useRouter();
  const input = useMemo(() => filesInput(query), [query]);
  const { value: page, freshness, since } = useLive('files', initial, input);
  const [shown, setShown] = useState<FileRow | null>(null);
  const [deleting, setDeleting] = useState<Deleting | null>(null);
  const menu = (row: FileRow): MenuItem[] => [
    { label: 'Show details', onSelect: () => setShown(row) },
    { kind: 'link', label: 'Show in the log', href: `/messaging/files/log?file=${encodeURIComponent(row.id)}` },
    { kind: 'link', label: 'Open the owner', href: `/users/${row.ownerId}` },
    ...(mayDelete
      ? ([
          { kind: 'line' },
          { label: 'Delete', danger: true, onSelect: () => setDeleting({ is: 'rows', rows: [row] }) },
        ] satisfies MenuItem[])
      : []),
  ];
  const startDelete = (selection: Selection) => {
    if (selection.is === 'matching') {
      setDeleting({ is: 'matching', filter: fileFilter(selection.query), total: selection.total });
      return;
    }
    const keys = new Set(selection.keys);
    setDeleting({ is: 'rows', rows: page.items.filter((row) => keys.has(row.id)) });
  };
  // Everything there is can not be deleted at once: something must say which.
  const isNarrow = Object.keys(fileFilter(query)).length > 0;
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <DataTable
        id="files"
        nouns={['file', 'files']}
        columns={columns}
        rows={page.items}
        rowKey={rowKey}
        rowName={rowName}
        query={query}
        page={{ next: page.next, total: page.total, totalIsFloor: page.totalIsFloor }}
        defaultSort={{ id: 'storedAt', descending: true }}
        searchPlaceholder="Name, owner or address"
        filters={filters}
        onOpen={setShown}
        rowMenu={menu}
        {...(mayDelete ? { bulk: [{ id: 'delete', label: 'Delete', danger: true, run: startDelete }], bulkMatching: isNarrow } : {})}
        empty={
          <EmptyState
            title="Nobody has uploaded a file"
            {...(maySettings ? { doc: { label: 'See the settings of files', href: '/messaging/files/settings' } } : {})}
          >
            A file appears here as soon as somebody shares one with a client that knows HTTP File Upload (XEP-0363).
          </EmptyState>
        }
      />
      <FileDialog row={shown} onClose={() => setShown(null)} />
      <DeleteDialog what={deleting} onClose={() => setDeleting(null)} onDone={() => router.refresh()} />
    </>
  );
}
