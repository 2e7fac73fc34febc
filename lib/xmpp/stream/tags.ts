import { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { codeAt, isSpace, NAME_CLASS, NCNAME, resolve } from './chars.ts';
import { isAt, knownName } from './known-names.ts';
import type { FrameLimits } from './limits.ts';

/** A prefix in scope; the list grows inwards and is shared by everything below the element that declares. */
export interface Binding {
  readonly prefix: string;
  readonly ns: string;
  readonly outer: Binding | null;
}

/** What `readStartTag` found. One object serves all calls: it is read before the next tag is. */
export interface StartTag {
  el: Element;
  /** The name as written, for comparison with the end tag. */
  tag: string;
  /** Default namespace and prefixes inside the element. */
  defaultNs: string;
  bindings: Binding | null;
  empty: boolean;
  /** Position after the tag. */
  end: number;
  /** Namespace declarations so far in this stanza. */
  namespaces: number;
}
export const startTag: StartTag = { el: new Element('', ''), tag: '', defaultNs: '', bindings: null, empty: false, end: 0, namespaces: 0 };

export interface TagFault {
  readonly condition: StreamCondition;
  readonly text: string;
}
const malformed = (text: string): TagFault => ({ condition: 'not-well-formed', text });
const violation = (text: string): TagFault => ({ condition: 'policy-violation', text });
const BAD_NAME = malformed('A name that XML does not allow.');
const BAD_TAG = malformed('A tag that XML does not allow.');
const BAD_VALUE = malformed('An attribute value that XML does not allow.');
const TWICE = malformed('An attribute stands twice in one tag.');
const UNBOUND = malformed('A prefix without namespace.');
const RESERVED = malformed('A reserved prefix or namespace is declared.');
const LONG_NAME = violation('A name is too long.');
const LONG_VALUE = violation('An attribute value is too long.');
const MANY_ATTRIBUTES = violation('Too many attributes in one element.');
const MANY_NAMESPACES = violation('Too many namespace declarations in one stanza.');

/** Where the colon of the name lies that `nameEnd` read last; -1 without prefix. */
let colon = -1;

/** Position after the name at `from`; `from` itself when there is none. Several colons or a bad character give -1. */
function nameEnd(text: string, from: number): number {
  const length = text.length;
  let i = from;
  let plain = true;
  colon = -1;
  for (; i < length; i++) {
    const c = text.charCodeAt(i);
    if (c < 128) {
      if (NAME_CLASS[c] !== 0) continue;
      if (c !== 0x3a /* : */) break;
      if (colon >= 0) return -1;
      colon = i;
    } else plain = false;
  }
  if (i === from) return from;
  if (plain) {
    if (NAME_CLASS[text.charCodeAt(from)] !== 2) return -1;
    if (colon >= 0 && (i < length ? colon + 1 === i || NAME_CLASS[text.charCodeAt(colon + 1)] !== 2 : false)) return -1;
    return i;
  }
  if (i === length) return i;
  if (colon < 0) return NCNAME.test(text.slice(from, i)) ? i : -1;
  return NCNAME.test(text.slice(from, colon)) && NCNAME.test(text.slice(colon + 1, i)) ? i : -1;
}

const lookUp = (bindings: Binding | null, prefix: string): string | null => {
  for (let b = bindings; b !== null; b = b.outer) if (b.prefix === prefix) return b.ns;
  return prefix === 'xml' ? NS.xml : null;
};

/** The unprefixed attributes of the tag that is being read. */
const seen: string[] = [];

/** Tags open at `at` (a `<`). Null when `startTag` holds the result, 'more' when the text ends before the tag. */
export function readStartTag(
  text: string,
  at: number,
  outerDefault: string,
  outerBindings: Binding | null,
  limits: FrameLimits,
  declaredBefore: number,
): TagFault | 'more' | null {
  const length = text.length;
  const nameStop = nameEnd(text, at + 1);
  if (nameStop >= length) return 'more';
  if (nameStop <= at + 1) return BAD_NAME;
  if (nameStop - at > limits.maxNameLength) return LONG_NAME;
  const tag = knownName(text, at + 1, nameStop);
  const tagColon = colon < 0 ? -1 : colon - at - 1;

  const attrs: Record<string, string> = {};
  let count = 0;
  let plainCount = 0;
  let namespaces = declaredBefore;
  let defaultNs = outerDefault;
  let bindings = outerBindings;
  /** Prefixed attributes wait until all declarations of the tag are known: name, value, name, value. */
  let prefixed: string[] | null = null;
  let declared: string[] | null = null;
  let i = nameStop;
  let empty = false;
  for (;;) {
    let c = codeAt(text, i);
    const spaced = isSpace(c);
    while (isSpace(c)) c = codeAt(text, ++i);
    if (i >= length) return 'more';
    if (c === 0x3e /* > */) {
      i++;
      break;
    }
    if (c === 0x2f /* / */) {
      if (i + 1 >= length) return 'more';
      if (text.charCodeAt(i + 1) !== 0x3e) return BAD_TAG;
      empty = true;
      i += 2;
      break;
    }
    if (!spaced) return BAD_TAG;
    if (++count > limits.maxAttributes) return MANY_ATTRIBUTES;
    const stop = nameEnd(text, i);
    if (stop >= length) return 'more';
    if (stop <= i) return BAD_NAME;
    if (stop - i > limits.maxNameLength) return LONG_NAME;
    const name = knownName(text, i, stop);
    const nameColon = colon < 0 ? -1 : colon - i;
    const nameStart = text.charCodeAt(i);
    i = stop;
    while (isSpace(codeAt(text, i))) i++;
    if (i >= length) return 'more';
    if (text.charCodeAt(i) !== 0x3d /* = */) return BAD_TAG;
    i++;
    while (isSpace(codeAt(text, i))) i++;
    if (i >= length) return 'more';
    const quote = text.charCodeAt(i);
    if (quote !== 0x22 && quote !== 0x27) return BAD_TAG;
    const from = ++i;
    let plain = true;
    for (; i < length; i++) {
      c = text.charCodeAt(i);
      if (c === quote) break;
      if (c > 0x3c || (c > 0x27 && c < 0x3c)) continue;
      if (c === 0x3c /* < */) return BAD_VALUE;
      if (c === 0x26 /* & */) plain = false;
      else if (c < 0x20) {
        if (c !== 0x0a && c !== 0x09 && c !== 0x0d) return BAD_VALUE;
        plain = false;
      }
    }
    if (i - from > limits.maxAttributeLength) return LONG_VALUE;
    if (i >= length) return 'more';
    // Namespaces repeat as names do.
    const raw = nameStart === 0x78 && i > from && name.startsWith('xmlns') ? knownName(text, from, i) : text.slice(from, i);
    i++;
    const value = plain ? raw : resolve(raw, true);
    if (value === null) return BAD_VALUE;

    if (nameColon >= 0) {
      if (!name.startsWith('xmlns:')) {
        prefixed ??= [];
        prefixed.push(name, value);
        continue;
      }
      const prefix = name.slice(6);
      if (++namespaces > limits.maxNamespaces) return MANY_NAMESPACES;
      declared ??= [];
      if (declared.includes(prefix)) return TWICE;
      declared.push(prefix);
      // Namespaces in XML 1.0 §3: `xml` keeps its name, `xmlns` is never declared, neither name has another prefix, none is undeclared.
      if (prefix === 'xmlns' || value === NS.xmlns || (prefix === 'xml') !== (value === NS.xml) || value === '') return RESERVED;
      bindings = { prefix, ns: value, outer: bindings };
    } else if (name === 'xmlns') {
      if (++namespaces > limits.maxNamespaces) return MANY_NAMESPACES;
      declared ??= [];
      if (declared.includes('')) return TWICE;
      declared.push('');
      if (value === NS.xmlns || value === NS.xml) return RESERVED;
      defaultNs = value === outerDefault ? outerDefault : value;
    } else {
      for (let s = 0; s < plainCount; s++) if (seen[s] === name) return TWICE;
      seen[plainCount++] = name;
      if (name === '__proto__') Object.defineProperty(attrs, name, { value, enumerable: true, writable: true, configurable: true });
      else attrs[name] = value;
    }
  }

  if (prefixed !== null) {
    for (let p = 0; p < prefixed.length; p += 2) {
      const name = prefixed[p] as string;
      const cut = name.indexOf(':');
      const ns = lookUp(bindings, name.slice(0, cut));
      if (ns === null) return UNBOUND;
      const key = name === 'xml:lang' ? name : `{${ns}}${name.slice(cut + 1)}`;
      if (Object.hasOwn(attrs, key)) return TWICE;
      attrs[key] = prefixed[p + 1] as string;
    }
  }
  let ns = defaultNs;
  if (tagColon >= 0) {
    const prefix = tag.slice(0, tagColon);
    const bound = prefix === 'xmlns' ? null : lookUp(bindings, prefix);
    if (bound === null) return UNBOUND;
    ns = bound;
  }
  startTag.el = new Element(tagColon < 0 ? tag : knownName(tag, tagColon + 1, tag.length), ns, attrs, []);
  startTag.tag = tag;
  startTag.defaultNs = defaultNs;
  startTag.bindings = bindings;
  startTag.empty = empty;
  startTag.end = i;
  startTag.namespaces = namespaces;
  return null;
}

/** Position after the end tag of `tag` whose name begins at `at`; -1 when it is another, -2 when the text ends before. */
export function readEndTag(text: string, at: number, tag: string): number {
  const length = text.length;
  if (!isAt(text, at, tag)) return length - at < tag.length && tag.startsWith(text.slice(at)) ? -2 : -1;
  let i = at + tag.length;
  while (isSpace(codeAt(text, i))) i++;
  if (i >= length) return -2;
  return text.charCodeAt(i) === 0x3e ? i + 1 : -1;
}
