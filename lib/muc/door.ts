/** Rooms as administration reaches them; who may is decided before. */
import { defineFaults, type Fault } from '../kernel/faults.ts';
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type Affiliations, whoOf } from './affiliations.ts';
import type { Configuring } from './configure.ts';
import type { MucContext } from './context.ts';
import { defaultConfig } from './defaults.ts';
import { hatsOf } from './hats.ts';
import type { Leaving } from './leave.ts';
import type { Messages } from './messages.ts';
import { nickKey } from './names.ts';
import { configVersion, type LiveRoom, type LiveRoomRow, type RoomConfig, type RoomCounters, type RoomsDoor } from './ports.ts';
import type { Registry } from './registry.ts';
import type { Room } from './room.ts';

export const roomFaults = defineFaults('rooms', {
  missing: { kind: 'missing', message: 'There is no room {jid}.' },
  taken: { kind: 'conflict', message: 'There is a room {jid} already.' },
  badAddress: { kind: 'invalid', message: '{jid} is not an address of a room on this chat server.' },
  badPerson: { kind: 'invalid', message: '{who} is not an address of a person or a domain.' },
  noSpace: { kind: 'conflict', message: 'This server holds as many rooms as it may ({limit}).' },
  nobody: { kind: 'missing', message: 'Nobody in this room has the nickname {nick}.' },
  noOwner: { kind: 'invalid', message: 'A room needs at least one owner.' },
  changedMeanwhile: { kind: 'conflict', message: 'Somebody changed {room} meanwhile. Look at the new values and save again.' },
  refused: { kind: 'refused', message: '{why}' },
  conflict: { kind: 'conflict', message: '{why}' },
});

