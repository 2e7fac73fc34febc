'use client';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { settingFieldId } from '@/lib/ui/patterns/settings-form/field-id.ts';
import { sayValue } from '@/lib/ui/patterns/settings-form/values.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';

type SettingView = Value<AdminApi['settings']['sections']>['sections'][number]['settings'][number];
type Row = SettingView & { readonly sectionTitle: string; readonly page: string };

const rowKey = (row: Row) => row.key;
const rowName = (row: Row) => row.label;
const rowHref = (row: Row) => `${row.page}#${settingFieldId(row.key)}`;

const columns: readonly Column<Row>[] = [
  {
    id: 'label',
    header: 'Setting',
    sortable: true,
    cell: (row) => (
      <span className="block min-w-56 py-1">
        <span className="block text-strong">{row.label}</span>
        <span className="block font-mono text-meta text-quiet wrap-anywhere">{row.key}</span>
      </span>
    ),
  },
  {
    id: 'value',
    header: 'Value',
    cell: (row) => (
      <span className="flex max-w-md flex-wrap items-center gap-2 wrap-anywhere">
        <span className="line-clamp-3">{sayValue(row, row.value)}</span>
        {row.changed ? <Badge tone="info">Changed</Badge> : null}
      </span>
    ),
  },
  {
    id: 'default',
    header: 'Default',
    cell: (row) => <span className="line-clamp-3 max-w-md wrap-anywhere">{sayValue(row, row.default)}</span>,
  },
  { id: 'section', header: 'Section', sortable: true, cell: (row) => row.sectionTitle },
  { id: 'applies', header: 'Applies', hidden: true, cell: (row) => (row.applies === 'now' ? 'At once' : 'To new sessions') },
  { id: 'scope', header: 'Scope', hidden: true, cell: (row) => (row.scope === 'node' ? 'This node' : 'Every node') },
  { id: 'help', header: 'What it does', hidden: true, cell: (row) => <span className="line-clamp-3 max-w-md">{row.help}</span> },
];

export function SettingsTable({
  rows,
  query,
  sections,
}: {
  rows: readonly Row[];
  query: TableQuery;
  sections: readonly { value: string; label: string }[];
}) {
  const filters: readonly Filter[] = [
    { id: 'section', label: 'Section', options: sections, multiple: true },
    {
      id: 'value',
      label: 'Value',
      options: [
        { value: 'changed', label: 'Changed from the default' },
        { value: 'default', label: 'The default' },
      ],
    },
  ];
  return (
    <DataTable
      id="settings"
      nouns={['setting', 'settings']}
      columns={columns}
      rows={rows}
      rowKey={rowKey}
      rowName={rowName}
      rowHref={rowHref}
      query={query}
      searchPlaceholder="Search by label, help or name"
      filters={filters}
      empty={<EmptyState title="There are no settings">The server has told of none.</EmptyState>}
    />
  );
}
