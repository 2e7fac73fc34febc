import { TLSSocket } from 'node:tls';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { RequestHandler } from './http.ts';

const REL = { websocket: 'urn:xmpp:alt-connections:websocket', bosh: 'urn:xmpp:alt-connections:xbosh' } as const;

/** The host of an address without its port, in the form URLs have it. */
const nameOf = (host: string): string => host.replace(/:\d+$/, '');

/**
 * Discovery of the web endpoints (XEP-0156), as XRD and as JSON. The addresses name the host that was asked, for whoever got here by that name gets
 * here again, and are always under TLS (§5: nothing else is legal): a question in the clear is answered with the port that has TLS, or, where this
 * node has none, with the name as it was asked, since TLS then ends in front of us.
 */
export function createHostMeta(deps: {
  readonly httpsPort: number;
  readonly offered: () => { readonly websocket: boolean; readonly bosh: boolean };
  readonly websocket: string;
  readonly bosh: string;
}): { readonly xrd: RequestHandler; readonly json: RequestHandler } {
  function links(host: string, encrypted: boolean): { rel: string; href: string }[] {
    const authority = encrypted || deps.httpsPort === 0 ? host : `${nameOf(host)}:${deps.httpsPort}`;
    const { websocket, bosh } = deps.offered();
    return [
      ...(websocket ? [{ rel: REL.websocket, href: `wss://${authority}${deps.websocket}` }] : []),
      ...(bosh ? [{ rel: REL.bosh, href: `https://${authority}${deps.bosh}` }] : []),
    ];
  }

  const answering =
    (type: string, write: (links: { rel: string; href: string }[]) => string): RequestHandler =>
    (request, response) => {
      // Any page may read where clients connect; browsers find nothing without this (§5).
      const headers = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(request.method === 'OPTIONS' ? 204 : 405, { ...headers, allow: 'GET, HEAD, OPTIONS' }).end();
        return;
      }
      const body = write(links(request.headers.host ?? '', request.socket instanceof TLSSocket));
      response.writeHead(200, {
        ...headers,
        'content-type': type,
        'content-length': Buffer.byteLength(body),
        'cache-control': 'max-age=300',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };

  return {
    xrd: answering(
      'application/xrd+xml; charset=utf-8',
      (found) =>
        `<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n${found
          .map(({ rel, href }) => `  <Link rel='${rel}' href='${escapeAttribute(href)}'/>\n`)
          .join('')}</XRD>\n`,
    ),
    json: answering('application/json', (found) => `${JSON.stringify({ links: found })}\n`),
  };
}
