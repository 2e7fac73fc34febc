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
  { number: 'XEP-0440', title: 'SASL Channel-Binding Type Capability', version: '1.0.0', status: 'complete' },
  { number: 'XEP-0478', title: 'Stream Limits Advertisement', version: '0.2.0', status: 'complete' },
  {
    number: 'XEP-0178',
    title: 'Best Practices for Use of SASL EXTERNAL with Certificates',
    version: '1.2',
    status: 'partial',
    note: 'For clients. Off unless authorities are named; revocation lists are not read.',
  },
  { number: 'XEP-0386', title: 'Bind 2', version: '1.1.0', status: 'complete' },
  { number: 'XEP-0388', title: 'Extensible SASL Profile', version: '1.0.4', status: 'complete' },
  { number: 'XEP-0474', title: 'SASL SCRAM Downgrade Protection', version: '0.5.0', status: 'complete' },
  {
    number: 'XEP-0480',
    title: 'SASL Upgrade Tasks',
    version: '0.2.0',
    status: 'complete',
    note: 'To SCRAM-SHA-256, and to more iterations.',
  },
  {
    number: 'XEP-0484',
    title: 'Fast Authentication Streamlining Tokens',
    version: '0.2.0',
    status: 'complete',
    note: 'HT-SHA-256-EXPR, -ENDP and -NONE. TLS early data is not taken, so it is not offered.',
  },
];
