import type { ScramCredentials } from '../../directory/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { parseJid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import { type Attempt, type AttemptDeps, Attempts } from './attempts.ts';
import type { BindingType, ChannelBinding } from './channel-binding.ts';
import {
  isUsablePassword,
  makeScramCredentials,
  passwordMatches,
  pretendedCredentials,
  type ScramHash,
  sameOctets,
} from './credentials.ts';
import { initiatorProof, isTokenMechanism, readTokenMessage, responderProof, tokenBinding, tokenOf } from './hashed-token.ts';
import { asText, type ClientFirst, readClientFinal, readClientFirst, readPlain } from './messages.ts';
import { offeredHash } from './offered.ts';
import type { StoredIdentity, TokenIdentity } from './ports.ts';
import { beginScram, type ScramExchange } from './scram.ts';
import {
  BAD_ENCODING,
  DOWN,
  disagreement,
  FOREIGN_NAME,
  failure,
  MALFORMED,
  type SaslFailure,
  type SaslStep,
  type SaslStream,
  type SaslSuccess,
  type UsedToken,
} from './step.ts';

export interface SaslDeps extends AttemptDeps {
  /** Kept across restarts: what unknown accounts pretend to have, and tokens, are derived from it. At least 16 octets. */
  readonly secret: Buffer;
  /** Iterations of new hashes; passwords hashed with fewer are hashed again when they are at hand. */
  scramIterations(): number;
  readonly log: Log;
}

const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-1'] as const;
/** The password is in a directory, which is asked by a bind: only PLAIN hands it over. */
const isElsewhere = ({ identity }: Attempt): boolean => identity?.source === 'ldap';
const hashOf = (mechanism: string): ScramHash => (mechanism.startsWith('SCRAM-SHA-256') ? 'sha256' : 'sha1');

/** Strongest first; -PLUS only where a binding exists (XEP-0440 §2), EXTERNAL only for a certificate that speaks for somebody here. */
export function mechanismsFor(binding: ChannelBinding | null, plain: boolean, isCertified = false, scram = true): string[] {
  const names = scram ? SCRAM : [];
  const plus = binding !== null && binding.types.length > 0 ? names.map((name) => `${name}-PLUS`) : [];
  return [...(isCertified ? ['EXTERNAL'] : []), ...plus, ...names, ...(plain ? ['PLAIN'] : [])];
}

/**
 * The sign-in of one stream (RFC 6120 §6). Steps never overlap: the caller waits for an answer before it hands over the next message.
 * Failed attempts may be followed by new ones; the caller counts them. Messages are octets: the two profiles wrap them differently.
 */
export class SaslNegotiation {
  private mechanism: string | null = null;
  private scram: { readonly exchange: ScramExchange; readonly attempt: Attempt } | null = null;
  private readonly attempts: Attempts;

  constructor(
    private readonly deps: SaslDeps,
    private readonly stream: SaslStream,
  ) {
    this.attempts = new Attempts(deps, stream);
  }

  /** A first message; null when the client waits for a challenge. */
  async begin(mechanism: string, initial: Buffer | 'bad' | null): Promise<SaslStep> {
    this.scram = null;
    this.mechanism = null;
    // Only what was announced on this very stream (protocol-matrix §1.1).
    if (!this.stream.mechanisms.includes(mechanism)) return failure('invalid-mechanism', 'This mechanism is not offered here.');
    this.mechanism = mechanism;
    return initial === null ? { is: 'challenge', data: null } : this.message(initial);
  }

  async respond(octets: Buffer | 'bad'): Promise<SaslStep> {
    return this.mechanism === null ? failure('malformed-request', 'There is no sign-in to go on with.') : this.message(octets);
  }

  abort(): SaslStep {
    this.scram = null;
    this.mechanism = null;
    return failure('aborted', 'The sign-in was given up.');
  }

