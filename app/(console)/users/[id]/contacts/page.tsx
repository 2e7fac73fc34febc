import type { Metadata } from 'next';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { UserFrame } from '../user-frame.tsx';
import { ContactsTable } from './contacts-table.tsx';
import { contactFilters, contactSorts, pickContacts } from './pick-contacts.ts';

export const metadata: Metadata = { title: 'Contacts of a user' };

export default async function UserContactsPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const query = readTableQuery(await searchParams, { sorts: contactSorts, filters: contactFilters });
  return (
    <UserFrame params={params}>
      {(detail) => <ContactsTable rows={pickContacts(detail.contacts, query)} query={query} userId={detail.user.userId} />}
    </UserFrame>
  );
}
