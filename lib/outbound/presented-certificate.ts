import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { forbiddenAddress } from './https-call.ts';

export interface PresentedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly sha256: string;
  readonly selfSigned: boolean;
  readonly pem: string;
}
export type Presented =
  | { readonly ok: true; readonly chain: readonly PresentedCertificate[]; readonly protocol: string }
  | { readonly ok: false; readonly why: string };

const nameOf = (name: Readonly<Record<string, unknown>>): string =>
  Object.entries(name)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(', ');

function factsOf(certificate: DetailedPeerCertificate): PresentedCertificate {
  const body = certificate.raw
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd();
  return {
    subject: nameOf({ ...certificate.subject }),
    issuer: nameOf({ ...certificate.issuer }),
    names: certificate.subjectaltname ?? '',
    notBefore: Date.parse(certificate.valid_from),
    notAfter: Date.parse(certificate.valid_to),
    sha256: certificate.fingerprint256,
    selfSigned: nameOf({ ...certificate.subject }) === nameOf({ ...certificate.issuer }),
    pem: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
  };
}

/** What a server shows of itself, whether it is trusted or not: for an administrator to compare. Nothing is sent to it. */
export async function presentedCertificate(deps: {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly allowLoopback: boolean;
  readonly timeoutMs: number;
}): Promise<Presented> {
  const { host, port } = deps;
  let address: string;
  try {
    address = isIP(host) === 0 ? (await lookup(host)).address : host;
  } catch {
    return { ok: false, why: `the name ${host} is not known` };
  }
  const why = forbiddenAddress(address, deps.allowLoopback);
  if (why !== null) return { ok: false, why };
  const name = deps.serverName === '' ? host : deps.serverName;
  return new Promise((resolve) => {
    // Nothing is sent to it and nothing believed that it says: the certificate itself is what is asked for.
    const socket = connect({ host: address, port, rejectUnauthorized: false, ...(isIP(name) === 0 ? { servername: name } : {}) });
    const end = (answer: Presented): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end({ ok: false, why: 'it does not answer' }), deps.timeoutMs);
    socket.on('error', (error: NodeJS.ErrnoException) => end({ ok: false, why: error.code ?? error.message }));
    socket.on('secureConnect', () => {
      const chain: PresentedCertificate[] = [];
      const seen = new Set<string>();
      for (let one = socket.getPeerCertificate(true); one?.raw && !seen.has(one.fingerprint256); one = one.issuerCertificate) {
        seen.add(one.fingerprint256);
        chain.push(factsOf(one));
        if (chain.length >= 10) break;
      }
      end({ ok: true, chain, protocol: socket.getProtocol() ?? '' });
    });
  });
}
