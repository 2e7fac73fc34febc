import type { ScramCredentials } from '../directory/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import { makeScramCredentials, passwordMatches } from '../xmpp/sasl/credentials.ts';

/** Passwords that were right a while ago, hashed, in memory only. */
export interface Remembered {
  matches(accountId: number, password: string): Promise<boolean>;
  keep(accountId: number, password: string, minutes: number): void;
  forget(accountId: number): void;
  clear(): void;
}

const MAX_KEPT = 20_000;
const MINUTE_MS = 60_000;

export function createRemembered({ clock }: { readonly clock: Clock }): Remembered {
  const kept = new Map<number, { readonly credentials: ScramCredentials; readonly until: number }>();
  return {
    async matches(accountId, password) {
      const found = kept.get(accountId);
      if (found === undefined) return false;
      if (found.until <= clock.monotonic()) {
        kept.delete(accountId);
        return false;
      }
      return passwordMatches(password, found.credentials);
    },
    keep(accountId, password, minutes) {
      if (minutes === 0) return;
      const until = clock.monotonic() + minutes * MINUTE_MS;
      makeScramCredentials(password).then(
        (credentials) => {
          const [oldest] = kept.keys();
          if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
          kept.set(accountId, { credentials, until });
        },
        // What has no prepared form is asked about each time.
        () => undefined,
      );
    },
    forget: (accountId) => void kept.delete(accountId),
    clear: () => kept.clear(),
  };
}
