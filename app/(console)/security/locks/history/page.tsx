import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { History, readVersion } from '../../../settings/_parts/history-page.tsx';
import { LocksHeader } from '../locks-header.tsx';

export const metadata: Metadata = { title: 'History of protection against guessing' };

export default async function LocksHistoryPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'settings.read')) return <NoPermission what="see settings" permission="settings.read" />;
  return (
    <>
      <LocksHeader />
      <History viewer={viewer} base="/security/locks" before={readVersion((await searchParams).before)} of={['signIn']} />
    </>
  );
}
