/** Where stanzas for rooms come in. A room that is not in memory is fetched first; meanwhile what is for it waits, in order. */
import { bareOf } from '../kernel/jid.ts';
import type { AckHold, ClientSession } from '../xmpp/c2s/session.ts';
import type { ServiceDesk } from '../xmpp/router/service-desk.ts';
import { errorStanza } from '../xmpp/stanza/build.ts';
import { Element } from '../xmpp/stanza/element.ts';
import type { Stanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { Incoming, MucContext } from './context.ts';
import { MUC_NS } from './names.ts';
import type { Registry } from './registry.ts';
import type { Relay } from './relay.ts';
import type { Room } from './room.ts';
import type { RoomStanzas } from './room-stanzas.ts';

export interface Reception {
  receive(stanza: Stanza, sender: ClientSession | null): void;
}

export function createReception(deps: {
  readonly ctx: MucContext;
  readonly registry: Registry;
  readonly desk: ServiceDesk;
  readonly relay: Relay;
  readonly stanzas: RoomStanzas;
  readonly notHere: StanzaFault;
}): Reception {
  const { ctx, registry } = deps;
  const bounce = (stanza: Stanza, fault: StanzaFault | null): void => {
    if (fault !== null) ctx.router().bounce(stanza, fault);
  };

  /** §7.2: a refused request to enter comes back as one, and says that the room refused. */
  function refuseEntry(stanza: Stanza, fault: StanzaFault): void {
    const error = errorStanza(stanza, fault, stanza.to === null ? undefined : bareOf(stanza.to));
    if (error === null) return;
    error.el.children.unshift(new Element('x', MUC_NS.muc));
    ctx.wire.send(error);
  }

  function forRoom(room: Room | null, incoming: Incoming): void {
    const { stanza } = incoming;
    if (stanza.kind !== 'iq') {
      const fault = deps.stanzas.take(room, incoming);
      if (fault !== null && stanza.kind === 'presence' && stanza.type === '') refuseEntry(stanza, fault);
      else bounce(stanza, fault);
    } else if (room === null) bounce(stanza, { condition: 'item-not-found', text: 'There is no such room.' });
    else bounce(stanza, deps.relay.ask(room, stanza));
  }

  /** Can this stanza mean anything to a room that is not in memory? Nobody is inside it; whoever is about to be may already be leaving. */
  const matters = (stanza: Stanza, to: NonNullable<Stanza['to']>): boolean =>
    stanza.type !== 'error' && (stanza.kind !== 'presence' || stanza.type !== 'unavailable' || registry.isLoading(to.bare));

  function afterLoading(stanza: Stanza, sender: ClientSession | null, to: NonNullable<Stanza['to']>): void {
    const hold: AckHold | null = sender === null ? null : ctx.router().holdAck(sender);
    const incoming: Incoming = { stanza, sender, hold };
    registry
      .find(to)
      .then(() => forRoom(registry.peek(to.bare) ?? null, incoming))
      .catch((error: unknown) => ctx.router().failed(stanza, error))
      // Unless something that lasts took it over.
      .finally(() => incoming.hold?.done());
  }

  return {
    receive(stanza, sender) {
      const to = stanza.to;
      if (to === null) return;
      if (stanza.kind === 'iq') {
        if (stanza.type === 'result' || stanza.type === 'error') return deps.relay.answered(stanza);
        if (to.local === '' || to.resource === '') {
          if (!deps.desk.take(stanza, sender)) bounce(stanza, deps.notHere);
          return;
        }
      } else if (to.local === '') {
        // The service itself reads no messages and is in nobody's contact list.
        if (stanza.kind === 'message' && stanza.type !== 'error') bounce(stanza, deps.notHere);
        return;
      }
      const room = registry.peek(to.bare);
      if (room !== undefined) forRoom(room, { stanza, sender, hold: null });
      else if (matters(stanza, to)) afterLoading(stanza, sender, to);
    },
  };
}
