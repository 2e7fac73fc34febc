/** Pings of clients to the server and to their own account (XEP-0199). The server's pings of silent clients belong to the stream. */
import type { Protocol, Room } from '../router/hooks.ts';
import { NS } from '../stanza/namespaces.ts';

export const protocol: Protocol = { number: 'XEP-0199', title: 'XMPP Ping', version: '2.0.1', status: 'complete' };

const pong = { result: null };

export const createPing = (): Room => ({
  name: 'ping',
  iq: [{ ns: NS.ping, name: 'ping', targets: ['server', 'self'], types: ['get'], handle: () => pong }],
  features: { server: [NS.ping], account: [NS.ping] },
  protocols: [protocol],
});
