import 'reflect-metadata';
import { createPrivateKey, KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type AlternativeNames, encodeAlternativeNames } from './alternative-names.ts';

x509.cryptoProvider.set(webcrypto as unknown as Crypto);

export type KeyType = 'ec-p256' | 'rsa-3072';
const algorithms = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'rsa-3072': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) },
} as const;

/** Made off the event loop, in the thread pool. */
async function makeKeys(type: KeyType): Promise<{ keys: CryptoKeyPair; keyPem: string }> {
  const made = (await webcrypto.subtle.generateKey(algorithms[type], true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const keyPem = KeyObject.from(made.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string;
  return { keys: made as unknown as CryptoKeyPair, keyPem };
}

const subjectAlternativeName = '2.5.29.17';
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** A value in a distinguished name may hold anything; the characters with a meaning are escaped (RFC 4514 §2.4). */
const dnValue = (text: string): string => text.replace(/[\\",+<>;=#]/g, (c) => `\\${c}`).replace(/[\u0000-\u001f]/g, ' ');

export interface NewCertificate {
  readonly commonName: string;
  readonly organization: string;
  readonly names: AlternativeNames;
}

/** A self-signed certificate with a new P-256 key. `from` is a little in the past, so that clocks may differ. */
export async function makeSelfSigned(
  input: NewCertificate & { readonly from: number; readonly days: number },
): Promise<{ certificatePem: string; keyPem: string }> {
  const { keys, keyPem } = await makeKeys('ec-p256');
  // RFC 5280 §4.1.2.2: positive, at most 20 octets.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toString('hex'),
    name: subjectOf(input),
    notBefore: new Date(input.from - 3_600_000),
    notAfter: new Date(input.from + input.days * 86_400_000),
    keys,
    signingAlgorithm: algorithms['ec-p256'],
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      new x509.Extension(subjectAlternativeName, false, new Uint8Array(encodeAlternativeNames(input.names))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem };
}

/** A PKCS #10 request and the key it is for. The key never leaves the server. */
export async function makeRequest(input: NewCertificate & { readonly keyType: KeyType }): Promise<{ requestPem: string; keyPem: string }> {
  const { keys, keyPem } = await makeKeys(input.keyType);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectOf(input),
    keys,
    signingAlgorithm: algorithms[input.keyType],
    extensions: [
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | (input.keyType === 'rsa-3072' ? x509.KeyUsageFlags.keyEncipherment : 0),
        true,
      ),
      new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      new x509.Extension(subjectAlternativeName, false, new Uint8Array(encodeAlternativeNames(input.names))),
    ],
  });
  return { requestPem: `${request.toString('pem')}\n`, keyPem };
}

const subjectOf = (input: NewCertificate): string =>
  [
    `CN=${dnValue(input.commonName.slice(0, 64))}`,
    ...(input.organization === '' ? [] : [`O=${dnValue(input.organization.slice(0, 64))}`]),
  ].join(', ');

/** What node:crypto does not tell of a certificate on this Node: its signature hash and its raw alternative names. */
export function readExtras(der: Uint8Array): { signatureHash: string; alternativeNames: Buffer | null } {
  const certificate = new x509.X509Certificate(new Uint8Array(der));
  const { hash, name } = certificate.signatureAlgorithm as { name: string; hash?: { name?: string } | string };
  const extension = certificate.getExtension(subjectAlternativeName);
  return {
    signatureHash: (typeof hash === 'string' ? hash : hash?.name) ?? name,
    alternativeNames: extension ? Buffer.from(extension.value) : null,
  };
}

/** True when the text is a private key in PEM that can be used without a passphrase. */
export function readPrivateKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    return null;
  }
}
