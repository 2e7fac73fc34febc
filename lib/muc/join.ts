/** Entering a room (XEP-0045 §7.2), and being in step with it again. */
import type { MucValues } from '../config/schema/index.ts';
import { type BareJid, type Jid, makeJid } from '../kernel/jid.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import type { PresenceStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { MucContext } from './context.ts';
import { hatsXml } from './hats.ts';
import { historyFor, readWish, subjectNow } from './history.ts';
import { MUC_NS, nickKey } from './names.ts';
import type { Affiliation } from './ports.ts';
import { type Broadcasts, isBroadcast, selfPresence, shownTo, standingCodes } from './presence.ts';
import { atLeast, defaultRole } from './privileges.ts';
import { Rates } from './rates.ts';
import type { Registry } from './registry.ts';
import { Occupant, OccupantSession, type Room } from './room.ts';
import { payloadText } from './wire.ts';

const faults = {
  noNick: { condition: 'jid-malformed', text: 'Name the nickname you want after the address of the room.' },
  badNick: { condition: 'not-acceptable', text: 'This nickname is too long or holds signs that cannot be seen.' },
  tooBig: { condition: 'policy-violation', text: 'This presence is too large for a room.' },
  missing: { condition: 'item-not-found', text: 'There is no such room.' },
  mayNotMake: { condition: 'not-allowed', text: 'You may not create rooms here.' },
  noSpace: { condition: 'resource-constraint', type: 'wait', text: 'This server has no space for another room.' },
  banned: { condition: 'forbidden', text: 'You are banned from this room.' },
  membersOnly: { condition: 'registration-required', text: 'This room is for members only.' },
  password: { condition: 'not-authorized', text: 'This room asks for a password.' },
  taken: { condition: 'conflict', text: 'Somebody else in this room has this nickname.' },
  reserved: { condition: 'conflict', text: 'This nickname is reserved for somebody else.' },
  full: { condition: 'service-unavailable', text: 'This room is full.' },
  tooFast: { condition: 'resource-constraint', type: 'wait', text: 'You enter rooms too fast. Try again in a moment.' },
} as const satisfies Record<string, StanzaFault>;

/** Payload that only a room may write, and the wish to enter, which is nobody else's business: it may hold the password. */
const isOurs = (child: Element): boolean =>
  child.ns === MUC_NS.muc || child.ns === MUC_NS.user || child.ns === MUC_NS.occupantId || child.ns === MUC_NS.hats;

export const presencePayload = (stanza: PresenceStanza): string => payloadText(stanza.el, isOurs);
export const tooLarge = (payload: string, values: MucValues): StanzaFault | null =>
  payload.length > values.maxPresenceBytes ? faults.tooBig : null;

export interface Joining {
  /** `room` is null when there is none of this address in memory or store. Returns why not, or null when done. */
  join(room: Room | null, stanza: PresenceStanza, x: Element): StanzaFault | null;
  /** May this person have the nickname? */
  nickFault(room: Room, jid: Jid, key: string): StanzaFault | null;
  /** To one device: everyone who is inside, as it may see them. */
  showOccupants(room: Room, session: OccupantSession): void;
}

