import type { ScramCredentials } from '../../directory/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { SignInRecord } from '../../security/ports.ts';

/** What signing in needs to know of an account. */
export interface StoredIdentity {
  readonly accountId: number;
  readonly enabled: boolean;
  /** Null for an account that has no password here; nobody can sign in to it with one. */
  readonly credentials: ScramCredentials | null;
}

export interface CredentialSource {
  /** Null when there is no such account. Rejects when the store cannot be asked: the client then hears `temporary-auth-failure`. */
  lookup(bare: BareJid): Promise<StoredIdentity | null>;
}

/** Back-off of guessing (security-and-limits §3.3). `name` is the bare JID that is tried. */
export interface SignInGuard {
  /** Asked once per attempt. `delayMs` is how long the answer to this attempt is held back should it fail. */
  before(name: string, address: string): Promise<{ readonly allowed: boolean; readonly delayMs: number }>;
  /** Told once per attempt, after its outcome is known. */
  after(record: SignInRecord): void;
}
