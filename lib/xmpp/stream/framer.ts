import type { Element } from '../stanza/element.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { FORBIDDEN, MAX_REFERENCE, NONCHARACTER, resolve } from './chars.ts';
import { INSTRUCTION, readDeclaration } from './declaration.ts';
import { Incoming } from './incoming.ts';
import type { FrameLimits } from './limits.ts';
import { decoded } from './names.ts';
import { isSpace, TEXT_CLASS } from './octets.ts';
import { append, borrow, giveBack, type OpenElements } from './open-elements.ts';
import { TagSearch } from './tag-search.ts';
import { type Binding, readEndTag, readStartTag, type StartTag, startTag } from './tags.ts';

/** The opening tag of a stream; `contentNs` is its default namespace. */
export interface StreamHeader {
  readonly el: Element;
  readonly contentNs: string;
}
export type Frame =
  | { readonly is: 'open'; readonly header: StreamHeader }
  | { readonly is: 'element'; readonly el: Element }
  | { readonly is: 'close' }
  | { readonly is: 'broken'; readonly condition: StreamCondition; readonly text: string };

const CLOSE: Frame = { is: 'close' };
const CDATA = '<![CDATA[';

/** `before`: no header yet; `within`: between header and end tag; `over`: nothing more will be read. */
type State = 'before' | 'within' | 'over';
/** Why the octets at hand give no frame: nothing; a tag whose end has not come; a few octets that need their successors. */
enum Lack {
  none,
  tag,
  little,
}

/**
 * Bytes into frames, incrementally and strictly: `push` what came, then ask `next` until it answers null. It never throws on input; the first fault is
 * a `broken` frame and the last one. Nothing is buffered while no element is incomplete.
 *
 * A chunk is read by position, octet by octet where something is decided and by the engine's own search where not; finished elements go into
 * the tree, so each octet is looked at once even when a stanza trickles in. Only an unfinished tag waits, and its end is searched in what is new.
 */
export class Framer {
  private readonly incoming = new Incoming();
  private readonly search = new TagSearch();
  private at = 0;
  /** Where the part of the current top-level element begins that `held` does not count yet. */
  private mark = 0;
  private held = 0;
  private lack: Lack = Lack.none;
  private inCdata = false;
  private elements = 0;
  private namespaces = 0;
  private state: State = 'before';
  private declared = false;
  private open: OpenElements | null = null;
  private rootTag = '';
  private rootNs = '';
  private rootBindings: Binding | null = null;

  constructor(public limits: FrameLimits) {}

  /** True while a header or element has begun and is not complete. */
  get midway(): boolean {
    return this.open !== null || this.incoming.bytes.length > this.at || this.incoming.isWaiting;
  }

  push(chunk: Buffer): void {
    const { incoming } = this;
    if (this.state === 'over' || incoming.spoilt || chunk.length === 0) return;
    const bytes = incoming.whole(chunk);
    if (bytes.length === 0 && !incoming.spoilt) return;
    // After octets that are no UTF-8 nothing more will be read: what waited is looked at as it is.
    if (this.lack === Lack.tag && !incoming.spoilt && !this.search.ends(bytes, 0)) return incoming.wait(bytes);
    this.lack = Lack.none;
    incoming.take(bytes);
  }

