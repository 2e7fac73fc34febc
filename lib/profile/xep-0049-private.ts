/** Private XML (XEP-0049): what a client keeps for its own account, one document for each element name and namespace. */

import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer, IqHandler, Protocol } from '../xmpp/router/hooks.ts';
import type { User } from '../xmpp/router/users.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { OLD } from './bookmark-xml.ts';
import { lasting } from './lasting.ts';
import type { ProfileStore } from './ports.ts';
import type { Bookmarks } from './xep-0411-bookmarks.ts';

export const protocol: Protocol = { number: 'XEP-0049', title: 'Private XML Storage', version: '1.2', status: 'complete' };

const PRIVATE = 'jabber:iq:private';
export const MAX_PRIVATE_BYTES = 131_072;
const MAX_NAME = 256;

const notYours: StanzaFault = { condition: 'forbidden', type: 'auth' };
const malformed: StanzaFault = {
  condition: 'bad-request',
  type: 'modify',
  text: 'The request names no document, or more than one can be read at once.',
};
const reserved: StanzaFault = { condition: 'not-acceptable', type: 'modify', text: 'A private document needs a namespace of its own.' };
const tooLarge: StanzaFault = {
  condition: 'not-acceptable',
  type: 'modify',
  text: `A private document can have ${MAX_PRIVATE_BYTES / 1024} KiB at most.`,
};

/** Namespaces of the protocol itself name no document (XEP-0049 §3). */
const isReserved = (ns: string): boolean => ns === '' || ns === PRIVATE || ns === NS.client || ns === 'jabber:server';

/** Bookmarks, where there are some, are kept elsewhere and only seen from here (XEP-0411). */
export function privateHandlers(deps: { store: ProfileStore; bookmarks?: Bookmarks | null }): readonly IqHandler[] {
  const { store, bookmarks = null } = deps;
  const isBookmarks = ({ name, ns }: { name: string; ns: string }): boolean => name === 'storage' && ns === OLD;

  async function read(user: User, documents: readonly Element[]): Promise<IqAnswer> {
    const [asked] = documents;
    if (asked === undefined || documents.length !== 1) return { fault: malformed };
    if (isReserved(asked.ns)) return { fault: reserved };
    if (bookmarks !== null && isBookmarks(asked)) return { result: `<query xmlns='${PRIVATE}'>${await bookmarks.read(user)}</query>` };
    const xml = await store.privateXml(user.accountId, asked.name, asked.ns);
    // Nothing kept is answered by the empty document (XEP-0049 §2.2).
    return { result: `<query xmlns='${PRIVATE}'>${xml ?? serialize(new Element(asked.name, asked.ns), PRIVATE)}</query>` };
  }

  function write(session: ClientSession, user: User, documents: readonly Element[]): Promise<IqAnswer> | IqAnswer {
    if (documents.length === 0) return { fault: malformed };
    const texts: { name: string; ns: string; xml: string }[] = [];
    for (const document of documents) {
      if (isReserved(document.ns) || document.ns.length > MAX_NAME || document.name.length > MAX_NAME) return { fault: reserved };
      const xml = serialize(document, PRIVATE);
      if (Buffer.byteLength(xml) > MAX_PRIVATE_BYTES) return { fault: tooLarge };
      texts.push({ name: document.name, ns: document.ns, xml });
    }
    const list = bookmarks === null ? undefined : documents.find(isBookmarks);
    const rest = list === undefined ? texts : texts.filter((text) => !isBookmarks(text));
    let fault: StanzaFault | null = null;
    return lasting(session, async () => {
      if (bookmarks !== null && list !== undefined) fault = await bookmarks.write(user, list);
      if (fault === null) for (const { name, ns, xml } of rest) await store.savePrivateXml(user.accountId, name, ns, xml);
    }).then((answer) => (fault === null ? answer : { fault }));
  }

  return [
    {
      ns: PRIVATE,
      name: 'query',
      targets: ['self'],
      types: ['get', 'set'],
      handle: ({ session, user, iq, payload }) =>
        iq.type === 'get' ? read(user, payload.elements()) : write(session, user, payload.elements()),
    },
    { ns: PRIVATE, name: 'query', targets: ['account'], types: ['get', 'set'], missing: notYours, handle: () => ({ fault: notYours }) },
  ];
}