export function createJoining(deps: {
  readonly ctx: MucContext;
  readonly registry: Registry;
  readonly broadcasts: Broadcasts;
  /** A device that is inside asks for another nickname. */
  readonly rename: (room: Room, session: OccupantSession, stanza: PresenceStanza) => StanzaFault | null;
  readonly isAnother: (occupant: Occupant, nick: string) => boolean;
  /** A room was made and is not configured yet. */
  readonly created: (room: Room) => void;
}): Joining {
  const { ctx, registry, broadcasts } = deps;
  const { settings, clock } = ctx;
  const joins = new Rates();
  const creations = new Rates();

  function nickFault(room: Room, jid: Jid, key: string): StanzaFault | null {
    const holder = room.occupants.get(key);
    if (holder !== undefined && holder.bare !== jid.bare) return faults.taken;
    const reserved = room.reserved.get(key);
    return reserved !== undefined && reserved !== jid.bare ? faults.reserved : null;
  }

  function entryFault(room: Room, jid: Jid, key: string, affiliation: Affiliation, x: Element): StanzaFault | null {
    if (affiliation === 'outcast') return faults.banned;
    // §10.1.3: a room that is not configured yet is not there for others.
    if (room.locked && affiliation !== 'owner') return faults.missing;
    if (room.config.membersOnly && !atLeast(affiliation, 'member')) return faults.membersOnly;
    const { password } = room.config;
    if (password !== null && x.child('password', MUC_NS.muc)?.text() !== password && !ctx.isSystemAdministrator(jid.bare))
      return faults.password;
    const nick = nickFault(room, jid, key);
    if (nick !== null) return nick;
    const limit = settings.get().maxOccupants;
    const most = room.config.maxOccupants === 0 ? limit : Math.min(limit, room.config.maxOccupants);
    if (room.occupants.size >= most && !room.occupants.has(key) && !atLeast(affiliation, 'admin')) return faults.full;
    return null;
  }

  function create(jid: Jid, by: BareJid): Room | StanzaFault {
    const values = settings.get();
    if (values.createdByAdministratorsOnly && !ctx.isSystemAdministrator(by)) return faults.mayNotMake;
    if (!registry.hasSpace()) return faults.noSpace;
    if (!creations.allows(by, values.createsPerMinute / 60, values.createsPerMinute, clock.monotonic())) return faults.tooFast;
    const room = registry.make(jid, by);
    room.setStanding(by, 'owner', null, '');
    room.locked = !values.createdUnlocked;
    return room;
  }

  function showOccupants(room: Room, session: OccupantSession): void {
    const viewer = session.occupant;
    const open = room.sees(viewer);
    const { presenceBroadcast } = room.config;
    const everyRole = presenceBroadcast.length === 3;
    for (const occupant of room.occupants.values()) {
      if (occupant === viewer || (!everyRole && !isBroadcast(room, occupant.role))) continue;
      if (!ctx.wire.give(session, shownTo(occupant, open), 'now')) return;
    }
  }

  /** §7.2.1: others, oneself, history, subject; all in one turn of the event loop, so that nothing slips in between. */
  function welcome(room: Room, session: OccupantSession, stanza: PresenceStanza, x: Element, codes: readonly number[]): void {
    const occupant = session.occupant;
    showOccupants(room, session);
    // §7.2.2: the client finds its own request by the id.
    broadcasts.one(room, session, selfPresence(occupant, session, { codes: standingCodes(room), selfCodes: codes, id: stanza.id }));
    const wish = readWish(x, clock.now());
    for (const out of historyFor(room, session.toText, wish, settings.get().historyOnJoin)) broadcasts.one(room, session, out);
    broadcasts.one(room, session, subjectNow(room));
  }

  function enter(room: Room, stanza: PresenceStanza, key: string, affiliation: Affiliation, payload: string): OccupantSession {
    const from = stanza.from;
    const known = room.occupants.get(key);
    const isLocal = ctx.router().isLocalDomain(from.domain);
    if (known !== undefined) {
      const session = new OccupantSession(from, known, isLocal, payload, clock.now());
      known.sessions.push(session);
      known.shown = session;
      known.changed();
      return session;
    }
    const nick = stanza.to?.resource ?? '';
    const standing = { affiliation, role: defaultRole(affiliation, room.config) };
    const occupant = new Occupant(
      makeJid(room.jid.local, room.jid.domain, nick),
      key,
      from.bare,
      ctx.occupantId(room, from.bare),
      standing,
      clock.now(),
    );
    occupant.hats = hatsXml(room, from.bare);
    const session = new OccupantSession(from, occupant, isLocal, payload, clock.now());
    occupant.sessions.push(session);
    occupant.shown = session;
    room.occupants.set(key, occupant);
    registry.entered();
    return session;
  }

  function join(existing: Room | null, stanza: PresenceStanza, x: Element): StanzaFault | null {
    const nick = stanza.to?.resource ?? '';
    if (nick === '') return faults.noNick;
    const key = nickKey(nick);
    if (key === null) return faults.badNick;
    const from = stanza.from;
    const payload = presencePayload(stanza);
    const large = tooLarge(payload, settings.get());
    if (large !== null) return large;
    const inside = existing?.sessions.get(from.full);
    if (existing !== null && inside !== undefined) {
      if (deps.isAnother(inside.occupant, nick)) return deps.rename(existing, inside, stanza);
      // §7.2 (1.32): a client that has lost track gets everything again; others hear nothing new.
      inside.presence = payload;
      if (inside.occupant.shown === inside) inside.occupant.changed();
      welcome(existing, inside, stanza, x, []);
      return null;
    }
    const { joinsPerSecond } = settings.get();
    if (!joins.allows(from.bare, joinsPerSecond, joinsPerSecond * 10, clock.monotonic())) return faults.tooFast;
    const made = existing === null;
    const room = existing ?? create(bareRoom(stanza), from.bare);
    if (!('occupants' in room)) return room;
    const affiliation = ctx.standingOf(room, from);
    const refused = entryFault(room, from, key, affiliation, x);
    if (refused !== null) return refused;
    const session = enter(room, stanza, key, affiliation, payload);
    const occupant = session.occupant;
    // The device is put among those inside last, so that others hear of it once and it hears of itself in its turn.
    broadcasts.presence(room, occupant, {});
    room.sessions.set(from.full, session);
    const codes = made ? [201] : [];
    // §7.2.3: told when it is not the nickname asked for, but another way to write it.
    if (occupant.nick !== nick) codes.push(210);
    welcome(room, session, stanza, x, codes);
    if (made) deps.created(room);
    return null;
  }

  return { join, nickFault, showOccupants };
}

const bareRoom = (stanza: PresenceStanza): Jid => stanza.to ?? stanza.from;
