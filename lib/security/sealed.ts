import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Secrets that must be read again (a handshake needs the very text), so that the database alone does not give them away. */
export interface Sealer {
  seal(secret: string): string;
  /** Null for what was sealed with another key, or is no such text. */
  open(sealed: string): string | null;
}

/** `key` is a secret of this installation; `purpose` keeps what is sealed for one thing from being read as another. */
export function createSealer(deps: { readonly key: string; readonly purpose: string }): Sealer {
  const key = Buffer.from(hkdfSync('sha256', deps.key, '', `rollcall ${deps.purpose}`, 32));
  return {
    seal(secret) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64');
    },
    open(sealed) {
      const octets = Buffer.from(sealed, 'base64');
      if (octets.length < 12 + 16) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, 12));
      decipher.setAuthTag(octets.subarray(12, 28));
      try {
        return Buffer.concat([decipher.update(octets.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}
