'use client';
import { useState } from 'react';
import type { NodeItem } from '@/lib/admin/pubsub/outputs.ts';
import { formatBytes } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { CodeBlock } from '@/lib/ui/primitives/code.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';

const columns: readonly Column<NodeItem>[] = [
  { id: 'id', header: 'Item', cell: (row) => <span className="wrap-anywhere">{row.id}</span> },
  { id: 'publisher', header: 'Published by', cell: (row) => <Jid jid={row.publisher} /> },
  { id: 'at', header: 'When', cell: (row) => <RelativeTime at={row.at} /> },
  { id: 'bytes', header: 'Size', align: 'end', cell: (row) => formatBytes(row.bytes) },
];

export function ItemsTable({
  page,
  query,
  isOpen,
}: {
  page: { readonly items: readonly NodeItem[]; readonly next: string | null };
  query: TableQuery;
  isOpen: boolean;
}) {
  const [shown, setShown] = useState<NodeItem | null>(null);
  return (
    <>
      <DataTable
        id="node-items"
        nouns={['item', 'items']}
        columns={columns}
        rows={page.items}
        rowKey={(row) => row.id}
        rowName={(row) => row.id}
        query={{ ...query, search: '', filters: {} }}
        page={{ next: page.next }}
        {...(isOpen ? { onOpen: setShown } : {})}
        empty={<EmptyState title="No items">What is published to this node appears here.</EmptyState>}
      />
      {isOpen ? null : <p className="text-table text-quiet">What the items hold is shown only of nodes that everyone may read.</p>}
      <Dialog open={shown !== null} onOpenChange={() => setShown(null)} title={shown?.id ?? ''}>
        {shown ? <CodeBlock label="Payload" text={shown.payload ?? ''} /> : null}
      </Dialog>
    </>
  );
}
