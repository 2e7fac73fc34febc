import { createHash } from 'node:crypto';
import type { SecureContext, TLSSocket } from 'node:tls';

/** The bindings we know (XEP-0440 §3). tls-unique is not among them: it does not exist under TLS 1.3 and is unsafe before. */
export type BindingType = 'tls-exporter' | 'tls-server-end-point';

/** The binding data of one TLS connection, worked out when asked for. */
export interface ChannelBinding {
  readonly types: readonly BindingType[];
  data(type: BindingType): Buffer | null;
}

/**
 * RFC 9266: the exporter is safe from TLS 1.3 on (before, only with an extension that Node does not report). RFC 5929 §4: the hash of the
 * certificate that this very connection showed.
 */
export function bindingOf(socket: TLSSocket): ChannelBinding {
  const modern = socket.getProtocol() === 'TLSv1.3';
  const endPoint = endPointOf(socket);
  const types: BindingType[] = [];
  if (modern) types.push('tls-exporter');
  if (endPoint !== null) types.push('tls-server-end-point');
  return {
    types,
    data(type) {
      if (type === 'tls-server-end-point') return endPoint;
      return modern ? socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)) : null;
    },
  };
}

/** Reading the certificate off a connection costs more than the rest of a sign-in: those made with one context show the same. */
const contexts = new WeakMap<TLSSocket, SecureContext>();
const hashes = new WeakMap<SecureContext, { readonly hash: Buffer | null }>();

/** Every handshake of this socket shows the certificate of this context. */
export function showsCertificateOf(socket: TLSSocket, context: SecureContext): void {
  contexts.set(socket, context);
}

function endPointOf(socket: TLSSocket): Buffer | null {
  const context = contexts.get(socket);
  const known = context === undefined ? undefined : hashes.get(context);
  if (known !== undefined) return known.hash;
  const certificate = socket.getCertificate();
  const der = certificate !== null && 'raw' in certificate && Buffer.isBuffer(certificate.raw) ? certificate.raw : null;
  const hash = der === null ? null : endPointHash(der);
  if (context !== undefined) hashes.set(context, { hash });
  return hash;
}

/** Signature algorithms by the octets of their object identifier. MD5 and SHA-1 are replaced by SHA-256 (RFC 5929 §4.1). */
const HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010e': 'sha224',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};
/** RSASSA-PSS names its hash in the parameters. */
const PSS = '2a864886f70d01010a';
const PSS_HASHES: readonly (readonly [string, string])[] = [
  ['0609608648016503040201', 'sha256'],
  ['0609608648016503040202', 'sha384'],
  ['0609608648016503040203', 'sha512'],
  ['0609608648016503040204', 'sha224'],
];

/** The data of tls-server-end-point for a certificate (DER), null where RFC 5929 defines none (Ed25519 signs without a hash of its own). */
export function endPointHash(der: Buffer): Buffer | null {
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { algorithm OID, parameters }, signature }
  const outer = header(der, 0);
  if (outer === null) return null;
  const tbs = header(der, outer.from);
  if (tbs === null) return null;
  const algorithm = header(der, tbs.to);
  if (algorithm === null) return null;
  const oid = header(der, algorithm.from);
  if (oid === null) return null;
  const id = der.subarray(oid.from, oid.to).toString('hex');
  let hash = HASHES[id];
  if (id === PSS) {
    const parameters = der.subarray(oid.to, algorithm.to).toString('hex');
    // The first hash named is the one of the signature, the second that of its mask; none named means SHA-1.
    const found = PSS_HASHES.map(([hex, name]) => ({ at: parameters.indexOf(hex), name })).filter((f) => f.at >= 0);
    hash = found.sort((a, b) => a.at - b.at)[0]?.name ?? 'sha256';
  }
  return hash === undefined ? null : createHash(hash).update(der).digest();
}

/** The content of the DER value at `at`: from where to where. */
function header(der: Buffer, at: number): { from: number; to: number } | null {
  const first = der[at + 1];
  if (first === undefined) return null;
  if (first < 0x80) return { from: at + 2, to: at + 2 + first };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4 || at + 2 + octets > der.length) return null;
  const length = der.readUIntBE(at + 2, octets);
  return { from: at + 2 + octets, to: at + 2 + octets + length };
}
