import type { Metadata } from 'next';
import { messagingPlace } from '../../settings/_parts/places.ts';
import { SectionPage } from '../../settings/_parts/section-page.tsx';

export const metadata: Metadata = { title: messagingPlace.title };

export default function MessagingSettingsPage() {
  return <SectionPage place={messagingPlace} />;
}
