import type { Entry } from 'ldapts';
import { escapeFilterValue, isAttributeName } from './escape.ts';
import type { AttributeMap, DirectoryKind, DirectoryPerson } from './ports.ts';

/** What the two kinds of directories call things, for forms to begin with. */
export const usualAttributes: Readonly<Record<DirectoryKind, AttributeMap>> = {
  'active-directory': {
    key: 'objectGUID',
    userId: 'sAMAccountName',
    name: 'displayName',
    mail: 'mail',
    uri: 'msRTCSIP-PrimaryUserAddress',
    phone: 'telephoneNumber',
    department: 'department',
    title: 'title',
    photo: 'thumbnailPhoto',
    control: 'userAccountControl',
  },
  generic: {
    key: 'entryUUID',
    userId: 'uid',
    name: 'cn',
    mail: 'mail',
    uri: '',
    phone: 'telephoneNumber',
    department: 'ou',
    title: 'title',
    photo: 'jpegPhoto',
    control: '',
  },
};
export const usualFilter: Readonly<Record<DirectoryKind, string>> = {
  // Of users, computers and trusts only the users ([MS-SAMR] 2.2.1.9).
  'active-directory': '(&(objectClass=user)(sAMAccountType=805306368))',
  generic: '(objectClass=inetOrgPerson)',
};

/** Bit 2 of userAccountControl: ACCOUNTDISABLE. */
const DISABLED = 2;
/** Values of a directory are data: no longer than they may be shown. */
const MAX_TEXT = 256;

/** Attributes to ask for; pictures are asked for one at a time. */
export const attributesOf = (map: AttributeMap): string[] =>
  [...new Set(Object.entries(map).flatMap(([what, name]) => (what === 'photo' || name === '' ? [] : [name])))].filter(isAttributeName);

/** First value as text, without control characters. */
function textOf(entry: Entry, attribute: string, max = MAX_TEXT): string {
  if (attribute === '') return '';
  const found = valuesOf(entry, attribute);
  const value = Array.isArray(found) ? found[0] : found;
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : value.toString('utf8');
  return [...text.replace(/[\p{Cc}\p{Cs}]/gu, ' ').trim()].slice(0, max).join('');
}

/** Names of attributes are case-insensitive (RFC 4512 §2.5). */
function valuesOf(entry: Entry, attribute: string): Entry[string] | undefined {
  const exact = entry[attribute];
  if (exact !== undefined) return exact;
  const wanted = attribute.toLowerCase();
  const name = Object.keys(entry).find((key) => key.toLowerCase() === wanted);
  return name === undefined ? undefined : entry[name];
}

export function octetsOf(entry: Entry, attribute: string): Buffer | null {
  const found = valuesOf(entry, attribute);
  const value = Array.isArray(found) ? found[0] : found;
  if (value === undefined) return null;
  const octets = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return octets.length === 0 ? null : octets;
}

/** Attributes whose values are octets. */
export const binaryOf = (map: AttributeMap): string[] => [map.key, map.photo].filter((name) => name !== '');

/** `sip:anna@example.com` and `SIP:...` are the address behind it. */
const withoutScheme = (uri: string): string => uri.replace(/^(?:sips?|xmpp|mailto|im):/i, '');

/** UUIDs come as text (entryUUID) or as 16 octets (objectGUID): both become one form. */
function keyOf(entry: Entry, attribute: string): string {
  const octets = octetsOf(entry, attribute);
  if (octets === null) return '';
  const text = octets.toString('utf8');
  return /^[\x21-\x7e]{1,128}$/.test(text) && octets.length !== 16 ? text.toLowerCase() : octets.toString('hex').slice(0, 256);
}

/** An entry without key or user ID is nobody: what is missing is told. */
export function personOf(entry: Entry, map: AttributeMap): DirectoryPerson {
  const control = Number(textOf(entry, map.control) || '0');
  const userId = textOf(entry, map.userId, 1_000);
  return {
    key: keyOf(entry, map.key),
    dn: entry.dn,
    userId,
    name: textOf(entry, map.name) || userId,
    mail: textOf(entry, map.mail),
    uri: withoutScheme(textOf(entry, map.uri)),
    phone: textOf(entry, map.phone, 64),
    department: textOf(entry, map.department),
    title: textOf(entry, map.title),
    enabled: (control & DISABLED) === 0,
  };
}

/** Words that each begin some attribute of a name; what a client typed. */
export function searchFilter(words: readonly string[], map: AttributeMap, people: string): string {
  const fields = [map.name, map.userId, map.mail, 'givenName', 'sn'].filter((name) => name !== '' && isAttributeName(name));
  const word = (text: string) => {
    const value = escapeFilterValue(text);
    return `(|${[...new Set(fields)].map((name) => `(${name}=${value}*)`).join('')}(${map.name}=* ${value}*))`;
  };
  return `(&${people}${words.slice(0, 8).map(word).join('')})`;
}
