'use client';
import { DataTable } from '@/lib/ui/patterns/data-table/data-table.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import type { Column, Filter } from '@/lib/ui/patterns/data-table/types.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { subscriptionWords } from '../../_parts/words.ts';
import type { Contact } from './pick-contacts.ts';

const rowKey = (row: Contact) => row.contact;

const columns: readonly Column<Contact>[] = [
  { id: 'contact', header: 'Contact', sortable: true, cell: (row) => <CopyText text={row.contact} label="address" /> },
  {
    id: 'name',
    header: 'Name in the list',
    sortable: true,
    cell: (row) => <span className="inline-block min-w-28 wrap-anywhere">{row.name}</span>,
  },
  {
    id: 'subscription',
    header: 'Presence',
    cell: (row) => (
      <>
        {subscriptionWords(row.subscription, row.ask)}
        {row.approved ? <Badge className="ml-2">Approved beforehand</Badge> : null}
      </>
    ),
  },
  {
    id: 'groups',
    header: 'Groups',
    cell: (row) => (
      <span className="flex flex-wrap gap-1">
        {row.groups.map((group) => (
          <Badge key={group} className="whitespace-normal wrap-anywhere">
            {group}
          </Badge>
        ))}
      </span>
    ),
  },
];
const filters: readonly Filter[] = [
  {
    id: 'subscription',
    label: 'Presence',
    multiple: true,
    options: (['both', 'to', 'from', 'none'] as const).map((value) => ({ value, label: subscriptionWords(value, false) })),
  },
];

export function ContactsTable({ rows, query, userId }: { rows: readonly Contact[]; query: TableQuery; userId: string }) {
  return (
    <DataTable
      id="user-contacts"
      nouns={['contact', 'contacts']}
      columns={columns}
      rows={rows}
      rowKey={rowKey}
      rowName={rowKey}
      query={query}
      defaultSort={{ id: 'contact' }}
      searchPlaceholder="Find by address or name"
      filters={filters}
      empty={
        <EmptyState title={`${userId} has no contacts`}>
          Contacts appear here when the user adds somebody in a client, or somebody is added to their list.
        </EmptyState>
      }
    />
  );
}
