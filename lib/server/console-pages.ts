import { createServer } from 'node:http';
import next from 'next';
import type { RequestHandler, UpgradeHandler } from './http.ts';

/** The Next application as a request handler of ours. */
export interface ConsolePages {
  readonly handle: RequestHandler;
  /** Page refresh in development; null in production, where nothing of the console upgrades. */
  readonly upgrade: UpgradeHandler | null;
  close(): Promise<void>;
}

const CLOSE_MS = 1_500;

export async function createPages(deps: {
  readonly dev: boolean;
  readonly folder: string;
  readonly port: number;
  readonly onError: (path: string, error: unknown) => void;
}): Promise<ConsolePages> {
  // Next hangs an upgrade listener on the server it is given. It gets one that never listens, so ours is the only one (B-5).
  const decoy = createServer();
  const app = next({ dev: deps.dev, dir: deps.folder, hostname: 'localhost', port: deps.port || 8080, httpServer: decoy });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    handle(request, response) {
      handle(request, response).catch((error: unknown) => {
        deps.onError(request.url?.split('?', 1)[0] ?? '', error);
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
        response.end('The console failed on this request. The failure was logged.\n');
      });
    },
    // In development the listener that Next hung on the decoy takes page refresh over.
    upgrade: deps.dev ? (request, socket, head) => void decoy.emit('upgrade', request, socket, head) : null,
    // In development Next may wait for its own watchers and sockets; the node does not.
    close: () => Promise.race([app.close(), new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref())]),
  };
}
