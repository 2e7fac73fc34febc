import { isAscii, isUtf8 } from 'node:buffer';
import type { Element } from '../stanza/element.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { codeAt, cutSequence, FORBIDDEN, isSpace, MAX_REFERENCE, NONCHARACTER, resolve } from './chars.ts';
import type { FrameLimits } from './limits.ts';
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

/** The elements that are open, outermost first. Borrowed from a pool while a stanza is incomplete, so an idle stream holds none. */
class OpenElements {
  depth = 0;
  readonly els: Element[] = [];
  readonly tags: string[] = [];
  readonly defaults: string[] = [];
  readonly bindings: (Binding | null)[] = [];
}
const pool: OpenElements[] = [];

const CLOSE: Frame = { is: 'close' };
const CDATA = '<![CDATA[';
const XML_DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(['"])1\.[0-9]+\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(['"])([A-Za-z][A-Za-z0-9._-]*)\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(['"])(?:yes|no)\4)?[ \t\r\n]*\?>$/;
const MAX_DECLARATION = 200;

/** `before`: no header yet; `within`: between header and end tag; `over`: nothing more will be read. */
type State = 'before' | 'within' | 'over';
/** Why the text at hand gives no frame: nothing; a tag whose end has not come; a few characters that need their successors. */
enum Lack {
  none,
  tag,
  little,
}

/**
 * Bytes into frames, incrementally and strictly: `push` what came, then ask `next` until it answers null. It never throws on input; the first fault is
 * a `broken` frame and the last one. Nothing is buffered while no element is incomplete.
 *
 * The text of a chunk is read by position; finished elements go into the tree, so each character is looked at once even when a stanza
 * trickles in octet by octet. Only an unfinished tag waits as text, and its end is searched in what is new.
 */
export class Framer {
  private text = '';
  private at = 0;
  /** Where the part of the current top-level element begins that `held` does not count yet. */
  private mark = 0;
  private held = 0;
  private ascii = true;
  private cut: Buffer | null = null;
  private lack: Lack = Lack.none;
  private quote = 0;
  private inCdata = false;
  private elements = 0;
  private namespaces = 0;
  private state: State = 'before';
  private declared = false;
  private open: OpenElements | null = null;
  private rootTag = '';
  private rootNs = '';
  private rootBindings: Binding | null = null;
  private fault: string | null = null;

  constructor(public limits: FrameLimits) {}

  /** True while a header or element has begun and is not complete. */
  get midway(): boolean {
    return this.open !== null || this.text.length > this.at || this.cut !== null;
  }

  push(chunk: Buffer): void {
    if (this.state === 'over' || this.fault !== null) return;
    const text = this.decode(chunk);
    if (text === '') return;
    if (this.lack === Lack.tag && !this.tagEnds(text, 0)) {
      // Not joined to one string before the tag is complete: a rope costs nothing to extend.
      this.text += text;
      return;
    }
    this.lack = Lack.none;
    this.text = this.text === '' ? text : this.text + text;
  }

