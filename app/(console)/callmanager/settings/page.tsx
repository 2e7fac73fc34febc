import type { Metadata } from 'next';
import { callManagerPlace } from '../../settings/_parts/places.ts';
import { SectionPage } from '../../settings/_parts/section-page.tsx';

export const metadata: Metadata = { title: callManagerPlace.title };

export default function CallManagerSettingsPage() {
  return <SectionPage place={callManagerPlace} />;
}
