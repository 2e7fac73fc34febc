import { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { NONCHARACTER, resolve } from './chars.ts';
import type { Chunk } from './incoming.ts';
import type { FrameLimits } from './limits.ts';
import { colonOfName, decoded, knownText, nameEnd, nameRead } from './names.ts';
import { isSpace, VALUE_CLASS } from './octets.ts';

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

const lookUp = (bindings: Binding | null, prefix: string): string | null => {
  for (let b = bindings; b !== null; b = b.outer) if (b.prefix === prefix) return b.ns;
  return prefix === 'xml' ? NS.xml : null;
};

/** The unprefixed attributes of the tag that is being read. */
const seen: string[] = [];

/** Tags open at `at` (a `<`). Null when `startTag` holds the result, 'more' when the octets end before the tag. */
export function readStartTag(
  chunk: Chunk,
  at: number,
  outerDefault: string,
  outerBindings: Binding | null,
  limits: FrameLimits,
  declaredBefore: number,
): TagFault | 'more' | null {
  const { bytes, text } = chunk;
  // Held by the function: what a module holds is looked up anew in every round of a loop.
  const classes = VALUE_CLASS;
  const length = bytes.length;
  const nameStop = nameEnd(chunk, at + 1);
  if (nameStop >= length) return 'more';
  if (nameStop <= at + 1) return BAD_NAME;
  const tag = nameRead(chunk, at + 1, nameStop);
  if (tag.length > limits.maxNameLength) return LONG_NAME;
  const isPrefixed = colonOfName() >= 0;

  const attrs: Record<string, string> = {};
  let count = 0;
  let plainCount = 0;
  let namespaces = declaredBefore;
  let defaultNs = outerDefault;
  let bindings = outerBindings;
  /** Prefixed attributes wait until all declarations of the tag are known: name, value, name, value. */
  let prefixed: string[] | null = null;
  let declared: string[] | null = null;
  let hasDefault = false;
  let i = nameStop;
  let empty = false;
  for (;;) {
    let c = bytes[i] as number;
    const spaced = isSpace(c);
    if (spaced) {
      do i++;
      while (i < length && isSpace(bytes[i]));
      if (i >= length) return 'more';
      c = bytes[i] as number;
    }
    if (c === 0x3e /* > */) {
      i++;
      break;
    }
    if (c === 0x2f /* / */) {
      if (i + 1 >= length) return 'more';
      if (bytes[i + 1] !== 0x3e) return BAD_TAG;
      empty = true;
      i += 2;
      break;
    }
    if (!spaced) return BAD_TAG;
    if (++count > limits.maxAttributes) return MANY_ATTRIBUTES;
    const stop = nameEnd(chunk, i);
    if (stop >= length) return 'more';
    if (stop <= i) return BAD_NAME;
    const name = nameRead(chunk, i, stop);
    if (name.length > limits.maxNameLength) return LONG_NAME;
    const hasPrefix = colonOfName() >= 0;
    i = stop;
    while (i < length && isSpace(bytes[i])) i++;
    if (i >= length) return 'more';
    if (bytes[i] !== 0x3d /* = */) return BAD_TAG;
    i++;
    while (i < length && isSpace(bytes[i])) i++;
    if (i >= length) return 'more';
    const quote = bytes[i] as number;
    if (quote !== 0x22 && quote !== 0x27) return BAD_TAG;
    const from = ++i;
    let plain = true;
    let ascii = true;
    for (; i < length; i++) {
      const byte = bytes[i] as number;
      const kind = classes[byte] as number;
      if (kind === 0) continue;
      if (kind === 1) {
        if (byte === quote) break;
      } else if (kind === 2) plain = false;
      else if (kind === 3) return BAD_VALUE;
      else ascii = false;
    }
    // Characters are counted only where octets are too many.
    if (i - from > limits.maxAttributeLength && (ascii || decoded(text, from, i).length > limits.maxAttributeLength)) return LONG_VALUE;
    if (i >= length) return 'more';
    let value: string;
    if (!ascii) {
      value = decoded(text, from, i);
      if (NONCHARACTER.test(value)) return BAD_VALUE;
    } else if (plain && isDeclaration(name)) value = knownText(chunk, from, i);
    else value = text.slice(from, i);
    i++;
    if (!plain) {
      const resolved = resolve(value, true);
      if (resolved === null) return BAD_VALUE;
      value = resolved;
    }
    if (i >= length) return 'more';

    if (hasPrefix) {
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
      if (hasDefault) return TWICE;
      hasDefault = true;
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
  let name = tag;
  if (isPrefixed) {
    const cut = tag.indexOf(':');
    const prefix = tag.slice(0, cut);
    const bound = prefix === 'xmlns' ? null : lookUp(bindings, prefix);
    if (bound === null) return UNBOUND;
    ns = bound;
    name = tag.slice(cut + 1);
  }
  startTag.el = new Element(name, ns, attrs, []);
  startTag.tag = tag;
  startTag.defaultNs = defaultNs;
  startTag.bindings = bindings;
  startTag.empty = empty;
  startTag.end = i;
  startTag.namespaces = namespaces;
  return null;
}

const isDeclaration = (name: string): boolean => name === 'xmlns' || (name.length > 5 && name.startsWith('xmlns:'));

/** Position after the end tag of `tag` whose name begins at `at`; -1 when it is another, -2 when the octets end before. */
export function readEndTag(chunk: Chunk, at: number, tag: string): number {
  const { bytes, text } = chunk;
  const length = bytes.length;
  let i = nameEnd(chunk, at);
  if (i >= length) {
    // The beginning of the right name may go on; another is wrong already.
    const begun = Buffer.from(tag).toString('latin1');
    return begun.startsWith(text.slice(at)) ? -2 : -1;
  }
  if (i <= at || nameRead(chunk, at, i) !== tag) return -1;
  while (i < length && isSpace(bytes[i])) i++;
  if (i >= length) return -2;
  return bytes[i] === 0x3e ? i + 1 : -1;
}
