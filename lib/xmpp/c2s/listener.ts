import { createTcpListener, type TcpListener } from '../stream/tcp-listener.ts';
import { ClientConnection, type ConnectionDeps } from './connection.ts';
import { listenFaults } from './faults.ts';

export type ClientListener = TcpListener;

/** A port for clients: `starttls` begins in the clear (5222), `direct-tls` with TLS (5223, XEP-0368). */
export function createClientListener(
  deps: ConnectionDeps,
  options: { readonly kind: 'starttls' | 'direct-tls'; readonly host: string },
): ClientListener {
  return createTcpListener({
    host: () => options.host,
    kind: options.kind,
    event: 'c2s',
    faults: listenFaults,
    log: deps.log,
    accept(socket) {
      deps.counters.accepted++;
      const wait = deps.gate.enter(socket.remoteAddress ?? '');
      if (wait === null) {
        socket.destroy();
        return;
      }
      new ClientConnection(deps, socket, options.kind === 'direct-tls', wait);
    },
  });
}
