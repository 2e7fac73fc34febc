/** Payloads between text and elements. What is kept was read from the wire once, so its limits are those of our own writing. */
import type { Element } from '../xmpp/stanza/element.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import { parseElement } from '../xmpp/stream/framer.ts';

const limits = {
  maxBytes: 32 * 1024 * 1024,
  maxDepth: 200,
  maxAttributes: 256,
  maxAttributeLength: 65_536,
  maxElements: 500_000,
  maxNamespaces: 10_000,
  maxNameLength: 1_024,
};

/** Names its namespace itself, wherever it is placed. */
export const textOf = (payload: Element): string => serialize(payload, '');

export function elementOf(xml: string): Element | null {
  const parsed = parseElement(Buffer.from(xml), limits);
  return parsed.is === 'element' ? parsed.el : null;
}
