import { lookup } from 'node:dns';
import { Agent, request } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';

/**
 * Requests over HTTPS to one server that an administrator named. Redirects are not followed; the address that a name leads to is looked at
 * before anything is sent, by the very connection that would use it (security reference F-4).
 */
export interface HttpsTarget {
  readonly host: string;
  readonly port: number;
  /** Authorities, PEM; empty: the public ones. */
  readonly caPem: string;
  /** Name expected in the certificate; empty: `host`. */
  readonly serverName: string;
  readonly allowLoopback: boolean;
}
export interface HttpsAsk {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Called with each piece as it comes, once the head is known. */
  onChunk(chunk: Buffer): void;
}
export interface HttpsHead {
  readonly status: number;
  readonly contentType: string;
  readonly cookies: readonly string[];
}
export type HttpsFailure =
  | { readonly is: 'unreachable' | 'certificate'; readonly why: string }
  | { readonly is: 'forbidden'; readonly address: string; readonly why: string }
  | { readonly is: 'slow' | 'too-large' | 'aborted' };
export type HttpsAnswer = { readonly ok: true; readonly head: HttpsHead } | { readonly ok: false; readonly failure: HttpsFailure };

export interface HttpsCaller {
  ask(ask: HttpsAsk): Promise<HttpsAnswer>;
  close(): void;
}

const never = new BlockList();
never.addSubnet('0.0.0.0', 8, 'ipv4');
never.addSubnet('169.254.0.0', 16, 'ipv4');
never.addSubnet('224.0.0.0', 3, 'ipv4');
never.addAddress('::', 'ipv6');
never.addSubnet('fe80::', 10, 'ipv6');
never.addSubnet('ff00::', 8, 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Why nothing may be sent to this address; null: it may. */
export function forbiddenAddress(address: string, allowLoopback: boolean): string | null {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  // `::ffff:127.0.0.1` is looked at as the IPv4 address that it is: BlockList does so itself.
  if (never.check(address, family)) return 'link-local, multicast and unspecified addresses are never asked';
  return !allowLoopback && loopback.check(address, family) ? 'addresses of this machine are asked only where the settings allow it' : null;
}

class Forbidden extends Error {
  constructor(
    readonly address: string,
    readonly why: string,
  ) {
    super(why);
  }
}

const guardedLookup =
  (allowLoopback: boolean): LookupFunction =>
  (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      for (const { address } of found) {
        const why = forbiddenAddress(address, allowLoopback);
        if (why !== null) return callback(new Forbidden(address, why), '', 0);
      }
      if (options.all) return callback(null, found);
      const [first] = found;
      callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };

const CERTIFICATE = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|ERR_SSL_)/;
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name service does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it has closed the connection',
  EPROTO: 'it does not speak TLS there',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not among those trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not among those trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not among those trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not among those trusted',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
};

function failureOf(error: NodeJS.ErrnoException): HttpsFailure {
  if (error instanceof Forbidden) return { is: 'forbidden', address: error.address, why: error.why };
  const code = error.code ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return { is: 'certificate', why: 'it is made out to another name' };
  const why = words[code] ?? (code === '' ? error.message : code);
  return CERTIFICATE.test(code) ? { is: 'certificate', why } : { is: 'unreachable', why };
}

export function createHttpsCaller({ host, port, caPem, serverName, allowLoopback }: HttpsTarget): HttpsCaller {
  const ca = caPem === '' ? [...rootCertificates] : caPem;
  const name = serverName === '' ? host : serverName;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1,
    ca,
    minVersion: 'TLSv1.2',
    lookup: guardedLookup(allowLoopback),
    ...(isIP(name) === 0 ? { servername: name } : {}),
  });

  return {
    ask: ({ method, path, headers, body, timeoutMs, maxBytes, signal, onChunk }) =>
      new Promise((resolve) => {
        // A name goes through `lookup`; an address does not.
        const why = isIP(host) === 0 ? null : forbiddenAddress(host, allowLoopback);
        if (why !== null) return resolve({ ok: false, failure: { is: 'forbidden', address: host, why } });
        if (signal.aborted) return resolve({ ok: false, failure: { is: 'aborted' } });
        let bytes = 0;
        const end = (answer: HttpsAnswer): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', abort);
          resolve(answer);
        };
        const fail = (failure: HttpsFailure): void => {
          end({ ok: false, failure });
          call.destroy();
        };
        const abort = (): void => fail({ is: 'aborted' });
        const timer = setTimeout(() => fail({ is: 'slow' }), timeoutMs);
        const call = request(
          { host, port, method, path, agent, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } },
          (answer) => {
            const head: HttpsHead = {
              status: answer.statusCode ?? 0,
              contentType: answer.headers['content-type'] ?? '',
              cookies: answer.headers['set-cookie'] ?? [],
            };
            answer.on('data', (chunk: Buffer) => {
              bytes += chunk.length;
              if (bytes > maxBytes) fail({ is: 'too-large' });
              else onChunk(chunk);
            });
            answer.on('end', () => end({ ok: true, head }));
            answer.on('error', (error: NodeJS.ErrnoException) => fail(failureOf(error)));
          },
        );
        call.on('error', (error: NodeJS.ErrnoException) => end({ ok: false, failure: failureOf(error) }));
        signal.addEventListener('abort', abort);
        call.end(body);
      }),
    close: () => agent.destroy(),
  };
}
