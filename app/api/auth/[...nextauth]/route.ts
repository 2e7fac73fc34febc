import NextAuth, { type NextAuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { factsOf, isOwnOrigin, type RequestFacts } from '@/app/_shared/request-facts.ts';
import { safeReturnTo } from '@/app/_shared/return-to.ts';
import { cookieIn, secretInCookie, sessionCookieName, sessionCookieOptions } from '@/app/_shared/session-cookie.ts';
import { type AdminApi, adminIfStarted } from '@/lib/admin/for-pages.ts';

/** The cookie may outlive the session on the server, which alone decides; a week is the longest session the settings allow. */
const COOKIE_SECONDS = 7 * 86_400;

/**
 * Options are made per request: the secret comes from the running server and not from the environment, and the cookies depend on
 * whether this connection is encrypted.
 */
function optionsFor(api: AdminApi, facts: RequestFacts): NextAuthOptions {
  const own = sessionCookieOptions(facts.secure);
  const prefix = facts.secure ? '__Host-' : '';
  return {
    secret: api.auth.cookieSecret,
    session: { strategy: 'jwt', maxAge: COOKIE_SECONDS },
    jwt: { maxAge: COOKIE_SECONDS },
    useSecureCookies: facts.secure,
    cookies: {
      sessionToken: { name: sessionCookieName(facts.secure), options: own },
      callbackUrl: { name: `${prefix}rollcall.callback`, options: own },
      csrfToken: { name: `${prefix}rollcall.csrf`, options: own },
    },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    providers: [
      CredentialsProvider({
        name: 'Console account',
        credentials: { username: { type: 'text' }, password: { type: 'password' }, code: { type: 'text' } },
        async authorize(given) {
          const answer = await api.auth.signIn({
            username: given?.username ?? '',
            password: given?.password ?? '',
            ...(given?.code ? { code: given.code } : {}),
            address: facts.address,
            agent: facts.agent,
          });
          // One public text for all failures; it comes back in a JSON answer and in no address. The form tells the two it must know by their code.
          if (!answer.ok) throw new Error(codeErrors.has(answer.fault.code) ? answer.fault.code : answer.fault.message);
          return { id: answer.value.secret, name: answer.value.viewer.name };
        },
      }),
    ],
    callbacks: {
      // Only our session secret goes into the cookie: no name, no role, nothing that could be out of date.
      jwt: ({ token, user }) => ({ secret: user ? user.id : token.secret }),
      session: ({ session }) => ({ expires: session.expires, user: {} }),
      redirect: ({ url, baseUrl }) => `${baseUrl}${safeReturnTo(url.startsWith(baseUrl) ? url.slice(baseUrl.length) : url)}`,
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.secret === 'string') await api.auth.signOut(token.secret);
      },
    },
    // The log of the server tells about sign-ins; next-auth's own lines could hold what people typed.
    logger: { error: () => undefined, warn: () => undefined, debug: () => undefined },
  };
}

const codeErrors: ReadonlySet<string> = new Set(['auth.secondFactorNeeded', 'auth.wrongCode']);

type Context = { params: Promise<{ nextauth: string[] }> };

async function answer(request: Request, context: Context): Promise<Response> {
  const api = adminIfStarted();
  if (!api) return Response.json({ error: 'starting' }, { status: 503, headers: { 'retry-after': '2' } });
  const facts = factsOf(request.headers);
  // A change needs our own page (W-14); next-auth adds its token bound to a cookie.
  if (request.method !== 'GET' && !isOwnOrigin(facts)) return Response.json({ error: 'origin' }, { status: 403 });
  // Names and passwords are short. next-auth reads a body to its end whoever sends it, so its length must be known and small.
  if (request.method !== 'GET' && !isSmall(request.headers)) return Response.json({ error: 'size' }, { status: 413 });
  if (request.method === 'POST') await endOlderSession(request, context, api, facts);
  return NextAuth(request as never, context as never, optionsFor(api, facts)) as Promise<Response>;
}

const BODY_BYTES = 16_384;
const isSmall = (headers: Headers): boolean => {
  const length = headers.get('content-length') ?? (headers.has('transfer-encoding') ? '' : '0');
  return /^\d+$/.test(length) && Number(length) <= BODY_BYTES;
};

/** A sign-in over an existing session ends that one: the secret is renewed with every change of who is there (W-11). */
async function endOlderSession(request: Request, context: Context, api: AdminApi, facts: RequestFacts): Promise<void> {
  const { nextauth } = await context.params;
  if (nextauth[0] !== 'callback') return;
  const name = sessionCookieName(facts.secure);
  const older = await secretInCookie(cookieIn(request.headers.get('cookie'), name), api.auth.cookieSecret);
  if (older) await api.auth.signOut(older);
}

export { answer as GET, answer as POST };
