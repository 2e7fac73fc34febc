import { type Jid, parseJid } from '../../kernel/jid.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { errorElementXml, stanzaOver } from './build.ts';
import type { Element } from './element.ts';
import { escapeAttribute } from './serialize.ts';
import type { Stanza, StanzaFault } from './stanza.ts';

const MESSAGE_TYPES = new Set(['normal', 'chat', 'groupchat', 'headline', 'error']);
const PRESENCE_TYPES = new Set(['unavailable', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe', 'error']);
const IQ_TYPES = new Set(['get', 'set', 'result', 'error']);

export const isStanza = (el: Element, ns: string): boolean =>
  el.ns === ns && (el.name === 'message' || el.name === 'presence' || el.name === 'iq');

/**
 * A typed stanza from an element for which `isStanza` holds. `from` is who sent it as the server knows, whatever the wire says; `lang` is the
 * language of the stream, taken when the stanza has none (RFC 6120 §8.1.5).
 */
export function readStanza(el: Element, from: Jid, lang: string): Result<Stanza, StanzaFault> {
  const attrs = el.attrs;
  let to: Jid | null = null;
  if (attrs.to !== undefined) {
    to = parseJid(attrs.to);
    if (to === null) return refuse({ condition: 'jid-malformed', text: 'The address in "to" is not valid.' });
  }
  const id = attrs.id ?? '';
  const language = attrs['xml:lang'] ?? lang;
  const type = attrs.type;
  if (el.name === 'message') {
    // RFC 6121 §5.2.2: an unknown type is read as "normal".
    const known = type !== undefined && MESSAGE_TYPES.has(type) ? type : 'normal';
    return ok(stanzaOver('message', known, from, to, id, language, el, null));
  }
  if (el.name === 'presence') {
    if (type !== undefined && !PRESENCE_TYPES.has(type)) return refuse({ condition: 'bad-request', text: 'Unknown type of presence.' });
    return ok(stanzaOver('presence', type ?? '', from, to, id, language, el, null));
  }
  // RFC 6120 §8.2.3: "id" and "type" are required, a get or set has exactly one child element, a result at most one.
  if (type === undefined || !IQ_TYPES.has(type))
    return refuse({ condition: 'bad-request', text: 'An IQ needs a type of get, set, result or error.' });
  if (id === '') return refuse({ condition: 'bad-request', text: 'An IQ needs an id.' });
  let payload: Element | null = null;
  let count = 0;
  for (const child of el.children) {
    if (typeof child === 'string') continue;
    count++;
    payload ??= child;
  }
  const request = type === 'get' || type === 'set';
  if (request ? count !== 1 : type === 'result' && count > 1)
    return refuse({ condition: 'bad-request', text: 'A get or set holds exactly one element.' });
  return ok(stanzaOver('iq', type, from, to, id, language, el, payload));
}

/** The error answer to an element that `readStanza` refused, for its sender; null when errors must not answer it. */
export function refusalXml(el: Element, to: Jid, fault: StanzaFault): string | null {
  if (el.attrs.type === 'error' || el.attrs.type === 'result') return null;
  const id = el.attrs.id ? ` id='${escapeAttribute(el.attrs.id)}'` : '';
  return `<${el.name} to='${escapeAttribute(to.full)}' type='error'${id}>${errorElementXml(fault)}</${el.name}>`;
}
