import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Fault } from '../kernel/faults.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { type AlternativeNames, decodeAlternativeNames, namesCover } from './alternative-names.ts';
import { certificateFaults } from './certificate-faults.ts';
import { readExtras, readPrivateKey } from './make-certificate.ts';

/**
 * T-6: everything is checked before a certificate may take the place of another. Refusals are what would break connections; warnings
 * are what an administrator may want all the same.
 */
export interface CheckedCertificate {
  readonly keyPem: string;
  /** Server certificate first, then its issuers, without a self-signed root. */
  readonly chain: readonly X509Certificate[];
  readonly names: AlternativeNames;
  readonly warnings: readonly string[];
}

export interface CheckInput {
  /** One or more certificates, in any order; a private key may stand in the same text. */
  readonly certificatePem: string;
  readonly keyPem?: string | undefined;
  /** Key of the waiting request, used when no other is given. */
  readonly requestKeyPem?: string | undefined;
  readonly allowIncompleteChain: boolean;
}
export interface CheckAgainst {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Names that should be covered, as A-labels, with the words for what they are. */
  readonly wanted: readonly { readonly name: string; readonly is: string }[];
  /** PEM certificates of public authorities. */
  readonly publicRoots: readonly string[];
}

const certificateBlock = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const keyBlock = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----/;

export const dayOf = (text: string | number): string => new Date(text).toISOString().slice(0, 10);
/** The distinguished name on one line: `CN=example.org, O=Example`. */
export const subjectText = (name: string | undefined): string => (name ?? '').split('\n').join(', ') || 'no name';
/** Not `checkIssued`: that wants the right to sign certificates, which a server certificate rightly lacks. */
export const isSelfSigned = (certificate: X509Certificate): boolean =>
  certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);

/** Certificates of a PEM text, in its order. */
export function readCertificates(pem: string): Result<readonly X509Certificate[], Fault> {
  const blocks = pem.match(certificateBlock) ?? [];
  if (blocks.length === 0) return refuse(certificateFaults.noCertificate());
  if (blocks.length > 10) return refuse(certificateFaults.tooMany({ count: blocks.length }));
  const certificates: X509Certificate[] = [];
  for (const [i, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return refuse(certificateFaults.unreadable({ number: i + 1 }));
    }
  }
  return ok(certificates);
}

function findKey(input: CheckInput): Result<{ key: KeyObject; ofRequest: boolean }, Fault> {
  const given = input.keyPem?.trim() ? input.keyPem : keyBlock.test(input.certificatePem) ? input.certificatePem : '';
  const block = keyBlock.exec(given)?.[0];
  if (given !== '') {
    // PKCS #8 says it in the label, the older forms in a header line.
    if (block && /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: *4,ENCRYPTED/.test(block)) return refuse(certificateFaults.keyEncrypted());
    const key = block ? readPrivateKey(block) : null;
    return key ? ok({ key, ofRequest: false }) : refuse(certificateFaults.keyUnreadable());
  }
  const key = input.requestKeyPem ? readPrivateKey(input.requestKeyPem) : null;
  return key ? ok({ key, ofRequest: true }) : refuse(certificateFaults.keyMissing());
}

/** `EC P-256`, `RSA 3072`, `Ed25519`. */
export function keyTypeText(key: KeyObject): string {
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = key;
  if (type === 'rsa' || type === 'rsa-pss') return `RSA ${details?.modulusLength ?? ''}`.trim();
  if (type === 'ec') {
    const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[details?.namedCurve ?? ''];
    return `EC ${curve ?? details?.namedCurve ?? ''}`.trim();
  }
  return type;
}
function keyIsAccepted(key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa' || type === 'rsa-pss') return (details?.modulusLength ?? 0) >= 2048;
  return type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? '');
}

