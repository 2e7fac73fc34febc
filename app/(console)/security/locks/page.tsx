import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { Stack } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { SectionForm } from '../../settings/_parts/section-form.tsx';
import { LocksHeader } from './locks-header.tsx';
import { LocksTable } from './locks-table.tsx';

export const metadata: Metadata = { title: 'Locks' };

export default async function LocksPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'locks.read')) return <NoPermission what="see locks" permission="locks.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['name', 'until', 'failures'], filters: ['kind', 'what'] });
  const kind = query.filters.kind?.[0];
  const [found, settings] = await Promise.all([
    admin().locks.find(viewer, {
      ...(query.search ? { search: query.search } : {}),
      ...(kind === 'xmpp' || kind === 'console' ? { kind } : {}),
    }),
    may(viewer, 'settings.read') ? admin().settings.sections(viewer, { section: 'signIn' }) : null,
  ]);
  return (
    <>
      <LocksHeader />
      <Stack className="gap-8">
        {found.ok ? (
          <LocksTable locks={found.value.items} total={found.value.total} query={query} mayLift={may(viewer, 'locks.write')} />
        ) : (
          <FailedState title="The locks could not be read" trace={traceOf(found.fault) ?? undefined}>
            {found.fault.message} Sign-ins are still guarded.
          </FailedState>
        )}
        {settings?.ok ? (
          <SectionForm
            sections={settings.value.sections.map(({ id, title, purpose, settings: fields }) => ({ id, title, purpose, fields }))}
            version={settings.value.version}
            mayWrite={may(viewer, 'settings.write')}
            nodeName={admin().nodeName}
          />
        ) : settings ? (
          <FailedState title="The settings could not be read" trace={traceOf(settings.fault) ?? undefined}>
            {settings.fault.message}
          </FailedState>
        ) : null}
      </Stack>
    </>
  );
}
