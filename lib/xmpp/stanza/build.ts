import { secretId } from '../../kernel/ids.ts';
import type { Jid } from '../../kernel/jid.ts';
import { type Child, Element } from './element.ts';
import { NS } from './namespaces.ts';
import { escapeAttribute, escapeText, serialize, serializeChildren } from './serialize.ts';
import type {
  IqStanza,
  IqType,
  MessageStanza,
  MessageType,
  PresenceStanza,
  PresenceType,
  Stanza,
  StanzaErrorType,
  StanzaFault,
} from './stanza.ts';
import { typeOf } from './stanza-faults.ts';

interface Change {
  from?: string;
  to?: string | null;
  id?: string;
  extra?: string;
  type?: string;
}

/** One shape for the three kinds, so that the hot path stays monomorphic; the union `Stanza` tells them apart by `kind`. */
class StanzaText {
  /** The payload as text, made when first asked for and shared by all copies. */
  private inner: string | null = null;
  note: object | null = null;

  constructor(
    readonly kind: 'message' | 'presence' | 'iq',
    readonly type: string,
    readonly from: Jid,
    readonly to: Jid | null,
    readonly id: string,
    readonly lang: string,
    readonly el: Element,
    readonly payload: Element | null,
  ) {}

  render(change?: Change): string {
    this.inner ??= serializeChildren(this.el);
    let head = `<${this.kind} from='${escapeAttribute(change?.from ?? this.from.full)}'`;
    const to = change?.to === undefined ? (this.to?.full ?? null) : change.to;
    if (to !== null) head += ` to='${escapeAttribute(to)}'`;
    const type = change?.type ?? this.type;
    // `normal` is the default of a message (RFC 6121 §5.2.2), available presence has no type.
    if (type !== '' && !(type === 'normal' && this.kind === 'message')) head += ` type='${type}'`;
    const id = change?.id ?? this.id;
    if (id !== '') head += ` id='${escapeAttribute(id)}'`;
    if (this.lang !== '') head += ` xml:lang='${escapeAttribute(this.lang)}'`;
    const extra = change?.extra ?? '';
    return this.inner === '' && extra === '' ? `${head}/>` : `${head}>${this.inner}${extra}</${this.kind}>`;
  }
}

/** A stanza over an element of `jabber:client`; only `kind` and `type` that belong together are given by the callers below and `readStanza`. */
export const stanzaOver = (
  kind: Stanza['kind'],
  type: string,
  from: Jid,
  to: Jid | null,
  id: string,
  lang: string,
  el: Element,
  payload: Element | null,
): Stanza => new StanzaText(kind, type, from, to, id, lang, el, payload) as Stanza;

interface Head {
  readonly from: Jid;
  readonly to: Jid | null;
  /** Made up when left out, except for presence, which needs none. */
  readonly id?: string;
  readonly lang?: string;
}

const over = (name: 'message' | 'presence' | 'iq', children: readonly Child[]): Element => new Element(name, NS.client, {}, [...children]);

export const makeMessage = (head: Head & { readonly type?: MessageType }, ...children: Child[]): MessageStanza =>
  stanzaOver(
    'message',
    head.type ?? 'normal',
    head.from,
    head.to,
    head.id ?? secretId(12),
    head.lang ?? '',
    over('message', children),
    null,
  ) as MessageStanza;

export const makePresence = (head: Head & { readonly type?: PresenceType }, ...children: Child[]): PresenceStanza =>
  stanzaOver(
    'presence',
    head.type ?? '',
    head.from,
    head.to,
    head.id ?? '',
    head.lang ?? '',
    over('presence', children),
    null,
  ) as PresenceStanza;

export const makeIq = (head: Head & { readonly type: IqType }, payload: Element | null): IqStanza =>
  stanzaOver(
    'iq',
    head.type,
    head.from,
    head.to,
    head.id ?? secretId(12),
    head.lang ?? '',
    over('iq', payload ? [payload] : []),
    payload,
  ) as IqStanza;

/** A result to an IQ as text for its sender. `payload` is an element, text in `jabber:client`, or null for an empty result. */
export function resultXml(iq: IqStanza, payload: Element | string | null): string {
  const from = iq.to ? ` from='${escapeAttribute(iq.to.full)}'` : '';
  const head = `<iq${from} to='${escapeAttribute(iq.from.full)}' type='result' id='${escapeAttribute(iq.id)}'`;
  if (payload === null || payload === '') return `${head}/>`;
  return `${head}>${typeof payload === 'string' ? payload : serialize(payload, NS.client)}</iq>`;
}

/** `<error/>` as text in `jabber:client`: condition, text, application condition, in this order (RFC 6120 §8.3.2). */
export function errorElementXml(fault: StanzaFault, by?: Jid): string {
  const type: StanzaErrorType = fault.type ?? typeOf[fault.condition];
  let xml = `<error type='${type}'${by ? ` by='${escapeAttribute(by.full)}'` : ''}><${fault.condition} xmlns='${NS.stanzaErrors}'/>`;
  if (fault.text) xml += `<text xmlns='${NS.stanzaErrors}' xml:lang='en'>${escapeText(fault.text)}</text>`;
  if (fault.detail) xml += serialize(fault.detail, NS.client);
  return `${xml}</error>`;
}

/** May this stanza be answered by an error at all? Errors and IQ results never are (RFC 6120 §8.3.1). */
export const mayBounce = (stanza: Stanza): boolean => stanza.type !== 'error' && stanza.type !== 'result';

/**
 * The error answer to a stanza as text for its sender, addresses swapped, or null when it must not be answered. `by` names the entity that
 * refuses when it is not the addressed one.
 */
export function errorXml(stanza: Stanza, fault: StanzaFault, by?: Jid): string | null {
  if (!mayBounce(stanza)) return null;
  const from = stanza.to ? ` from='${escapeAttribute(stanza.to.full)}'` : '';
  const id = stanza.id === '' ? '' : ` id='${escapeAttribute(stanza.id)}'`;
  return `<${stanza.kind}${from} to='${escapeAttribute(stanza.from.full)}' type='error'${id}>${errorElementXml(fault, by)}</${stanza.kind}>`;
}

/** The error answer as a stanza, to be routed; null when it must not be answered. */
export function errorStanza(stanza: Stanza, fault: StanzaFault, by?: Jid): Stanza | null {
  if (!mayBounce(stanza)) return null;
  const error = new Element('error', NS.client, { type: fault.type ?? typeOf[fault.condition], ...(by ? { by: by.full } : {}) }, [
    new Element(fault.condition, NS.stanzaErrors),
  ]);
  if (fault.text) error.children.push(new Element('text', NS.stanzaErrors, { 'xml:lang': 'en' }, [fault.text]));
  if (fault.detail) error.children.push(fault.detail);
  const el = new Element(stanza.kind, NS.client, {}, [error]);
  return stanzaOver(stanza.kind, 'error', stanza.to ?? stanza.from, stanza.from, stanza.id, '', el, null);
}
