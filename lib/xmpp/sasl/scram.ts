import { createHash, createHmac } from 'node:crypto';
import { secretId } from '../../kernel/ids.ts';
import { type ScramHash, sameOctets } from './credentials.ts';
import type { ClientFinal, ClientFirst } from './messages.ts';

/** The server's side of one SCRAM exchange (RFC 5802, RFC 7677), between its two messages. Pure but for the nonce. */
export interface ScramExchange {
  readonly serverFirst: string;
  /** The server's signature for the success, or why not. */
  finish(
    final: ClientFinal,
  ):
    | { readonly ok: true; readonly serverFinal: string }
    | { readonly ok: false; readonly why: 'wrong-password' | 'bad-channel-binding' | 'malformed' };
}

/** The stored keys of one hash, with the salt and iterations they were made by. */
export interface ScramSecret {
  readonly salt: string;
  readonly iterations: number;
  readonly keys: { readonly storedKey: string; readonly serverKey: string };
}

/**
 * `bindingData` is what the client's channel binding must equal; empty when it uses none. `offered` is the hash of what this stream was offered
 * (XEP-0474): the proof covers it, so whoever took something out of the list is found out.
 */
export function beginScram(
  first: ClientFirst,
  { salt, iterations, keys }: ScramSecret,
  hash: ScramHash,
  bindingData: Buffer,
  offered: string,
): ScramExchange {
  const nonce = first.nonce + secretId(18);
  const serverFirst = `r=${nonce},s=${salt},i=${iterations},h=${offered}`;
  return {
    serverFirst,
    finish(final) {
      // §5.1 `r`: exactly the nonce we sent, which begins with the client's.
      if (final.nonce !== nonce) return { ok: false, why: 'malformed' };
      // §6: the header of the first message, so that nobody changed the flag, followed by the binding data.
      if (!sameOctets(final.binding, Buffer.concat([Buffer.from(first.header), bindingData])))
        return { ok: false, why: 'bad-channel-binding' };
      const storedKey = Buffer.from(keys.storedKey, 'base64');
      const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`;
      const signature = createHmac(hash, storedKey).update(authMessage).digest();
      if (final.proof.length !== signature.length) return { ok: false, why: 'wrong-password' };
      const clientKey = Buffer.alloc(signature.length);
      for (let i = 0; i < signature.length; i++) clientKey[i] = (signature[i] ?? 0) ^ (final.proof[i] ?? 0);
      if (!sameOctets(createHash(hash).update(clientKey).digest(), storedKey)) return { ok: false, why: 'wrong-password' };
      const serverFinal = createHmac(hash, Buffer.from(keys.serverKey, 'base64')).update(authMessage).digest('base64');
      return { ok: true, serverFinal: `v=${serverFinal}` };
    },
  };
}
