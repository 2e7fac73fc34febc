import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { clientAddress, forwardedAddress, setClientAddress, type TrustedProxies } from '../xmpp/c2s/client-address.ts';
import { bootFaults } from './faults.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpDeps {
  /** Everything that is neither an endpoint of ours nor the live channel: the console. */
  readonly console: RequestHandler;
  /** Exact paths answered before the console is asked. */
  readonly endpoints: ReadonlyMap<string, RequestHandler>;
  /** Files that people share, below `/upload/`. */
  readonly uploads?: RequestHandler;
  /** Exact paths of upgrades that judge the page behind them themselves. */
  readonly upgrades: ReadonlyMap<string, UpgradeHandler>;
  /** The live channel below `/socket.io/`. */
  readonly live: { readonly request: RequestHandler; readonly upgrade: UpgradeHandler };
  /** Upgrades of the console itself, in development only. */
  readonly consoleUpgrade: UpgradeHandler | null;
  readonly tls: { options(): SecureContextOptions; contextFor(servername: string): SecureContext; onChange(fn: () => void): () => void };
  /** Is this `Host` a name of this server (W-19)? */
  readonly isOwnHost: (host: string | undefined) => boolean;
  /** Whose `X-Forwarded-For` is believed. */
  readonly isTrustedProxy: TrustedProxies;
  readonly log: Log;
}

export interface HttpListeners {
  listen(): Promise<Result<void, Fault>>;
  /** Stops accepting; ends idle connections at once and the others after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Security reference W-3: what a path may not hold before anyone routes by it. */
const forbiddenInPath = /%2f|%5c|%2e|%u|%00|\\|\0/i;

export function isCleanTarget(target: string): boolean {
  if (!target.startsWith('/') || target.startsWith('//')) return false;
  const path = target.split('?', 1)[0] ?? '';
  return !forbiddenInPath.test(path) && !path.split('/').some((part) => part === '..' || part === '.');
}

const UPLOADS = '/upload/';
/** How long a request may take to come in. Uploads of files have limits of their own. */
const BODY_MS = 120_000;

function limitBody(request: IncomingMessage): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return;
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, BODY_MS);
  timer.unref();
  request.on('close', () => clearTimeout(timer));
}

/** Whoever does not close its side then keeps nothing open here. */
const sayBadRequest = (socket: Duplex): void =>
  void socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () => socket.destroy());

const plainAnswer = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } as const;
/** RFC 9110 §15.5.20. */
const foreignHost =
  'This server does not go by the name you asked for. Use its host name, one of its IM domains, or its address. An administrator can add names: rollcall settings set console.hostNames NAME\n';

/** Same origin as the page that asks: scheme is not compared since a TLS front may stand between. */
export function isSameOrigin(request: IncomingMessage): boolean {
  const origin = request.headers.origin;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === request.headers.host;
  } catch {
    return false;
  }
}

/**
 * The HTTP listeners: plain (on loopback unless told otherwise) and TLS. Both serve the same. The upgrade handler is ours alone:
 * exact paths, origin-form targets and own origin, everything else is answered 400 and destroyed (security reference B-5).
 */
