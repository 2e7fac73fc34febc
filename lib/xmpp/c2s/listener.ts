import { createServer, type Server, type Socket } from 'node:net';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { ClientConnection, type ConnectionDeps } from './connection.ts';
import { listenFaults } from './faults.ts';

export interface ClientListener {
  /** Opens the port; 0 lets the system choose one. The value is the port that is open. */
  listen(port: number): Promise<Result<number, Fault>>;
  /** Moves to another port: the new one is open before the old one closes, and open sessions stay. */
  rebind(port: number): Promise<Result<number, Fault>>;
  /** Closes the port; connections stay. */
  stopAccepting(): Promise<void>;
  /** Null while no port is open. */
  readonly port: number | null;
}

/** A port for clients: `starttls` begins in the clear (5222), `direct-tls` with TLS (5223, XEP-0368). */
export function createClientListener(
  deps: ConnectionDeps,
  options: { readonly kind: 'starttls' | 'direct-tls'; readonly host: string },
): ClientListener {
  let open: Server | null = null;

  function accept(socket: Socket): void {
    deps.counters.accepted++;
    const wait = deps.gate.enter(socket.remoteAddress ?? '');
    if (wait === null) {
      socket.destroy();
      return;
    }
    new ClientConnection(deps, socket, options.kind === 'direct-tls', wait);
  }

  function start(port: number): Promise<Result<{ server: Server; port: number }, Fault>> {
    return new Promise((resolve) => {
      // Sockets arrive paused: one that has to wait for its turn is not read meanwhile.
      const server = createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, accept);
      server.once('error', (error: NodeJS.ErrnoException) => resolve(refuse(faultOf(error, port, options.host))));
      server.listen({ port, host: options.host, backlog: 1024 }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => deps.log.warn('c2s.accept-failed', { error }));
        const address = server.address();
        resolve(ok({ server, port: typeof address === 'object' && address !== null ? address.port : port }));
      });
    });
  }

  /** The port closes at once; the call does not wait for the connections that came through it. */
  function shut(server: Server): void {
    server.close(() => undefined);
  }

  async function rebind(port: number): Promise<Result<number, Fault>> {
    if (open !== null && port !== 0 && portOf(open) === port) return ok(port);
    const started = await start(port);
    if (!started.ok) {
      deps.log.error('c2s.listen-failed', { port, host: options.host, code: started.fault.code });
      return started;
    }
    const before = open;
    open = started.value.server;
    if (before !== null) shut(before);
    deps.log.info('c2s.listening', { port: started.value.port, host: options.host, kind: options.kind });
    return ok(started.value.port);
  }

  return {
    listen: rebind,
    rebind,
    async stopAccepting() {
      const server = open;
      open = null;
      if (server !== null) shut(server);
    },
    get port() {
      return open === null ? null : portOf(open);
    },
  };
}

function portOf(server: Server): number | null {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : null;
}

function faultOf(error: NodeJS.ErrnoException, port: number, host: string): Fault {
  const where = { port, host };
  if (error.code === 'EADDRINUSE') return listenFaults.portTaken(where);
  if (error.code === 'EACCES' || error.code === 'EPERM') return listenFaults.portForbidden(where);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return listenFaults.addressUnknown(where);
  return listenFaults.portFailed({ ...where, reason: error.code ?? 'unknown' });
}