  /** A token in place of a password (XEP-0484): one message decides. `count` is the client's, -1 for none. */
  async token(mechanism: string, clientId: string, initial: Buffer | 'bad' | null, count: number): Promise<SaslSuccess | SaslFailure> {
    if (!this.stream.tokenMechanisms.includes(mechanism) || !isTokenMechanism(mechanism))
      return failure('invalid-mechanism', 'This mechanism is not offered for tokens here.');
    if (initial === 'bad') return this.attempts.malformed(mechanism, BAD_ENCODING);
    const message = initial === null ? null : readTokenMessage(initial);
    const binding = tokenBinding(mechanism, this.stream.binding);
    if (message === null || binding === null) return this.attempts.malformed(mechanism, MALFORMED);
    try {
      const attempt = await this.attempts.begin(mechanism, message.authcid, '', (bare) =>
        this.deps.credentials.lookupToken(bare, clientId),
      );
      if ('is' in attempt) return attempt;
      return await this.checkToken(attempt, clientId, message.proof, binding, count);
    } catch {
      return this.down(mechanism);
    }
  }

  /**
   * The next token first, then the current one (XEP-0484 §4.1); both are looked at whatever the outcome. No failure is counted as a guess: 256
   * bits are not guessed, and every device of somebody who changed the password comes once with a void token.
   */
  private checkToken(attempt: Attempt<TokenIdentity>, clientId: string, proof: Buffer, binding: Buffer, count: number) {
    const { deps, attempts } = this;
    const client = attempt.identity?.client ?? null;
    const { accountId } = attempt.identity ?? { accountId: 0 };
    let used: UsedToken | null = null;
    let key = '';
    for (const slot of ['next', 'current'] as const) {
      const token = tokenOf(deps.secret, accountId, clientId, client?.[slot]?.seed ?? slot);
      const isRight = sameOctets(initiatorProof(token, binding), proof);
      if (used !== null || !isRight || client === null || client[slot] === null) continue;
      used = { client, slot };
      key = token;
    }
    const stored = used?.client[used.slot] ?? null;
    // Bound to one mechanism: whoever stole a token that needs this TLS connection cannot use it without.
    if (used === null || stored === null || stored.mechanism !== attempt.mechanism) return attempts.refuse(attempt, 'bad-token');
    if (stored.expiresAt <= deps.clock.now())
      return attempts.refuse(attempt, 'bad-token', failure('credentials-expired', 'The token has expired.'));
    // A count once seen is never taken again, nor one below it: that would be a recording.
    if (count >= 0 && count <= stored.count) return attempts.refuse(attempt, 'bad-token');
    return attempts.finish(attempt, responderProof(key, binding), used);
  }

  private async message(octets: Buffer | 'bad'): Promise<SaslStep> {
    const mechanism = this.mechanism ?? '';
    const scram = this.scram;
    this.scram = null;
    this.mechanism = null;
    const content = octets === 'bad' ? null : asText(octets);
    if (content === null) return this.attempts.malformed(mechanism, BAD_ENCODING);
    try {
      if (mechanism === 'PLAIN') return await this.plain(content);
      if (mechanism === 'EXTERNAL') return await this.external(content);
      return scram === null ? await this.scramFirst(mechanism, content) : await this.scramFinal(scram.exchange, scram.attempt, content);
    } catch {
      return this.down(mechanism);
    }
  }

  /** The account store or the guard cannot be asked (security-and-limits A-10). Nothing weaker takes its place. */
  private down(mechanism: string): SaslFailure {
    this.attempts.tell(mechanism, '', null, 'directory-down');
    return DOWN;
  }

  private readonly lookup = (bare: BareJid): Promise<StoredIdentity | null> => this.deps.credentials.lookup(bare);

  private credentialsOf(attempt: Attempt): ScramCredentials {
    const { credentials, secret } = this.deps;
    return attempt.identity?.credentials ?? pretendedCredentials(secret, attempt.jid.bare, credentials.profiles());
  }

  private async plain(content: string): Promise<SaslStep> {
    const message = readPlain(content);
    if (message === null) return this.attempts.malformed('PLAIN', MALFORMED);
    const attempt = await this.attempts.begin('PLAIN', message.authcid, message.authzid, this.lookup);
    if ('is' in attempt) return attempt;
    if (isElsewhere(attempt)) return this.elsewhere(attempt, message.password);
    // While backed off nothing is hashed: guessing must not cost us more than the guesser.
    const right = attempt.allowed && (await passwordMatches(message.password, this.credentialsOf(attempt)));
    const stored = attempt.identity?.credentials ?? null;
    if (!right || stored === null) return this.attempts.refuse(attempt, 'wrong-password');
    const step = await this.attempts.finish(attempt, null);
    if (step.is === 'success') this.improve(step, stored, message.password);
    return step;
  }

