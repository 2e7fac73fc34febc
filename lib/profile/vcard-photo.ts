/** The picture in a vCard (XEP-0054, XEP-0153): its hash, taking it out, putting it in. Pure. */
import { createHash } from 'node:crypto';
import { Element } from '../xmpp/stanza/element.ts';
import { parseElement } from '../xmpp/stream/framer.ts';

const VCARD = 'vcard-temp';
const limits = {
  maxBytes: 4 * 1024 * 1024,
  maxDepth: 100,
  maxAttributes: 256,
  maxAttributeLength: 65_536,
  maxElements: 100_000,
  maxNamespaces: 1_000,
  maxNameLength: 1_024,
};

export function parseKept(xml: string): Element | null {
  const parsed = parseElement(Buffer.from(xml), limits);
  return parsed.is === 'element' ? parsed.el : null;
}

export interface Photo {
  readonly bytes: Buffer;
  readonly type: string;
  /** Hexadecimal SHA-1, as XEP-0084 and XEP-0153 name pictures. */
  readonly hash: string;
}

/** Null when the text holds no bytes. */
export function decoded(base64: string): Buffer | null {
  const bytes = Buffer.from(base64.replace(/\s+/g, ''), 'base64');
  return bytes.length === 0 ? null : bytes;
}
export const hashOf = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

/** By the first bytes; what clients say of it is often wrong. */
function typeOf(bytes: Buffer, said: string): string {
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  if (bytes.subarray(0, 4).toString('latin1') === 'GIF8') return 'image/gif';
  if (bytes.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp';
  return /^image\/[\w.+-]{1,40}$/.test(said) ? said : 'image/png';
}

export function photoOf(vcard: Element): Photo | null {
  const photo = vcard.child('PHOTO', VCARD);
  const bytes = decoded(photo?.child('BINVAL', VCARD)?.text() ?? '');
  if (photo === undefined || bytes === null) return null;
  return { bytes, type: typeOf(bytes, photo.child('TYPE', VCARD)?.text().trim() ?? ''), hash: hashOf(bytes) };
}

/** The vCard with this picture in place of the one it had; null: with none. */
export function withPhoto(vcard: Element | null, photo: Photo | null): Element {
  const children = (vcard?.children ?? []).filter((child) => typeof child === 'string' || child.name !== 'PHOTO' || child.ns !== VCARD);
  if (photo !== null)
    children.push(
      new Element('PHOTO', VCARD, {}, [
        new Element('TYPE', VCARD, {}, [photo.type]),
        new Element('BINVAL', VCARD, {}, [photo.bytes.toString('base64')]),
      ]),
    );
  return new Element('vCard', VCARD, { ...vcard?.attrs }, children);
}