export function checkCertificate(input: CheckInput, against: CheckAgainst): Result<CheckedCertificate, Fault> {
  const read = readCertificates(input.certificatePem);
  if (!read.ok) return read;
  const found = findKey(input);
  if (!found.ok) return found;
  const { key, ofRequest } = found.value;
  const subjects = read.value.map((c) => subjectText(c.subject)).join('; ');
  const leaf = read.value.find((c) => c.checkPrivateKey(key));
  if (!leaf) return refuse(ofRequest ? certificateFaults.requestMismatch({ subjects }) : certificateFaults.keyMismatch({ subjects }));
  if (!keyIsAccepted(key)) return refuse(certificateFaults.weakKey({ key: keyTypeText(key) }));

  const ordered = orderChain(leaf, read.value, against.publicRoots, input.allowIncompleteChain);
  if (!ordered.ok) return ordered;
  const { chain, unused, warnings } = ordered.value;
  for (const certificate of chain) {
    const fault = checkOne(certificate, against.now, certificate !== leaf);
    if (fault) return refuse(fault);
  }
  const extras = readExtras(leaf.raw);
  const names = extras.alternativeNames ? decodeAlternativeNames(extras.alternativeNames) : null;
  if (!names || names.dns.length + names.ip.length + names.srv.length + names.xmpp.length === 0) return refuse(certificateFaults.noNames());
  // X509Certificate#keyUsage lists the extended key usage; absent means any use.
  const uses = leaf.keyUsage as readonly string[] | undefined;
  if (uses && uses.length > 0 && !uses.includes('1.3.6.1.5.5.7.3.1') && !uses.includes('2.5.29.37.0'))
    return refuse(certificateFaults.notForServers());

  if (isSelfSigned(leaf)) warnings.push('It is self-signed: clients warn until they are told to trust it.');
  const missing = against.wanted.filter(({ name }) => !namesCover(names, name));
  if (missing.length > 0) {
    const shown = missing.slice(0, 5).map(({ name, is }) => `${is} ${name}`);
    const more = missing.length > shown.length ? ` and ${missing.length - shown.length} more` : '';
    warnings.push(`It does not name the ${shown.join(', ')}${more}: clients that connect there will warn or refuse.`);
  }
  const days = Math.floor((Date.parse(leaf.validTo) - against.now) / 86_400_000);
  if (days < 30)
    warnings.push(`It ends on ${dayOf(leaf.validTo)}, ${days === 0 ? 'in less than a day' : `in ${days} day${days === 1 ? '' : 's'}`}.`);
  if (unused > 0)
    warnings.push(
      `${unused} of the certificates given ${unused === 1 ? 'does' : 'do'} not belong to the chain and ${unused === 1 ? 'is' : 'are'} left out.`,
    );
  return ok({ keyPem: key.export({ type: 'pkcs8', format: 'pem' }) as string, chain, names, warnings });
}

function checkOne(certificate: X509Certificate, now: number, isIssuer: boolean): Fault | null {
  const subject = subjectText(certificate.subject);
  if (Date.parse(certificate.validTo) <= now) return certificateFaults.expired({ subject, date: dayOf(certificate.validTo) });
  if (Date.parse(certificate.validFrom) > now) return certificateFaults.notYetValid({ subject, date: dayOf(certificate.validFrom) });
  if (isIssuer && !certificate.ca) return certificateFaults.issuerNoAuthority({ subject });
  const { signatureHash } = readExtras(certificate.raw);
  return /sha-?1$|md5|md2/i.test(signatureHash) ? certificateFaults.weakSignature({ subject, hash: signatureHash }) : null;
}

/** From the server certificate up to a root; the order in the text does not matter. */
function orderChain(
  leaf: X509Certificate,
  given: readonly X509Certificate[],
  publicRoots: readonly string[],
  allowIncomplete: boolean,
): Result<{ chain: X509Certificate[]; unused: number; warnings: string[] }, Fault> {
  const chain = [leaf];
  const rest = new Set(given.filter((c) => c.fingerprint256 !== leaf.fingerprint256));
  let top = leaf;
  while (!isSelfSigned(top)) {
    const candidates = [...rest].filter((c) => top.checkIssued(c));
    const issuer = candidates.find((c) => top.verify(c.publicKey));
    if (!issuer) {
      const [wrong] = candidates;
      if (wrong) return refuse(certificateFaults.brokenChain({ subject: subjectText(top.subject), issuer: subjectText(wrong.subject) }));
      if (isPublicRoot(top, publicRoots)) return ok({ chain, unused: rest.size, warnings: [] });
      if (!allowIncomplete) return refuse(certificateFaults.incompleteChain({ issuer: subjectText(top.issuer) }));
      return ok({
        chain,
        unused: rest.size,
        warnings: [`The chain ends below "${subjectText(top.issuer)}": clients must know this issuer by themselves.`],
      });
    }
    rest.delete(issuer);
    // Clients have the root or do not trust it: sending it gains nothing (RFC 8446 §4.4.2 allows leaving it out).
    if (!isSelfSigned(issuer)) chain.push(issuer);
    top = issuer;
  }
  return ok({ chain, unused: rest.size, warnings: [] });
}

/** Is `certificate` issued by one of the public authorities? Parsing all of them takes a few milliseconds, once per upload. */
function isPublicRoot(certificate: X509Certificate, publicRoots: readonly string[]): boolean {
  return publicRoots.some((pem) => {
    const root = new X509Certificate(pem);
    return certificate.checkIssued(root) && certificate.verify(root.publicKey);
  });
}