  /** A directory knows this password. While backed off it is not asked: our guessers are not to lock its accounts. */
  private async elsewhere(attempt: Attempt, password: string): Promise<SaslStep> {
    const { verify } = this.deps.credentials;
    const accountId = attempt.identity?.accountId ?? 0;
    let verdict: Awaited<ReturnType<NonNullable<typeof verify>>>;
    try {
      const asks = attempt.allowed && verify !== undefined && isUsablePassword(password);
      verdict = asks ? await verify(accountId, password) : 'wrong';
    } catch (error) {
      this.deps.log.warn('sasl.directory-down', { jid: attempt.jid.bare, error });
      this.attempts.tell(attempt.mechanism, attempt.jid.bare, accountId, 'directory-down');
      return DOWN;
    }
    if (verdict === 'right') return this.attempts.finish(attempt, null);
    if (verdict === 'wrong') return this.attempts.refuse(attempt, 'wrong-password');
    // Only the right password brings these out (RFC 6120 §6.5.2 and §6.5.3).
    this.attempts.tell(attempt.mechanism, attempt.jid.bare, accountId, 'disabled');
    return verdict === 'disabled'
      ? failure('account-disabled', 'This account is disabled.')
      : failure('credentials-expired', 'The password has expired. Change it where you sign in to the company.');
  }

  /** The password is at hand just now: what is weaker than the settings ask is hashed again. Nobody waits for it. */
  private improve({ identity, jid }: SaslSuccess, stored: ScramCredentials, password: string): void {
    const iterations = Math.max(this.deps.scramIterations(), stored.iterations);
    if (stored.sha256 !== null && stored.iterations >= iterations) return;
    makeScramCredentials(password, iterations)
      .then((better) => this.deps.credentials.upgrade(identity.accountId, stored, better))
      .catch((error: unknown) => this.deps.log.warn('sasl.upgrade-failed', { jid: jid.bare, error }));
  }

  /** XEP-0178 §2: the certificate says who it is; the client may choose when it names several. */
  private async external(authzid: string): Promise<SaslStep> {
    const { certified } = this.stream;
    const wanted = authzid === '' ? null : parseJid(authzid);
    const bare = authzid === '' ? (certified.length === 1 ? certified[0] : undefined) : wanted?.full;
    if (bare === undefined || !certified.includes(bare)) return this.attempts.malformed('EXTERNAL', FOREIGN_NAME);
    const attempt = await this.attempts.begin('EXTERNAL', parseJid(bare)?.local ?? '', bare, this.lookup);
    return 'is' in attempt ? attempt : this.attempts.finish(attempt, null);
  }

  private async scramFirst(mechanism: string, content: string): Promise<SaslStep> {
    const first = readClientFirst(content);
    if (first === null) return this.attempts.malformed(mechanism, MALFORMED);
    const data = this.bindingData(mechanism, first);
    if (data === null) {
      const step = disagreement('The channel binding does not fit this connection.');
      return this.attempts.disagree(mechanism, first.username, 'bad-channel-binding', step);
    }
    const attempt = await this.attempts.begin(mechanism, first.username, first.authzid, this.lookup);
    if ('is' in attempt) return attempt;
    const credentials = this.credentialsOf(attempt);
    const hash = hashOf(mechanism);
    const keys = credentials[hash];
    if (keys === null) {
      const step = disagreement('This account cannot sign in with SHA-256 yet. Use SCRAM-SHA-1.');
      return this.attempts.disagree(mechanism, attempt.jid.bare, 'no-such-hash', step);
    }
    const offered = offeredHash(hash, this.stream.mechanisms, this.stream.binding?.types ?? []);
    const exchange = beginScram(first, { salt: credentials.salt, iterations: credentials.iterations, keys }, hash, data, offered);
    this.mechanism = mechanism;
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
    if (final === null) return this.attempts.refuse(attempt, 'malformed');
    const result = exchange.finish(final);
    // An account that does not exist cannot get here with a right proof; one that is backed off might, and is refused at the end.
    if (!result.ok) return isElsewhere(attempt) ? this.attempts.unsuited(attempt) : this.attempts.refuse(attempt, result.why);
    return this.attempts.finish(attempt, Buffer.from(result.serverFinal));
  }
}
