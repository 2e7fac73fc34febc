import type { Metadata } from 'next';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { HistoryPage } from '../../../../settings/_parts/history-page.tsx';
import { filesPlace } from '../../../../settings/_parts/places.ts';

export const metadata: Metadata = { title: 'History of file settings' };

export default function FilesHistoryPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  return <HistoryPage place={filesPlace} searchParams={searchParams} />;
}
