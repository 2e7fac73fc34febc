import { fileURLToPath } from 'node:url';
import type { AdminApi } from '../admin/api.ts';
import type { Log } from '../kernel/log.ts';
import { type ConsolePages, createPages } from './console-pages.ts';
import { createConsoleThread } from './console-thread.ts';

/**
 * The console. A server that was built runs it in a thread of its own, so that pages do not hold messages up; from source it runs beside the
 * engine, where page refresh works.
 */
export async function createConsole(deps: {
  readonly mode: 'production' | 'development' | 'test';
  readonly httpPort: number;
  readonly api: AdminApi;
  /** Tells when what the sign-in page shows has changed. */
  readonly onNotice: (fn: () => void) => () => void;
  readonly log: Log;
}): Promise<ConsolePages> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  // `lib/server` in development, `dist` in production; both lie in the project's folder.
  const built = /[\\/]dist[\\/]$/.test(here);
  const folder = fileURLToPath(new URL(built ? '..' : '../..', import.meta.url));
  const onError = (path: string, error: unknown) => deps.log.error('console.request-failed', { path, error });
  if (!built || deps.mode === 'development') return createPages({ dev: deps.mode === 'development', folder, port: deps.httpPort, onError });
  return createConsoleThread({ ...deps, folder, script: new URL('./console.worker.mjs', import.meta.url) });
}