  next(): Frame | null {
    if (this.state === 'over') return null;
    if (this.lack !== Lack.none) return this.pause();
    const text = this.text;
    const length = text.length;
    let at = this.at;
    for (;;) {
      const open = this.open;
      if (this.inCdata) {
        at = this.cdata(open as OpenElements, at);
        if (at === FAULT) return this.broken('not-well-formed', 'Characters that XML does not allow.');
        if (this.inCdata) return this.pause(at);
      }
      if (at >= length) return this.pause(at);
      const first = text.charCodeAt(at);
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
      const second = codeAt(text, at + 1);
      if (open === null && this.state === 'within') this.beginElement(at);
      if (second === 0x2f /* / */) {
        const tag = open === null ? this.rootTag : (open.tags[open.depth - 1] as string);
        const end = this.state === 'before' ? FAULT : readEndTag(text, at + 2, tag);
        if (end === FAULT) return this.broken('not-well-formed', 'An end tag that matches no open element.');
        if (end === MORE) return this.waitForTag(at);
        at = end;
        if (open === null) {
          this.state = 'over';
          this.drop();
          return CLOSE;
        }
        const el = open.els[--open.depth] as Element;
        if (this.tooBig(at)) return this.broken('policy-violation', TOO_BIG);
        if (open.depth > 0) continue;
        this.at = at;
        this.giveBack(open);
        return { is: 'element', el };
      }
      if (second === 0x21 /* ! */ || second === 0x3f /* ? */) {
        const after = this.special(open, at, second);
        if (typeof after !== 'number') return after;
        at = after;
        continue;
      }
      // A start tag, of the stream, of a stanza or inside one.
      const depth = open === null ? 0 : open.depth;
      const fault = readStartTag(
        text,
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
    this.text = '';
    this.at = 0;
    this.cut = null;
    if (this.open !== null) this.giveBack(this.open);
  }

  private decode(chunk: Buffer): string {
    let bytes = chunk;
    if (this.cut !== null) {
      bytes = Buffer.concat([this.cut, chunk]);
      this.cut = null;
    }
    if (this.text === '') this.ascii = true;
    if (isAscii(bytes)) return bytes.toString('latin1');
    this.ascii = false;
    if (!isUtf8(bytes)) {
      const cut = cutSequence(bytes);
      const whole = bytes.subarray(0, bytes.length - cut);
      if (cut === 0 || !isUtf8(whole)) {
        this.fault = 'Octets that are no UTF-8.';
        return '';
      }
      this.cut = Buffer.from(bytes.subarray(bytes.length - cut));
      bytes = whole;
    }
    const text = bytes.toString('utf8');
    if (NONCHARACTER.test(text)) {
      this.fault = 'Characters that XML does not allow.';
      return '';
    }
    return text;
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
      this.text = `</${tag.tag}>${this.text.slice(at)}`;
      this.at = 0;
    } else this.at = at;
    return { is: 'open', header: { el: tag.el, contentNs: tag.defaultNs } };
  }

  private enter(current: OpenElements | null, el: Element): void {
    let open = current;
    if (open === null) {
      open = pool.pop() ?? new OpenElements();
      this.open = open;
    }
    const depth = open.depth++;
    open.els[depth] = el;
    open.tags[depth] = startTag.tag;
    open.defaults[depth] = startTag.defaultNs;
    open.bindings[depth] = startTag.bindings;
  }

  private giveBack(open: OpenElements): void {
    this.open = null;
    open.depth = 0;
    open.els.length = 0;
    open.bindings.length = 0;
    if (pool.length < 32) pool.push(open);
  }

  /** Character data from `at` up to the next tag or the end of what is there; returns where it stopped. */
  private characters(open: OpenElements, at: number): number {
    const text = this.text;
    const length = text.length;
    let end = at;
    let plain = true;
    for (; end < length; end++) {
      const c = text.charCodeAt(end);
      if (c === 0x3c /* < */) break;
      if (c > 0x3e || (c > 0x26 && c < 0x3e)) continue;
      if (c === 0x26 /* & */) plain = false;
      else if (c === 0x3e /* > */) {
        // XML 1.0 §2.4: `]]>` must not stand in text.
        if (end - at >= 2 && text.charCodeAt(end - 1) === 0x5d && text.charCodeAt(end - 2) === 0x5d) return FAULT;
      } else if (c < 0x20) {
        if (c === 0x0d) plain = false;
        else if (c !== 0x0a && c !== 0x09) return FAULT;
      }
    }
    if (end === length) {
      // What could change its meaning with the next character waits for it.
      end = holdBack(text, at);
      this.lack = Lack.little;
      if (end === FAULT || end === at) return end;
    }
    const raw = text.slice(at, end);
    const piece = plain ? raw : resolve(raw, false);
    if (piece === null) return FAULT;
    append(open.els[open.depth - 1] as Element, piece);
    return end;
  }

  private cdata(open: OpenElements, at: number): number {
    const text = this.text;
    const close = text.indexOf(']]>', at);
    let end = close < 0 ? text.length : close;
    if (close < 0) {
      while (end > at && text.length - end < 2 && text.charCodeAt(end - 1) === 0x5d) end--;
      if (end > at && text.charCodeAt(end - 1) === 0x0d) end--;
    }
    if (end > at) {
      const raw = text.slice(at, end);
      if (FORBIDDEN.test(raw)) return FAULT;
      append(open.els[open.depth - 1] as Element, raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw);
    }
    if (close < 0) return end;
    this.inCdata = false;
    return close + 3;
  }

  /** `<!` and `<?`: a CDATA section, the one XML declaration, or refused (RFC 6120 §11.1). Returns the position after it, or a frame. */
  private special(open: OpenElements | null, at: number, second: number): number | Frame | null {
    const text = this.text;
    if (second === 0x21) {
      if (text.startsWith(CDATA, at)) {
        if (open === null) return this.broken(this.state === 'before' ? 'not-well-formed' : 'bad-format', 'Text outside of an element.');
        this.inCdata = true;
        return at + CDATA.length;
      }
      if (text.length - at < CDATA.length && CDATA.startsWith(text.slice(at))) return this.waitForLittle(at);
      return this.broken('restricted-xml', 'Comments and declarations have no place in a stream.');
    }
    if (this.state !== 'before' || this.declared)
      return this.broken('restricted-xml', 'Processing instructions have no place in a stream.');
    const end = text.indexOf('?>', at);
    if (end < 0) {
      const start = text.slice(at, at + 6);
      if ('<?xml '.startsWith(start) || /^<\?xml[ \t\r\n]/.test(start)) {
        if (text.length - at <= MAX_DECLARATION) return this.waitForLittle(at);
        return this.broken('not-well-formed', 'The XML declaration does not end.');
      }
      return this.broken('restricted-xml', 'Processing instructions have no place in a stream.');
    }
    const declaration = text.slice(at, Math.min(end + 2, at + MAX_DECLARATION));
    if (!/^<\?xml[ \t\r\n]/.test(declaration)) return this.broken('restricted-xml', 'Processing instructions have no place in a stream.');
    const parts = XML_DECLARATION.exec(declaration);
    if (parts === null) return this.broken('not-well-formed', 'The XML declaration is malformed.');
    if (parts[3] !== undefined && parts[3].toLowerCase() !== 'utf-8')
      return this.broken('unsupported-encoding', 'Streams are written in UTF-8.');
    this.declared = true;
    this.beginElement(end + 2);
    return end + 2;
  }

  /** Octets of the top-level element up to `at` past the limit? Characters are a lower bound; octets are counted only near the limit. */
  private tooBig(at: number): boolean {
    const max = this.limits.maxBytes;
    const chars = this.held + at - this.mark;
    if (this.ascii || chars > max) return chars > max;
    return this.held + (at - this.mark) * 3 > max && this.held + Buffer.byteLength(this.text.slice(this.mark, at)) > max;
  }

  private waitForTag(at: number): Frame | null {
    this.lack = Lack.tag;
    this.quote = 0;
    this.tagEnds(this.text, at);
    return this.pause(at);
  }

  private waitForLittle(at: number): Frame | null {
    this.lack = Lack.little;
    return this.pause(at);
  }

  /** Goes on with the search for the end of a tag: is there a `>` outside of quotation marks? */
  private tagEnds(text: string, from: number): boolean {
    let quote = this.quote;
    for (let i = from; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (quote !== 0) {
        if (c === quote) quote = 0;
      } else if (c === 0x3e /* > */) return true;
      else if (c === 0x22 || c === 0x27) quote = c;
    }
    this.quote = quote;
    return false;
  }

  /** No frame for now: keeps what is unread and nothing else. */
  private pause(at = this.at): Frame | null {
    if (this.fault !== null) return this.broken('not-well-formed', this.fault);
    if (this.open !== null || this.text.length > at) {
      if (this.state === 'before' && this.open === null) this.mark = Math.min(this.mark, at);
      if (this.held + this.text.length - this.mark > this.limits.maxBytes) return this.broken('policy-violation', TOO_BIG);
    }
    if (at > 0) {
      if (this.open !== null) this.held += this.ascii ? at - this.mark : Buffer.byteLength(this.text.slice(this.mark, at));
      this.mark = 0;
      this.text = at >= this.text.length ? '' : this.text.slice(at);
      this.at = 0;
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

function append(el: Element, piece: string): void {
  const last = el.children.length - 1;
  const before = el.children[last];
  if (typeof before === 'string') el.children[last] = before + piece;
  else if (piece !== '') el.children.push(piece);
}

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
