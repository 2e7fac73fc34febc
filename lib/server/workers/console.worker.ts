/** The console in a thread of its own: drawing a page takes tens of milliseconds, which no message shall wait for (design §1). */
import { createServer } from 'node:http';
import { type MessagePort, workerData } from 'node:worker_threads';
import { publishAdmin } from '../../admin/publish.ts';
import { createPages } from '../console-pages.ts';
import type { ConsoleThreadData, FromConsoleThread } from '../console-thread.ts';
import { reachAdmin } from '../door-console.ts';

const { control, door, snapshot, socketPath, folder } = workerData as ConsoleThreadData & { control: MessagePort; door: MessagePort };
const tell = (message: FromConsoleThread) => control.postMessage(message);
const failed = (event: string, error: unknown, path = '') =>
  tell({ is: 'failed', event, path, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });

// A bug in one request must not end everyone's pages.
process.on('unhandledRejection', (error) => failed('console.unhandled-rejection', error));
process.on('uncaughtException', (error) => failed('console.uncaught-exception', error));

async function start(): Promise<void> {
  publishAdmin(reachAdmin(door, snapshot));
  const pages = await createPages({ dev: false, folder, port: 0, onError: (path, error) => failed('console.request-failed', error, path) });
  // Whoever is in front has waited for headers and bodies already; it keeps its connections.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, pages.handle);
  server.on('error', (error) => failed('console.cannot-listen', error));
  server.listen(socketPath, () => tell({ is: 'ready' }));
  control.on('message', () => {
    server.close();
    server.closeAllConnections();
    void pages.close().finally(() => process.exit(0));
  });
}

start().catch((error: unknown) => {
  failed('console.start-failed', error);
  process.exit(1);
});
