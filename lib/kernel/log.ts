/**
 * Structured log. Values never hold message bodies, passwords, SASL payloads, cookies, tokens or keys; JIDs may appear.
 * The first argument is an event name (`c2s.accept-failed`), the second its facts.
 */
export interface Log {
  debug(event: string, facts?: Record<string, unknown>): void;
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
  child(facts: Record<string, unknown>): Log;
}

const nothing = () => undefined;
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog };
