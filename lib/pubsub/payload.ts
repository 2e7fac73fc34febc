/** Payloads between text and elements. */
import type { Element } from '../xmpp/stanza/element.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';

/** Names its namespace itself, wherever it is placed. */
export const textOf = (payload: Element): string => serialize(payload, '');

export { elementOfOwnText as elementOf } from '../xmpp/stream/own-text.ts';
