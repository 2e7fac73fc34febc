import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { ScramCredentials } from '../../directory/ports.ts';
import { prepareOpaque } from '../../kernel/jid.ts';

const derive = promisify(pbkdf2);

/** What is stored with new passwords, and what unknown accounts pretend to have. */
export const ITERATIONS = 10_000;
const SALT_OCTETS = 16;
/** Longer passwords are refused before any hashing (security-and-limits A-8), in octets. */
export const MAX_PASSWORD = 1024;

export type ScramHash = 'sha1' | 'sha256';
export interface ScramKeys {
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

async function keysOf(password: string, salt: Buffer, iterations: number, hash: ScramHash): Promise<ScramKeys> {
  // Runs on the thread pool: the event loop does not wait for the hashing.
  const salted = await derive(password, salt, iterations, hash === 'sha1' ? 20 : 32, hash);
  const clientKey = createHmac(hash, salted).update('Client Key').digest();
  return { storedKey: createHash(hash).update(clientKey).digest(), serverKey: createHmac(hash, salted).update('Server Key').digest() };
}

/**
 * What is stored of a password (RFC 5802 §3, RFC 7677). Throws a RangeError when the password has no prepared form (RFC 8265 §4), is empty or longer than
 * `MAX_PASSWORD` octets: ask `isUsablePassword` first.
 */
export async function makeScramCredentials(password: string): Promise<ScramCredentials> {
  const prepared = usable(password);
  if (prepared === null) throw new RangeError('This text cannot be a password.');
  const salt = randomBytes(SALT_OCTETS);
  const [sha1, sha256] = await Promise.all([keysOf(prepared, salt, ITERATIONS, 'sha1'), keysOf(prepared, salt, ITERATIONS, 'sha256')]);
  const text = (keys: ScramKeys) => ({ storedKey: keys.storedKey.toString('base64'), serverKey: keys.serverKey.toString('base64') });
  return { salt: salt.toString('base64'), iterations: ITERATIONS, sha1: text(sha1), sha256: text(sha256) };
}

function usable(password: string): string | null {
  if (password === '' || Buffer.byteLength(password) > MAX_PASSWORD) return null;
  return prepareOpaque(password);
}
export const isUsablePassword = (password: string): boolean => usable(password) !== null;

/** Is this the password behind the credentials? Costs the same for every answer. */
export async function passwordMatches(password: string, credentials: ScramCredentials): Promise<boolean> {
  const prepared = usable(password);
  const keys = await keysOf(prepared ?? 'x', Buffer.from(credentials.salt, 'base64'), credentials.iterations, 'sha256');
  return sameOctets(keys.storedKey, Buffer.from(credentials.sha256.storedKey, 'base64')) && prepared !== null;
}

export const sameOctets = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/**
 * Credentials nobody knows the password of, for accounts that do not exist: always the same for one name, so that asking twice tells
 * nothing (security-and-limits A-2). `secret` is the server's, at least 16 octets.
 */
export function pretendedCredentials(secret: Buffer, name: string): ScramCredentials {
  const part = (what: string, octets: number) =>
    createHmac('sha256', secret).update(`${what}\0${name}`).digest().subarray(0, octets).toString('base64');
  return {
    salt: part('salt', SALT_OCTETS),
    iterations: ITERATIONS,
    sha1: { storedKey: part('stored-1', 20), serverKey: part('server-1', 20) },
    sha256: { storedKey: part('stored-256', 32), serverKey: part('server-256', 32) },
  };
}
