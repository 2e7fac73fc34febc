/** Names on the wire that only chat rooms write, and nicknames. */
import { NS } from '../xmpp/stanza/namespaces.ts';

const MUC = 'http://jabber.org/protocol/muc';
export const MUC_NS = {
  muc: MUC,
  user: `${MUC}#user`,
  admin: `${MUC}#admin`,
  owner: `${MUC}#owner`,
  roomInfo: `${MUC}#roominfo`,
  roomConfig: `${MUC}#roomconfig`,
  register: `${MUC}#register`,
  request: `${MUC}#request`,
  stableId: `${MUC}#stable_id`,
  selfPing: `${MUC}#self-ping-optimization`,
  unique: `${MUC}#unique`,
  direct: 'jabber:x:conference',
  occupantId: 'urn:xmpp:occupant-id:0',
  moderate: 'urn:xmpp:message-moderate:1',
  moderateOld: 'urn:xmpp:message-moderate:0',
  retract: 'urn:xmpp:message-retract:1',
  retractOld: 'urn:xmpp:message-retract:0',
  fasten: 'urn:xmpp:fasten:0',
  vcard: 'vcard-temp',
  vcardUpdate: 'vcard-temp:x:update',
  search: 'urn:xmpp:channel-search:0:search',
  searchParams: 'urn:xmpp:channel-search:0:search-params',
  searchOrder: 'urn:xmpp:channel-search:0:order',
  searchError: 'urn:xmpp:channel-search:0:error',
  fullText: 'urn:xmpp:fulltext:0',
  hints: 'urn:xmpp:hints',
  hats: 'urn:xmpp:hats:0',
  hatCommands: 'urn:xmpp:hats:commands',
  ping: NS.ping,
} as const;

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Longest nickname, in characters. */
const MAX_NICK = 256;

/**
 * What two nicknames are compared by: RFC 8266 maps white space, letter case and compatibility forms, so that nobody passes as somebody else. Null
 * when nothing visible is left or signs are hidden in it.
 */
export function nickKey(nick: string): string | null {
  if (nick.length > MAX_NICK || INVISIBLE.test(nick)) return null;
  const key = nick
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
  return key === '' ? null : key;
}
