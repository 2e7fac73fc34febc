import 'server-only';

export { cookieIn, secretInCookie, sessionCookieName } from '@/lib/live/socket-session.ts';

/** Security reference W-11. */
export const sessionCookieOptions = (secure: boolean) => ({ httpOnly: true, sameSite: 'strict' as const, path: '/', secure });
