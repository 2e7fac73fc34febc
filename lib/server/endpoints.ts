import type { ServerResponse } from 'node:http';
import type { AuthDoor } from '../admin/shared/door.ts';
import type { Diagnostics } from '../diagnostics/index.ts';
import type { RequestHandler } from './http.ts';

const sendJson = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
};
const isLoopback = (address: string | undefined) => address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';

/** What monitors ask. Answered without the console, so that they tell the truth also when it does not work. */
export function createEndpoints(deps: { readonly diagnostics: Diagnostics; readonly auth: AuthDoor }): ReadonlyMap<string, RequestHandler> {
  const { auth, diagnostics } = deps;

  async function mayReadMetrics(authorization: string | undefined, address: string | undefined): Promise<boolean> {
    if (isLoopback(address)) return true;
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    const viewer = token === undefined ? null : await auth.viewerForToken(token, address ?? '');
    return viewer?.permissions.includes('diagnostics.read') ?? false;
  }

  return new Map<string, RequestHandler>([
    ['/health/live', (_request, response) => sendJson(response, 200, { status: 'live' })],
    [
      '/health/ready',
      (_request, response) => {
        const { ready, reasons } = diagnostics.health();
        sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', reasons });
      },
    ],
    [
      '/metrics',
      (request, response) => {
        mayReadMetrics(request.headers.authorization, request.socket.remoteAddress)
          .then(async (may) => {
            if (!may)
              return sendJson(response, 401, { title: 'From another machine, metrics need an API token with the scope diagnostics.read.' });
            const { contentType, render } = diagnostics.metrics;
            response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(await render());
          })
          .catch(() => sendJson(response, 500, { title: 'The metrics could not be read.' }));
      },
    ],
  ]);
}
