/**
 * Extended stanza addressing (XEP-0033): a client hands the server one message with a list of recipients. Each copy goes the way of any message of
 * that client to that recipient: block lists, archive, offline storage, errors and acknowledgement are those of a message sent alone.
 */
import type { ImValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Jid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Claim, Protocol, Room } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User } from '../xmpp/router/users.ts';
import { stanzaOver } from '../xmpp/stanza/build.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { MessageStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';

export const ADDRESS = 'http://jabber.org/protocol/address';
const protocol: Protocol = {
  number: 'XEP-0033',
  title: 'Extended Stanza Addressing',
  version: '1.2.1',
  status: 'complete',
  note: 'For messages, at the address of the server.',
};

const TARGETS = new Set(['to', 'cc', 'bcc']);
const OTHERS = new Set(['replyto', 'replyroom', 'noreply', 'ofrom']);
const MINUTE_MS = 60_000;

const bad = (text: string): StanzaFault => ({ condition: 'bad-request', text });

interface Target {
  readonly jid: Jid;
  readonly isBlind: boolean;
  /** The address as the blind recipient sees their own. */
  readonly own: Element;
}
interface Plan {
  readonly targets: readonly Target[];
  /** Addresses everyone may see; those that are delivered here are marked so (§5). */
  readonly shown: readonly Element[];
}

/** What is to be done with a list of addresses; a fault when any of it cannot be done: nothing is sent then. */
export function planBroadcast(addresses: Element, most: number): Plan | StanzaFault {
  const targets = new Map<string, Target>();
  const shown: Element[] = [];
  let count = 0;
  for (const one of addresses.elements()) {
    if (one.ns !== ADDRESS || one.name !== 'address') continue;
    const type = one.attrs.type ?? '';
    if (OTHERS.has(type)) {
      // Whom a message is from originally is not for its sender to say: `from` says it (§4.6).
      if (type !== 'ofrom') shown.push(one);
      continue;
    }
    if (!TARGETS.has(type)) return bad('Each address has a type: to, cc, bcc, replyto, replyroom or noreply.');
    const isBlind = type === 'bcc';
    if (one.attrs.delivered === 'true') {
      if (!isBlind) shown.push(one);
      continue;
    }
    if (one.attrs.jid === undefined)
      return { condition: 'feature-not-implemented', text: 'Only addresses with a "jid" can be delivered from here.' };
    const jid = parseJid(one.attrs.jid);
    if (jid === null) return { condition: 'jid-malformed', text: 'One of the addresses is not valid. Nothing was sent.' };
    if (++count > most) return { condition: 'not-acceptable', text: `A message goes to ${most} recipients at most. Nothing was sent.` };
    const marked = new Element('address', ADDRESS, { ...one.attrs, jid: jid.full, delivered: 'true' }, one.children);
    if (!isBlind) shown.push(marked);
    const known = targets.get(jid.full);
    // Named twice, it is delivered once; who is named openly is not blind.
    if (known === undefined || (known.isBlind && !isBlind)) targets.set(jid.full, { jid, isBlind, own: marked });
  }
  return targets.size === 0 ? bad('Name at least one recipient.') : { targets: [...targets.values()], shown };
}

const rateSlot = defineSlot<{ minute: number; count: number }>('im.broadcast-rate');

export function createBroadcast(deps: { readonly router: () => Router; readonly settings: Live<ImValues>; readonly clock: Clock }): Room {
  const { settings, clock } = deps;

  /** Takes `count` out of what a person may address in this minute. */
  function isTooMuch(user: User, count: number): boolean {
    const limit = settings.get().broadcastPerMinute;
    if (limit === 0) return false;
    const minute = Math.floor(clock.monotonic() / MINUTE_MS);
    let rate = readSlot(user, rateSlot);
    if (rate === undefined || rate.minute !== minute) {
      rate = { minute, count: 0 };
      writeSlot(user, rateSlot, rate);
    }
    if (rate.count + count > limit) return true;
    rate.count += count;
    return false;
  }

  function broadcast(session: ClientSession, stanza: MessageStanza): Claim {
    const addresses = stanza.el.child('addresses', ADDRESS);
    if (addresses === undefined || stanza.type === 'error' || !settings.get().broadcast) return undefined;
    if (stanza.to !== null && stanza.to.resource !== '') return undefined;
    const plan = planBroadcast(addresses, settings.get().broadcastRecipients);
    if ('condition' in plan) return plan;
    // The list cannot be delivered to a list.
    for (const { jid } of plan.targets)
      if (jid.local === '' && deps.router().isLocalDomain(jid.domain)) return bad('The server is no recipient. Nothing was sent.');
    if (isTooMuch(session.user, plan.targets.length))
      return { condition: 'policy-violation', type: 'wait', text: 'You have addressed too many people within a minute. Nothing was sent.' };
    const rest = stanza.el.children.filter((child) => child !== addresses);
    const headed = (extra: readonly Element[]): Element => {
      const list = [...plan.shown, ...extra];
      return new Element('message', NS.client, {}, list.length === 0 ? rest : [...rest, new Element('addresses', ADDRESS, {}, list)]);
    };
    const open = headed([]);
    for (const { jid, isBlind, own } of plan.targets) {
      const el = isBlind ? headed([own]) : open;
      deps.router().submit(session, stanzaOver('message', stanza.type, session.jid, jid, stanza.id, stanza.lang, el, null));
    }
    return 'done';
  }

  return {
    name: 'broadcast',
    hooks: [{ hook: 'message.toServer', stage: 'decide', run: broadcast }],
    features: {
      get server() {
        return settings.get().broadcast ? [ADDRESS] : [];
      },
    },
    protocols: [protocol],
  };
}
