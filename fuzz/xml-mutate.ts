import type { Random } from './random.ts';

const pieces = [
  '<', '>', '/>', '</', "'", '"', '=', '&', '&amp;', '&lt;', '&#10;', '&#x1F600;', '&#0;', '&#xD800;', '&bad;', '&', ';', ']]>', '<![CDATA[', ']]', ']', '<!--', '-->',
  '<?x?>', '<!DOCTYPE a>', ' ', '\n', '\r\n', '\r', '\t', '\0', '\u0001', '\u007f', '\u0085', '\ufffe', '\uffff', 'é', '€', '😀', 'ü:b', ':', 'a:b', 'xmlns', "xmlns=''", "xmlns:x='urn:x'",
  "xmlns:x=''", "xmlns:xml='http://www.w3.org/XML/1998/namespace'", "xmlns:xmlns='a'", "xml:lang='de'", "xml:space='x'", 'x:', '<x:a/>', '<a/>', '<a>', '</a>', "<a b='1'/>", "b='2'", " b='>'",
  '<message>', '</message>', '</stream:stream>', '-', '.', '1', '_', 'a', "<a x:b='1' y:b='2' xmlns:x='u' xmlns:y='u'/>", "__proto__='1'", '\u200c', '\u0300', '\u{effff}', '\u{f0000}',
].map((piece) => Buffer.from(piece)); // biome-ignore format: one list
const octets = [
  0x00, 0x09, 0x0a, 0x0d, 0x20, 0x21, 0x22, 0x26, 0x27, 0x2f, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x5d, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed,
  0xef, 0xf4, 0xff,
];

const MOST = 2_000;

/** One to six changes: an octet, a piece put in or taken out, a part repeated, moved, or taken from another document. */
export function mutate(random: Random, source: Buffer, other: Buffer): Buffer {
  let bytes = source;
  for (let n = 1 + random.below(6); n > 0; n--) {
    const at = random.below(bytes.length + 1);
    const length = random.below(random.chance(0.8) ? 8 : 80);
    const before = bytes.subarray(0, at);
    const after = bytes.subarray(at);
    const choice = random.below(7);
    if (choice === 0) bytes = Buffer.concat([before, Buffer.of(random.pick(octets)), after.subarray(1)]);
    else if (choice <= 2) bytes = Buffer.concat([before, random.pick(pieces), after]);
    else if (choice === 3) bytes = Buffer.concat([before, after.subarray(length)]);
    else if (choice === 4) bytes = Buffer.concat([before, after.subarray(0, length), after]);
    else if (choice === 5) {
      const from = random.below(other.length);
      bytes = Buffer.concat([before, other.subarray(from, from + length), after]);
    } else bytes = Buffer.concat([before, random.pick(pieces), after.subarray(length)]);
    if (bytes.length > MOST) bytes = bytes.subarray(0, MOST);
  }
  return bytes;
}

/** Takes away what is not needed for the same finding: the shorter, the clearer. */
export function shrink(bytes: Buffer, isStillBad: (candidate: Buffer) => boolean): Buffer {
  let best = bytes;
  for (let size = Math.max(1, best.length >> 1); size >= 1; size >>= 1) {
    for (let at = 0; at < best.length; ) {
      const candidate = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      if (candidate.length < best.length && isStillBad(candidate)) best = candidate;
      else at += size;
    }
  }
  return best;
}
