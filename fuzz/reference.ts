import { SaxesParser } from 'saxes';
import { type Child, Element } from '../lib/xmpp/stanza/element.ts';

export type Reference =
  | { readonly is: 'well-formed'; readonly tree: Element; readonly special: boolean }
  | { readonly is: 'malformed'; readonly why: string };

/**
 * What an independent parser says of a whole document. `special` is true when it holds what XML allows and a stream does not (RFC 6120 §11.1): comments,
 * instructions, declarations of types.
 */
export function referenceVerdict(bytes: Uint8Array): Reference {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { is: 'malformed', why: 'no UTF-8' };
  }
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Element[] = [];
  let tree: Element | null = null;
  let why = '';
  let special = false;
  const add = (child: Child) => {
    const parent = open.at(-1);
    if (parent === undefined || child === '') return;
    const last = parent.children.length - 1;
    const before = parent.children[last];
    if (typeof child === 'string' && typeof before === 'string') parent.children[last] = before + child;
    else parent.children.push(child);
  };
  parser.on('error', (error) => {
    why ||= error.message;
  });
  parser.on('comment', () => {
    special = true;
  });
  parser.on('processinginstruction', () => {
    special = true;
  });
  parser.on('doctype', () => {
    special = true;
  });
  parser.on('opentag', (tag) => {
    const attrs: Record<string, string> = {};
    for (const one of Object.values(tag.attributes)) {
      if (one.prefix === 'xmlns' || (one.prefix === '' && one.local === 'xmlns')) continue;
      const name = one.prefix === '' ? one.local : one.prefix === 'xml' && one.local === 'lang' ? 'xml:lang' : `{${one.uri}}${one.local}`;
      Object.defineProperty(attrs, name, { value: one.value, enumerable: true, writable: true, configurable: true });
    }
    const el = new Element(tag.local, tag.uri, attrs, []);
    add(el);
    tree ??= el;
    open.push(el);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.on('text', add);
  parser.on('cdata', add);
  parser.write(text).close();
  if (why !== '' || tree === null) return { is: 'malformed', why };
  return { is: 'well-formed', tree, special };
}
