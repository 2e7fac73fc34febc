import type { Clock } from '../../kernel/clock.ts';
import { type BareJid, type Domain, type Jid, makeJid, parseJid, prepareLocalpart } from '../../kernel/jid.ts';
import type { SignInOutcome } from '../../security/ports.ts';
import type { BindingType, ChannelBinding } from './channel-binding.ts';
import { passwordMatches, pretendedCredentials, type ScramHash } from './credentials.ts';
import { asText, type ClientFirst, readBase64, readClientFinal, readClientFirst, readPlain } from './messages.ts';
import type { CredentialSource, SignInGuard, StoredIdentity } from './ports.ts';
import { beginScram, type ScramExchange } from './scram.ts';

/** RFC 6120 §6.5. */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized'
  | 'temporary-auth-failure';

export type SaslStep =
  | { readonly is: 'challenge'; readonly data: string }
  | { readonly is: 'success'; readonly data: string; readonly accountId: number; readonly jid: Jid }
  | {
      readonly is: 'failure';
      readonly condition: SaslCondition;
      readonly text: string;
      /** No password was tried: the client and the server could not agree how to sign in. */
      readonly isDisagreement?: true;
    };

export interface SaslDeps {
  readonly credentials: CredentialSource;
  readonly guard: SignInGuard;
  readonly clock: Clock;
  /** Kept across restarts: what unknown accounts pretend to have is derived from it. At least 16 octets. */
  readonly secret: Buffer;
}
/** What is known of the stream that signs in. */
export interface SaslStream {
  readonly domain: Domain;
  readonly address: string;
  /** As announced in the features of this stream; nothing else is accepted. */
  readonly mechanisms: readonly string[];
  readonly binding: ChannelBinding | null;
}

const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-1'] as const;

/** Strongest first; -PLUS only where a binding exists (XEP-0440 §2). */
export function mechanismsFor(binding: ChannelBinding | null, plain: boolean): string[] {
  const plus = binding !== null && binding.types.length > 0 ? SCRAM.map((name) => `${name}-PLUS`) : [];
  return [...plus, ...SCRAM, ...(plain ? ['PLAIN'] : [])];
}

/** One text for every failure that a guesser could learn from. */
const REFUSED = 'The user name or the password is not right.';
const failure = (condition: SaslCondition, text = REFUSED): SaslStep => ({ is: 'failure', condition, text });
const MALFORMED = failure('malformed-request', 'The message is not one of this mechanism.');
const DOWN = failure('temporary-auth-failure', 'Sign-in is not possible at the moment. Try again later.');

interface Attempt {
  readonly mechanism: string;
  readonly jid: Jid;
  readonly allowed: boolean;
  readonly delayMs: number;
  readonly identity: StoredIdentity | null;
}

/**
 * The sign-in of one stream (RFC 6120 §6). Steps never overlap: the caller waits for an answer before it hands over the next message.
 * Failed attempts may be followed by new ones; the caller counts them.
 */
export class SaslNegotiation {
  private mechanism: string | null = null;
  private scram: { readonly exchange: ScramExchange; readonly attempt: Attempt } | null = null;

  constructor(
    private readonly deps: SaslDeps,
    private readonly stream: SaslStream,
  ) {}

  /** `<auth/>`: `initial` is its text, empty when the client waits for a challenge. */
  async begin(mechanism: string, initial: string): Promise<SaslStep> {
    this.scram = null;
    this.mechanism = null;
    // Only what was announced on this very stream (protocol-matrix §1.1).
    if (!this.stream.mechanisms.includes(mechanism)) return failure('invalid-mechanism', 'This mechanism is not offered here.');
    this.mechanism = mechanism;
    return initial === '' ? { is: 'challenge', data: '' } : this.message(initial);
  }

  /** `<response/>` with its text. */
  async respond(text: string): Promise<SaslStep> {
    return this.mechanism === null ? failure('malformed-request', 'There is no sign-in to go on with.') : this.message(text);
  }

  /** `<abort/>`. */
  abort(): SaslStep {
    this.scram = null;
    this.mechanism = null;
    return failure('aborted', 'The sign-in was given up.');
  }

  private async message(text: string): Promise<SaslStep> {
    const mechanism = this.mechanism ?? '';
    const scram = this.scram;
    this.scram = null;
    const octets = text === '' ? Buffer.alloc(0) : readBase64(text);
    const content = octets === null ? null : asText(octets);
    if (content === null) return this.failed(mechanism, failure('incorrect-encoding', 'The message is not base64 of UTF-8 text.'));
    try {
      if (mechanism === 'PLAIN') return await this.plain(content);
      return scram === null ? await this.scramFirst(mechanism, content) : await this.scramFinal(scram.exchange, scram.attempt, content);
    } catch {
      // The account store or the guard cannot be asked (security-and-limits A-10). Nothing weaker takes its place.
      this.tell(mechanism, '', null, 'directory-down');
      this.mechanism = null;
      return DOWN;
    }
  }

  private async plain(content: string): Promise<SaslStep> {
    const message = readPlain(content);
    if (message === null) return this.failed('PLAIN', MALFORMED);
    const attempt = await this.attempt('PLAIN', message.authcid, message.authzid);
    if ('is' in attempt) return attempt;
    const credentials = attempt.identity?.credentials ?? pretendedCredentials(this.deps.secret, attempt.jid.bare);
    // While backed off nothing is hashed: guessing must not cost us more than the guesser.
    const right = attempt.allowed && (await passwordMatches(message.password, credentials));
    return right ? this.finish(attempt, '') : this.refuse(attempt, 'wrong-password');
  }

