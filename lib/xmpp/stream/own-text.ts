import type { Element } from '../stanza/element.ts';
import { parseElement } from './framer.ts';

/** What is kept was read from the wire once, so its limits are those of our own writing. */
const limits = {
  maxBytes: 32 * 1024 * 1024,
  maxDepth: 200,
  maxAttributes: 256,
  maxAttributeLength: 65_536,
  maxElements: 500_000,
  maxNamespaces: 10_000,
  maxNameLength: 1_024,
};

/** One element that this server itself wrote as text; null when it is none. */
export function elementOfOwnText(xml: string): Element | null {
  const parsed = parseElement(Buffer.from(xml), limits);
  return parsed.is === 'element' ? parsed.el : null;
}
