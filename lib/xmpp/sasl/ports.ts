import type { CredentialProfile, ScramCredentials, TokenChange, TokenClient } from '../../directory/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { SignInRecord } from '../../security/ports.ts';

/** What signing in needs to know of an account. */
export interface StoredIdentity {
  readonly accountId: number;
  readonly enabled: boolean;
  /** Null for an account that has no password here; nobody can sign in to it with one. */
  readonly credentials: ScramCredentials | null;
  /** The account has no home node, so no node of this cluster acts for it. */
  readonly isUnassigned?: boolean;
  /** Where the account comes from; a directory knows the passwords of its people (`CredentialSource.verify`). */
  readonly source?: 'local' | 'ldap' | 'call-manager';
}
/** The same with the tokens of one of the account's clients. */
export interface TokenIdentity extends StoredIdentity {
  readonly client: TokenClient | null;
}

/** Everything here rejects when the store cannot be asked: the client then hears `temporary-auth-failure`. */
export interface CredentialSource {
  /** Null when there is no such account. */
  lookup(bare: BareJid): Promise<StoredIdentity | null>;
  lookupToken(bare: BareJid, clientId: string): Promise<TokenIdentity | null>;
  /** False: somebody was faster with the same token. Resolves when committed. */
  changeToken(change: TokenChange): Promise<boolean>;
  touchToken(accountId: number, clientId: string, at: number, address: string): void;
  /** The same password with better hashes; nothing happens when the stored ones are no longer `from`. */
  upgrade(accountId: number, from: ScramCredentials, to: ScramCredentials): Promise<boolean>;
  /** How stored passwords are hashed, as it was a while ago: what does not exist has to look alike. */
  profiles(): readonly CredentialProfile[];
  /** What a directory says to this password of one of its people. */
  verify?(accountId: number, password: string): Promise<'right' | 'wrong' | 'disabled' | 'expired'>;
  /** What suits the accounts of an IM domain; absent, passwords are all here. */
  offers?(domain: string): { readonly scram: boolean; readonly plain: boolean };
}

/** Back-off of guessing (security-and-limits §3.3). `name` is the bare JID that is tried. */
export interface SignInGuard {
  /** Asked once per attempt. `delayMs` is how long the answer to this attempt is held back should it fail. */
  before(name: string, address: string): Promise<{ readonly allowed: boolean; readonly delayMs: number }>;
  /** Told once per attempt, after its outcome is known. */
  after(record: SignInRecord): void;
}
