'use client';
import { useRouter, useSearchParams } from 'next/navigation';
import { useMemo } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { formatBytes } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import { type TableQuery, withParams } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { typeWords } from '../words.ts';

type Log = Value<AdminApi['files']['log']>;
/** Two records can be alike to the millisecond, so each has its place as key. */
type Row = Log['items'][number] & { readonly key: string };

const rowKey = (row: Row) => row.key;
const rowName = (row: Row) => `${whatWords[row.what]} of ${row.name}`;
const whatWords = { upload: 'Upload', download: 'Download' } as const;

const columns: readonly Column<Row>[] = [
  { id: 'at', header: 'When', cell: (row) => <RelativeTime at={row.at} /> },
  { id: 'what', header: 'What', cell: (row) => whatWords[row.what] },
  { id: 'name', header: 'File', cell: (row) => <span className="line-clamp-2 min-w-40 wrap-anywhere">{row.name}</span> },
  { id: 'owner', header: 'Owner', cell: (row) => <Jid jid={row.owner} /> },
  { id: 'address', header: 'Address', cell: (row) => <span className="font-mono">{row.address}</span> },
  { id: 'size', header: 'Size', align: 'end', cell: (row) => <span className="whitespace-nowrap">{formatBytes(row.size)}</span> },
  { id: 'type', header: 'Type', hidden: true, cell: (row) => <span className="wrap-anywhere">{typeWords(row.type)}</span> },
  { id: 'file', header: 'Id', hidden: true, cell: (row) => <span className="font-mono wrap-anywhere">{row.file}</span> },
];

const filters: readonly Filter[] = [
  { id: 'person', label: 'Owner', match: 'exact', placeholder: 'anna' },
  { id: 'file', label: 'File', match: 'exact', placeholder: 'id or address' },
  {
    id: 'what',
    label: 'What',
    options: [
      { value: 'upload', label: 'Uploads' },
      { value: 'download', label: 'Downloads' },
    ],
  },
  { id: 'since', label: 'Since', match: 'moment' },
  { id: 'until', label: 'Until', match: 'moment' },
];

export function LogTable({ page, query }: { page: Log; query: TableQuery }) {
  const router = useRouter();
  const params = useSearchParams();
  const rows = useMemo(() => page.items.map((row, index): Row => ({ ...row, key: `${row.at}-${index}` })), [page]);
  const go = (changes: Readonly<Record<string, string>>) => router.replace(withParams(new URLSearchParams(params), changes));
  const menu = (row: Row): MenuItem[] => [
    { label: 'Only this file', onSelect: () => go({ file: row.file }) },
    { label: `Only of ${row.owner}`, onSelect: () => go({ person: row.owner }) },
    { kind: 'link', label: 'Open the owner', href: `/users/${row.ownerId}` },
  ];
  return (
    <DataTable
      id="file-log"
      nouns={['record', 'records']}
      columns={columns}
      rows={rows}
      rowKey={rowKey}
      rowName={rowName}
      query={query}
      page={{ next: page.next }}
      filters={filters}
      rowMenu={menu}
      empty={
        <EmptyState title="Nothing was uploaded or fetched yet">Every upload and download is recorded here, with its address.</EmptyState>
      }
    />
  );
}
