import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { TlsContexts } from './ports.ts';

export type ContextChooser = (servername: string, done: (error: Error | null, context?: SecureContext) => void) => void;

/** Chooses the certificate by the name that the client asks for (RFC 6066 §3). One serves all connections, so that none costs a closure. */
export const contextChooser =
  (tls: TlsContexts): ContextChooser =>
  (servername, done) => {
    try {
      done(null, tls.contextFor(servername.toLowerCase()));
    } catch (error) {
      done(error as Error);
    }
  };

/**
 * TLS over an accepted connection. `secure` and `_tlsError` are events of the socket then; there is no tls.Server that would hear them. Throws when no
 * certificate can be had.
 */
export const wrapInTls = (raw: Socket, tls: TlsContexts, chooseContext: ContextChooser, directTls: boolean): TLSSocket =>
  new TLSSocket(raw, {
    isServer: true,
    secureContext: tls.contextFor(''),
    // The choice costs every handshake a way out of OpenSSL and back.
    ...(tls.isOneForAll ? {} : { SNICallback: chooseContext }),
    // XEP-0368 §4: whoever names a protocol on this port must name ours.
    ...(directTls ? { ALPNProtocols: ['xmpp-client'] } : {}),
    // XEP-0178: asked for only where it is any use; many clients ask their person which one to show.
    requestCert: tls.clients?.areAsked ?? false,
    rejectUnauthorized: false,
  });
