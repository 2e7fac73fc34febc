import 'server-only';

/** What the listener in front of the pages knows about a request. It overwrites these headers, so no client can set them. */
export interface RequestFacts {
  readonly address: string;
  readonly agent: string;
  readonly secure: boolean;
  readonly host: string;
  readonly origin: string | null;
  readonly fetchSite: string | null;
}

export function factsOf(headers: Headers): RequestFacts {
  return {
    address: headers.get('x-forwarded-for')?.split(',', 1)[0]?.trim() ?? '',
    agent: (headers.get('user-agent') ?? '').slice(0, 300),
    secure: headers.get('x-forwarded-proto')?.split(',', 1)[0] === 'https',
    host: headers.get('host') ?? '',
    origin: headers.get('origin'),
    fetchSite: headers.get('sec-fetch-site'),
  };
}

/**
 * Security reference W-14: a change comes from our own pages. A browser sends Origin with every POST; a request without it
 * is no browser's and has no business with a cookie.
 */
export function isOwnOrigin(facts: Pick<RequestFacts, 'host' | 'origin' | 'fetchSite'>): boolean {
  if (facts.fetchSite !== null && facts.fetchSite !== 'same-origin') return false;
  if (facts.origin === null || facts.host === '') return false;
  try {
    return new URL(facts.origin).host === facts.host;
  } catch {
    return false;
  }
}
