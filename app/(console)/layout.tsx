import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { ConsoleShell } from '@/app/_shared/shell/console-shell.tsx';
import { densityCookie, railCookie, readDensity, readTheme, themeCookie } from '@/app/_shared/theme.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';

/** Only the shell. It asks who is there to draw the menu; every page asks for itself. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer();
  const jar = await cookies();
  const notice = admin().auth.notice();
  const alarms = may(viewer, 'diagnostics.read') ? await admin().diagnostics.alarms(viewer, {}) : null;
  return (
    <ConsoleShell
      clusterName={notice.clusterName}
      bannerText={notice.bannerText}
      viewer={{
        name: viewer.name,
        role: viewer.role,
        permissions: viewer.permissions,
        mustChangePassword: viewer.mustChangePassword,
        mustSetUpSecondFactor: viewer.mustSetUpSecondFactor,
      }}
      theme={readTheme(jar.get(themeCookie)?.value)}
      density={readDensity(jar.get(densityCookie)?.value)}
      collapsed={jar.get(railCookie)?.value === 'closed'}
      alarms={alarms?.ok ? alarms.value : null}
    >
      {children}
    </ConsoleShell>
  );
}
