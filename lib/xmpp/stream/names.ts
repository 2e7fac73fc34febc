import { ownText } from '../../kernel/text.ts';
import { NCNAME } from './chars.ts';
import type { Chunk } from './incoming.ts';
import { NAME_CLASS } from './octets.ts';

/**
 * Names and namespaces repeat in every stanza. Each comes out of here as one and the same string: nothing is cut out of the input, a comparison is one
 * of pointers, and the engine need not look a property name up by its characters. They lie as octets in one array, since comparing octets is
 * several times as fast as comparing characters of strings. A place that two names share goes to the later one, so the table never grows.
 */
const PLACES = 2_048;
const WIDTH = 64;
const known = new Array<string>(PLACES).fill('');
const lengths = new Uint8Array(PLACES);
const spelled = new Uint8Array(PLACES * WIDTH);

/** Facts about the name that `nameEnd` read last: where its colon lies (-1: none), and whether it is ASCII. */
let colon = -1;
let isPlain = true;
export const colonOfName = (): number => colon;

/** Position after the name at `from`; `from` itself when there is none. Several colons or a bad character give -1. */
export function nameEnd({ bytes, text }: Chunk, from: number): number {
  const length = bytes.length;
  const classes = NAME_CLASS;
  let i = from;
  let plain = true;
  colon = -1;
  for (; i < length; i++) {
    const c = bytes[i] as number;
    const kind = classes[c] as number;
    if (kind === 0) {
      if (c !== 0x3a /* : */) break;
      if (colon >= 0) return -1;
      colon = i;
    } else if (kind === 3) plain = false;
  }
  isPlain = plain;
  if (i === from) return from;
  if (plain) {
    if (NAME_CLASS[bytes[from] as number] !== 2) return -1;
    if (colon >= 0 && i < length && (colon + 1 === i || NAME_CLASS[bytes[colon + 1] as number] !== 2)) return -1;
    return i;
  }
  if (i === length) return i;
  const name = decoded(text, from, i);
  const cut = name.indexOf(':');
  if (cut < 0) return NCNAME.test(name) ? i : -1;
  return NCNAME.test(name.slice(0, cut)) && NCNAME.test(name.slice(cut + 1)) ? i : -1;
}

/** The name that `nameEnd` has just found from `from` to `to`. */
export const nameRead = (chunk: Chunk, from: number, to: number): string =>
  isPlain ? knownText(chunk, from, to) : decoded(chunk.text, from, to);

/** Octets that stand for characters beyond ASCII, as text. */
export const decoded = (text: string, from: number, to: number): string => Buffer.from(text.slice(from, to), 'latin1').toString('utf8');

/** ASCII text that repeats: a name, a namespace. Few octets tell the usual ones apart; all of them are compared. */
export function knownText({ bytes, text }: Chunk, from: number, to: number): string {
  const length = to - from;
  if (length > WIDTH || length === 0) return text.slice(from, to);
  const first = bytes[from] as number;
  const last = bytes[to - 1] as number;
  const middle = bytes[from + (length >> 1)] as number;
  const later = bytes[to - 1 - (length >> 2)] as number;
  const place = (first * 7 + last * 131 + middle * 31 + later * 257 + length * 523) & (PLACES - 1);
  if (lengths[place] === length) {
    const table = spelled;
    const shift = place * WIDTH - from;
    let i = from;
    while (i < to && table[shift + i] === bytes[i]) i++;
    if (i === to) return known[place] as string;
  }
  return learn(bytes, text.slice(from, to), place, from);
}

function learn(bytes: Uint8Array, cut: string, place: number, from: number): string {
  // As a key of an object the engine keeps one copy of it, which property access recognises at once.
  const name = Object.keys({ [ownText(cut)]: 0 })[0] ?? cut;
  known[place] = name;
  lengths[place] = cut.length;
  for (let i = 0; i < cut.length; i++) spelled[place * WIDTH + i] = bytes[from + i] as number;
  return name;
}
