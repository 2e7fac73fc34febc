import { isDeepStrictEqual } from 'node:util';
import type { Element } from '../lib/xmpp/stanza/element.ts';
import { type Frame, Framer } from '../lib/xmpp/stream/framer.ts';
import type { FrameLimits } from '../lib/xmpp/stream/limits.ts';
import { referenceVerdict } from './reference.ts';

/** Roomy: limits are tested by themselves, here they would only hide what is behind them. */
export const roomy: FrameLimits = {
  maxBytes: 200_000,
  maxDepth: 500,
  maxAttributes: 1_000,
  maxAttributeLength: 100_000,
  maxElements: 10_000,
  maxNamespaces: 10_000,
  maxNameLength: 10_000,
};
const tight: FrameLimits = {
  maxBytes: 400,
  maxDepth: 3,
  maxAttributes: 3,
  maxAttributeLength: 30,
  maxElements: 5,
  maxNamespaces: 3,
  maxNameLength: 12,
};

interface Read {
  readonly frames: readonly Frame[];
  /** Octets given until the stream was over; all of them when it is not. */
  readonly used: number;
}

function read(bytes: Buffer, cuts: Iterable<number>, limits: FrameLimits): Read {
  const framer = new Framer(limits);
  const frames: Frame[] = [];
  let from = 0;
  let used = bytes.length;
  const give = (to: number) => {
    // Copied, and spoilt afterwards: a framer that keeps a view of its input would show it.
    const piece = Buffer.from(bytes.subarray(from, to));
    framer.push(piece);
    for (let frame = framer.next(); frame !== null; frame = framer.next()) {
      frames.push(frame);
      if ((frame.is === 'close' || frame.is === 'broken') && used === bytes.length) used = to;
    }
    piece.fill(0x21);
    from = to;
  };
  for (const cut of cuts) if (cut > from && cut < bytes.length) give(cut);
  give(bytes.length);
  return { frames, used };
}

const everyOctet = (length: number) => Array.from({ length }, (_, i) => i + 1);
const show = (frames: readonly Frame[]) =>
  frames.map((frame) => (frame.is === 'broken' ? `broken(${frame.condition})` : frame.is)).join(' ');

/** The last frame may be missing where a piece is waited for that would show the fault: then the input ends there. */
function sameFrames(whole: readonly Frame[], parts: readonly Frame[]): boolean {
  if (isDeepStrictEqual(whole, parts)) return true;
  const last = whole.at(-1);
  return last?.is === 'broken' && parts.length === whole.length - 1 && isDeepStrictEqual(whole.slice(0, -1), parts);
}

/** A stream's root with what it holds, as a tree to compare; null while the stream is not closed. */
function treeOf(frames: readonly Frame[]): Element | null {
  const [open] = frames;
  if (open?.is !== 'open' || frames.at(-1)?.is !== 'close') return null;
  const root = open.header.el;
  return { ...root, children: frames.flatMap((frame) => (frame.is === 'element' ? [frame.el] : [])) } as unknown as Element;
}

/** What XML 1.0 allows and this reader knowingly does not, and the other way round. */
const isKnownDifference = (bytes: Buffer): boolean =>
  // A byte order mark.
  (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) ||
  // A number of a character with many zeros in front.
  /&#x?0*[0-9a-fA-F]{12,};/.test(bytes.toString('latin1')) ||
  // The reference reads the XML declaration in its own way; ours is checked by tests of its own.
  bytes.toString('latin1').includes('<?');

/** What is wrong with how these octets are read; null when nothing is. */
export function checkXml(bytes: Buffer, cuts: readonly number[]): string | null {
  const whole = read(bytes, [], roomy);
  const octets = read(bytes, everyOctet(bytes.length), roomy);
  if (!sameFrames(whole.frames, octets.frames)) return `octet by octet: ${show(octets.frames)}; whole: ${show(whole.frames)}`;
  const some = read(bytes, cuts, roomy);
  if (!sameFrames(whole.frames, some.frames)) return `cut at ${cuts.join(', ')}: ${show(some.frames)}; whole: ${show(whole.frames)}`;
  const narrow = read(bytes, [], tight);
  const narrowOctets = read(bytes, everyOctet(bytes.length), tight);
  if (narrow.frames.filter((frame) => frame.is === 'broken').length > 1) return 'more than one fault';
  if (!sameFrames(narrow.frames, narrowOctets.frames))
    return `with narrow limits, octet by octet: ${show(narrowOctets.frames)}; whole: ${show(narrow.frames)}`;
  return againstReference(bytes, octets);
}

function againstReference(bytes: Buffer, ours: Read): string | null {
  if (isKnownDifference(bytes)) return null;
  const last = ours.frames.at(-1);
  // What a stream refuses beyond XML is no question of well-formedness.
  if (last?.is === 'broken' && last.condition !== 'not-well-formed') return null;
  const theirs = referenceVerdict(bytes.subarray(0, ours.used));
  if (last?.is === 'close') {
    if (theirs.is === 'malformed') return `accepted, and the reference says ${theirs.why}`;
    // Text between stanzas is white space, which means nothing.
    theirs.tree.children.splice(0, theirs.tree.children.length, ...theirs.tree.children.filter((child) => typeof child !== 'string'));
    const mine = treeOf(ours.frames);
    // Attributes have no order.
    const plain = (el: unknown) =>
      JSON.stringify(el, (name, value) =>
        name === 'attrs' ? Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)) : value,
      );
    return plain(mine) === plain(theirs.tree) ? null : `read as ${plain(mine)}; the reference reads ${plain(theirs.tree)}`;
  }
  const all = referenceVerdict(bytes);
  if (all.is === 'well-formed' && !all.special) return `${show(ours.frames)}, and the reference finds nothing wrong`;
  return null;
}
