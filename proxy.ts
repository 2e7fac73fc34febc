import { type NextRequest, NextResponse } from 'next/server';

/**
 * Headers of every page: a content security policy with a nonce (W-15) and no caching (W-10). It decides nothing about who may see
 * what: every page, route and action asks for itself (W-1). Styles are allowed inline because charts and popovers place
 * themselves by style attributes; scripts are not.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID());
  // biome-ignore lint/style/noProcessEnv: a constant of the build, not a choice of the operator
  const development = process.env.NODE_ENV === 'development';
  const secure = request.headers.get('x-forwarded-proto') === 'https';
  const policy = [
    "default-src 'self'",
    // React in development rebuilds stacks with eval.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(secure ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('x-rollcall-path', request.nextUrl.pathname + request.nextUrl.search);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  response.headers.set('cache-control', 'no-store');
  return response;
}

export const config = {
  // Static files carry a hash in their name and may be cached; REST answers set their own headers.
  matcher: ['/((?!_next/static|api/v1|icon.svg|mark.svg).*)'],
};
