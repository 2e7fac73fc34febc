import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { CredentialProfile, ScramCredentials } from '../../directory/ports.ts';
import { prepareOpaque } from '../../kernel/jid.ts';

const derive = promisify(pbkdf2);

/** As the setting has it unless somebody changes it. */
export const ITERATIONS = 10_000;
const SALT_OCTETS = 16;
/** Longer passwords are refused before any hashing (security-and-limits A-8), in octets. */
export const MAX_PASSWORD = 1024;

export type ScramHash = 'sha1' | 'sha256';
export interface ScramKeys {
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}
export const HASH_OCTETS: Readonly<Record<ScramHash, number>> = { sha1: 20, sha256: 32 };

/** RFC 5802 §3, from SaltedPassword on. */
export function keysOfSalted(salted: Buffer, hash: ScramHash): ScramKeys {
  const clientKey = createHmac(hash, salted).update('Client Key').digest();
  return { storedKey: createHash(hash).update(clientKey).digest(), serverKey: createHmac(hash, salted).update('Server Key').digest() };
}
export const keysAsText = (keys: ScramKeys) => ({
  storedKey: keys.storedKey.toString('base64'),
  serverKey: keys.serverKey.toString('base64'),
});

/** Runs on the thread pool: the event loop does not wait for the hashing. */
const keysOf = async (password: string, salt: Buffer, iterations: number, hash: ScramHash): Promise<ScramKeys> =>
  keysOfSalted(await derive(password, salt, iterations, HASH_OCTETS[hash], hash), hash);

export const makeSalt = (): Buffer => randomBytes(SALT_OCTETS);

/**
 * What is stored of a password (RFC 5802 §3, RFC 7677). Throws a RangeError when the password has no prepared form (RFC 8265 §4), is empty or longer than
 * `MAX_PASSWORD` octets: ask `isUsablePassword` first.
 */
export async function makeScramCredentials(password: string, iterations: number = ITERATIONS): Promise<ScramCredentials> {
  const prepared = usable(password);
  if (prepared === null) throw new RangeError('This text cannot be a password.');
  const salt = makeSalt();
  const [sha1, sha256] = await Promise.all([keysOf(prepared, salt, iterations, 'sha1'), keysOf(prepared, salt, iterations, 'sha256')]);
  return { salt: salt.toString('base64'), iterations, sha1: keysAsText(sha1), sha256: keysAsText(sha256) };
}

function usable(password: string): string | null {
  if (password === '' || Buffer.byteLength(password) > MAX_PASSWORD) return null;
  return prepareOpaque(password);
}
export const isUsablePassword = (password: string): boolean => usable(password) !== null;

/** Is this the password behind the credentials? Costs the same for every answer. */
export async function passwordMatches(password: string, credentials: ScramCredentials): Promise<boolean> {
  const prepared = usable(password);
  const hash: ScramHash = credentials.sha256 === null ? 'sha1' : 'sha256';
  const stored = credentials.sha256 ?? credentials.sha1;
  const keys = await keysOf(prepared ?? 'x', Buffer.from(credentials.salt, 'base64'), credentials.iterations, hash);
  return sameOctets(keys.storedKey, Buffer.from(stored.storedKey, 'base64')) && prepared !== null;
}

export const sameOctets = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/**
 * Credentials nobody knows the password of, for accounts that do not exist: always the same for one name, so that asking twice tells
 * nothing (security-and-limits A-2). `secret` is the server's, at least 16 octets. Where accounts differ in how their passwords are hashed,
 * pretended ones differ in the same proportions: a number of iterations would tell otherwise who exists.
 */
export function pretendedCredentials(secret: Buffer, name: string, profiles: readonly CredentialProfile[] = []): ScramCredentials {
  const part = (what: string) => createHmac('sha256', secret).update(`${what}\0${name}`).digest();
  const text = (what: string, octets: number) => part(what).subarray(0, octets).toString('base64');
  const profile = pick(profiles, profiles.length > 1 ? part('profile').readUIntBE(0, 6) / 2 ** 48 : 0);
  return {
    salt: text('salt', SALT_OCTETS),
    iterations: profile?.iterations ?? ITERATIONS,
    sha1: { storedKey: text('stored-1', 20), serverKey: text('server-1', 20) },
    sha256: profile?.hasSha256 === false ? null : { storedKey: text('stored-256', 32), serverKey: text('server-256', 32) },
  };
}

/** `at` from 0 to 1 along all accounts. */
function pick(profiles: readonly CredentialProfile[], at: number): CredentialProfile | undefined {
  let left = at * profiles.reduce((sum, profile) => sum + profile.accounts, 0);
  for (const profile of profiles) {
    if (left < profile.accounts) return profile;
    left -= profile.accounts;
  }
  return profiles.at(-1);
}
