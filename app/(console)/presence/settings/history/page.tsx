import type { Metadata } from 'next';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { HistoryPage } from '../../../settings/_parts/history-page.tsx';
import { presencePlace } from '../../../settings/_parts/places.ts';

export const metadata: Metadata = { title: 'History of presence settings' };

export default function PresenceHistoryPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  return <HistoryPage place={presencePlace} searchParams={searchParams} />;
}
