import type { Metadata } from 'next';
import { presencePlace } from '../../settings/_parts/places.ts';
import { SectionPage } from '../../settings/_parts/section-page.tsx';

export const metadata: Metadata = { title: presencePlace.title };

export default function PresenceSettingsPage() {
  return <SectionPage place={presencePlace} />;
}
