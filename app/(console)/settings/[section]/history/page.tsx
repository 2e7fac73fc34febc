import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { HistoryPage } from '../../_parts/history-page.tsx';
import { placeOf } from '../place-of.ts';

export const metadata: Metadata = { title: 'History of settings' };

export default async function SectionHistoryPage({
  params,
  searchParams,
}: {
  params: Promise<{ section: string }>;
  searchParams: Promise<RawSearchParams>;
}) {
  const place = await placeOf((await params).section);
  if (!place) notFound();
  return <HistoryPage place={place} searchParams={searchParams} />;
}
