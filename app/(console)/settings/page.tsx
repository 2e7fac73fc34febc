import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { ok } from '@/lib/kernel/result.ts';
import { isNarrowed, type RawSearchParams, readTableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { SectionCards, summaryOf } from './section-cards.tsx';
import { SettingsHeader } from './settings-header.tsx';
import { SettingsTable } from './settings-table.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage({ searchParams }: { searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'settings.read')) return <NoPermission what="see settings" permission="settings.read" />;
  const query = readTableQuery(await searchParams, { sorts: ['label', 'section'], filters: ['section', 'value'] });
  const view = await admin().settings.sections(viewer, {});
  if (!view.ok) {
    return (
      <>
        <SettingsHeader />
        <FailedState title="The settings could not be read" trace={traceOf(view.fault) ?? undefined}>
          {view.fault.message} The server goes on with the values it has.
        </FailedState>
      </>
    );
  }
  const found = query.search === '' ? null : await admin().settings.search(viewer, { query: query.search });
  const matching = found === null ? ok(null) : found;
  const { sections } = view.value;
  const order = matching.ok && matching.value ? new Map(matching.value.items.map((item, index) => [item.key, index])) : null;
  const rows = sections
    .flatMap((section) => section.settings.map((setting) => ({ ...setting, sectionTitle: section.title, page: section.page })))
    .filter(
      (row) =>
        (order === null || order.has(row.key)) &&
        (query.filters.section?.includes(row.section) ?? true) &&
        (!query.filters.value || (query.filters.value[0] === 'changed') === row.changed),
    );
  if (order) rows.sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0));
  if (query.sort !== '') {
    const text = (row: (typeof rows)[number]) => (query.sort === 'label' ? row.label : row.sectionTitle);
    rows.sort((a, b) => text(a).localeCompare(text(b), 'en') * (query.descending ? -1 : 1));
  }
  return (
    <>
      <SettingsHeader />
      {isNarrowed(query) ? null : <SectionCards sections={sections.map(summaryOf)} />}
      <SettingsTable rows={rows} query={query} sections={sections.map(({ id, title }) => ({ value: id, label: title }))} />
    </>
  );
}
