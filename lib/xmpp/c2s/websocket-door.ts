import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { clientAddress } from './client-address.ts';
import type { StreamDeps } from './client-stream.ts';
import { isTrusted, mayConnect } from './web-door.ts';
import { WebSocketStream, watchOctets } from './websocket.ts';

const PROTOCOL = 'xmpp';
/**
 * Messages up to this many times the largest stanza are read far enough to be refused by a stream error; beyond, the frame's length alone ends the
 * connection (status 1009).
 */
const FRAME_FACTOR = 4;

/** Takes over requests to upgrade to WebSocket; the path was looked at before. */
export interface WebSocketDoor {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export function createWebSocketDoor(deps: StreamDeps, isOpen: () => boolean): WebSocketDoor {
  // security-and-limits X-5: no compression. Messages are checked for UTF-8 below, by ws.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    handleProtocols: () => PROTOCOL,
  });

  function refuse(socket: Duplex, status: string, sentence: string): void {
    const body = `${sentence}\n`;
    socket.end(
      `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      // Whoever does not close its side keeps nothing open here.
      () => socket.destroy(),
    );
  }

  return {
    upgrade(request, duplex, head) {
      const settings = deps.settings.get();
      if (!isOpen() || !settings.websocket) return refuse(duplex, '404 Not Found', 'WebSocket is off on this server.');
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      if (!offered.includes(PROTOCOL)) return refuse(duplex, '400 Bad Request', 'This address speaks the subprotocol "xmpp" (RFC 7395).');
      if (!mayConnect(request, settings)) {
        deps.log.info('c2s.foreign-origin', { origin: request.headers.origin?.slice(0, 255), address: clientAddress(request) });
        return refuse(
          duplex,
          '403 Forbidden',
          'Pages of this origin may not connect. An administrator can allow it by the setting xmpp.webOrigins.',
        );
      }
      // An upgrade's stream is the socket of its request.
      const socket = duplex as Socket;
      deps.counters.accepted++;
      const address = clientAddress(request);
      const wait = deps.gate.enter(address);
      if (wait === null) return refuse(duplex, '503 Service Unavailable', 'This server takes no further connections at the moment.');
      const before = deps.counters.connections;
      server.options.maxPayload = settings.maxStanzaBytes * FRAME_FACTOR;
      watchOctets(socket);
      server.handleUpgrade(
        request,
        socket,
        head,
        (ws) => new WebSocketStream(deps, ws, socket, address, isTrusted(socket, settings), wait),
      );
      // ws answers a malformed handshake itself; then there is no stream that would leave.
      if (deps.counters.connections === before) deps.gate.leave(address);
    },
  };
}
