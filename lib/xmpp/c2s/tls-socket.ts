import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { showsCertificateOf } from '../sasl/channel-binding.ts';
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
export function wrapInTls(raw: Socket, tls: TlsContexts, chooseContext: ContextChooser, directTls: boolean): TLSSocket {
  const secureContext = tls.contextFor('');
  const areAsked = tls.clients?.areAsked ?? false;
  // The choice costs every handshake a way out of OpenSSL and back. It stays where certificates of clients are looked at: without it a handshake ends over
  // one that is not trusted, in place of going on without it.
  const isChosen = !tls.isOneForAll || areAsked;
  const socket = new TLSSocket(raw, {
    isServer: true,
    secureContext,
    ...(isChosen ? { SNICallback: chooseContext } : {}),
    // XEP-0368 §4: whoever names a protocol on this port must name ours.
    ...(directTls ? { ALPNProtocols: ['xmpp-client'] } : {}),
    // XEP-0178: asked for only where it is any use; many clients ask their person which one to show.
    requestCert: areAsked,
    rejectUnauthorized: false,
  });
  if (!isChosen) showsCertificateOf(socket, secureContext);
  return socket;
}
