import type { ServerResponse } from 'node:http';
import type { AuthDoor } from '../admin/shared/door.ts';
import type { Diagnostics } from '../diagnostics/index.ts';
import { clientAddress } from '../xmpp/c2s/client-address.ts';
import type { WebClients } from '../xmpp/c2s/index.ts';
import { createHostMeta } from './host-meta.ts';
import type { RequestHandler, UpgradeHandler } from './http.ts';

const sendJson = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
};
const isLoopback = (address: string | undefined) => address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';

/** RFC 7395 names no path; this is the one of other servers. */
const WEBSOCKET = '/xmpp-websocket';
/** The usual path, and the one that clients of the product before us have in their settings. */
const BOSH = ['/http-bind', '/http-bind/', '/httpbinding'] as const;

export const createUpgrades = (web: WebClients): ReadonlyMap<string, UpgradeHandler> =>
  new Map([[WEBSOCKET, (request, socket, head) => web.websocket.upgrade(request, socket, head)]]);

/** What monitors and web clients ask. Answered without the console, so that it works and tells the truth also when that does not. */
export function createEndpoints(deps: {
  readonly diagnostics: Diagnostics;
  readonly auth: AuthDoor;
  readonly web: WebClients;
  readonly httpsPort: number;
  readonly offered: () => { readonly websocket: boolean; readonly bosh: boolean };
}): ReadonlyMap<string, RequestHandler> {
  const { auth, diagnostics, web } = deps;
  const hostMeta = createHostMeta({ httpsPort: deps.httpsPort, offered: deps.offered, websocket: WEBSOCKET, bosh: BOSH[0] });

  async function mayReadMetrics(authorization: string | undefined, address: string | undefined): Promise<boolean> {
    if (isLoopback(address)) return true;
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    const viewer = token === undefined ? null : await auth.viewerForToken(token, address ?? '');
    return viewer?.permissions.includes('diagnostics.read') ?? false;
  }

  return new Map<string, RequestHandler>([
    ...BOSH.map((path): [string, RequestHandler] => [path, (request, response) => web.bosh.request(request, response)]),
    [
      WEBSOCKET,
      (_request, response) => {
        response
          .writeHead(426, { 'content-type': 'text/plain; charset=utf-8', upgrade: 'websocket', connection: 'upgrade' })
          .end('This is the address for XMPP clients that speak WebSocket (RFC 7395). There is nothing to see for a browser.\n');
      },
    ],
    ['/.well-known/host-meta', hostMeta.xrd],
    ['/.well-known/host-meta.json', hostMeta.json],
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
        mayReadMetrics(request.headers.authorization, clientAddress(request))
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
