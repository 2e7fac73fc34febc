'use client';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf, formatBytes, formatNumber } from '@/lib/ui/format.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column } from '@/lib/ui/patterns/data-table/types.ts';
import { Stat, Stats } from '@/lib/ui/patterns/stat.tsx';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Progress } from '@/lib/ui/primitives/progress.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';

type Usage = Value<AdminApi['files']['usage']>;
type Row = Usage['items'][number];

const rowKey = (row: Row) => String(row.ownerId);
const rowName = (row: Row) => row.owner;
const rowHref = (row: Row) => `/messaging/files?person=${encodeURIComponent(row.owner)}&sort=-size`;

const columnsFor = (quota: number): readonly Column<Row>[] => [
  { id: 'owner', header: 'Person', cell: (row) => <Jid jid={row.owner} /> },
  { id: 'files', header: 'Files', align: 'end', cell: (row) => formatNumber(row.files) },
  {
    id: 'bytes',
    header: 'Space',
    align: 'end',
    cell: (row) => (
      <span className="inline-flex min-w-28 flex-col items-end gap-1">
        {formatBytes(row.bytes)}
        {quota > 0 ? (
          <Progress
            label={`${row.owner}, of the quota`}
            value={row.bytes}
            max={quota}
            tone={row.bytes >= quota * 0.95 ? 'fault' : row.bytes >= quota * 0.8 ? 'warn' : 'info'}
          />
        ) : null}
      </span>
    ),
  },
  { id: 'newest', header: 'Last upload', cell: (row) => <RelativeTime at={row.newest} /> },
];

export function PeopleView({ usage, query }: { usage: Usage; query: TableQuery }) {
  const { disk, keepFree, quota, totals } = usage;
  const left = Math.max(0, disk.free - keepFree);
  return (
    <div className="flex flex-col gap-5">
      <Stats label="Space taken by files">
        <Stat label="Files" value={totals.files} note={`of ${countOf(totals.people, 'person', 'people')}`} />
        <Stat label="Space taken" value={formatBytes(totals.bytes)} note={`on a disk of ${formatBytes(disk.total)}`} />
        <Stat
          label="Room for uploads"
          value={formatBytes(left)}
          note={keepFree > 0 ? `${formatBytes(keepFree)} more stay free` : 'until the disk is full'}
          {...(left === 0 ? { tone: 'fault' as const } : {})}
        />
        <Stat label="For each person" value={quota === 0 ? 'No limit' : formatBytes(quota)} />
      </Stats>
      <DataTable
        id="file-people"
        nouns={['person', 'people']}
        columns={columnsFor(quota)}
        rows={usage.items}
        rowKey={rowKey}
        rowName={rowName}
        rowHref={rowHref}
        query={query}
        page={{ next: usage.next }}
        searchPlaceholder="User ID or address"
        empty={<EmptyState title="Nobody has uploaded a file">People appear here with what they have uploaded, most first.</EmptyState>}
      />
    </div>
  );
}
