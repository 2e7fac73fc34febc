import { sections } from '@/lib/config/schema/index.ts';
import type { SettingsPlace } from '../_parts/places.ts';

/** The page of one section, when it has its page here and not in another area. */
export function placeOf(name: string): SettingsPlace | null {
  const base = `/settings/${name}`;
  const section = Object.values(sections).find((each) => each.page === base);
  return section
    ? { base, title: section.title, purpose: section.purpose, sections: [section.id], crumbs: [{ label: 'Settings', href: '/settings' }] }
    : null;
}