export function createHttpListeners(
  ports: {
    readonly http: { readonly host: string; readonly port: number };
    readonly https: { readonly host: string; readonly port: number };
  },
  deps: HttpDeps,
): HttpListeners {
  const options = { maxHeaderSize: 16_384, headersTimeout: 20_000, requestTimeout: 0, keepAliveTimeout: 65_000 } as const;
  const servers: { server: Server; host: string; port: number; name: string }[] = [];

  const place = (request: IncomingMessage): void => {
    const header = request.headers['x-forwarded-for'];
    const peer = request.socket.remoteAddress ?? '';
    setClientAddress(request, forwardedAddress(peer, typeof header === 'string' ? header : header?.join(','), deps.isTrustedProxy));
  };

  const handle =
    (encrypted: boolean): RequestHandler =>
    (request, response) => {
      place(request);
      // From here on these headers are ours: what others wrote was looked at above (B-6).
      for (const name of Object.keys(request.headers)) {
        if (name === 'forwarded' || name.startsWith('x-forwarded-') || name === 'x-middleware-subrequest') delete request.headers[name];
      }
      request.headers['x-forwarded-proto'] = encrypted ? 'https' : 'http';
      request.headers['x-forwarded-for'] = clientAddress(request);
      if (request.headers.host !== undefined) request.headers['x-forwarded-host'] = request.headers.host;
      const target = request.url ?? '';
      if (!isCleanTarget(target)) {
        response.writeHead(400, plainAnswer).end('This address is not valid.\n');
        return;
      }
      const path = target.split('?', 1)[0] ?? '';
      // No cookie and no name counts here, only the unguessable path: a front may call this server what it likes.
      if (deps.uploads && path.startsWith(UPLOADS)) return deps.uploads(request, response);
      limitBody(request);
      // Probes go by names of their own making and learn nothing here.
      if (!path.startsWith('/health/') && !deps.isOwnHost(request.headers.host)) {
        deps.log.warn('http.foreign-host', { host: request.headers.host?.slice(0, 255), address: clientAddress(request) });
        response.writeHead(421, { ...plainAnswer, connection: 'close' }).end(foreignHost);
        return;
      }
      const endpoint = deps.endpoints.get(path);
      if (endpoint) endpoint(request, response);
      else if (path.startsWith('/socket.io/')) deps.live.request(request, response);
      else deps.console(request, response);
    };

  const upgrade: UpgradeHandler = (request, socket, head) => {
    const target = request.url ?? '';
    const path = target.split('?', 1)[0] ?? '';
    socket.on('error', () => socket.destroy());
    place(request);
    const upgradeOf = deps.upgrades.get(path);
    if (upgradeOf !== undefined && isCleanTarget(target) && deps.isOwnHost(request.headers.host)) return upgradeOf(request, socket, head);
    if (isCleanTarget(target) && isSameOrigin(request) && deps.isOwnHost(request.headers.host)) {
      if (path === '/socket.io/') return deps.live.upgrade(request, socket, head);
      if (deps.consoleUpgrade && path.startsWith('/_next/')) return deps.consoleUpgrade(request, socket, head);
    }
    sayBadRequest(socket);
  };

  let stopFollowing: () => unknown = () => undefined;
  /** Every open socket, those of upgrades included: Node no longer counts these among a server's connections, but waits for them. */
  const sockets = new Set<Duplex>();
  const add = (server: Server, encrypted: boolean, host: string, port: number, name: string) => {
    server.maxHeadersCount = 100;
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    server.on('request', handle(encrypted));
    // An upload is refused before its sender has sent it (RFC 9110 §10.1.1).
    server.on('checkContinue', (request, response) => {
      if (!deps.uploads || !request.url?.startsWith(UPLOADS)) response.writeContinue();
      handle(encrypted)(request, response);
    });
    server.on('upgrade', upgrade);
    server.on('clientError', (_error, socket) => {
      if (socket.writable) sayBadRequest(socket);
      else socket.destroy();
    });
    servers.push({ server, host, port, name });
  };
  if (ports.http.port !== 0) add(createHttpServer(options), false, ports.http.host, ports.http.port, 'HTTP');
  if (ports.https.port !== 0) {
    const sni = {
      SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) => done(null, deps.tls.contextFor(name)),
    };
    // The server's own context serves clients that name no host (an address in the URL); SNICallback is asked by all others.
    const server = createHttpsServer({ ...options, ...sni, ...deps.tls.options(), ALPNProtocols: ['http/1.1'] });
    stopFollowing = deps.tls.onChange(() => server.setSecureContext(deps.tls.options()));
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    add(server, true, ports.https.host, ports.https.port, 'HTTPS');
  }

  return {
    async listen() {
      for (const { server, host, port, name } of servers) {
        const fault = await new Promise<Fault | null>((resolve) => {
          const failed = (error: NodeJS.ErrnoException) =>
            resolve(bootFaults.portUnavailable({ name, host, port, why: error.code ?? error.message }));
          server.once('error', failed);
          server.listen(port, host, () => {
            server.off('error', failed);
            server.on('error', (error) => deps.log.error('http.server-error', { name, error: error.message }));
            resolve(null);
          });
        });
        if (fault) return refuse(fault);
      }
      return ok(undefined);
    },
    async close(graceMs) {
      stopFollowing();
      await Promise.all(
        servers.map(
          ({ server }) =>
            new Promise<void>((resolve) => {
              if (!server.listening) return resolve();
              const hard = setTimeout(() => {
                for (const socket of sockets) socket.destroy();
              }, graceMs);
              server.close(() => {
                clearTimeout(hard);
                resolve();
              });
              server.closeIdleConnections();
            }),
        ),
      );
    },
  };
}
