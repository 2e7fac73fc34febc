import type { Protocol } from '../router/hooks.ts';

/** What the streams themselves speak. */
export const streamProtocols: readonly Protocol[] = [
  {
    number: 'RFC 6120',
    title: 'XMPP: Core',
    version: '2011-03',
    status: 'complete',
    note: 'Client streams. Server-to-server streams are not in this release.',
  },
  { number: 'RFC 7590', title: 'TLS in XMPP', version: '2015-06', status: 'complete' },
  { number: 'RFC 7622', title: 'XMPP address format', version: '2015-09', status: 'complete' },
  {
    number: 'RFC 5802, RFC 7677',
    title: 'SCRAM-SHA-1 and SCRAM-SHA-256, with and without channel binding',
    version: '2015-11',
    status: 'complete',
  },
  {
    number: 'RFC 9266, RFC 5929',
    title: 'Channel bindings tls-exporter and tls-server-end-point',
    version: '2022-07',
    status: 'complete',
    note: 'tls-unique is refused.',
  },
  { number: 'RFC 7395', title: 'XMPP Subprotocol for WebSocket', version: '2014-10', status: 'complete', note: 'Path /xmpp-websocket.' },
  {
    number: 'XEP-0124',
    title: 'Bidirectional-streams Over Synchronous HTTP (BOSH)',
    version: '1.11.2',
    status: 'complete',
    note: 'Paths /http-bind and /httpbinding. One stream a session, no compressed requests.',
  },
  { number: 'XEP-0206', title: 'XMPP Over BOSH', version: '1.4', status: 'complete' },
  {
    number: 'XEP-0156',
    title: 'Discovering Alternative XMPP Connection Methods',
    version: '1.4.0',
    status: 'complete',
    note: 'host-meta as XRD and JSON.',
  },
  { number: 'XEP-0106', title: 'JID Escaping', version: '1.1', status: 'complete' },
  { number: 'XEP-0198', title: 'Stream Management', version: '1.6.3', status: 'complete' },
  { number: 'XEP-0352', title: 'Client State Indication', version: '1.0.0', status: 'complete' },
  {
    number: 'XEP-0368',
    title: 'SRV records for XMPP over TLS',
    version: '1.1.0',
    status: 'complete',
    note: "Direct TLS with ALPN on the clients' port.",
  },
  { number: 'XEP-0440', title: 'SASL Channel-Binding Type Capability', version: '0.4.2', status: 'complete' },
  { number: 'XEP-0478', title: 'Stream Limits Advertisement', version: '0.2.0', status: 'complete' },
];
