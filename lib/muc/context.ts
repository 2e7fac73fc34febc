/** What all parts of the chat room engine share. */
import { createHmac } from 'node:crypto';
import type { MucValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BareJid, Jid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { AckHold, ClientSession } from '../xmpp/c2s/session.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { Stanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { Affiliation, RoomArchive, RoomJournal, RoomStore } from './ports.ts';
import type { Room } from './room.ts';
import type { Wire } from './wire.ts';

export interface MucCounters {
  messagesIn: number;
  messagesDelivered: number;
}

export interface MucContext {
  readonly settings: Live<MucValues>;
  readonly router: () => Router;
  readonly store: RoomStore;
  readonly journal: RoomJournal;
  readonly archive: RoomArchive;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: MucCounters;
  isSystemAdministrator(bare: BareJid): boolean;
  /** The standing of somebody; administrators of the chat service are owners everywhere. */
  standingOf(room: Room, jid: Jid): Affiliation;
  /** A change is over; it may have put out the last occupant. */
  turned(room: Room): void;
  /** Calls `done` when everything handed to the journals so far is committed. */
  settled(done: () => void): void;
  /** XEP-0421: the same for a person in a room for ever, and of no use to find the person. */
  occupantId(room: Room, bare: BareJid): string;
}

/** A stanza for a room. `hold` is there when it had to wait for the room, so that its acknowledgement is held back already. */
export interface Incoming<S extends Stanza = Stanza> {
  readonly stanza: S;
  readonly sender: ClientSession | null;
  hold: AckHold | null;
}

/** For a lasting effect of the stanza: call `done` of what this gives after the commit. */
export function takeHold(ctx: MucContext, incoming: Incoming): AckHold | null {
  const hold = incoming.hold;
  if (hold !== null) {
    incoming.hold = null;
    return hold;
  }
  return incoming.sender === null ? null : ctx.router().holdAck(incoming.sender);
}

export const occupantIdMaker =
  (secret: Buffer) =>
  (room: Room, bare: BareJid): string =>
    createHmac('sha256', secret).update(`${room.jid.bare}\n${bare}`).digest('base64url').slice(0, 32);

export const storeAway: StanzaFault = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The server cannot reach its database. Nothing was changed. Try again in a moment.',
};

/**
 * A change of a room that lasts: one after the other, so that each is decided by what the one before has left. `work` may be asked to wait; messages go
 * on meanwhile.
 */
export function inTurn<T>(ctx: MucContext, room: Room, work: () => Promise<T>): Promise<T> {
  room.changing++;
  const run = room.turn.then(work, work);
  const over = () => {
    room.changing--;
    ctx.turned(room);
  };
  room.turn = run.then(over, over);
  return run;
}
