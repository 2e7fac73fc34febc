import 'server-only';
import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { adminIfStarted, isDatabaseAway } from '@/lib/admin/for-pages.ts';
import type { Permission, Viewer } from '@/lib/admin/shared/viewer.ts';
import { databaseAwayDigest } from './database-away.ts';
import { factsOf } from './request-facts.ts';
import { secretInCookie, sessionCookieName } from './session-cookie.ts';

export interface ConsoleViewer extends Viewer {
  readonly mustChangePassword: boolean;
  readonly mustSetUpSecondFactor: boolean;
}

/** The secret of this request's console session, not yet checked. */
export async function sessionSecret(): Promise<string | null> {
  const api = adminIfStarted();
  if (!api) return null;
  const name = sessionCookieName(factsOf(await headers()).secure);
  return secretInCookie((await cookies()).get(name)?.value, api.auth.cookieSecret);
}

/** Who is signed in, or null. The server is asked once per request, so an ended session ends at the next click. */
export const currentViewer = cache(async (): Promise<ConsoleViewer | null> => {
  const api = adminIfStarted();
  const secret = await sessionSecret();
  if (!api || !secret) return null;
  try {
    return await api.auth.viewerForSession(secret, factsOf(await headers()).address);
  } catch (error) {
    // The text of an error stays on the server, its digest reaches the error page.
    if (isDatabaseAway(error)) throw Object.assign(new Error('The database is away.', { cause: error }), { digest: databaseAwayDigest });
    throw error;
  }
});

/** For every page: who is there, or off to sign in and back. The layout around a page is no guard (W-1). */
export async function requireViewer(): Promise<ConsoleViewer> {
  const viewer = await currentViewer();
  if (viewer) return viewer;
  const path = (await headers()).get('x-rollcall-path') ?? '';
  redirect(path === '' || path === '/overview' ? '/sign-in' : `/sign-in?returnTo=${encodeURIComponent(path)}`);
}

/** What to show; the use case decides again what may happen. */
export const may = (viewer: Viewer, permission: Permission): boolean => viewer.permissions.includes(permission);
