import { createServer, type Server } from 'node:net';
import type { FilesValues } from '../../config/schema/index.ts';
import type { TransferProxy } from '../../files/index.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import type { ServiceHealth } from '../../services/index.ts';

export interface ProxyListener {
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly port: number | null;
  /** Also tries again to open a port that was taken. */
  health(): ServiceHealth;
}

/**
 * The port of the SOCKS5 proxy. A port that somebody else has is no reason for a node not to start: the proxy is left out of what clients are told, the
 * service says why, and the port is tried again.
 */
export function createProxyListener(deps: {
  readonly bind: string;
  readonly settings: Live<FilesValues>;
  readonly proxy: Pick<TransferProxy, 'accept' | 'endAll'>;
  readonly opened: (port: number | null) => void;
  readonly log: Log;
}): ProxyListener {
  const { bind, log, proxy, settings } = deps;
  let server: Server | null = null;
  let port: number | null = null;
  let problem = '';
  let isOn = false;
  let turn: Promise<void> = Promise.resolve();

  const wanted = (): number => {
    const { proxyPort, transfer } = settings.get();
    return isOn && transfer ? proxyPort : 0;
  };

  function opened(next: number | null): void {
    port = next;
    deps.opened(next);
  }

  async function close(): Promise<void> {
    const was = server;
    server = null;
    opened(null);
    if (was === null) return;
    proxy.endAll();
    await new Promise<void>((resolve) => was.close(() => resolve()));
  }

  function open(at: number): Promise<void> {
    // Each side may say its last word while the other still speaks.
    const next = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => proxy.accept(socket, socket.remoteAddress ?? ''));
    return new Promise((resolve) => {
      const failed = (error: NodeJS.ErrnoException) => {
        const why = `Port ${at} cannot be opened (${error.code ?? error.message}). Free it, or set files.proxyPort to another port, or to 0 for no proxy.`;
        if (why !== problem) log.warn('files.proxy-port-taken', { port: at, why: error.code ?? error.message });
        problem = why;
        resolve();
      };
      next.once('error', failed);
      next.listen(at, bind, () => {
        next.off('error', failed);
        next.on('error', (error) => log.error('files.proxy-error', { error: error.message }));
        server = next;
        problem = '';
        opened(at);
        resolve();
      });
    });
  }

  /** One change after the other, each by what is wanted when its turn comes. */
  function settle(): Promise<void> {
    turn = turn.then(async () => {
      const at = wanted();
      if (at === (port ?? 0)) {
        if (at === 0) problem = '';
        return;
      }
      await close();
      if (at !== 0) await open(at);
      else problem = '';
    });
    return turn;
  }
  settings.onChange(() => void settle());

  return {
    start() {
      isOn = true;
      return settle();
    },
    stop() {
      isOn = false;
      return settle();
    },
    get port() {
      return port;
    },
    health() {
      if (problem !== '') void settle();
      return { ok: problem === '', why: problem };
    },
  };
}
