/** The way from a room to its occupants, here and on other servers. */
import type { Urgency } from '../xmpp/c2s/session.ts';
import type { Router } from '../xmpp/router/router.ts';
import { stanzaOver } from '../xmpp/stanza/build.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serializeChildren } from '../xmpp/stanza/serialize.ts';
import type { Stanza } from '../xmpp/stanza/stanza.ts';
import { parseElement } from '../xmpp/stream/framer.ts';
import type { FrameLimits } from '../xmpp/stream/limits.ts';
import type { Outgoing } from './outgoing.ts';
import type { OccupantSession } from './room.ts';

/** Text is ours and was checked when it came in, so nothing of it is too large. */
const limits: FrameLimits = {
  maxBytes: 4_194_304,
  maxDepth: 128,
  maxAttributes: 128,
  maxAttributeLength: 65_536,
  maxElements: 20_000,
  maxNamespaces: 1_000,
  maxNameLength: 1_024,
};

/** Text of a stanza in `jabber:client` as an element; null when it is none. */
export function elementOfText(xml: string): Element | null {
  const frame = parseElement(Buffer.from(xml.replace(/^<(\w+)/, `<$1 xmlns='${NS.client}'`)), limits);
  return frame.is === 'element' ? frame.el : null;
}

export interface Wire {
  /** False when the recipient's session is no more. */
  give(to: OccupantSession, out: Outgoing, urgency: Urgency): boolean;
  /** To an address that need not be in a room. Errors to it are swallowed. */
  send(stanza: Stanza): void;
}

export function createWire(router: () => Router, count: { messagesDelivered: number }): Wire {
  return {
    give(to, out, urgency) {
      if (out.stanza.kind === 'message') count.messagesDelivered++;
      const xml = out.head + to.toText + out.tail;
      if (to.isLocal) return router().deliver(to.jid, out.stanza, xml, urgency);
      // Another server's occupant is written to as any foreign address.
      const el = elementOfText(xml);
      const { kind, type, from, id, lang } = out.stanza;
      if (el !== null) router().route(stanzaOver(kind, type, from, to.jid, id, lang, new Element(kind, NS.client, {}, el.children), null));
      return true;
    },
    send(stanza) {
      const to = stanza.to;
      // Presence of a room is for one device, and not the presence room's to judge.
      if (stanza.kind === 'presence' && to !== null && to.resource !== '' && router().isLocalDomain(to.domain))
        router().deliver(to, stanza, stanza.render(), 'now');
      else router().route(stanza);
    },
  };
}

/** The payload of a stanza as text without what only a room may say. */
export function payloadText(el: Element, drop: (child: Element) => boolean): string {
  let kept: Element | null = null;
  for (const child of el.children)
    if (typeof child !== 'string' && drop(child)) {
      kept = new Element(
        el.name,
        el.ns,
        {},
        el.children.filter((one) => typeof one !== 'string' && !drop(one)),
      );
      break;
    }
  return serializeChildren(kept ?? el);
}
