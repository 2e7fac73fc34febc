import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../kernel/clock.ts';
import type { SecondFactorStore } from './ports.ts';
import { createSealer } from './sealed.ts';

/** What authenticator apps assume when they are told nothing else (RFC 6238 §5.2). */
const PERIOD_S = 30;
const DIGITS = 6;
/** Steps before and after the present one that are taken too: clocks differ (RFC 6238 §5.2). */
const SKEW_STEPS = 1;
/** RFC 4226 §4: at least 128 bits, better 160. */
const SECRET_OCTETS = 20;
const RECOVERY_CODES = 10;
/** Without characters that are read for one another. */
const RECOVERY_ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const RECOVERY_LENGTH = 16;

export interface SecondFactor {
  /** A new secret and the address that an authenticator app reads from a picture. */
  propose(username: string): { readonly secret: string; readonly uri: string };
  /** The time step that this code belongs to, or null when it fits none of those near now, or the secret is no secret of ours. */
  stepOf(secret: string, code: string): number | null;
  /** For storage: nobody reads it without the key in the data folder. */
  seal(secret: string): string;
  newRecoveryCodes(): { readonly codes: readonly string[]; readonly hashes: readonly string[] };
  /** `none`: this operator has no second factor. Each code works once. */
  check(store: SecondFactorStore, operatorId: string, code: string): Promise<'right' | 'wrong' | 'none'>;
}

const recoveryHash = (code: string): string => createHash('sha256').update(`rollcall recovery ${code}`).digest('hex');
/** As people type it: with spaces, hyphens, in capitals. */
const normal = (code: string): string => code.replace(/[\s-]/g, '').toLowerCase();

function recoveryCode(): string {
  let code = '';
  while (code.length < RECOVERY_LENGTH) {
    for (const octet of randomBytes(RECOVERY_LENGTH)) {
      // Octets beyond the last whole multiple would make some characters likelier than others.
      if (octet < RECOVERY_ALPHABET.length * Math.floor(256 / RECOVERY_ALPHABET.length) && code.length < RECOVERY_LENGTH)
        code += RECOVERY_ALPHABET.charAt(octet % RECOVERY_ALPHABET.length);
    }
  }
  return code;
}

/**
 * The second factor of console operators: one-time codes by time (RFC 6238) and recovery codes (security reference W-13). `key` is a secret of
 * this installation, `issuer` what the app shows.
 */
export function createSecondFactor(deps: { readonly key: string; readonly issuer: () => string; readonly clock: Clock }): SecondFactor {
  const sealer = createSealer({ key: deps.key, purpose: 'second factor' });

  function stepOf(secret: string, code: string): number | null {
    const digits = code.replace(/\s/g, '');
    if (!/^\d{6}$/.test(digits) || !/^[A-Z2-7]{32}$/.test(secret)) return null;
    const totp = new TOTP({ secret: Secret.fromBase32(secret), digits: DIGITS, period: PERIOD_S });
    const timestamp = deps.clock.now();
    const off = totp.validate({ token: digits, timestamp, window: SKEW_STEPS });
    return off === null ? null : totp.counter({ timestamp }) + off;
  }

  return {
    propose(username) {
      const secret = new Secret({ size: SECRET_OCTETS });
      const totp = new TOTP({ issuer: deps.issuer(), label: username, secret, digits: DIGITS, period: PERIOD_S });
      return { secret: secret.base32, uri: totp.toString() };
    },
    stepOf,
    seal: sealer.seal,
    newRecoveryCodes() {
      const codes = Array.from({ length: RECOVERY_CODES }, recoveryCode);
      return { codes: codes.map((code) => code.match(/.{4}/g)?.join('-') ?? code), hashes: codes.map(recoveryHash) };
    },
    async check(store, operatorId, code) {
      const row = await store.get(operatorId);
      if (row === null) return 'none';
      const typed = normal(code);
      if (typed.length === RECOVERY_LENGTH) return (await store.spendRecovery(operatorId, recoveryHash(typed))) ? 'right' : 'wrong';
      const secret = sealer.open(row.sealedSecret);
      const step = secret === null ? null : stepOf(secret, code);
      // RFC 6238 §5.2: a code that was taken is not taken again.
      return step !== null && (await store.spendStep(operatorId, step)) ? 'right' : 'wrong';
    },
  };
}
