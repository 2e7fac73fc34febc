/**
 * What kind of message this is: whether it has content, may be kept for later, belongs in the archive, may be copied to other devices. Pure. The rules
 * are those of XEP-0160 §3, XEP-0280 §6, XEP-0313 §5 and XEP-0334.
 */
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { MessageStanza } from '../xmpp/stanza/stanza.ts';

const HINTS = 'urn:xmpp:hints';
const CHAT_STATES = 'http://jabber.org/protocol/chatstates';
export const RETRACT = 'urn:xmpp:message-retract:1';
const MUC_USER = 'http://jabber.org/protocol/muc#user';

/** Payloads that are worth keeping without a body. */
const keptNamespaces = new Set([
  'urn:xmpp:receipts',
  'urn:xmpp:chat-markers:0',
  RETRACT,
  'urn:xmpp:message-retract:0',
  'urn:xmpp:reactions:0',
  'urn:xmpp:message-correct:0',
  'urn:xmpp:jingle-message:0',
  'jabber:x:conference',
  'eu.siacs.conversations.axolotl',
  'urn:xmpp:omemo:1',
  'urn:xmpp:omemo:2',
  'urn:xmpp:openpgp:0',
  'jabber:x:encrypted',
  'jabber:x:oob',
  'urn:xmpp:sfs:0',
  'urn:xmpp:fasten:0',
]);
const encryptedNamespaces = new Set([
  'eu.siacs.conversations.axolotl',
  'urn:xmpp:omemo:1',
  'urn:xmpp:omemo:2',
  'urn:xmpp:openpgp:0',
  'jabber:x:encrypted',
]);

export interface MessageTraits {
  /** Text of the body, empty without one. */
  readonly body: string;
  /** A person wrote something: a body, or an encrypted payload. Only this answers a contact (a receipt does not). */
  readonly isWritten: boolean;
  /** Worth keeping: written, or a payload that matters later. */
  readonly isKept: boolean;
  readonly noStore: boolean;
  readonly noPermanentStore: boolean;
  readonly noCopy: boolean;
  readonly isPrivate: boolean;
  /** A private message of a chat room; its sender is an occupant, not a person. */
  readonly isRoomPrivate: boolean;
  readonly isInvitation: boolean;
  readonly isGone: boolean;
  /** Encrypted: its body is at most a notice for clients that cannot read it. */
  readonly isEncrypted: boolean;
  /** Worth waking a device: something written, an invitation, a call. Receipts, markers and chat states are not. */
  readonly isAlert: boolean;
  /** Instant messaging payload (receipt, chat state, marker ...), for carbons. */
  readonly isImPayload: boolean;
  /** Id of the message that this one takes back (XEP-0424); empty: none. */
  readonly retracts: string;
}

export function traitsOf(stanza: MessageStanza): MessageTraits {
  let body = '';
  let hasBody = false;
  let encrypted = false;
  let kept = false;
  let store = false;
  let noStore = false;
  let noPermanentStore = false;
  let noCopy = false;
  let isPrivate = false;
  let mucUser: Element | null = null;
  let direct = false;
  let gone = false;
  let im = false;
  let call = false;
  let retracts = '';
  for (const child of stanza.el.children) {
    if (typeof child === 'string') continue;
    const { ns, name } = child;
    if (ns === NS.client) {
      if (name === 'body') {
        hasBody = true;
        if (body === '') body = child.text();
      }
    } else if (ns === HINTS) {
      // XEP-0334 §4.6: hints on errors mean nothing.
      if (stanza.type === 'error') continue;
      if (name === 'no-store') noStore = true;
      else if (name === 'no-permanent-store') noPermanentStore = true;
      else if (name === 'no-copy') noCopy = true;
      else if (name === 'store') store = true;
    } else if (ns === CHAT_STATES) {
      im = true;
      if (name === 'gone') gone = true;
    } else if (ns === NS.carbons) {
      if (name === 'private') isPrivate = true;
    } else if (ns === MUC_USER) mucUser = child;
    else if (keptNamespaces.has(ns)) {
      kept = true;
      im = true;
      if (encryptedNamespaces.has(ns)) encrypted = true;
      if (ns === 'jabber:x:conference') direct = true;
      else if (ns === 'urn:xmpp:jingle-message:0' && name === 'propose') call = true;
      else if (ns === RETRACT && name === 'retract') retracts = child.attrs.id ?? '';
    }
  }
  const isInvitation = direct || mucUser?.child('invite', MUC_USER) !== undefined;
  return {
    body,
    isWritten: hasBody || encrypted,
    isKept: hasBody || encrypted || kept || store || isInvitation,
    noStore,
    noPermanentStore,
    noCopy,
    isPrivate,
    isRoomPrivate: mucUser !== null && !isInvitation,
    isInvitation,
    isGone: gone,
    isEncrypted: encrypted,
    isAlert: hasBody || encrypted || isInvitation || call,
    isImPayload: im,
    retracts,
  };
}

/** XEP-0160 §3: what waits for someone who is offline. */
export const mayWait = (stanza: MessageStanza, traits: MessageTraits): boolean =>
  (stanza.type === 'chat' || stanza.type === 'normal') && traits.isKept && !traits.noStore;

/** XEP-0313 §5.1.1: what belongs in a person's archive. */
export const isArchivable = (stanza: MessageStanza, traits: MessageTraits): boolean =>
  (stanza.type === 'chat' || stanza.type === 'normal') && traits.isKept && !traits.noStore && !traits.noPermanentStore;

/** XEP-0280 §6.1. `outgoing`: a person's own message, copied to their other devices. */
export function isCopied(stanza: MessageStanza, traits: MessageTraits, outgoing: boolean): boolean {
  if (traits.isPrivate || traits.noCopy || stanza.type === 'groupchat' || stanza.type === 'headline') return false;
  if (traits.isRoomPrivate && !outgoing) return false;
  if (stanza.type === 'chat') return true;
  if (stanza.type === 'error') return traits.isImPayload || traits.isWritten;
  return traits.isWritten || traits.isImPayload || traits.isInvitation;
}
