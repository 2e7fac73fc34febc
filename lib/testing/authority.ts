/** A certificate authority for tests, and what it issues to people. */
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { encodeAlternativeNames } from '../security/alternative-names.ts';

x509.cryptoProvider.set(webcrypto as unknown as Crypto);

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;
let count = 0;

export interface Issued {
  readonly cert: string;
  readonly key: string;
}
export interface Names {
  readonly xmpp?: readonly string[];
  readonly mail?: readonly string[];
  readonly cn?: string;
}
export interface Authority {
  readonly pem: string;
  issue(names: Names, more?: { readonly from?: number; readonly to?: number; readonly usage?: string }): Promise<Issued>;
}

const mailName = (mail: string): Buffer => Buffer.concat([Buffer.from([0x81, mail.length]), Buffer.from(mail, 'latin1')]);

/** GeneralNames: what the server writes itself, then mail addresses, which it never writes. */
function alternativeNames({ xmpp = [], mail = [] }: Names): Uint8Array<ArrayBuffer> {
  const own = encodeAlternativeNames({ dns: [], ip: [], srv: [], xmpp });
  const header = own[1] === 0x81 ? 3 : 2;
  const content = Buffer.concat([own.subarray(header), ...mail.map(mailName)]);
  if (content.length > 127) throw new Error('too many names for a test');
  return new Uint8Array(Buffer.concat([Buffer.from([0x30, content.length]), content]));
}

export async function createAuthority(cn: string): Promise<Authority> {
  const generate = () => webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
  const keys = await generate();
  const signingKey = keys.privateKey as unknown as CryptoKey;
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `4${(++count).toString(16).padStart(7, '0')}`,
    name: `CN=${cn}`,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 30 * day),
    keys: keys as unknown as CryptoKeyPair,
    signingAlgorithm: p256,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    pem: root.toString('pem'),
    async issue(names, { from = Date.now() - day, to = Date.now() + day, usage = '1.3.6.1.5.5.7.3.2' } = {}) {
      const own = await generate();
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: `4${(++count).toString(16).padStart(7, '0')}`,
        subject: `CN=${names.cn ?? 'somebody'}`,
        issuer: root.subject,
        notBefore: new Date(from),
        notAfter: new Date(to),
        publicKey: own.publicKey as unknown as CryptoKey,
        signingKey,
        signingAlgorithm: p256,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.ExtendedKeyUsageExtension([usage]),
          new x509.Extension('2.5.29.17', false, alternativeNames(names)),
        ],
      });
      return { cert: certificate.toString('pem'), key: KeyObject.from(own.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string };
    },
  };
}
