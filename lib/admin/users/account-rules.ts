import type { BareJid, Domain } from '../../kernel/jid.ts';
import { escapeNode, parseJid, prepareOpaque } from '../../kernel/jid.ts';

/**
 * What an account must satisfy, the same for one user typed by hand and for row 90,000 of a file. Pure: says what is wrong by field,
 * knows no store.
 */
export interface Address {
  readonly local: string;
  readonly domain: Domain;
  readonly bare: BareJid;
}
type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly field: string; readonly problem: string };

/** User ID and domain to an address: XEP-0106 escapes what a localpart may not hold (`@` in a user ID that is a mail address). */
export function addressFor(userId: string, domain: string): Checked<Address> {
  // `id:42` names an account by number everywhere an account can be named.
  if (/^id:/i.test(userId)) return { ok: false, field: 'userId', problem: 'Must not begin with "id:".' };
  const domainOnly = parseJid(domain);
  if (domainOnly?.local !== '' || domainOnly.resource !== '')
    return { ok: false, field: 'domain', problem: `"${domain}" is not a domain name.` };
  const escaped = escapeNode(userId);
  const jid = escaped === null ? null : parseJid(`${escaped}@${domainOnly.domain}`);
  if (!jid || jid.local === '' || jid.resource !== '')
    return { ok: false, field: 'userId', problem: 'Holds characters that an IM address may not hold, or is longer than 1023 bytes.' };
  return { ok: true, value: { local: jid.local, domain: jid.domain, bare: jid.bare } };
}

const minPassword = 8;
/** Null when fit. Hashing comes after this: nothing over 1,024 bytes is ever hashed (security A-8). */
export function passwordProblem(password: string, userId: string): string | null {
  const general = unusablePassword(password);
  if (general) return general;
  if ([...password].length < minPassword) return `Must have at least ${minPassword} characters.`;
  if (password.toLowerCase() === userId.toLowerCase()) return 'Must not be the user ID.';
  return null;
}
/** What no password may be, also one made for load tests. */
export function unusablePassword(password: string): string | null {
  if (password === '') return 'Must not be empty.';
  if (Buffer.byteLength(password) > 1024) return 'Must have at most 1024 bytes.';
  if (/[\u0000-\u001f\u007f]/.test(password)) return 'Must not hold control characters.';
  // RFC 8265 §4.2: what has no prepared form could never be typed at sign-in.
  if (prepareOpaque(password) === null) return 'Holds characters that a password may not hold.';
  return null;
}
