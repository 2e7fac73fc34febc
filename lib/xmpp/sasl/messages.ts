import { isUtf8 } from 'node:buffer';

/** SASL messages as text on the wire and inside; everything is read strictly. */

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** Octets behind base64 in its one right form (RFC 4648 §3.5, no white space); null otherwise. */
export function readBase64(text: string): Buffer | null {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : null;
}

export const asText = (octets: Buffer): string | null => (isUtf8(octets) ? octets.toString('utf8') : null);

export interface PlainMessage {
  readonly authzid: string;
  readonly authcid: string;
  readonly password: string;
}

/** RFC 4616 §2: authzid NUL authcid NUL password. */
export function readPlain(message: string): PlainMessage | null {
  const parts = message.split('\0');
  const [authzid, authcid, password] = parts;
  if (parts.length !== 3 || authzid === undefined || !authcid || !password) return null;
  return { authzid, authcid, password };
}

export interface ClientFirst {
  /** `n`, `y`, or the name of a channel binding after `p=`. */
  readonly binding: { readonly flag: 'n' | 'y' } | { readonly flag: 'p'; readonly type: string };
  readonly header: string;
  readonly authzid: string;
  readonly username: string;
  readonly nonce: string;
  /** The message without its header. */
  readonly bare: string;
}

const CLIENT_FIRST = /^((n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)((?:,.*)?))$/s;

/** RFC 5802 §7 client-first-message. A message that begins with `m=` does not match: mandatory extensions are refused (§5.1). */
export function readClientFirst(message: string): ClientFirst | null {
  const parts = CLIENT_FIRST.exec(message);
  if (parts === null) return null;
  const username = saslName(parts[6] ?? '');
  const authzid = saslName(parts[4] ?? '');
  const nonce = parts[7] ?? '';
  if (username === null || authzid === null || nonce.length > 256 || !extensions(parts[8] ?? '')) return null;
  const type = parts[3];
  return {
    binding: type === undefined ? { flag: parts[2] === 'y' ? 'y' : 'n' } : { flag: 'p', type },
    header: parts[1] ?? '',
    authzid,
    username,
    nonce,
    bare: parts[5] ?? '',
  };
}

export interface ClientFinal {
  readonly binding: Buffer;
  readonly nonce: string;
  readonly proof: Buffer;
  readonly withoutProof: string;
}
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)((?:,.*)?)),p=([A-Za-z0-9+/=]+)$/s;

/** RFC 5802 §7 client-final-message. */
export function readClientFinal(message: string): ClientFinal | null {
  const parts = CLIENT_FINAL.exec(message);
  if (parts === null || !extensions(parts[4] ?? '')) return null;
  const binding = readBase64(parts[2] ?? '');
  const proof = readBase64(parts[5] ?? '');
  if (binding === null || proof === null) return null;
  return { binding, nonce: parts[3] ?? '', proof, withoutProof: parts[1] ?? '' };
}

/** Optional extensions are passed over; `m=` is mandatory and we know none. */
const extensions = (text: string): boolean => text === '' || (/^(?:,[A-Za-z]=[^,]+)+$/.test(text) && !text.includes(',m='));

/** `=2C` and `=3D` stand for comma and equals sign; any other `=` is an error (RFC 5802 §5.1). */
function saslName(text: string): string | null {
  if (/=(?!2C|3D)/.test(text)) return null;
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