  next(): Frame | null {
    if (this.state === 'over') return null;
    if (this.lack !== Lack.none) return this.pause(this.at);
    const { incoming } = this;
    const { bytes, text } = incoming;
    const length = bytes.length;
    let at = this.at;
    for (;;) {
      const open = this.open;
      if (this.inCdata) {
        at = this.cdata(open as OpenElements, at);
        if (at === FAULT) return this.broken('not-well-formed', 'Characters that XML does not allow.');
        if (this.inCdata) return this.pause(at);
      }
      if (at >= length) return this.pause(at);
      const first = bytes[at] as number;
      if (first !== 0x3c /* < */) {
        if (open === null) {
          if (!isSpace(first))
            return this.broken(this.state === 'before' ? 'not-well-formed' : 'bad-format', 'Text outside of an element.');
          at++;
          continue;
        }
        const end = this.characters(open, at);
        if (end === FAULT) return this.broken('not-well-formed', 'Characters or references that XML does not allow.');
        at = end;
        if (this.lack !== Lack.none) return this.pause(at);
        continue;
      }
      const second = at + 1 < length ? (bytes[at + 1] as number) : 0x20;
      if (open === null && this.state === 'within') this.beginElement(at);
      if (second === 0x2f /* / */) {
        const tag = open === null ? this.rootTag : (open.tags[open.depth - 1] as string);
        const end = this.state === 'before' ? FAULT : readEndTag(incoming, at + 2, tag);
        if (end === FAULT) return this.broken('not-well-formed', 'An end tag that matches no open element.');
        if (end === MORE) return this.waitForTag(at);
        at = end;
        if (open === null) {
          this.drop();
          return CLOSE;
        }
        const el = open.els[--open.depth] as Element;
        if (this.tooBig(at)) return this.broken('policy-violation', TOO_BIG);
        if (open.depth > 0) continue;
        this.at = at;
        this.open = null;
        giveBack(open);
        return { is: 'element', el };
      }
      if (second === 0x21 /* ! */ || second === 0x3f /* ? */) {
        const after = this.special(text, open, at, second);
        if (typeof after !== 'number') return after;
        at = after;
        continue;
      }
      if (at + 1 >= length) return this.waitForLittle(at);
      // A start tag, of the stream, of a stanza or inside one.
      const depth = open === null ? 0 : open.depth;
      const fault = readStartTag(
        incoming,
        at,
        open === null ? this.rootNs : (open.defaults[depth - 1] as string),
        open === null ? this.rootBindings : (open.bindings[depth - 1] as Binding | null),
        this.limits,
        this.namespaces,
      );
      if (fault !== null) return fault === 'more' ? this.waitForTag(at) : this.broken(fault.condition, fault.text);
      this.namespaces = startTag.namespaces;
      at = startTag.end;
      if (this.state === 'before') return this.begin(startTag, at);
      if (this.tooBig(at)) return this.broken('policy-violation', TOO_BIG);
      if (++this.elements > this.limits.maxElements) return this.broken('policy-violation', 'Too many elements in one stanza.');
      if (depth >= this.limits.maxDepth) return this.broken('policy-violation', 'Elements are nested too deeply.');
      const el = startTag.el;
      if (depth > 0) ((open as OpenElements).els[depth - 1] as Element).children.push(el);
      if (!startTag.empty) this.enter(open, el);
      else if (depth === 0) {
        this.at = at;
        return { is: 'element', el };
      }
    }
  }

  /** Forgets the stream that ends here and expects a new header. Text that was read but not yet asked for stays. */
  restart(): void {
    this.state = 'before';
    this.declared = false;
    this.rootTag = '';
    this.rootNs = '';
    this.rootBindings = null;
    this.beginElement(this.at);
  }

  /** For transports that carry one element at a time (RFC 7395): there is no header, every element stands for itself. */
  withoutHeader(): this {
    this.state = 'within';
    return this;
  }

  /** Drops all text and state; nothing is read any more. */
  drop(): void {
    this.state = 'over';
    this.incoming.clear();
    this.at = 0;
    if (this.open !== null) giveBack(this.open);
    this.open = null;
  }

  private beginElement(at: number): void {
    this.mark = at;
    this.held = 0;
    this.elements = 0;
    this.namespaces = 0;
  }

  private begin(tag: StartTag, at: number): Frame {
    if (this.tooBig(at)) return this.broken('policy-violation', TOO_BIG);
    this.state = 'within';
    this.rootTag = tag.tag;
    this.rootNs = tag.defaultNs;
    this.rootBindings = tag.bindings;
    if (tag.empty) {
      // An empty stream element: what follows reads as if its end tag stood there.
      this.incoming.insert(`</${tag.tag}>`, at);
      this.at = 0;
    } else this.at = at;
    return { is: 'open', header: { el: tag.el, contentNs: tag.defaultNs } };
  }

  private enter(current: OpenElements | null, el: Element): void {
    let open = current;
    if (open === null) {
      open = borrow();
      this.open = open;
    }
    const depth = open.depth++;
    open.els[depth] = el;
    open.tags[depth] = startTag.tag;
    open.defaults[depth] = startTag.defaultNs;
    open.bindings[depth] = startTag.bindings;
  }

  /** Character data from `at` up to the next tag or the end of what is there; returns where it stopped. */
  private characters(open: OpenElements, at: number): number {
    const { bytes, text } = this.incoming;
    const el = open.els[open.depth - 1] as Element;
    const classes = TEXT_CLASS;
    const length = bytes.length;
    let end = at;
    let untouched = true;
    let ascii = true;
    scan: for (; end < length; end++) {
      switch (classes[bytes[end] as number]) {
        case 0:
          continue;
        case 1:
          break scan;
        case 2:
        case 4:
          untouched = false;
          continue;
        case 3:
          // XML 1.0 §2.4: `]]>` must not stand in text.
          if (end - at >= 2 && bytes[end - 1] === 0x5d && bytes[end - 2] === 0x5d) return FAULT;
          continue;
        case 5:
          return FAULT;
        default:
          ascii = false;
      }
    }
    if (end === length) {
      // What could change its meaning with the next octet waits for it.
      end = holdBack(text, at);
      this.lack = Lack.little;
      if (end === FAULT || end === at) return end;
    }
    const raw = ascii ? text.slice(at, end) : decoded(text, at, end);
    if (!ascii && NONCHARACTER.test(raw)) return FAULT;
    const piece = untouched ? raw : resolve(raw, false);
    if (piece === null) return FAULT;
    append(el, piece);
    return end;
  }

