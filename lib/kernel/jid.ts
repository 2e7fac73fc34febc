import { domainToASCII, domainToUnicode } from 'node:url';
import { opaqueString, usernameCaseMapped } from './precis.ts';
import { ownText } from './text.ts';

/** XMPP addresses (RFC 7622). Parts are always in prepared form; compare the strings. */
export type BareJid = string & { readonly __bare: true };
export type FullJid = string & { readonly __full: true };
export type Domain = string & { readonly __domain: true };

export interface Jid {
  /** Empty for a domain address. */
  readonly local: string;
  readonly domain: Domain;
  /** Empty for a bare address. */
  readonly resource: string;
  readonly bare: BareJid;
  /** `bare` when there is no resource. */
  readonly full: FullJid | BareJid;
}

/** RFC 7622 §3.1: no part is longer than this, in octets of UTF-8, after preparation. */
const MAX_PART = 1023;

const fits = (part: string): boolean => part.length * 3 <= MAX_PART || Buffer.byteLength(part) <= MAX_PART;

// What RFC 7622 §3.3.1 forbids on top of the profile: " & ' / : < > @. The class is the rest of printable ASCII in lower case.
const PLAIN_LOCAL = /^[!#$%()*+,\-.0-9;=?[\\\]^_`a-z{|}~]+$/;
const FORBIDDEN_IN_LOCAL = /["&'/:<>@ ]/;

/** UsernameCaseMapped plus the characters RFC 7622 forbids. Null when the text is no localpart. */
export function prepareLocalpart(text: string): string | null {
  if (text.length > MAX_PART) return null;
  if (PLAIN_LOCAL.test(text)) return text;
  const prepared = usernameCaseMapped(text);
  return prepared === null || FORBIDDEN_IN_LOCAL.test(prepared) || !fits(prepared) ? null : prepared;
}

const PLAIN_DOMAIN = /^(?:(?!-|xn--)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-|xn--)(?=[a-z0-9_-]*[a-z_-])[a-z0-9_-]{1,63}(?<!-)$/;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^\[[0-9a-f:.]+\]$/i;
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i;
// URL syntax that the IDNA functions of node:url would interpret instead of refusing.
const NO_HOST = /[%/\\?#@:[\]\s<>^|"'`{}]/;

/** U-label form in lower case, one trailing dot gone; IPv4 and bracketed IPv6 literals pass (RFC 7622 §3.2). Null when it is no domain. */
export function prepareDomain(text: string): Domain | null {
  if (text.length > MAX_PART) return null;
  if (PLAIN_DOMAIN.test(text)) return text as Domain;
  if (IPV4.test(text)) return text as Domain;
  if (IPV6.test(text)) return (domainToASCII(text) || null) as Domain | null;
  const trimmed = text.endsWith('.') ? text.slice(0, -1) : text;
  if (trimmed === '' || NO_HOST.test(trimmed)) return null;
  const ascii = domainToASCII(trimmed);
  // A name that ends in a number would be read as an IPv4 address, in all its historic spellings.
  if (ascii === '' || NUMERIC_END.test(ascii) || NUMERIC_END.test(trimmed)) return IPV4.test(trimmed) ? (trimmed as Domain) : null;
  // What mapping brought about must be letters, digits and hyphens too: it can turn a letter into any ASCII sign.
  for (const label of ascii.split('.')) if (!LABEL.test(label)) return null;
  const unicode = domainToUnicode(ascii).normalize('NFC');
  return unicode === '' || domainToASCII(unicode) !== ascii || !fits(unicode) ? null : (unicode as Domain);
}

const PLAIN_RESOURCE = /^[\x20-\x7e]+$/;

/** OpaqueString: case is kept (RFC 7622 §3.4). Null when empty, too long or holding a refused character. */
export function prepareResource(text: string): string | null {
  if (text.length > MAX_PART) return null;
  if (PLAIN_RESOURCE.test(text)) return text;
  const prepared = opaqueString(text);
  return prepared === null || !fits(prepared) ? null : prepared;
}

/** OpaqueString for passwords (RFC 8265 §4). Null when empty or holding a refused character. */
export const prepareOpaque = (text: string): string | null => opaqueString(text);

const build = (local: string, domain: Domain, resource: string): Jid => {
  const bare = (local === '' ? domain : `${local}@${domain}`) as BareJid;
  return { local, domain, resource, bare, full: resource === '' ? bare : (`${bare}/${resource}` as FullJid) };
};

/** From parts that are already prepared, for example out of the database. */
export const makeJid = (local: string, domain: Domain, resource = ''): Jid => build(local, domain, resource);

/** The address without its resource. */
export const bareOf = (jid: Jid): Jid => (jid.resource === '' ? jid : build(jid.local, jid.domain, ''));

function parse(text: string): Jid | null {
  // RFC 7622 §3.2: the resource starts at the first slash, the domain after the first at-sign before it.
  const slash = text.indexOf('/');
  const head = slash < 0 ? text : text.slice(0, slash);
  const at = head.indexOf('@');
  let local = '';
  if (at >= 0) {
    const prepared = prepareLocalpart(head.slice(0, at));
    if (prepared === null) return null;
    local = prepared;
  }
  const domain = prepareDomain(at < 0 ? head : head.slice(at + 1));
  if (domain === null) return null;
  if (slash < 0) return build(local, domain, '');
  const resource = prepareResource(text.slice(slash + 1));
  return resource === null ? null : build(local, domain, resource);
}

/** Two generations of what was parsed lately: a full young one becomes the old one, what is asked for again moves back. */
const GENERATION = 20_000;
const CACHED_LENGTH = 300;
let young = new Map<string, Jid | null>();
let old = new Map<string, Jid | null>();

/**
 * Reads an address and prepares its parts; null when it is none. Equal texts mostly give the same object, but compare `full` or
 * `bare`, never objects.
 */
export function parseJid(text: string): Jid | null {
  let jid = young.get(text);
  if (jid !== undefined) return jid;
  if (text.length > CACHED_LENGTH) return parse(text);
  jid = old.get(text);
  const key = ownText(text);
  if (jid === undefined) jid = parse(key);
  if (young.size >= GENERATION) {
    old = young;
    young = new Map();
  }
  young.set(key, jid);
  return jid;
}

const ESCAPES: readonly (readonly [string, string])[] = [
  [' ', '20'],
  ['"', '22'],
  ['&', '26'],
  ["'", '27'],
  ['/', '2f'],
  [':', '3a'],
  ['<', '3c'],
  ['>', '3e'],
  ['@', '40'],
  ['\\', '5c'],
];
const TO_ESCAPE = new Map(ESCAPES);
const FROM_ESCAPE = new Map(ESCAPES.map(([char, hex]) => [hex, char] as const));

/**
 * A user ID as localpart (XEP-0106 §4.2): what a localpart may not hold becomes `\hh`. A backslash is escaped only where it would
 * read as an escape. Null when it begins or ends with a space (§4.1), which no escape may stand for.
 */
export function escapeNode(text: string): string | null {
  if (text.startsWith(' ') || text.endsWith(' ')) return null;
  return text.replace(/[ "&'/:<>@]|\\(?=20|22|26|27|2f|3a|3c|3e|40|5c)/g, (c) => `\\${TO_ESCAPE.get(c)}`);
}

/** The user ID behind an escaped localpart (XEP-0106 §4.3). */
export const unescapeNode = (local: string): string =>
  local.replace(/\\(20|22|26|27|2f|3a|3c|3e|40|5c)/g, (all, hex: string, at: number) =>
    // §4.3: an escaped space at the start or end is no escape.
    hex === '20' && (at === 0 || at + 3 === local.length) ? all : (FROM_ESCAPE.get(hex) ?? all),
  );
