/** The ways out of a room: leaving, being put out, being lost (XEP-0045 §7.14, §8.2, §9.1, §18.1). */
import type { Outgoing } from './outgoing.ts';
import { type Broadcasts, type PresenceChange, selfPresence } from './presence.ts';
import type { Registry } from './registry.ts';
import type { Occupant, OccupantSession, Room } from './room.ts';

export interface Leaving {
  /** One device goes; the nickname stays while another device holds it. `codes` say why. */
  session(room: Room, session: OccupantSession, change: PresenceChange): void;
  /** The occupant goes with all devices. */
  occupant(room: Room, occupant: Occupant, change: PresenceChange): void;
  /** The room ends for all: each hears of its own leaving only (§10.9). */
  everyone(room: Room, change: PresenceChange): void;
  /** Devices that turned out to be no more: nothing is sent to them. */
  lost(room: Room, sessions: readonly OccupantSession[]): void;
}

export function createLeaving(deps: {
  readonly broadcasts: () => Broadcasts;
  readonly registry: () => Registry;
  /** To one device, whether it is still there or not. */
  readonly give: (to: OccupantSession, out: Outgoing) => void;
}): Leaving {
  const unavailable = (change: PresenceChange): PresenceChange => ({ ...change, type: 'unavailable' });

  function forget(room: Room, session: OccupantSession): void {
    room.sessions.delete(session.jid.full);
    const { sessions } = session.occupant;
    const at = sessions.indexOf(session);
    if (at >= 0) sessions.splice(at, 1);
  }

  /** The nickname goes on with another device. */
  function showAnother(room: Room, occupant: Occupant, was: OccupantSession): void {
    if (occupant.shown !== was) return;
    occupant.shown = occupant.sessions[occupant.sessions.length - 1] ?? null;
    occupant.changed();
    deps.broadcasts().presence(room, occupant, {});
  }

  function drop(room: Room, session: OccupantSession, change: PresenceChange, tellSelf: boolean): void {
    if (room.sessions.get(session.jid.full) !== session) return;
    const occupant = session.occupant;
    const farewell = unavailable(change);
    if (tellSelf) deps.broadcasts().one(room, session, selfPresence(occupant, session, farewell));
    // That may have shown that it is gone.
    if (room.sessions.get(session.jid.full) !== session) return;
    forget(room, session);
    if (occupant.sessions.length > 0) return showAnother(room, occupant, session);
    occupant.shown = session;
    room.occupants.delete(occupant.key);
    deps.broadcasts().presenceToOthers(room, occupant, farewell);
    deps.registry().left(room);
  }

  return {
    session: (room, session, change) => drop(room, session, change, true),
    occupant(room, occupant, change) {
      if (room.occupants.get(occupant.key) !== occupant) return;
      const farewell = unavailable(change);
      for (const session of [...occupant.sessions]) {
        deps.broadcasts().one(room, session, selfPresence(occupant, session, farewell));
        if (occupant.sessions.length === 0) return;
      }
      const shown = occupant.shown;
      for (const session of [...occupant.sessions]) forget(room, session);
      if (room.occupants.get(occupant.key) !== occupant) return;
      occupant.shown = shown;
      room.occupants.delete(occupant.key);
      deps.broadcasts().presenceToOthers(room, occupant, farewell);
      deps.registry().left(room);
    },
    everyone(room, change) {
      const farewell = unavailable(change);
      for (const session of [...room.sessions.values()]) {
        forget(room, session);
        deps.give(session, selfPresence(session.occupant, session, farewell));
      }
      for (const occupant of [...room.occupants.values()]) {
        room.occupants.delete(occupant.key);
        deps.registry().left(room);
      }
    },
    lost(room, sessions) {
      for (const session of sessions) drop(room, session, {}, false);
    },
  };
}
