import { countOf } from '@/lib/ui/format.ts';
import { Link } from '@/lib/ui/primitives/link.tsx';

export interface SectionSummary {
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  readonly page: string;
  readonly settings: number;
  readonly changed: number;
}

export const summaryOf = ({
  settings,
  id,
  title,
  purpose,
  page,
}: Omit<SectionSummary, 'settings' | 'changed'> & { settings: readonly { changed: boolean }[] }): SectionSummary => ({
  id,
  title,
  purpose,
  page,
  settings: settings.length,
  changed: settings.filter((setting) => setting.changed).length,
});

/** Where settings are changed: one card leads to the page of each section. */
export const SectionCards = ({ sections }: { sections: readonly SectionSummary[] }) => (
  <ul aria-label="Sections" className="mb-6 grid grid-cols-1 gap-3 sm:grid-cols-2 xl:grid-cols-3">
    {sections.map((section) => (
      <li key={section.id} className="relative rounded-panel border border-soft bg-panel p-4 hover:border-firm">
        <Link
          href={`${section.page}#section-${section.id}`}
          className="rounded-[2px] text-card font-semibold text-strong after:absolute after:inset-0 after:rounded-panel hover:underline"
        >
          {section.title}
        </Link>
        <p className="text-table text-quiet">{section.purpose}</p>
        <p className="mt-2 text-table text-ink">
          {countOf(section.settings, 'setting')}
          {section.changed > 0 ? `, ${section.changed} changed from the default` : ', all at their default'}
        </p>
      </li>
    ))}
  </ul>
);
