import type { Metadata } from 'next';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { HistoryPage } from '../../../settings/_parts/history-page.tsx';
import { groupChatPlace } from '../../../settings/_parts/places.ts';

export const metadata: Metadata = { title: 'History of group chat settings' };

export default function GroupChatHistoryPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  return <HistoryPage place={groupChatPlace} searchParams={searchParams} />;
}
