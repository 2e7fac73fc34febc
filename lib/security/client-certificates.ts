import { X509Certificate } from 'node:crypto';
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
 * Accounts that a certificate speaks for (XEP-0178 §2). Identity is taken from the alternative names, never from the subject (T-4). Whether the
 * certificate is to be believed has been decided before.
 */
export function accountsOf(certificate: X509Certificate, rule: NamingRule): readonly BareJid[] {
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
