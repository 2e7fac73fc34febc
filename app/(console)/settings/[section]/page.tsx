import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { SectionPage } from '../_parts/section-page.tsx';
import { placeOf } from './place-of.ts';

interface Props {
  params: Promise<{ section: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await placeOf((await params).section))?.title ?? 'Settings' };
}

export default async function SectionSettingsPage({ params }: Props) {
  const place = await placeOf((await params).section);
  if (!place) notFound();
  return <SectionPage place={place} />;
}
