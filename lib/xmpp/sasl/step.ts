import type { TokenClient } from '../../directory/ports.ts';
import type { Domain, Jid } from '../../kernel/jid.ts';
import type { ChannelBinding } from './channel-binding.ts';
import type { StoredIdentity } from './ports.ts';

/** RFC 6120 §6.5. */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized'
  | 'temporary-auth-failure';

/** Data is base64, null where there is none. */
export interface SaslChallenge {
  readonly is: 'challenge';
  readonly data: string | null;
}
export interface SaslSuccess {
  readonly is: 'success';
  readonly data: string | null;
  readonly jid: Jid;
  readonly mechanism: string;
  readonly identity: StoredIdentity;
  /** The token that was used, with the client it belongs to. */
  readonly token: UsedToken | null;
}
export interface SaslFailure {
  readonly is: 'failure';
  readonly condition: SaslCondition;
  readonly text: string;
  /** No password was tried: the client and the server could not agree how to sign in. */
  readonly isDisagreement?: true;
}
export type SaslStep = SaslChallenge | SaslSuccess | SaslFailure;

export interface UsedToken {
  readonly client: TokenClient;
  readonly slot: 'current' | 'next';
}

/** What is known of the stream that signs in. */
export interface SaslStream {
  readonly domain: Domain;
  readonly address: string;
  /** As announced in the features of this stream; nothing else is accepted. */
  readonly mechanisms: readonly string[];
  /** Announced for tokens (XEP-0484). */
  readonly tokenMechanisms: readonly string[];
  readonly binding: ChannelBinding | null;
  /** In whose name the stream was opened, where that binds (XEP-0388 §2.4); '' where it does not. */
  readonly from: string;
  /** Accounts that the client's certificate speaks for (XEP-0178). */
  readonly certified: readonly string[];
}

/** One text for every failure that a guesser could learn from. */
export const REFUSED = 'The user name or the password is not right.';
export const failure = (condition: SaslCondition, text = REFUSED): SaslFailure => ({ is: 'failure', condition, text });
export const disagreement = (text: string): SaslFailure => ({ is: 'failure', condition: 'not-authorized', text, isDisagreement: true });
export const MALFORMED = failure('malformed-request', 'The message is not one of this mechanism.');
export const BAD_ENCODING = failure('incorrect-encoding', 'The message is not base64, or not UTF-8 inside.');
export const FOREIGN_NAME = failure('invalid-authzid', 'The authorization identity is not the one that signs in.');
export const DOWN = failure('temporary-auth-failure', 'Sign-in is not possible at the moment. Try again later.');
