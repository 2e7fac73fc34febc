import type { StreamCondition } from '../stanza/stanza.ts';

const XML_DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(['"])1\.[0-9]+\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(['"])([A-Za-z][A-Za-z0-9._-]*)\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(['"])(?:yes|no)\4)?[ \t\r\n]*\?>$/;
const MAX_DECLARATION = 200;

export interface Refusal {
  readonly condition: StreamCondition;
  readonly text: string;
}
export const INSTRUCTION: Refusal = { condition: 'restricted-xml', text: 'Processing instructions have no place in a stream.' };

/** Position after the XML declaration that begins at `at`, 'more' when it is not complete, or why there is none. */
export function readDeclaration(text: string, at: number): number | 'more' | Refusal {
  const end = text.indexOf('?>', at);
  if (end < 0 || end - at > MAX_DECLARATION) {
    const start = text.slice(at, at + 6);
    if (!('<?xml '.startsWith(start) || /^<\?xml[ \t\r\n]/.test(start))) return INSTRUCTION;
    if (text.length - at <= MAX_DECLARATION + 1) return 'more';
    return { condition: 'not-well-formed', text: 'The XML declaration does not end.' };
  }
  const declaration = text.slice(at, end + 2);
  if (!/^<\?xml[ \t\r\n]/.test(declaration)) return INSTRUCTION;
  const parts = XML_DECLARATION.exec(declaration);
  if (parts === null) return { condition: 'not-well-formed', text: 'The XML declaration is malformed.' };
  if (parts[3] !== undefined && parts[3].toLowerCase() !== 'utf-8')
    return { condition: 'unsupported-encoding', text: 'Streams are written in UTF-8.' };
  return end + 2;
}
