import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { type BareJid, parseJid } from '../kernel/jid.ts';
import { decodeAlternativeNames } from './alternative-names.ts';
import { readExtras } from './make-certificate.ts';

/** How a certificate names an account: by XMPP address only, or also by mail address where it has no XMPP address. */
export type NamingRule = 'address' | 'mail';

const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const MAX_AUTHORITIES = 100;

/** Authorities out of a PEM text; what is none is left out. */
export function readAuthorities(pem: string): { readonly usable: readonly string[]; readonly unusable: number } {
  const blocks = (pem.match(block) ?? []).slice(0, MAX_AUTHORITIES);
  const usable = blocks.filter((each) => {
    try {
      return new X509Certificate(each).ca;
    } catch {
      return false;
    }
  });
  return { usable, unusable: blocks.length - usable.length };
}

/**
 * Accounts that the certificate of a client speaks for (XEP-0178 §2): none unless OpenSSL has found a path from it to one of the authorities the
 * connection was made with. Identity is taken from the alternative names, never from the subject (T-4).
 */
export function namesOfClient(socket: TLSSocket, rule: NamingRule): readonly BareJid[] {
  if (!isVerified(socket)) return [];
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return [];
  const encoded = readExtras(certificate.raw).alternativeNames;
  if (!encoded) return [];
  const names = decodeAlternativeNames(encoded);
  const people = (texts: readonly string[]): BareJid[] => {
    const found = new Set<BareJid>();
    for (const text of texts) {
      const jid = parseJid(text);
      if (jid !== null && jid.local !== '' && jid.resource === '') found.add(jid.bare);
    }
    return [...found];
  };
  return names.xmpp.length > 0 || rule === 'address' ? people(names.xmpp) : people(names.mail ?? []);
}

/**
 * `authorized` is set for sockets of a tls.Server only; ours are wrapped one by one, where the verdict is to be had from the handle alone. Should it not be
 * there, nobody is let in by certificate.
 */
function isVerified(socket: TLSSocket): boolean {
  const handle = (socket as unknown as { _handle?: { verifyError?: () => Error | null | undefined } | null })._handle;
  return typeof handle?.verifyError === 'function' && (handle.verifyError() ?? null) === null;
}
