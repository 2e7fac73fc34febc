import type { Clock } from '../../kernel/clock.ts';
import { type BareJid, type Jid, makeJid, parseJid, prepareLocalpart } from '../../kernel/jid.ts';
import type { SignInOutcome, SignInRecord } from '../../security/ports.ts';
import type { CredentialSource, SignInGuard, StoredIdentity } from './ports.ts';
import { FOREIGN_NAME, failure, REFUSED, type SaslFailure, type SaslStream, type SaslSuccess, type UsedToken } from './step.ts';

export interface AttemptDeps {
  readonly credentials: CredentialSource;
  readonly guard: SignInGuard;
  readonly clock: Clock;
}

/** Somebody tries to sign in as somebody; whether the account exists shows nowhere before the end. */
export interface Attempt<I extends StoredIdentity = StoredIdentity> {
  readonly mechanism: string;
  readonly jid: Jid;
  readonly allowed: boolean;
  readonly delayMs: number;
  /** Monotonic. */
  readonly since: number;
  readonly identity: I | null;
}

/** A client that goes down our list has got through long before. */
const QUIET_MS = 60_000;

/** How the attempts of one stream begin and end: back-off, the log, and one answer for all that a guesser could learn from. */
export class Attempts {
  /** Mechanisms that did not suit: told only when the stream does not sign in after all. */
  private quiet: SignInRecord[] = [];
  private timer: { cancel(): void } | null = null;

  constructor(
    private readonly deps: AttemptDeps,
    private readonly stream: SaslStream,
  ) {}

  /** Who is it, and may they try now? A failure when the attempt ends here. */
  async begin<I extends StoredIdentity>(
    mechanism: string,
    authcid: string,
    authzid: string,
    lookup: (bare: BareJid) => Promise<I | null>,
  ): Promise<Attempt<I> | SaslFailure> {
    const local = prepareLocalpart(authcid);
    if (local === null) return this.malformed(mechanism, failure('not-authorized'));
    const jid = makeJid(local, this.stream.domain);
    // Nobody acts for somebody else (security-and-limits A-3), nor in another name than the stream was opened in (XEP-0388 §2.4).
    const isForeign = authzid !== '' && parseJid(authzid)?.full !== jid.bare;
    if (isForeign || (this.stream.from !== '' && this.stream.from !== jid.bare)) return this.malformed(mechanism, FOREIGN_NAME);
    const since = this.deps.clock.monotonic();
    const [pass, identity] = await Promise.all([this.deps.guard.before(jid.bare, this.stream.address), lookup(jid.bare)]);
    return { mechanism, jid, identity, allowed: pass.allowed, delayMs: pass.delayMs, since };
  }

  /** What was shown is right. */
  async finish(attempt: Attempt, data: Buffer | null, token: UsedToken | null = null): Promise<SaslSuccess | SaslFailure> {
    const { identity, jid, mechanism } = attempt;
    // Guesses made at once on many streams all passed the guard before the first was counted; the right one among them must not get in.
    const pass = await this.deps.guard.before(jid.bare, this.stream.address);
    if (!pass.allowed || !attempt.allowed) return this.refuse({ ...attempt, allowed: false }, 'backed-off');
    if (identity === null) return this.refuse(attempt, 'unknown-account');
    // Only whoever knows the password learns that the account is disabled (RFC 6120 §6.5.2).
    if (!identity.enabled) {
      this.tell(mechanism, jid.bare, identity.accountId, 'disabled');
      return failure('account-disabled', 'This account is disabled.');
    }
    // RFC 6120 §6.5.10: the same credentials will do as soon as an administrator has assigned the account.
    if (identity.isUnassigned) {
      this.tell(mechanism, jid.bare, identity.accountId, 'unassigned');
      return failure(
        'temporary-auth-failure',
        'This account is not assigned to a node. An administrator has to assign it before it can sign in.',
      );
    }
    this.quiet = [];
    this.timer?.cancel();
    this.tell(mechanism, jid.bare, identity.accountId, 'ok');
    return { is: 'success', data: data?.toString('base64') ?? null, jid, mechanism, identity, token };
  }

  /** Wrong, whatever the reason: one text, one delay. */
  async refuse(attempt: Attempt, why: SignInOutcome, answer: SaslFailure = failure('not-authorized')): Promise<SaslFailure> {
    const outcome = !attempt.allowed ? 'backed-off' : attempt.identity === null ? 'unknown-account' : why;
    this.tell(attempt.mechanism, attempt.jid.bare, attempt.identity?.accountId ?? null, outcome);
    await this.hold(attempt);
    return attempt.allowed ? answer : failure('not-authorized', REFUSED);
  }

  /**
   * SCRAM for somebody whose password a directory has: it looks wrong like any other, but nothing can be guessed by it and clients go on to PLAIN, so
   * it is no failure of theirs.
   */
  async unsuited(attempt: Attempt): Promise<SaslFailure> {
    if (!attempt.allowed) return this.refuse(attempt, 'backed-off');
    await this.hold(attempt);
    return this.disagree(attempt.mechanism, attempt.jid.bare, 'no-such-hash', { ...failure('not-authorized'), isDisagreement: true });
  }

  /** What took part of the delay already counts, so that nobody hears whether a hash was made or a directory asked (security-and-limits A-2). */
  private async hold({ delayMs, mechanism, since }: Attempt): Promise<void> {
    const left = delayMs - (mechanism === 'PLAIN' ? this.deps.clock.monotonic() - since : 0);
    if (left > 0) await new Promise<void>((done) => this.deps.clock.setTimeout(done, left));
  }

  malformed(mechanism: string, step: SaslFailure): SaslFailure {
    this.tell(mechanism, '', null, 'malformed');
    return step;
  }

  /**
   * Client and server could not agree. A client that knows only tls-unique goes down our whole list on every sign-in; four failures in the log
   * before each success would bury what matters there.
   */
  disagree(mechanism: string, name: string, outcome: SignInOutcome, step: SaslFailure): SaslFailure {
    if (this.quiet.length < 8) this.quiet.push(this.record(mechanism, name, null, outcome));
    this.timer ??= this.deps.clock.setTimeout(() => this.tellQuiet(), QUIET_MS);
    return step;
  }

  tell(mechanism: string, name: string, accountId: number | null, outcome: SignInOutcome): void {
    if (this.quiet.length > 0) this.tellQuiet();
    this.deps.guard.after(this.record(mechanism, name, accountId, outcome));
  }

  private tellQuiet(): void {
    this.timer?.cancel();
    this.timer = null;
    for (const record of this.quiet.splice(0)) this.deps.guard.after(record);
  }

  private record(mechanism: string, name: string, accountId: number | null, outcome: SignInOutcome): SignInRecord {
    return { at: this.deps.clock.now(), kind: 'xmpp', name, accountId, address: this.stream.address, mechanism, outcome };
  }
}
