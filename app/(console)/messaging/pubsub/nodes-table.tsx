'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { NodeRow } from '@/lib/admin/pubsub/outputs.ts';
import { formatBytes, formatNumber } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import type { MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { type Asked, NodeDialog } from './node-dialogs.tsx';
import { accessWords, nodeHref } from './words.ts';

const columns: readonly Column<NodeRow>[] = [
  {
    id: 'node',
    header: 'Node',
    cell: (row) => (
      <span className="wrap-anywhere">
        {row.node}
        {row.title === '' ? null : <span className="block text-table text-quiet">{row.title}</span>}
      </span>
    ),
  },
  { id: 'owner', header: 'Owner', cell: (row) => <Jid jid={row.owner} /> },
  { id: 'access', header: 'Who may read', cell: (row) => accessWords[row.accessModel] },
  { id: 'items', header: 'Items', align: 'end', cell: (row) => formatNumber(row.items) },
  { id: 'bytes', header: 'Size', align: 'end', cell: (row) => formatBytes(row.bytes) },
  { id: 'subscribers', header: 'Subscribers', align: 'end', cell: (row) => formatNumber(row.subscribers) },
  {
    id: 'last',
    header: 'Last published',
    cell: (row) => (row.lastItemAt === null ? <span className="text-quiet">Nothing</span> : <RelativeTime at={row.lastItemAt} />),
  },
  { id: 'created', header: 'Made', hidden: true, cell: (row) => <RelativeTime at={row.createdAt} /> },
];
const filters: readonly Filter[] = [
  { id: 'owner', label: 'Owner', match: 'exact', placeholder: 'anna@example.com' },
  {
    id: 'kind',
    label: 'Whose',
    options: [
      { value: 'person', label: 'People' },
      { value: 'service', label: 'The service' },
    ],
  },
];

export function NodesTable({
  page,
  query,
  mayChange,
  isOfOne = false,
}: {
  page: { readonly items: readonly NodeRow[]; readonly next: string | null };
  query: TableQuery;
  mayChange: boolean;
  /** All nodes are of the one person whose page this is. */
  isOfOne?: boolean;
}) {
  const router = useRouter();
  const [asked, setAsked] = useState<Asked>(null);
  const menu = (row: NodeRow): MenuItem[] => [
    { kind: 'link', label: 'Open the node', href: nodeHref(row) },
    ...(mayChange
      ? ([
          { kind: 'line' },
          { label: 'Empty', danger: true, onSelect: () => setAsked({ what: 'purge', node: row }) },
          { label: 'Delete', danger: true, onSelect: () => setAsked({ what: 'delete', node: row }) },
        ] satisfies MenuItem[])
      : []),
  ];
  return (
    <>
      <DataTable
        id={isOfOne ? 'user-nodes' : 'nodes'}
        nouns={['node', 'nodes']}
        columns={isOfOne ? columns.filter((column) => column.id !== 'owner') : columns}
        rows={page.items}
        rowKey={(row) => row.id}
        rowName={(row) => `${row.node} of ${row.owner}`}
        query={query}
        page={{ next: page.next }}
        searchPlaceholder="Search by a part of the name"
        {...(isOfOne ? {} : { filters })}
        rowHref={nodeHref}
        rowMenu={menu}
        empty={
          <EmptyState title="Nothing has been published yet" doc={{ label: 'Publish-subscribe settings', href: '/messaging/settings' }}>
            Nodes appear here when clients publish an avatar, bookmarks or keys, or when somebody makes a topic at the service.
          </EmptyState>
        }
      />
      <NodeDialog asked={asked} onClose={() => setAsked(null)} onDone={() => router.refresh()} />
    </>
  );
}
