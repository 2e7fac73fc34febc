/** IQs from one occupant to another (XEP-0045 §17), and whether one is still inside (XEP-0410). */

import { secretId } from '../kernel/ids.ts';
import type { BareJid, Jid } from '../kernel/jid.ts';
import { SERVERS_OWN } from '../xmpp/router/create-router.ts';
import { makeIq } from '../xmpp/stanza/build.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { IqStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { MucContext } from './context.ts';
import { notInside } from './messages.ts';
import { MUC_NS, nickKey } from './names.ts';
import type { Room } from './room.ts';

const nobody: StanzaFault = { condition: 'item-not-found', text: 'Nobody in this room has this nickname.' };
const notToOccupant: StanzaFault = { condition: 'bad-request', text: 'Only those inside may ask an occupant what it can do.' };
const tooMany: StanzaFault = { condition: 'resource-constraint', type: 'wait', text: 'Too many of your requests wait for an answer.' };
const gone: StanzaFault = { condition: 'recipient-unavailable', type: 'wait' };
const noVcard: StanzaFault = { condition: 'item-not-found' };

/** Clients have given up by then. */
const ANSWER_MS = 120_000;
const SWEEP_MS = 30_000;
const MOST_OF_ONE = 200;
const MOST = 20_000;

interface Waiting {
  /** The request as it came. */
  readonly asked: IqStanza;
  readonly answerFrom: string;
  readonly until: number;
}

export interface Relay {
  /** A request from an occupant to a nickname. Returns why it cannot be. */
  ask(room: Room, iq: IqStanza): StanzaFault | null;
  /** An answer that came for the address of an occupant, by an id of ours. */
  answered(iq: IqStanza): void;
  stop(): void;
}

export function createRelay(deps: {
  readonly ctx: MucContext;
  /** The vCard of a local person as text; null without. `undefined` when the person is not of this server. */
  readonly vcardOf: (bare: BareJid) => Promise<string | null> | undefined;
}): Relay {
  const { ctx } = deps;
  const { clock } = ctx;
  /** By an id of ours: those of clients collide. In the order of asking. */
  const waiting = new Map<string, Waiting>();
  const perAsker = new Map<string, number>();
  let sweeping: { cancel(): void } | null = null;

  function release(id: string, one: Waiting): void {
    waiting.delete(id);
    const key = one.asked.from.full;
    const left = (perAsker.get(key) ?? 1) - 1;
    if (left > 0) perAsker.set(key, left);
    else perAsker.delete(key);
  }

  function sweep(): void {
    sweeping = null;
    const now = clock.monotonic();
    for (const [id, one] of waiting) {
      if (one.until > now) break;
      release(id, one);
      ctx.router().answer(one.asked, { fault: { condition: 'remote-server-timeout', type: 'wait' } });
    }
    if (waiting.size > 0) sweeping = clock.setTimeout(sweep, SWEEP_MS);
  }

  function forward(iq: IqStanza, from: Jid, to: Jid, isLocal: boolean): StanzaFault | null {
    const mine = perAsker.get(iq.from.full) ?? 0;
    if (mine >= MOST_OF_ONE || waiting.size >= MOST) return tooMany;
    const id = secretId(12);
    const relayed = makeIq({ type: iq.type, from, to, id, lang: iq.lang }, iq.payload);
    waiting.set(id, { asked: iq, answerFrom: to.full, until: clock.monotonic() + ANSWER_MS });
    perAsker.set(iq.from.full, mine + 1);
    sweeping ??= clock.setTimeout(sweep, SWEEP_MS);
    if (!isLocal) ctx.wire.send(relayed);
    else if (!ctx.router().deliver(to, relayed, relayed.render(), 'now')) {
      const one = waiting.get(id);
      if (one !== undefined) release(id, one);
      return gone;
    }
    return null;
  }

  return {
    ask(room, iq) {
      const session = room.sessions.get(iq.from.full);
      // §6.5: who is inside is asked of the room.
      if (session === undefined) return iq.payload?.ns === NS.discoInfo || iq.payload?.ns === NS.discoItems ? notToOccupant : notInside;
      const target = room.occupants.get(nickKey(iq.to?.resource ?? '') ?? '');
      if (target === undefined) return nobody;
      const { payload } = iq;
      if (target === session.occupant && iq.type === 'get' && payload?.ns === NS.ping && payload.name === 'ping') {
        // XEP-0410 §3: the room answers for its own occupants, whatever other devices hold the nickname.
        ctx.router().answer(iq, { result: null });
        return null;
      }
      if (iq.type === 'get' && payload?.ns === MUC_NS.vcard && payload.name === 'vCard') {
        // §17.2: the vCard is the person's, not the device's.
        const asked = deps.vcardOf(target.bare);
        if (asked !== undefined) {
          asked.then(
            (xml) => ctx.router().answer(iq, xml === null ? { fault: noVcard } : { result: xml }),
            (error: unknown) => ctx.router().failed(iq, error),
          );
          return null;
        }
      }
      if (iq.type === 'set' && payload !== null && SERVERS_OWN.has(payload.ns)) return { condition: 'service-unavailable' };
      const to = target.shown;
      return to === null ? nobody : forward(iq, session.occupant.jid, to.jid, to.isLocal);
    },
    answered(iq) {
      const one = waiting.get(iq.id);
      // Only from whom it was asked, once (S-6).
      if (one === undefined || one.answerFrom !== iq.from.full) return;
      release(iq.id, one);
      if (iq.type === 'result') {
        ctx.router().answer(one.asked, { result: iq.payload });
        return;
      }
      const { asked } = one;
      const error = iq.el.child('error', NS.client);
      const from = asked.to ?? asked.from;
      if (error === undefined) return ctx.router().answer(asked, { fault: { condition: 'undefined-condition' } });
      ctx.wire.send(makeIq({ type: 'error', from, to: asked.from, id: asked.id }, error));
    },
    stop() {
      sweeping?.cancel();
      sweeping = null;
    },
  };
}
