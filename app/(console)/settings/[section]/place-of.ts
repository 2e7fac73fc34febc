import { cache } from 'react';
import { requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import type { SettingsPlace } from '../_parts/places.ts';

/** The page of one section; null when no section has its page here (some stand in another area). */
export const placeOf = cache(async (name: string): Promise<SettingsPlace | null> => {
  const base = `/settings/${name}`;
  const crumbs = [{ label: 'Settings', href: '/settings' }];
  const view = await admin().settings.sections(await requireViewer(), {});
  // What was refused, and why, is said by the page itself.
  if (!view.ok) return { base, title: 'Settings', purpose: '', sections: [], crumbs };
  const section = view.value.sections.find((each) => each.page === base);
  return section ? { base, title: section.title, purpose: section.purpose, sections: [section.id], crumbs } : null;
});
