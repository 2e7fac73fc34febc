import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { safeReturnTo } from '@/app/_shared/return-to.ts';
import { currentViewer } from '@/app/_shared/viewer.ts';
import { adminIfStarted } from '@/lib/admin/for-pages.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { SignInForm } from './sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const params = await searchParams;
  const returnTo = safeReturnTo(params.returnTo);
  const api = adminIfStarted();
  const viewer = await currentViewer();
  // Where somebody lands after signing in with a password that was made for them; they may go on from there.
  if (viewer) redirect(viewer.mustChangePassword || viewer.mustSetUpSecondFactor ? '/account' : returnTo);
  const notice = api?.auth.notice() ?? null;
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[440px] flex-col justify-center gap-6 px-4 py-8">
      <div className="flex items-center gap-3">
        {/* biome-ignore lint/performance/noImgElement: a static mark needs no optimiser, which is off */}
        <img src="/mark.svg" alt="" width={40} height={40} />
        <div>
          <p className="text-card font-semibold text-strong">Rollcall</p>
          <p className="text-table text-quiet">{notice?.clusterName || 'IM and Presence Administration'}</p>
        </div>
      </div>
      {api ? (
        <SignInForm
          returnTo={returnTo}
          bannerText={notice?.bannerText ?? ''}
          mustAcknowledge={notice?.bannerAcknowledge ?? false}
          ended={params.ended === 'yes'}
        />
      ) : (
        <Banner tone="notice" title="The server is starting">
          Sign-in opens within seconds. Load this page again.
        </Banner>
      )}
    </main>
  );
}
