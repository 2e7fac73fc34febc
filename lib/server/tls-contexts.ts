import { createSecureContext, type SecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import type { ServerValues } from '../config/schema/index.ts';
import type { Live } from '../kernel/live.ts';
import type { Certificates, CertificateUse } from '../security/index.ts';

/**
 * TLS contexts made from the certificates of the node, kept until a certificate or the oldest allowed version changes. Listeners ask at each
 * handshake, so new connections use a new certificate at once and open ones keep theirs (T-6).
 */
export function createTlsContexts(deps: {
  readonly certificates: Certificates;
  readonly use: CertificateUse;
  readonly settings: Live<ServerValues>;
}): {
  /** The same for every server name: one certificate names all hosted domains. */
  contextFor(servername: string): SecureContext;
  /** For `setSecureContext` of a server that keeps a context of its own, which serves clients that name no server. */
  options(): SecureContextOptions;
  /** Called when `options` gives something new. */
  onChange(fn: () => void): () => void;
  stop(): void;
} {
  const { certificates, use, settings } = deps;
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
    };
  }
  function context(): SecureContext {
    made ??= createSecureContext(options());
    return made;
  }
  return {
    contextFor: () => context(),
    options,
    onChange(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    stop() {
      for (const off of forget) off();
    },
  };
}
