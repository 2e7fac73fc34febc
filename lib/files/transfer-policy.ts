/**
 * Files from client to client: the server only carries the requests (XEP-0095, 0096, 0047, 0066, 0166, 0234, 0260, 0261) and the links
 * (XEP-0385, 0447). An administrator can turn such transfers off: then whatever offers a file is refused, whoever sends it.
 */
import type { FilesValues } from '../config/schema/index.ts';
import type { Live } from '../kernel/live.ts';
import type { Protocol, Room } from '../xmpp/router/hooks.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import type { Stanza, StanzaFault } from '../xmpp/stanza/stanza.ts';

const carried = 'Between clients; the server routes it, and an administrator can turn it off.';
export const transferProtocols: readonly Protocol[] = [
  { number: 'XEP-0047', title: 'In-Band Bytestreams', version: '2.0.1', status: 'complete', note: carried },
  { number: 'XEP-0066', title: 'Out of Band Data', version: '1.5', status: 'complete', note: carried },
  { number: 'XEP-0095', title: 'Stream Initiation', version: '1.2', status: 'complete', note: carried },
  { number: 'XEP-0096', title: 'SI File Transfer', version: '1.3.1', status: 'complete', note: carried },
  { number: 'XEP-0234', title: 'Jingle File Transfer', version: '0.19.1', status: 'complete', note: carried },
  { number: 'XEP-0260', title: 'Jingle SOCKS5 Bytestreams Transport Method', version: '1.0.3', status: 'complete', note: carried },
  { number: 'XEP-0261', title: 'Jingle In-Band Bytestreams Transport Method', version: '1.0', status: 'complete', note: carried },
];

const turnedOff: StanzaFault = {
  condition: 'not-allowed',
  text: 'The administrator of this server has turned off file transfers between clients.',
};

/** Payloads that are a transfer, whatever is in them. */
const TRANSFERS: ReadonlySet<string> = new Set([
  'http://jabber.org/protocol/si',
  'http://jabber.org/protocol/ibb',
  'http://jabber.org/protocol/bytestreams',
  'jabber:iq:oob',
]);
const IBB = 'http://jabber.org/protocol/ibb';
const JINGLE = 'urn:xmpp:jingle:1';
const JINGLE_MESSAGE = 'urn:xmpp:jingle-message:0';
const isFiles = (ns: string): boolean => ns.startsWith('urn:xmpp:jingle:apps:file-transfer:');

/** A Jingle session or an announcement of one that is about files; calls are not. */
const offersFiles = (offer: Element): boolean =>
  offer
    .elements()
    .some((child) => isFiles(child.ns) || (child.name === 'content' && child.elements().some((inside) => isFiles(inside.ns))));

function isTransfer(stanza: Stanza): boolean {
  if (stanza.kind === 'presence' || stanza.type === 'error') return false;
  if (stanza.kind === 'iq') {
    const { payload, type } = stanza;
    if (payload === null || (type !== 'get' && type !== 'set')) return false;
    return TRANSFERS.has(payload.ns) || (payload.ns === JINGLE && offersFiles(payload));
  }
  // XEP-0047 §4 sends data in messages too; XEP-0353 announces a session by one.
  return stanza.el.elements().some((child) => child.ns === IBB || (child.ns === JINGLE_MESSAGE && offersFiles(child)));
}

export function createTransferPolicy(deps: { readonly settings: Live<FilesValues>; readonly isProxy: (domain: string) => boolean }): Room {
  const check = (stanza: Stanza): StanzaFault | undefined => {
    // The proxy itself answers what is asked of it.
    if (deps.settings.get().transfer || !isTransfer(stanza) || (stanza.to !== null && deps.isProxy(stanza.to.domain))) return undefined;
    return turnedOff;
  };
  return {
    name: 'file-transfers',
    hooks: [
      { hook: 'stanza.leaving', stage: 'guard', run: (_session, stanza) => check(stanza) },
      { hook: 'stanza.arriving', stage: 'guard', run: (_user, stanza) => check(stanza) },
    ],
    protocols: transferProtocols,
  };
}
