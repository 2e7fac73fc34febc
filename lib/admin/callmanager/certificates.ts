import { X509Certificate } from 'node:crypto';
import { callManagerFaults } from '../../callmanager/index.ts';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { CertificateView } from './outputs.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const MOST = 50;

/** The certificates of a PEM text, read; refused when one of them is none. */
export function readAuthorities(pem: string): Result<readonly Omit<CertificateView, 'pem'>[], Fault> {
  if (pem.trim() === '') return ok([]);
  const wrong = (why: string): Result<never, Fault> => refuse(callManagerFaults.badCertificate({ why }, { fields: { caPem: why } }));
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) return wrong('It must be PEM: blocks that begin with -----BEGIN CERTIFICATE-----.');
  if (blocks.length > MOST) return wrong(`There are ${blocks.length} certificates; at most ${MOST} are taken.`);
  if (/PRIVATE KEY-----/.test(pem)) return wrong('It holds a private key, which is not needed here and should stay where it is.');
  const read: Omit<CertificateView, 'pem'>[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      const certificate = new X509Certificate(block);
      read.push({
        subject: certificate.subject.replaceAll('\n', ', '),
        issuer: certificate.issuer.replaceAll('\n', ', '),
        names: certificate.subjectAltName ?? '',
        notBefore: Date.parse(certificate.validFrom),
        notAfter: Date.parse(certificate.validTo),
        sha256: certificate.fingerprint256,
        selfSigned: certificate.subject === certificate.issuer,
      });
    } catch {
      return wrong(`Certificate ${index + 1} of the text cannot be read. Check that it was copied whole.`);
    }
  }
  return ok(read);
}
