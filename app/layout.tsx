import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { densityCookie, readDensity, readTheme, themeCookie } from './_shared/theme.ts';

export const metadata: Metadata = {
  title: { default: 'IM and Presence Administration', template: '%s · IM and Presence Administration' },
  icons: { icon: '/icon.svg' },
  robots: { index: false, follow: false },
};
export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  const theme = readTheme(jar.get(themeCookie)?.value);
  return (
    <html
      lang="en"
      {...(theme === 'system' ? {} : { 'data-theme': theme })}
      data-density={readDensity(jar.get(densityCookie)?.value)}
      suppressHydrationWarning
    >
      <body>{children}</body>
    </html>
  );
}