  private cdata(open: OpenElements, at: number): number {
    const { bytes, text } = this.incoming;
    const close = text.indexOf(']]>', at);
    let end = close < 0 ? text.length : close;
    if (close < 0) {
      while (end > at && text.length - end < 2 && bytes[end - 1] === 0x5d) end--;
      if (end > at && bytes[end - 1] === 0x0d) end--;
    }
    if (end > at) {
      const raw = decoded(text, at, end);
      if (FORBIDDEN.test(raw)) return FAULT;
      append(open.els[open.depth - 1] as Element, raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw);
    }
    if (close < 0) return end;
    this.inCdata = false;
    return close + 3;
  }

  /** `<!` and `<?`: a CDATA section, the one XML declaration, or refused (RFC 6120 §11.1). Returns the position after it, or a frame. */
  private special(text: string, open: OpenElements | null, at: number, second: number): number | Frame | null {
    if (second === 0x21) {
      if (text.startsWith(CDATA, at)) {
        if (open === null) return this.broken(this.state === 'before' ? 'not-well-formed' : 'bad-format', 'Text outside of an element.');
        this.inCdata = true;
        return at + CDATA.length;
      }
      if (text.length - at < CDATA.length && CDATA.startsWith(text.slice(at))) return this.waitForLittle(at);
      return this.broken('restricted-xml', 'Comments and declarations have no place in a stream.');
    }
    if (this.state !== 'before' || this.declared) return this.broken(INSTRUCTION.condition, INSTRUCTION.text);
    const after = readDeclaration(text, at);
    if (after === 'more') return this.waitForLittle(at);
    if (typeof after !== 'number') return this.broken(after.condition, after.text);
    this.declared = true;
    this.beginElement(after);
    return after;
  }

  /** Octets of the top-level element up to `at` past the limit? */
  private tooBig(at: number): boolean {
    return this.held + at - this.mark > this.limits.maxBytes;
  }

  private waitForTag(at: number): Frame | null {
    this.lack = Lack.tag;
    this.search.begin();
    this.search.ends(this.incoming.bytes, at + 1);
    return this.pause(at);
  }

  private waitForLittle(at: number): Frame | null {
    this.lack = Lack.little;
    return this.pause(at);
  }

  /** No frame for now: keeps what is unread and nothing else. */
  private pause(at: number): Frame | null {
    const { incoming } = this;
    const unread = incoming.bytes.length + incoming.waitingOctets;
    if (this.open !== null || unread > at) {
      if (this.state === 'before') this.mark = Math.min(this.mark, at);
      if (this.held + unread - this.mark > this.limits.maxBytes) return this.broken('policy-violation', TOO_BIG);
    }
    if (incoming.spoilt) return this.broken('not-well-formed', 'Octets that are no UTF-8.');
    if (incoming.bytes.length > 0) {
      if (this.open !== null) this.held += at - this.mark;
      this.mark = 0;
      this.at = 0;
      incoming.keepFrom(at, this.lack === Lack.tag);
    }
    if (this.lack === Lack.little) this.lack = Lack.none;
    return null;
  }

  private broken(condition: StreamCondition, text: string): Frame {
    this.drop();
    return { is: 'broken', condition, text };
  }
}

const TOO_BIG = 'A stanza is larger than this server accepts.';
const FAULT = -1;
const MORE = -2;

/** Where text that runs to the end of the chunk can be cut without tearing a reference, a line end or `]]>`. */
function holdBack(text: string, at: number): number {
  const length = text.length;
  const amp = text.lastIndexOf('&');
  if (amp >= at && text.indexOf(';', amp) < 0) return length - amp > MAX_REFERENCE ? FAULT : amp;
  const last = text.charCodeAt(length - 1);
  if (last === 0x0d) return length - 1;
  if (last !== 0x5d) return length;
  return length - 2 >= at && text.charCodeAt(length - 2) === 0x5d ? length - 2 : length - 1;
}

/** One whole element as text, without a stream around it (RFC 7395 messages, stored stanzas). */
export function parseElement(bytes: Buffer, limits: FrameLimits): Frame {
  const framer = new Framer(limits).withoutHeader();
  framer.push(bytes);
  const frame = framer.next();
  if (frame === null) return { is: 'broken', condition: 'not-well-formed', text: 'The element is not complete.' };
  if (frame.is !== 'element') return frame;
  const rest = framer.next();
  if (rest !== null || framer.midway) return { is: 'broken', condition: 'bad-format', text: 'More than one element.' };
  return frame;
}
