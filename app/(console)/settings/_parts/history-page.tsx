import { traceOf } from '@/app/_shared/console-action.ts';
import type { Value } from '@/app/_shared/values.ts';
import { type ConsoleViewer, may, requireViewer } from '@/app/_shared/viewer.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import type { Fault } from '@/lib/kernel/faults.ts';
import { ok, type Result } from '@/lib/kernel/result.ts';
import type { RawSearchParams } from '@/lib/ui/patterns/data-table/query.ts';
import { EmptyState, FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { ChangeList } from './change-list.tsx';
import type { SettingsPlace } from './places.ts';
import { PlaceHeader } from './section-page.tsx';

type Change = Value<AdminApi['settings']['history']>['items'][number];
const PER_PAGE = 20;
/** The history is of all settings; a page of one section reads on until it has enough, but not for ever. */
const MOST_READS = 10;
const PER_READ = 200;

/** Who changed what on one page of settings, with a way back. */
export async function HistoryPage({ place, searchParams }: { place: SettingsPlace; searchParams: Promise<RawSearchParams> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'settings.read')) return <NoPermission what="see settings" permission="settings.read" />;
  const before = readVersion((await searchParams).before);
  return (
    <>
      <PlaceHeader place={place} />
      <History viewer={viewer} base={place.base} before={before} of={place.sections} />
    </>
  );
}

export async function History({
  viewer,
  base,
  before,
  of,
}: {
  viewer: ConsoleViewer;
  base: string;
  before: number | undefined;
  /** Sections; null for all. */
  of: readonly string[] | null;
}) {
  const found = await changesOf(viewer, of, before);
  if (!found.ok) {
    return (
      <FailedState title="The history could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message} The settings themselves work.
      </FailedState>
    );
  }
  const { items, next } = found.value;
  if (items.length === 0) {
    return (
      <EmptyState
        title={before === undefined ? 'Nothing was changed yet' : 'No older changes'}
        doc={{ label: 'See the settings', href: base }}
      >
        Every save appears here with its author and what became of what, and can be undone.
      </EmptyState>
    );
  }
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <ChangeList changes={items} mayUndo={may(viewer, 'settings.write')} />
      <nav aria-label="Pages of the history" className="flex gap-2">
        {before === undefined ? null : <ButtonLink href={`${base}/history`}>Newest changes</ButtonLink>}
        {next === null ? null : <ButtonLink href={`${base}/history?before=${next}`}>Older changes</ButtonLink>}
      </nav>
    </div>
  );
}

async function changesOf(
  viewer: ConsoleViewer,
  sections: readonly string[] | null,
  before: number | undefined,
): Promise<Result<{ items: Change[]; next: number | null }, Fault>> {
  const items: Change[] = [];
  let from = before;
  for (let read = 0; read < MOST_READS; read++) {
    const found = await admin().settings.history(viewer, {
      limit: sections === null ? PER_PAGE : PER_READ,
      ...(from === undefined ? {} : { before: from }),
    });
    if (!found.ok) return found;
    for (const change of found.value.items) {
      if (sections !== null && !change.changes.some((line) => sections.includes(sectionOf(line.key)))) continue;
      if (items.length === PER_PAGE) return ok({ items, next: items.at(-1)?.version ?? null });
      items.push(change);
    }
    if (found.value.next === null) return ok({ items, next: null });
    from = found.value.next;
    if (sections === null) return ok({ items, next: from });
  }
  return ok({ items, next: from ?? null });
}

const sectionOf = (key: string): string => key.split('.', 1)[0] ?? '';

export function readVersion(raw: string | string[] | undefined): number | undefined {
  const text = Array.isArray(raw) ? raw[0] : raw;
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
