/** Which part of the engine a stanza for a room belongs to, and what is said to those who are not inside. */

import { makePresence } from '../xmpp/stanza/build.ts';
import { el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serializeChildren } from '../xmpp/stanza/serialize.ts';
import type { PresenceStanza, Stanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { Changes } from './changes.ts';
import type { Incoming, MucContext } from './context.ts';
import type { Invitations } from './invitations.ts';
import type { Joining } from './join.ts';
import type { Leaving } from './leave.ts';
import { type Messages, notInside } from './messages.ts';
import { MUC_NS } from './names.ts';
import type { Room } from './room.ts';

const noRoom: StanzaFault = { condition: 'item-not-found', text: 'There is no such room.' };
const unknownPresence: StanzaFault = { condition: 'feature-not-implemented', text: 'A room has no contacts.' };

/** §18.1: answers that mean an occupant can no longer be reached. `service-unavailable` may also refuse one private message, so it is none. */
const LOST: ReadonlySet<string> = new Set([
  'gone',
  'item-not-found',
  'jid-malformed',
  'recipient-unavailable',
  'redirect',
  'remote-server-not-found',
  'remote-server-timeout',
]);

export interface RoomStanzas {
  /** Message or presence for a room that is in memory, or null when it is certain that there is none. */
  take(room: Room | null, incoming: Incoming): StanzaFault | null;
}

export function createRoomStanzas(deps: {
  readonly ctx: MucContext;
  readonly joining: Joining;
  readonly changes: Changes;
  readonly leaving: Leaving;
  readonly messages: Messages;
  readonly invitations: Invitations;
}): RoomStanzas {
  const { ctx, leaving } = deps;

  /** §7.2 (since 1.32): somebody who thinks to be inside learns that they are not, and can enter again. */
  function putRight(stanza: PresenceStanza): void {
    const status = (code: string) => el('status', MUC_NS.user, { code });
    const item = el('item', MUC_NS.user, { affiliation: 'none', role: 'none' });
    const x = el('x', MUC_NS.user, {}, item, status('110'), status('307'), status('333'));
    ctx.wire.send(makePresence({ type: 'unavailable', from: stanza.to ?? stanza.from, to: stanza.from }, x));
  }

  function presence(room: Room | null, stanza: PresenceStanza): StanzaFault | null {
    const session = room?.sessions.get(stanza.from.full);
    switch (stanza.type) {
      case '': {
        const x = stanza.el.child('x', MUC_NS.muc);
        if (x !== undefined) return deps.joining.join(room, stanza, x);
        if (room !== null && session !== undefined) return deps.changes.presence(room, session, stanza);
        putRight(stanza);
        return null;
      }
      case 'unavailable':
        if (room !== null && session !== undefined) {
          const said = stanza.el.elements().filter((child) => child.ns === NS.client && child.name === 'status');
          const payload = serializeChildren(el('presence', NS.client, {}, ...said));
          leaving.session(room, session, payload === '' ? {} : { payload: payload.slice(0, ctx.settings.get().maxPresenceBytes) });
        }
        return null;
      case 'error':
        ghost(room, stanza);
        return null;
      case 'probe':
        return null;
      default:
        return unknownPresence;
    }
  }

  /** True when the sender is taken as lost. */
  function ghost(room: Room | null, stanza: Stanza): boolean {
    const session = room?.sessions.get(stanza.from.full);
    const error = stanza.el.child('error', NS.client);
    if (room === null || session === undefined || !error?.elements().some(({ name }) => LOST.has(name))) return false;
    leaving.session(room, session, { codes: [333] });
    return true;
  }

  return {
    take(room, incoming) {
      const { stanza } = incoming;
      if (stanza.kind === 'presence') return presence(room, stanza);
      if (stanza.kind !== 'message') return null;
      const toOne = stanza.to !== null && stanza.to.resource !== '';
      const message = incoming as Incoming<typeof stanza>;
      if (stanza.type === 'error') {
        if (room === null || ghost(room, stanza) || !toOne) return null;
        deps.messages.whisper(room, message);
        return null;
      }
      if (room === null) return noRoom;
      if (room.locked && room.sessions.get(stanza.from.full) === undefined) return noRoom;
      if (toOne) return deps.messages.whisper(room, message);
      if (stanza.type === 'groupchat') return deps.messages.groupchat(room, message);
      return stanza.type === 'headline' ? notInside : deps.invitations.take(room, message);
    },
  };
}
