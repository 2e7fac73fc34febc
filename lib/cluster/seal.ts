import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Octets in front of every message between nodes. */
const MAC_OCTETS = 16;

/**
 * Proof that a message comes from a node that knows the join secret, whoever else may publish on the same NATS server. The subject is part of it, so
 * that a message cannot be played again elsewhere; what must not be played again on its own subject carries numbers.
 */
export interface Signer {
  sign(subject: string, body: Buffer): Buffer;
  /** The body, or null when the proof is not right. */
  check(subject: string, message: Uint8Array): Buffer | null;
}

export function createSigner(secret: string, purpose: string): Signer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `rollcall ${purpose}`, 32));
  const mac = (subject: string, body: Buffer) =>
    createHmac('sha256', key).update(`${subject}\n`).update(body).digest().subarray(0, MAC_OCTETS);
  return {
    sign: (subject, body) => Buffer.concat([mac(subject, body), body]),
    check(subject, message) {
      if (message.length < MAC_OCTETS) return null;
      const octets = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
      const body = octets.subarray(MAC_OCTETS);
      return timingSafeEqual(octets.subarray(0, MAC_OCTETS), mac(subject, body)) ? body : null;
    },
  };
}
