import type { Element } from './element.ts';
import { NS } from './namespaces.ts';

const TEXT = /[&<>\r]/;
const ATTRIBUTE = /[&<>"'\t\n\r]/;
const REFERENCE: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** Character data for between tags. `>` is always written as a reference, so `]]>` cannot appear. */
export const escapeText = (text: string): string => (TEXT.test(text) ? text.replace(/[&<>\r]/g, (c) => REFERENCE[c] ?? c) : text);

/** An attribute value for between apostrophes or quotation marks. White space other than the space survives as references. */
export const escapeAttribute = (text: string): string =>
  ATTRIBUTE.test(text) ? text.replace(/[&<>"'\t\n\r]/g, (c) => REFERENCE[c] ?? c) : text;

/**
 * An element as text, to stand where `parentNs` is the default namespace. Prefixes of the input are gone: every element in another
 * namespace than its parent declares it as the default. Names are trusted; text and values are escaped.
 */
export function serialize(el: Element, parentNs: string): string {
  let xml = `<${el.name}`;
  if (el.ns !== parentNs) xml += ` xmlns='${escapeAttribute(el.ns)}'`;
  xml += attributes(el.attrs);
  const children = el.children;
  return children.length === 0 ? `${xml}/>` : `${xml}>${serializeChildren(el)}</${el.name}>`;
}

/** What stands inside an element, as text. */
export function serializeChildren(el: Element): string {
  let xml = '';
  for (const child of el.children) xml += typeof child === 'string' ? escapeText(child) : serialize(child, el.ns);
  return xml;
}

function attributes(attrs: Readonly<Record<string, string>>): string {
  let xml = '';
  let prefixes = 0;
  for (const key in attrs) {
    const value = escapeAttribute(attrs[key] ?? '');
    if (key.charCodeAt(0) !== 0x7b /* { */) {
      xml += ` ${key}='${value}'`;
      continue;
    }
    const end = key.indexOf('}');
    const ns = key.slice(1, end);
    const name = key.slice(end + 1);
    if (ns === NS.xml) xml += ` xml:${name}='${value}'`;
    else {
      prefixes++;
      xml += ` xmlns:a${prefixes}='${escapeAttribute(ns)}' a${prefixes}:${name}='${value}'`;
    }
  }
  return xml;
}