export function createDoor(deps: {
  readonly ctx: MucContext;
  readonly registry: Registry;
  readonly configuring: Configuring;
  readonly affiliations: Affiliations;
  readonly messages: Messages;
  readonly leaving: Leaving;
  readonly isOurs: (domain: string) => boolean;
}): RoomsDoor {
  const { ctx, registry, configuring } = deps;

  const counters: RoomCounters = {
    get rooms() {
      return registry.size;
    },
    get occupants() {
      return registry.occupants;
    },
    get messagesIn() {
      return ctx.counters.messagesIn;
    },
    get messagesDelivered() {
      return ctx.counters.messagesDelivered;
    },
  };

  const faultOf = (fault: StanzaFault): Fault =>
    (fault.condition === 'conflict' || fault.condition === 'resource-constraint' ? roomFaults.conflict : roomFaults.refused)({
      why: fault.text ?? fault.condition,
    });

  const liveRoom = (room: Room): LiveRoom => ({
    jid: room.jid.bare,
    config: room.config,
    subject: room.subject,
    createdAt: room.createdAt,
    createdBy: room.createdBy,
    occupants: [...room.occupants.values()].map((occupant) => ({
      nick: occupant.nick,
      jids: occupant.sessions.map(({ jid }) => jid.full),
      role: occupant.role,
      affiliation: occupant.affiliation,
      hats: hatsOf(room, occupant.bare).map(({ title }) => title),
      joinedAt: occupant.joinedAt,
    })),
    affiliations: room.affiliationRows(),
    storedId: room.storedId,
    locked: room.locked,
  });

  const rowOf = (room: Room): LiveRoomRow => {
    let members = 0;
    for (const { affiliation } of room.affiliations.values()) if (affiliation !== 'outcast') members++;
    const { title, description, persistent, isPublic, membersOnly, password } = room.config;
    return {
      jid: room.jid.bare,
      title,
      description,
      persistent,
      isPublic,
      membersOnly,
      hasPassword: password !== null,
      createdAt: room.createdAt,
      createdBy: room.createdBy,
      members,
      storedId: room.storedId,
      occupants: room.occupants.size,
    };
  };

  async function find(bare: BareJid): Promise<Room | null> {
    const jid = parseJid(bare);
    return jid === null || jid.local === '' || !deps.isOurs(jid.domain) ? null : registry.find(jid);
  }

  async function inRoom(bare: BareJid, work: (room: Room) => Promise<Fault | null>): Promise<Result<LiveRoom, Fault>> {
    const room = await find(bare);
    if (room === null) return refuse(roomFaults.missing({ jid: bare }));
    const fault = await work(room);
    return fault === null ? ok(liveRoom(room)) : refuse(fault);
  }

  async function create(jid: Jid, change: Partial<RoomConfig>, owners: readonly BareJid[], by: string): Promise<Result<LiveRoom, Fault>> {
    if (jid.local === '' || jid.resource !== '' || !deps.isOurs(jid.domain)) return refuse(roomFaults.badAddress({ jid: jid.full }));
    if (owners.length === 0) return refuse(roomFaults.noOwner());
    // Somebody who waited for the same answer may have made it just now.
    if ((await registry.find(jid)) !== null || registry.peek(jid.bare) !== undefined) return refuse(roomFaults.taken({ jid: jid.bare }));
    if (!registry.hasSpace()) return refuse(roomFaults.noSpace({ limit: ctx.settings.get().maxRooms }));
    const room = registry.make(jid, by as BareJid, defaultConfig(ctx.settings.get()));
    for (const owner of owners) room.setStanding(owner, 'owner', null, '');
    // A temporary room without people would end at once, so what administration makes is kept.
    const fault = await configuring
      .apply(room, (now) => ({ config: { ...now, persistent: true, ...change } }), null)
      .catch((error: unknown) => {
        registry.remove(room);
        throw error;
      });
    if (fault === null && !room.gone) return ok(liveRoom(room));
    registry.remove(room);
    return refuse(fault === null ? roomFaults.refused({ why: 'A room without people must be persistent.' }) : faultOf(fault));
  }

  return {
    counters,
    *live() {
      for (const room of registry.all()) yield rowOf(room);
    },
    inside(bare) {
      const found = [];
      for (const room of registry.all())
        for (const { nick, role } of room.occupantsOf(bare)) found.push({ jid: room.jid.bare, nick, role });
      return found;
    },
    occupantsOf: (jid) => registry.peek(jid)?.occupants.size ?? 0,
    async inspect(jid) {
      const room = await find(jid);
      return room === null ? null : liveRoom(room);
    },
    create,
    configure: (jid, change, _by, version) =>
      inRoom(jid, async (room) => {
        let seen: RoomConfig | null = null;
        const fault = await configuring.apply(
          room,
          (now) => {
            if (version === undefined || version === configVersion(now)) return { config: { ...now, ...change } };
            seen = now;
            return { fault: { condition: 'conflict' } };
          },
          null,
        );
        if (seen !== null) return roomFaults.changedMeanwhile({ room: jid }, { details: { version: configVersion(seen) } });
        return fault === null ? null : faultOf(fault);
      }),
    setAffiliation: (jid, text, affiliation, reason) =>
      inRoom(jid, async (room) => {
        const who = whoOf(text);
        if (who === null || (!who.includes('@') && (affiliation === 'owner' || affiliation === 'admin')))
          return roomFaults.badPerson({ who: text });
        const isOwner = room.affiliations.get(who)?.affiliation === 'owner';
        if (isOwner && affiliation !== 'owner' && room.owners() === 1) return roomFaults.noOwner();
        await deps.affiliations.change(room, [{ who, affiliation, reason }], undefined);
        return null;
      }),
    setSubject: (jid, text, by) =>
      inRoom(jid, async (room) => {
        // Who set it is told in the audit; in the room it is said by the room itself.
        void by;
        await deps.messages.setSubject(room, '', text);
        return null;
      }),
    kick: (jid, nick, reason) =>
      inRoom(jid, async (room) => {
        const occupant = room.occupants.get(nickKey(nick) ?? '');
        if (occupant === undefined) return roomFaults.nobody({ nick });
        deps.leaving.occupant(room, occupant, { codes: [307], reason });
        return null;
      }),
    async destroy(jid, reason, alternate) {
      const room = await find(jid);
      if (room === null) return refuse(roomFaults.missing({ jid }));
      const fault = await configuring.destroy(room, reason, alternate, null);
      return fault === null ? ok(null) : refuse(faultOf(fault));
    },
  };
}
