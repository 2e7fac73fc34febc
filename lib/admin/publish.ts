import type { AdminApi } from './api.ts';

/** Server and pages hold two copies of every module; only the registered symbol is the same in both. */
export const adminSymbol = Symbol.for('rollcall.admin');

/** Called once by the composer. `null` takes it back at shutdown. */
export function publishAdmin(api: AdminApi | null): void {
  (globalThis as { [adminSymbol]?: AdminApi | null })[adminSymbol] = api;
}
