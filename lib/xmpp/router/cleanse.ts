/** What only the server, a room or an archive may say is taken out of what clients send (security reference S-4, S-5). */

import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { Stanza } from '../stanza/stanza.ts';

const OCCUPANT_ID = 'urn:xmpp:occupant-id:0';
const MUC_USER = 'http://jabber.org/protocol/muc#user';

/** The domain of an address as text, without the cost of preparing it; letter case is folded because that is all a forger may vary. */
function domainOf(address: string): string {
  const slash = address.indexOf('/');
  const head = slash < 0 ? address : address.slice(0, slash);
  return head.slice(head.indexOf('@') + 1).toLowerCase();
}

function isForged(child: Element, isOurs: (domain: string) => boolean): boolean {
  switch (child.ns) {
    case NS.stanzaId:
      // XEP-0359 §6: ids given in our name, by any of our addresses. `origin-id` is the client's own.
      return child.name === 'stanza-id' && isOurs(domainOf(child.attrs.by ?? ''));
    case OCCUPANT_ID:
      return true;
    case NS.delay:
      return isOurs(domainOf(child.attrs.from ?? ''));
    case NS.carbons:
      // `private` is for clients to send.
      return child.name === 'sent' || child.name === 'received';
    case NS.archive:
      return child.name === 'result';
    case MUC_USER:
      // Invitations and declines are for people to send; statuses and items are a room's.
      return child.child('status', MUC_USER) !== undefined || child.child('item', MUC_USER) !== undefined;
    default:
      return false;
  }
}

/** Removes forged children. Call before the stanza is rendered; it belongs to nobody else by then. */
export function cleanse(stanza: Stanza, isOurs: (domain: string) => boolean): void {
  const children = stanza.el.children;
  for (let i = children.length - 1; i >= 0; i--) {
    const child = children[i];
    if (child !== undefined && typeof child !== 'string' && child.ns !== NS.client && isForged(child, isOurs)) children.splice(i, 1);
  }
}
