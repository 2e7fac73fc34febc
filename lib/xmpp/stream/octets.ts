import { isUtf8 } from 'node:buffer';

/** The character rules of XML 1.0 that the framer needs, by octet. Everything it decides on is ASCII, so text need not be decoded to be read. */

/** 1 may stand inside a name, 2 may also begin one, 3 is part of a character beyond ASCII. The colon is handled apart. */
export const NAME_CLASS = new Uint8Array(256).fill(3, 128);
for (let c = 0x61; c <= 0x7a; c++) NAME_CLASS[c] = 2;
for (let c = 0x41; c <= 0x5a; c++) NAME_CLASS[c] = 2;
for (let c = 0x30; c <= 0x39; c++) NAME_CLASS[c] = 1;
NAME_CLASS[0x5f] = 2;
NAME_CLASS[0x2d] = 1;
NAME_CLASS[0x2e] = 1;

/** 0: nothing to look at. In character data: `<`, `&`, `>`, carriage return, forbidden, beyond ASCII. */
export const TEXT_CLASS = new Uint8Array(256).fill(5, 0, 0x20).fill(6, 128);
TEXT_CLASS[0x09] = 0;
TEXT_CLASS[0x0a] = 0;
TEXT_CLASS[0x0d] = 4;
TEXT_CLASS[0x3c] = 1;
TEXT_CLASS[0x26] = 2;
TEXT_CLASS[0x3e] = 3;

/** 0: nothing to look at. In an attribute value: quotation marks, `&` or white space that becomes a space, `<` or forbidden, beyond ASCII. */
export const VALUE_CLASS = new Uint8Array(256).fill(3, 0, 0x20).fill(4, 128);
VALUE_CLASS[0x22] = 1;
VALUE_CLASS[0x27] = 1;
VALUE_CLASS[0x26] = 2;
VALUE_CLASS[0x09] = 2;
VALUE_CLASS[0x0a] = 2;
VALUE_CLASS[0x0d] = 2;
VALUE_CLASS[0x3c] = 3;

export const isSpace = (c: number | undefined): boolean => c === 0x20 || c === 0x0a || c === 0x09 || c === 0x0d;

/** How many octets at the end are the beginning of a UTF-8 sequence that is not complete yet: 0 to 3. */
export function cutSequence(bytes: Uint8Array): number {
  const length = bytes.length;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf5 || byte < 0xc2 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? back : 0;
    }
  }
  return 0;
}

/** How many octets from the beginning are whole UTF-8 sequences. Only asked about input that holds a fault. */
export function soundLength(bytes: Uint8Array): number {
  let sound = 0;
  let bad = bytes.length + 1;
  // The longest valid beginning, by halves. A beginning that ends inside a sequence is judged without that sequence.
  while (bad - sound > 1) {
    const middle = (sound + bad) >> 1;
    const part = bytes.subarray(0, middle);
    const whole = middle - cutSequence(part);
    if (isUtf8(part.subarray(0, whole))) sound = middle;
    else bad = middle;
  }
  return sound - cutSequence(bytes.subarray(0, sound));
}
