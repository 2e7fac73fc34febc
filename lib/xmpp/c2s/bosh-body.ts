import { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { type Frame, Framer } from '../stream/framer.ts';
import type { FrameLimits } from '../stream/limits.ts';

/** Terminal binding conditions (XEP-0124 §17.2) that are used here. */
export type BindingCondition =
  | 'bad-request'
  | 'host-gone'
  | 'host-unknown'
  | 'improper-addressing'
  | 'internal-server-error'
  | 'item-not-found'
  | 'policy-violation'
  | 'remote-connection-failed'
  | 'remote-stream-error'
  | 'system-shutdown';

/** Errors of the stream that the binding has a word of its own for; all others are told as `remote-stream-error` and shown whole. */
export const bindingWord: Partial<Record<StreamCondition, BindingCondition>> = {
  'host-gone': 'host-gone',
  'host-unknown': 'host-unknown',
  'improper-addressing': 'improper-addressing',
  'internal-server-error': 'internal-server-error',
  'system-shutdown': 'system-shutdown',
};

export const bodyXml = (attributes: string, payload: string): string =>
  payload === '' ? `<body xmlns='${NS.httpBind}'${attributes}/>` : `<body xmlns='${NS.httpBind}'${attributes}>${payload}</body>`;

export const terminalXml = (condition: BindingCondition | null, payload = ''): string =>
  bodyXml(` type='terminate'${condition === null ? '' : ` condition='${condition}'`}`, payload);

/** A whole request as it was read. */
export interface ReadBody {
  readonly attrs: Readonly<Record<string, string>>;
  /** The elements in it, each whole and within the limits. */
  readonly frames: readonly Frame[];
}

/** Why a request is refused as a whole. */
export interface BodyFault {
  readonly condition: 'bad-request' | 'policy-violation';
}

const XBOSH_VERSION = `{${NS.xbosh}}version`;
const XBOSH_RESTART = `{${NS.xbosh}}restart`;

export const wantsRestart = (attrs: Readonly<Record<string, string>>): boolean =>
  attrs[XBOSH_RESTART] === 'true' || attrs[XBOSH_RESTART] === '1';

/** The header of the stream that a session creation or a restart stands for (XEP-0206 §4, §5). */
export function headerOf(attrs: Readonly<Record<string, string>>): Frame {
  const header: Record<string, string> = { version: attrs[XBOSH_VERSION] ?? '1.0' };
  for (const name of ['to', 'from', 'xml:lang'] as const) {
    const value = attrs[name];
    if (value !== undefined) header[name] = value;
  }
  return { is: 'open', header: { el: new Element('stream', NS.streams, header), contentNs: NS.client } };
}

/** A count as attributes hold it; null when there is none or it is no number. */
export function readNumber(text: string | undefined): number | null {
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : null;
}

/**
 * One request, octet by octet: `<body/>` is read as the header of a stream would be, and what it holds as its stanzas, so that the strict reader and
 * the limits of all other streams hold. Nothing is kept but the finished elements.
 */
export class BodyReader {
  private readonly framer: Framer;
  private readonly frames: Frame[] = [];
  private attrs: Readonly<Record<string, string>> | null = null;
  private isClosed = false;
  private octets = 0;
  fault: BodyFault | null = null;

  constructor(
    limits: FrameLimits,
    private max: number,
    /** Told when the opening tag is read; says what holds for the rest. */
    private readonly onOpen: (attrs: Readonly<Record<string, string>>) => { readonly limits: FrameLimits; readonly max: number },
  ) {
    this.framer = new Framer(limits);
  }

  push(chunk: Buffer): void {
    if (this.fault !== null) return;
    this.octets += chunk.length;
    // Whose limit holds is known once the opening tag is read; until then the framer's own limit does.
    if (this.attrs !== null && this.octets > this.max) {
      this.fault = { condition: 'policy-violation' };
      return;
    }
    // The framer forgets what stands behind an end: so the part with the last `>` is read by itself, and the end must not come before it.
    const last = chunk.lastIndexOf(0x3e);
    const cut = last < 0 ? chunk.length : last;
    this.feed(chunk.subarray(0, cut));
    this.feed(chunk.subarray(cut));
    if (this.isClosed && !isBlank(chunk.subarray(last + 1))) this.fault ??= { condition: 'bad-request' };
  }

  end(): ReadBody | BodyFault {
    if (this.fault !== null) return this.fault;
    if (this.attrs === null || !this.isClosed) return { condition: 'bad-request' };
    return { attrs: this.attrs, frames: this.frames };
  }

  private feed(part: Buffer): void {
    if (this.fault !== null || part.length === 0) return;
    if (this.isClosed) {
      if (!isBlank(part)) this.fault = { condition: 'bad-request' };
      return;
    }
    this.framer.push(part);
    for (let frame = this.framer.next(); frame !== null; frame = this.framer.next()) {
      if (frame.is === 'open') this.open(frame.header.el);
      else if (frame.is === 'element') this.frames.push(frame);
      else if (frame.is === 'close') this.isClosed = true;
      else this.fault = { condition: frame.condition === 'policy-violation' ? 'policy-violation' : 'bad-request' };
      if (this.fault !== null) return;
    }
  }

  private open(el: Element): void {
    if (el.ns !== NS.httpBind || el.name !== 'body') {
      this.fault = { condition: 'bad-request' };
      return;
    }
    this.attrs = el.attrs;
    const { limits, max } = this.onOpen(el.attrs);
    this.framer.limits = limits;
    this.max = max;
    if (this.octets > max) this.fault = { condition: 'policy-violation' };
  }
}

function isBlank(data: Buffer): boolean {
  for (const octet of data) if (octet !== 0x20 && octet !== 0x0a && octet !== 0x0d && octet !== 0x09) return false;
  return true;
}
