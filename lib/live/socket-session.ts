import { decode } from 'next-auth/jwt';

/**
 * The cookie of the console holds nothing but the secret of a server-side session, encrypted. Over TLS it is bound to this host
 * (`__Host-`, security reference W-11); the plain name exists only for plain HTTP, which listens on loopback unless told otherwise.
 * Pages and live sockets read it the same way.
 */
export const sessionCookieName = (secure: boolean): string => (secure ? '__Host-rollcall.session' : 'rollcall.session');

/** The session secret inside a cookie value; null when it is not ours or too old. */
export async function secretInCookie(value: string | undefined, cookieSecret: string): Promise<string | null> {
  if (!value) return null;
  try {
    const token = await decode({ token: value, secret: cookieSecret });
    return typeof token?.secret === 'string' ? token.secret : null;
  } catch {
    return null;
  }
}

/** One cookie out of a `Cookie` header (RFC 6265 §4.2.1). */
export function cookieIn(header: string | undefined | null, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
