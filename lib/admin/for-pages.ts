import 'server-only';
import type { AdminApi } from './api.ts';

export type { AdminApi } from './api.ts';
export { isDatabaseAway } from './shared/database-away.ts';
export { restBodyLimit } from './shared/door.ts';

const adminSymbol = Symbol.for('rollcall.admin');

/** The one door from pages and routes to the running server. Null while it starts or stops. */
export function adminIfStarted(): AdminApi | null {
  return (globalThis as { [adminSymbol]?: AdminApi | null })[adminSymbol] ?? null;
}

/** The same for pages that only exist while the server runs. Throws when it does not. */
export function admin(): AdminApi {
  const api = adminIfStarted();
  if (!api) throw new Error('The server behind the console has not started yet. Try again in a moment.');
  return api;
}
