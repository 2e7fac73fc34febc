/**
 * Bookmarks in the form of XEP-0402 (one item for each room) and of XEP-0048 (one list). Pure. What one form has no place for is kept: extensions of the
 * new form stand beside nickname and password in the old one, and elements that an old client leaves out of its list stay with the room.
 */
import { parseJid } from '../kernel/jid.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import type { KeptItem } from './ports.ts';
import { parseKept } from './vcard-photo.ts';

export const NEW = 'urn:xmpp:bookmarks:1';
export const OLD = 'storage:bookmarks';

const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1';
const keyOf = (el: Element): string => `${el.ns} ${el.name}`;
const known = (el: Element): boolean => el.ns === OLD && (el.name === 'nick' || el.name === 'password');

/** The room a bookmark is of; null when it names none. */
export function roomOf(text: string | undefined): string | null {
  const jid = text === undefined ? null : parseJid(text);
  return jid === null || jid.local === '' || jid.resource !== '' ? null : jid.bare;
}

export interface OldList {
  readonly rooms: ReadonlyMap<string, Element>;
  /** Web pages and whatever else stands in the list. */
  readonly rest: readonly Element[];
}

export function readOldList(storage: Element): OldList {
  const rooms = new Map<string, Element>();
  const rest: Element[] = [];
  for (const el of storage.elements()) {
    const room = el.name === 'conference' && el.ns === OLD ? roomOf(el.attrs.jid) : null;
    if (room === null) rest.push(el);
    else rooms.set(room, el);
  }
  return { rooms, rest };
}

/** A room of the old list as an item; `before` is the item it replaces. */
export function toNew(room: string, old: Element, before: Element | null): KeptItem {
  const attrs: Record<string, string> = {};
  if (old.attrs.name !== undefined) attrs.name = old.attrs.name;
  if (isTrue(old.attrs.autojoin)) attrs.autojoin = 'true';
  const conference = new Element('conference', NEW, attrs);
  for (const name of ['nick', 'password']) {
    const text = old.child(name, OLD)?.text() ?? '';
    if (text !== '') conference.children.push(new Element(name, NEW, {}, [text]));
  }
  const extensions = new Map<string, Element>();
  for (const el of before?.child('extensions', NEW)?.elements() ?? []) extensions.set(keyOf(el), el);
  for (const el of old.elements()) if (!known(el)) extensions.set(keyOf(el), el);
  if (extensions.size > 0) conference.children.push(new Element('extensions', NEW, {}, [...extensions.values()]));
  return { id: room, xml: serialize(conference, '') };
}

export function toOld(item: KeptItem): Element | null {
  const conference = parseKept(item.xml);
  const room = roomOf(item.id);
  if (conference === null || conference.name !== 'conference' || conference.ns !== NEW || room === null) return null;
  const attrs: Record<string, string> = { jid: room };
  if (conference.attrs.name !== undefined) attrs.name = conference.attrs.name;
  if (isTrue(conference.attrs.autojoin)) attrs.autojoin = 'true';
  const old = new Element('conference', OLD, attrs);
  for (const name of ['nick', 'password']) {
    const text = conference.child(name, NEW)?.text() ?? '';
    if (text !== '') old.children.push(new Element(name, OLD, {}, [text]));
  }
  for (const el of conference.child('extensions', NEW)?.elements() ?? []) old.children.push(el);
  return old;
}

export const oldListXml = (items: readonly KeptItem[], rest: readonly Element[]): string =>
  serialize(new Element('storage', OLD, {}, [...items.flatMap((item) => toOld(item) ?? []), ...rest]), '');

/** Do two items say the same? Order of attributes and text of the wire aside. */
export const isSame = (a: KeptItem, b: KeptItem): boolean => {
  if (a.xml === b.xml) return true;
  const [left, right] = [toOld(a), toOld(b)];
  return left !== null && right !== null && serialize(left, '') === serialize(right, '');
};
