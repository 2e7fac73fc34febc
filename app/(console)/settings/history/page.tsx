import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { History, readVersion } from '../_parts/history-page.tsx';
import { SettingsHeader } from '../settings-header.tsx';

export const metadata: Metadata = { title: 'History of settings' };

export default async function AllHistoryPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'settings.read')) return <NoPermission what="see settings" permission="settings.read" />;
  return (
    <>
      <SettingsHeader />
      <History viewer={viewer} base="/settings" before={readVersion((await searchParams).before)} of={null} />
    </>
  );
}
