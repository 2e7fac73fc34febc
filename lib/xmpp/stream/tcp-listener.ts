import { createServer, type Server, type Socket } from 'node:net';
import type { Fault, FaultMaker } from '../../kernel/faults.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';

export interface TcpListener {
  /** Opens the port; 0 lets the system choose one. The value is the port that is open. */
  listen(port: number): Promise<Result<number, Fault>>;
  /** Moves to another port: the new one is open before the old one closes, and open sessions stay. */
  rebind(port: number): Promise<Result<number, Fault>>;
  /** Closes the port; connections stay. */
  stopAccepting(): Promise<void>;
  /** Null while no port is open. */
  readonly port: number | null;
}

/** Why a port does not open, in the words of whoever wants it. */
export interface ListenFaults {
  readonly portTaken: FaultMaker;
  readonly portForbidden: FaultMaker;
  readonly addressUnknown: FaultMaker;
  readonly portFailed: FaultMaker;
}

/** A port whose connections go to `accept`, paused: one that has to wait for its turn is not read meanwhile. */
export function createTcpListener(deps: {
  readonly accept: (socket: Socket) => void;
  /** Asked whenever a port is opened. */
  readonly host: () => string;
  readonly kind: string;
  /** First part of the names of events in the log. */
  readonly event: string;
  readonly faults: ListenFaults;
  readonly log: Log;
}): TcpListener {
  const { event, log } = deps;
  let open: Server | null = null;

  function start(port: number): Promise<Result<{ server: Server; port: number }, Fault>> {
    const host = deps.host();
    return new Promise((resolve) => {
      const server = createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, deps.accept);
      server.once('error', (error: NodeJS.ErrnoException) => resolve(refuse(faultOf(deps.faults, error, port, host))));
      server.listen({ port, host, backlog: 1024 }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => log.warn(`${event}.accept-failed`, { error }));
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
      log.error(`${event}.listen-failed`, { port, host: deps.host(), code: started.fault.code });
      return started;
    }
    const before = open;
    open = started.value.server;
    if (before !== null) shut(before);
    log.info(`${event}.listening`, { port: started.value.port, host: deps.host(), kind: deps.kind });
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

function faultOf(faults: ListenFaults, error: NodeJS.ErrnoException, port: number, host: string): Fault {
  const where = { port, host };
  if (error.code === 'EADDRINUSE') return faults.portTaken(where);
  if (error.code === 'EACCES' || error.code === 'EPERM') return faults.portForbidden(where);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return faults.addressUnknown(where);
  return faults.portFailed({ ...where, reason: error.code ?? 'unknown' });
}
