import type { Metadata } from 'next';
import { filesPlace } from '../../../settings/_parts/places.ts';
import { SectionPage } from '../../../settings/_parts/section-page.tsx';

export const metadata: Metadata = { title: filesPlace.title };

export default function FilesSettingsPage() {
  return <SectionPage place={filesPlace} />;
}
