import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { OperationsTable } from './operations-table.tsx';
import { ReferenceHeader } from './reference-header.tsx';

export const metadata: Metadata = { title: 'Reference' };

export default async function ReferencePage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'self.read')) return <NoPermission what="see the reference" permission="self.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['id', 'permission'], filters: ['area', 'kind', 'permission'] });
  const rows = admin()
    .reference()
    .entries.map(({ id, area, title, summary, permission, kind, rest, cli }) => ({
      id,
      area,
      title,
      summary,
      permission,
      kind,
      rest: 'none' in rest ? '' : `${rest.method} ${rest.path}`,
      cli: 'none' in cli ? '' : cli.usage,
      allowed: viewer.permissions.some((each) => each === permission),
    }));
  return (
    <>
      <ReferenceHeader />
      <OperationsTable rows={rows} query={query} />
    </>
  );
}
