import { ownText } from '../../kernel/text.ts';

/**
 * Names and namespaces repeat in every stanza. Each comes out of here as one and the same string: nothing is cut out of the input, a comparison is one
 * of pointers, and the engine need not look a property name up by its characters. A place that two names share goes to the later one, so the
 * table never grows.
 */
const PLACES = 2048;
const MAX_LENGTH = 80;
const known = new Array<string>(PLACES).fill('');

/** The text from `from` up to `to`, not empty. */
export function knownName(text: string, from: number, to: number): string {
  const length = to - from;
  if (length > MAX_LENGTH) return text.slice(from, to);
  const place =
    (text.charCodeAt(from) * 7 + text.charCodeAt(to - 1) * 131 + text.charCodeAt(from + (length >> 1)) * 31 + length * 523) & (PLACES - 1);
  const name = known[place] as string;
  if (name.length === length && isAt(text, from, name)) return name;
  return learn(text.slice(from, to), place);
}

/** Does `name` stand at `at`? For short names a loop is faster than the built-in. */
export function isAt(text: string, at: number, name: string): boolean {
  if (at + name.length > text.length) return false;
  for (let i = 0; i < name.length; i++) if (text.charCodeAt(at + i) !== name.charCodeAt(i)) return false;
  return true;
}

function learn(cut: string, place: number): string {
  // As a key of an object the engine keeps one copy of it, which property access recognises at once.
  const name = Object.keys({ [ownText(cut)]: 0 })[0] ?? cut;
  known[place] = name;
  return name;
}
