/** Message carbons (XEP-0280): the other devices of a person get copies. */
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqHandler, Protocol } from '../xmpp/router/hooks.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { MessageType } from '../xmpp/stanza/stanza.ts';

export const carbonsProtocol: Protocol = { number: 'XEP-0280', title: 'Message Carbons', version: '1.0.1', status: 'complete' };

/** A stanza as `render` writes it, for where another namespace than `jabber:client` is the default. */
export const forwarded = (xml: string): string => `<message xmlns='${NS.client}'${xml.slice('<message'.length)}`;

/** What all copies of one message share: everything after the receiver's address. `message` is the complete stanza as `render` writes it. */
export const copyTail = (direction: 'sent' | 'received', type: MessageType, message: string): string =>
  `'${type === 'normal' ? '' : ` type='${type}'`}><${direction} xmlns='${NS.carbons}'><forwarded xmlns='${NS.forward}'>${forwarded(message)}</forwarded></${direction}></message>`;

/** §11: from the account's own bare JID to the device. A copy that bounces goes to that bare JID, where errors end. */
export const copyFor = (session: ClientSession, tail: string): string =>
  `<message from='${escapeAttribute(session.user.bare)}' to='${escapeAttribute(session.jid.full)}${tail}`;

/** §4: enabling twice is a success. */
export const carbonHandlers: readonly IqHandler[] = (['enable', 'disable'] as const).map((name) => ({
  ns: NS.carbons,
  name,
  targets: ['self', 'server'],
  types: ['set'],
  handle({ session }) {
    session.carbons = name === 'enable';
    return { result: null };
  },
}));