  private async scramFirst(mechanism: string, content: string): Promise<SaslStep> {
    const first = readClientFirst(content);
    if (first === null) return this.failed(mechanism, MALFORMED);
    const data = this.bindingData(mechanism, first);
    if (data === null) {
      this.tell(mechanism, first.username, null, 'bad-channel-binding');
      this.mechanism = null;
      return {
        is: 'failure',
        condition: 'not-authorized',
        text: 'The channel binding does not fit this connection.',
        isDisagreement: true,
      };
    }
    const attempt = await this.attempt(mechanism, first.username, first.authzid);
    if ('is' in attempt) return attempt;
    const credentials = attempt.identity?.credentials ?? pretendedCredentials(this.deps.secret, attempt.jid.bare);
    const hash: ScramHash = mechanism.startsWith('SCRAM-SHA-256') ? 'sha256' : 'sha1';
    const exchange = beginScram(first, credentials, hash, data);
    this.scram = { exchange, attempt };
    return { is: 'challenge', data: Buffer.from(exchange.serverFirst).toString('base64') };
  }

  /** RFC 5802 §6 and XEP-0440: the flag must fit the mechanism and what we offered. Null refuses. */
  private bindingData(mechanism: string, first: ClientFirst): Buffer | null {
    const plusOffered = this.stream.mechanisms.some((m) => m.endsWith('-PLUS'));
    if (mechanism.endsWith('-PLUS')) {
      if (first.binding.flag !== 'p' || this.stream.binding === null) return null;
      const type = first.binding.type as BindingType;
      return this.stream.binding.types.includes(type) ? this.stream.binding.data(type) : null;
    }
    // `y` says "I could bind but you do not offer it": somebody took -PLUS out of our list.
    if (first.binding.flag === 'p' || (first.binding.flag === 'y' && plusOffered)) return null;
    return Buffer.alloc(0);
  }

  private async scramFinal(exchange: ScramExchange, attempt: Attempt, content: string): Promise<SaslStep> {
    const final = readClientFinal(content);
    if (final === null) return this.refuse(attempt, 'malformed');
    const result = exchange.finish(final);
    // An account that does not exist cannot get here with a right proof; one that is backed off might.
    if (!result.ok) return this.refuse(attempt, result.why);
    return attempt.allowed ? this.finish(attempt, Buffer.from(result.serverFinal).toString('base64')) : this.refuse(attempt, 'backed-off');
  }

  /** Who is it, and may they try now? A step when the attempt ends here. */
  private async attempt(mechanism: string, authcid: string, authzid: string): Promise<Attempt | SaslStep> {
    const local = prepareLocalpart(authcid);
    if (local === null) return this.failed(mechanism, failure('not-authorized'));
    const jid = makeJid(local, this.stream.domain);
    // Nobody acts for somebody else (security-and-limits A-3).
    if (authzid !== '' && parseJid(authzid)?.full !== jid.bare) {
      return this.failed(mechanism, failure('invalid-authzid', 'The authorization identity is not the one that signs in.'));
    }
    const [pass, identity] = await Promise.all([
      this.deps.guard.before(jid.bare, this.stream.address),
      this.deps.credentials.lookup(jid.bare as BareJid),
    ]);
    return { mechanism, jid, identity, allowed: pass.allowed, delayMs: pass.delayMs };
  }

  /** The password was right. */
  private async finish(attempt: Attempt, data: string): Promise<SaslStep> {
    this.mechanism = null;
    const identity = attempt.identity;
    // Guesses made at once on many streams all passed the guard before the first was counted; the right one among them must not get in.
    const pass = await this.deps.guard.before(attempt.jid.bare, this.stream.address);
    if (!pass.allowed) return this.refuse({ ...attempt, allowed: false }, 'backed-off');
    if (identity === null || identity.credentials === null) return this.refuse(attempt, 'unknown-account');
    // Only whoever knows the password learns that the account is disabled (RFC 6120 §6.5.2).
    if (!identity.enabled) {
      this.tell(attempt.mechanism, attempt.jid.bare, identity.accountId, 'disabled');
      return failure('account-disabled', 'This account is disabled.');
    }
    this.tell(attempt.mechanism, attempt.jid.bare, identity.accountId, 'ok');
    return { is: 'success', data, accountId: identity.accountId, jid: attempt.jid };
  }

  private async refuse(attempt: Attempt, why: SignInOutcome): Promise<SaslStep> {
    this.mechanism = null;
    const outcome = !attempt.allowed ? 'backed-off' : attempt.identity === null ? 'unknown-account' : why;
    this.tell(attempt.mechanism, attempt.jid.bare, attempt.identity?.accountId ?? null, outcome);
    if (attempt.delayMs > 0) await new Promise<void>((done) => this.deps.clock.setTimeout(done, attempt.delayMs));
    return failure('not-authorized');
  }

  private failed(mechanism: string, step: SaslStep): SaslStep {
    this.mechanism = null;
    this.tell(mechanism, '', null, 'malformed');
    return step;
  }

  private tell(mechanism: string, name: string, accountId: number | null, outcome: SignInOutcome): void {
    this.deps.guard.after({ at: this.deps.clock.now(), kind: 'xmpp', name, accountId, address: this.stream.address, mechanism, outcome });
  }
}
