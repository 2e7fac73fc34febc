/** Roster items on the wire (RFC 6121 §2.1): reading what a client sets, writing items, results and pushes. */
import type { BareJid } from '../kernel/jid.ts';
import { parseJid } from '../kernel/jid.ts';
import { type Result, refuse } from '../kernel/result.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { escapeAttribute, escapeText } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { rosterFaults } from './faults.ts';
import type { RosterItem } from './ports.ts';

export const ROSTER = 'jabber:iq:roster';

/** Octets of a handle or a group name. */
const MAX_NAME_BYTES = 1023;
const MAX_GROUPS = 100;

/** What a client may say about an item; its `subscription` (but `remove`), `ask` and `approved` are ignored (RFC 6121 §2.1.2). */
export type ItemSet =
  | { readonly is: 'remove'; readonly contact: BareJid }
  | { readonly is: 'put'; readonly contact: BareJid; readonly name: string; readonly groups: readonly string[] };

/** Reads the query of a roster set. Refuses with the exact conditions of RFC 6121 §2.3.3. */
export function readItemSet(query: Element): Result<ItemSet, StanzaFault> {
  const items = query.elements();
  const [item] = items;
  if (items.length !== 1 || item === undefined || item.name !== 'item' || item.ns !== ROSTER)
    return refuse(rosterFaults.malformed('A contact list change holds exactly one item.'));
  const text = item.attrs.jid;
  if (text === undefined) return refuse(rosterFaults.malformed('The item has no address.'));
  const jid = parseJid(text);
  if (jid === null) return refuse(rosterFaults.badAddress);
  if (item.attrs.subscription === 'remove') return { ok: true, value: { is: 'remove', contact: jid.bare } };

  const name = item.attrs.name ?? '';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return refuse(rosterFaults.unacceptable('The name of the contact is too long.'));
  const groups: string[] = [];
  for (const child of item.elements()) {
    if (child.name !== 'group' || child.ns !== ROSTER) continue;
    const group = child.text();
    if (group === '') return refuse(rosterFaults.unacceptable('A group needs a name.'));
    if (Buffer.byteLength(group) > MAX_NAME_BYTES) return refuse(rosterFaults.unacceptable('The name of a group is too long.'));
    if (groups.includes(group)) return refuse(rosterFaults.malformed('A group is named twice.'));
    groups.push(group);
    if (groups.length > MAX_GROUPS) return refuse(rosterFaults.unacceptable(`A contact can be in ${MAX_GROUPS} groups at most.`));
  }
  return { ok: true, value: { is: 'put', contact: jid.bare, name, groups } };
}

/** Items are written as text at once: a sign-in storm writes millions of them. */
export function itemText(item: RosterItem): string {
  let text = `<item jid='${escapeAttribute(item.contact)}'`;
  if (item.name !== '') text += ` name='${escapeAttribute(item.name)}'`;
  text += ` subscription='${item.subscription}'`;
  if (item.ask) text += " ask='subscribe'";
  if (item.approved) text += " approved='true'";
  if (item.groups.length === 0) return `${text}/>`;
  text += '>';
  for (const group of item.groups) text += `<group>${escapeText(group)}</group>`;
  return `${text}</item>`;
}

export const removedText = (contact: BareJid): string => `<item jid='${escapeAttribute(contact)}' subscription='remove'/>`;

/** The account's number stands in front, so that an account made anew never takes an old client's copy for current. */
export const versionText = (accountId: number, version: number): string => `${accountId}.${version}`;

export const queryText = (items: string, ver: string): string => `<query xmlns='${ROSTER}' ver='${ver}'>${items}</query>`;
