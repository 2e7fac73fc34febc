import { createSecureContext, type SecureContext, type SecureContextOptions, type SecureVersion, type TLSSocket } from 'node:tls';
import type { ServerValues, XmppValues } from '../config/schema/index.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { accountsOf, type Certificates, type CertificateUse, readAuthorities } from '../security/index.ts';
import type { TlsContexts } from '../xmpp/c2s/index.ts';

const NO_AUTHORITIES = { usable: [], unusable: 0 } as const;

/**
 * TLS contexts made from the certificates of the node, kept until a certificate or the oldest allowed version changes. Listeners ask at each
 * handshake, so new connections use a new certificate at once and open ones keep theirs (T-6).
 */
export function createTlsContexts(deps: {
  readonly certificates: Certificates;
  readonly use: CertificateUse;
  readonly settings: Live<ServerValues>;
  /** Where clients may sign in by certificate. */
  readonly clients?: { readonly settings: Live<XmppValues>; readonly log: Log };
}): {
  /** The same for every server name: one certificate names all hosted domains. */
  contextFor(servername: string): SecureContext;
  /** For `setSecureContext` of a server that keeps a context of its own, which serves clients that name no server. */
  options(): SecureContextOptions;
  /** Called when `options` gives something new. */
  onChange(fn: () => void): () => void;
  readonly isOneForAll: true;
  readonly clients: NonNullable<TlsContexts['clients']>;
  stop(): void;
} {
  const { certificates, use, settings } = deps;
  let authorities: readonly string[] = [];
  const readClients = () => {
    const now = deps.clients?.settings.get();
    const read = now === undefined || now.clientCertificates === 'off' ? NO_AUTHORITIES : readAuthorities(now.clientAuthorities);
    if (read.unusable > 0) deps.clients?.log.warn('tls.client-authorities-unusable', { count: read.unusable });
    authorities = read.usable;
  };
  readClients();
  let made: SecureContext | null = null;
  const listeners = new Set<() => void>();
  const renew = () => {
    made = null;
    for (const fn of listeners) fn();
  };
  const forget = [
    certificates.onChange((changed) => {
      if (changed === use) renew();
    }),
    settings.onChange((now, was) => {
      if (now.tlsMinimum !== was.tlsMinimum) renew();
    }),
    deps.clients?.settings.onChange((now, was) => {
      if (now.clientCertificates === was.clientCertificates && now.clientAuthorities === was.clientAuthorities) return;
      readClients();
      renew();
    }),
  ];
  function options(): SecureContextOptions {
    const { keyPem, chainPem } = certificates.credentials(use);
    return {
      key: keyPem,
      cert: chainPem,
      // T-3: nothing before TLS 1.2 whatever the build of OpenSSL allows; forward secrecy and authenticated ciphers only.
      minVersion: settings.get().tlsMinimum as SecureVersion,
      ciphers: [
        'TLS_AES_128_GCM_SHA256',
        'TLS_AES_256_GCM_SHA384',
        'TLS_CHACHA20_POLY1305_SHA256',
        'ECDHE-ECDSA-AES128-GCM-SHA256',
        'ECDHE-RSA-AES128-GCM-SHA256',
        'ECDHE-ECDSA-AES256-GCM-SHA384',
        'ECDHE-RSA-AES256-GCM-SHA384',
        'ECDHE-ECDSA-CHACHA20-POLY1305',
        'ECDHE-RSA-CHACHA20-POLY1305',
      ].join(':'),
      honorCipherOrder: true,
      // Without authorities of ours those of the public would be believed.
      ...(authorities.length === 0 ? {} : { ca: [...authorities], sessionIdContext: 'rollcall-clients' }),
    };
  }
  function context(): SecureContext {
    made ??= createSecureContext(options());
    return made;
  }
  return {
    contextFor: () => context(),
    isOneForAll: true,
    clients: {
      get areAsked() {
        return authorities.length > 0;
      },
      namesOf(socket) {
        const certificate = isVerified(socket) ? socket.getPeerX509Certificate() : undefined;
        const rule = deps.clients?.settings.get().clientCertificates === 'mail' ? 'mail' : 'address';
        return certificate === undefined ? [] : accountsOf(certificate, rule);
      },
    },
    options,
    onChange(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    stop() {
      for (const off of forget) off?.();
    },
  };
}

/**
 * Has OpenSSL found a path from the client's certificate to one of the authorities of the connection? `authorized` is set for sockets of a tls.Server only;
 * ours are wrapped one by one, where the verdict is to be had from the handle alone. Should it not be there, nobody is let in by certificate.
 */
function isVerified(socket: TLSSocket): boolean {
  const handle = (socket as unknown as { _handle?: { verifyError?: () => Error | null | undefined } | null })._handle;
  return typeof handle?.verifyError === 'function' && (handle.verifyError() ?? null) === null;
}
