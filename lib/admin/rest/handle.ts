import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import { secretId } from '../../kernel/ids.ts';
import { isDatabaseAway } from '../shared/database-away.ts';
import type { AuthDoor, RestAnswer, RestRequest } from '../shared/door.ts';
import { adminFaults } from '../shared/faults.ts';
import type { UseCaseTable } from '../shared/registry.ts';
import { type CallUseCase, faultIn } from '../shared/run.ts';
import { fieldsOf, fromTexts } from '../shared/schema.ts';
import type { Viewer } from '../shared/viewer.ts';
import { csrfTokenOf } from './csrf.ts';
import { openApiOf } from './openapi.ts';
import { plainHeaders, problem } from './problem.ts';
import { createRate } from './rate.ts';
import { matchRoute, type Route, routesOf, splitPath } from './routes.ts';

/** Requests per second (limits §3.4). */
const perViewer = 50;
const perAddress = 10;

/**
 * REST as a function from plain data to plain data; the route in `app/api/v1` only carries bytes. Who asks comes first, then what: a
 * stranger learns nothing about paths. Only the description of the interface is open to everybody; it holds no data of this server.
 */
export function createRest(deps: { call: CallUseCase; auth: AuthDoor; clock: Clock; useCases: UseCaseTable }) {
  const routes = routesOf(deps.useCases);
  const viewerRate = createRate(deps.clock, perViewer);
  const addressRate = createRate(deps.clock, perAddress);
  let openApi = '';

  return async function rest(request: RestRequest, sessionViewer: Viewer | null): Promise<RestAnswer> {
    const trace = secretId(9);
    const segments = splitPath(request.path);
    if (!segments) return problem(adminFaults.badPath(), trace, { status: 400 });
    if (request.path === '/openapi.json') {
      if (request.method !== 'GET' && request.method !== 'HEAD') return wrongMethod(request.method, ['GET'], trace);
      openApi ||= JSON.stringify(openApiOf(deps.useCases));
      return { status: 200, headers: { ...plainHeaders, 'content-type': 'application/json' }, body: openApi };
    }

    let who: Viewer | null;
    try {
      who = await identify(request, sessionViewer);
    } catch (error) {
      // Who asks cannot be looked up, which is no reason to call a good token a wrong one.
      const fault = faultIn(error) ?? (isDatabaseAway(error) ? adminFaults.databaseDown() : null);
      if (!fault) throw error;
      return problem(fault, trace, { headers: { 'retry-after': '5' } });
    }
    if (!who) {
      if (!addressRate.take(request.address)) return tooFast(perAddress, trace);
      return problem(adminFaults.unauthenticated(), trace, { status: 401, headers: { 'www-authenticate': 'Bearer realm="rollcall"' } });
    }
    if (!viewerRate.take(`${who.kind}:${who.sessionId ?? who.id}`)) return tooFast(perViewer, trace);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (who.kind === 'person' && method !== 'GET' && !isOurPage(request, who)) return problem(adminFaults.foreignOrigin(), trace);

    const match = matchRoute(routes, method, segments);
    if (match.is === 'nothing') return problem(adminFaults.noSuchPath({ path: `/api/v1${request.path.slice(0, 200)}` }), trace);
    if (match.is === 'other-method') return wrongMethod(request.method, match.allowed, trace);
    const { route } = match;

    const body = readBody(request, await request.body(), route, trace);
    if ('status' in body) return body;
    const fields = fieldsOf(route.useCase.input);
    const fromPath = fromTexts(
      fields,
      [...match.params].map(([name, value]) => [name, [value]] as const),
    );
    const result = await deps.call(route.useCase, who, { ...body.input, ...queryOf(request, route, fields), ...fromPath }, trace);
    if (!result.ok) return problem(result.fault, trace);
    if (route.face.produces) return sendFile(result.value as { fileName: string; mediaType: string; chunks: AsyncIterable<string> });
    return {
      status: route.face.status ?? 200,
      headers: { ...plainHeaders, 'content-type': 'application/json' },
      body: JSON.stringify(result.value),
    };
  };

  async function identify(request: RestRequest, sessionViewer: Viewer | null): Promise<Viewer | null> {
    const { authorization } = request.headers;
    if (authorization === undefined) return sessionViewer;
    const secret = /^Bearer +([\w-]{10,200})$/i.exec(authorization)?.[1];
    // Whoever sends a token means the token: a wrong one is not made good by a cookie.
    return secret ? deps.auth.viewerForToken(secret, request.address) : null;
  }

  /** W-14: a browser's request must come from our own pages and carry the token bound to its session. */
  function isOurPage(request: RestRequest, viewer: Viewer): boolean {
    const { origin, host } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') return false;
    if (origin === undefined || host === undefined || hostOf(origin) !== host.toLowerCase()) return false;
    const given = Buffer.from(request.headers['x-csrf-token'] ?? '');
    const wanted = Buffer.from(csrfTokenOf(deps.auth.cookieSecret, viewer));
    return wanted.length > 0 && given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host.toLowerCase();
  } catch {
    return null;
  }
}

function queryOf(request: RestRequest, route: Route, fields: ReturnType<typeof fieldsOf>): Record<string, unknown> {
  // A body with a media type of its own fills one field; what else there is comes from the query.
  if (route.face.method !== 'GET' && route.face.method !== 'DELETE' && !route.face.bodyField) return {};
  const texts = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(request.query)) texts.set(name, [...(texts.get(name) ?? []), value]);
  return fromTexts(fields, texts);
}

function readBody(request: RestRequest, sent: string | null, route: Route, trace: string): { input: Record<string, unknown> } | RestAnswer {
  const { face } = route;
  if (sent === null) return problem(adminFaults.tooLarge({ limit: face.body === 'text/csv' ? '25 MiB' : '1 MiB' }), trace, { status: 413 });
  if (face.method === 'GET' || face.method === 'DELETE') return { input: {} };
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const expected = face.body ?? 'application/json';
  // Without a body there is nothing whose type could be wrong: `POST /jobs/7/cancel` needs none.
  if (sent === '' && !face.body) return { input: {} };
  if (type !== expected) return problem(adminFaults.wrongType({ expected }), trace, { status: 415 });
  if (face.bodyField) return { input: { [face.bodyField]: sent } };
  try {
    const value: unknown = JSON.parse(sent);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { input: value as Record<string, unknown> };
  } catch {
    // Answered below.
  }
  return problem(adminFaults.badJson(), trace, { status: 400 });
}

function sendFile(file: { fileName: string; mediaType: string; chunks: AsyncIterable<string> }): RestAnswer {
  const headers = {
    ...plainHeaders,
    'content-type': file.mediaType,
    'content-disposition': `attachment; filename="${file.fileName.replace(/[^\w.-]/g, '_')}"`,
  };
  return { status: 200, headers, body: file.chunks };
}

const wrongMethod = (method: string, allowed: readonly string[], trace: string) =>
  problem(adminFaults.wrongMethod({ method, allowed: allowed.join(' or ') }), trace, {
    status: 405,
    headers: { allow: allowed.join(', ') },
  });
const tooFast = (rate: number, trace: string) => problem(adminFaults.tooFast({ rate }), trace, { headers: { 'retry-after': '1' } });
