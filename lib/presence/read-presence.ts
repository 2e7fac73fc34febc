/** Reading the parts of a presence that the server acts on (RFC 6121 §4.7). Pure. */
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { PresenceStanza } from '../xmpp/stanza/stanza.ts';
import type { PresenceNow } from './ports.ts';

const INTEGER = /^[+-]?\d{1,4}$/;

/** -128..127, 0 when there is none; null when it is no such number (RFC 6121 §4.7.2.3). */
export function readPriority(stanza: PresenceStanza): number | null {
  const el = stanza.el.child('priority', NS.client);
  if (el === undefined) return 0;
  const text = el.text().trim();
  if (!INTEGER.test(text)) return null;
  const value = Number(text);
  return value < -128 || value > 127 ? null : value;
}

/** An unknown value counts as plain availability (RFC 6121 §4.7.2.1). */
export function readShow(stanza: PresenceStanza): PresenceNow['show'] {
  const show = stanza.el.child('show', NS.client)?.text();
  return show === 'away' || show === 'chat' || show === 'dnd' || show === 'xa' ? show : 'available';
}

export const readStatus = (stanza: PresenceStanza): string => stanza.el.child('status', NS.client)?.text() ?? '';

/** What the client says it is and can do (XEP-0115); unverified. */
export interface EntityCaps {
  readonly node: string;
  readonly ver: string;
  readonly hash: string;
}

/** Null without caps, and for the form of before 2008 without `hash`, which names nothing that could be verified (XEP-0115 §5.4). */
export function readCaps(stanza: PresenceStanza): EntityCaps | null {
  const c = stanza.el.child('c', 'http://jabber.org/protocol/caps');
  if (c === undefined) return null;
  const { node = '', ver = '', hash = '' } = c.attrs;
  return node === '' || ver === '' || hash === '' ? null : { node, ver, hash };
}
