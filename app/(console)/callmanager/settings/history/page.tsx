import type { Metadata } from 'next';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { HistoryPage } from '../../../settings/_parts/history-page.tsx';
import { callManagerPlace } from '../../../settings/_parts/places.ts';

export const metadata: Metadata = { title: 'History of call manager settings' };

export default function CallManagerHistoryPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  return <HistoryPage place={callManagerPlace} searchParams={searchParams} />;
}
