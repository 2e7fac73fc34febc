import type { Metadata } from 'next';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { HistoryPage } from '../../../settings/_parts/history-page.tsx';
import { messagingPlace } from '../../../settings/_parts/places.ts';

export const metadata: Metadata = { title: 'History of messaging settings' };

export default function MessagingHistoryPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  return <HistoryPage place={messagingPlace} searchParams={searchParams} />;
}
