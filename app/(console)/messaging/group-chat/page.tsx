import type { Metadata } from 'next';
import { groupChatPlace } from '../../settings/_parts/places.ts';
import { SectionPage } from '../../settings/_parts/section-page.tsx';

export const metadata: Metadata = { title: groupChatPlace.title };

export default function GroupChatPage() {
  return <SectionPage place={groupChatPlace} />;
}
