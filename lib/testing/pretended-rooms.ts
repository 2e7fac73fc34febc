import type { Fault } from '../kernel/faults.ts';
import type { BareJid } from '../kernel/jid.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import {
  configVersion,
  type LiveOccupant,
  type LiveRoom,
  type LiveRoomRow,
  type RoomAffiliation,
  type RoomConfig,
  type RoomStore,
  type RoomsDoor,
} from '../muc/ports.ts';
import { roomConfig } from './room-rows.ts';

type Kept = { -readonly [K in keyof LiveRoom]: LiveRoom[K] };
const missing: Fault = { code: 'muc.missing', kind: 'missing', message: 'There is no such room.' };

export interface PretendedRooms extends RoomsDoor {
  /** Puts a room into memory that vanishes with its last occupant. */
  passing(jid: string, more?: { config?: Partial<RoomConfig>; occupants?: readonly LiveOccupant[]; createdAt?: number }): void;
  /** Lets people into a room, also into a stored one. */
  enter(jid: string, ...occupants: readonly LiveOccupant[]): Promise<void>;
  readonly done: string[];
}

export const occupant = (nick: string, more: Partial<LiveOccupant> = {}): LiveOccupant => ({
  nick,
  jids: [`${nick.toLowerCase()}@example.com/phone`],
  role: 'participant',
  affiliation: 'none',
  hats: [],
  joinedAt: 1_700_000_000_000,
  ...more,
});

/** The running rooms as administration reaches them: enough to be found, changed and destroyed, and it tells what was asked of it. */
export function pretendedRooms(store: RoomStore): PretendedRooms {
  const live = new Map<string, Kept>();
  const done: string[] = [];

  async function load(jid: BareJid): Promise<Kept | null> {
    const here = live.get(jid);
    if (here !== undefined) return here;
    const [stored] = await store.load([jid]);
    if (stored === undefined) return null;
    const { id, config, subject, affiliations, createdAt, createdBy } = stored;
    const room: Kept = { jid, config, subject, affiliations, createdAt, createdBy, occupants: [], storedId: id, locked: false };
    live.set(jid, room);
    return room;
  }
  async function on(jid: BareJid, act: (room: Kept) => Promise<Fault | undefined>): Promise<Result<LiveRoom, Fault>> {
    const room = await load(jid);
    if (room === null) return refuse(missing);
    const fault = await act(room);
    return fault === undefined ? ok({ ...room }) : refuse(fault);
  }
  const rowOf = (room: Kept): LiveRoomRow => ({
    ...room.config,
    jid: room.jid,
    hasPassword: room.config.password !== null,
    createdAt: room.createdAt,
    createdBy: room.createdBy,
    members: room.affiliations.filter((row) => row.affiliation !== 'outcast').length,
    storedId: room.storedId,
    occupants: room.occupants.length,
  });

  return {
    done,
    get counters() {
      return {
        rooms: live.size,
        occupants: [...live.values()].reduce((sum, room) => sum + room.occupants.length, 0),
        messagesIn: 0,
        messagesDelivered: 0,
      };
    },
    *live() {
      for (const room of live.values()) yield rowOf(room);
    },
    inside: (bare) =>
      [...live.values()].flatMap((room) =>
        room.occupants
          .filter((one) => one.jids.some((jid) => jid.split('/')[0] === bare))
          .map(({ nick, role }) => ({ jid: room.jid, nick, role })),
      ),
    occupantsOf: (jid) => live.get(jid)?.occupants.length ?? 0,
    inspect: async (jid) => load(jid),
    async create(jid, config, owners, by) {
      if ((await load(jid.bare)) !== null)
        return refuse({ code: 'muc.exists', kind: 'conflict', message: 'There is a room with this address.' });
      const affiliations = owners.map((who): RoomAffiliation => ({ who, affiliation: 'owner', nick: null, reason: '' }));
      const room = { jid: jid.bare, config: roomConfig(config), subject: null, affiliations, createdAt: 5, createdBy: by };
      const storedId = room.config.persistent ? await store.create({ ...room, vcard: '', hats: { kinds: [], worn: [] } }) : null;
      live.set(jid.bare, { ...room, occupants: [], storedId, locked: false });
      return ok(live.get(jid.bare)!);
    },
    configure: (jid, change, _by, version) =>
      on(jid, async (room) => {
        if (version !== undefined && version !== configVersion(room.config))
          return { code: 'rooms.changed-meanwhile', kind: 'conflict', message: 'Somebody changed it meanwhile.' };
        room.config = { ...room.config, ...change };
        if (room.storedId !== null) await store.saveConfig(room.storedId, room.config);
        return undefined;
      }),
    setAffiliation: (jid, who, affiliation, reason) =>
      on(jid, async (room) => {
        const others = room.affiliations.filter((row) => row.who !== who);
        if (
          affiliation !== 'owner' &&
          room.affiliations.some((row) => row.who === who && row.affiliation === 'owner') &&
          !others.some((row) => row.affiliation === 'owner')
        )
          return { code: 'muc.last-owner', kind: 'conflict', message: `${who} is the last owner.` };
        room.affiliations = affiliation === 'none' ? others : [...others, { who, affiliation, nick: null, reason }];
        if (room.storedId !== null) await store.saveAffiliations(room.storedId, [{ who, affiliation, nick: null, reason }]);
        return undefined;
      }),
    setSubject: (jid, text, by) =>
      on(jid, async (room) => {
        room.subject = { text, by, at: 7 };
        return undefined;
      }),
    kick: (jid, nick, reason) =>
      on(jid, async (room) => {
        if (!room.occupants.some((one) => one.nick === nick))
          return { code: 'muc.no-occupant', kind: 'missing', message: `Nobody in the room is called ${nick}.` };
        room.occupants = room.occupants.filter((one) => one.nick !== nick);
        done.push(`kick ${nick}: ${reason}`);
        return undefined;
      }),
    async destroy(jid, reason, alternate) {
      const room = await load(jid);
      if (room === null) return refuse(missing);
      live.delete(jid);
      if (room.storedId !== null) await store.destroy(room.storedId);
      done.push(`destroy ${jid}: ${reason}${alternate === null ? '' : ` -> ${alternate}`}`);
      return ok(null);
    },
    passing(jid, { config, occupants = [occupant('Ann')], createdAt = 1_800_000_000_000 } = {}) {
      live.set(jid, {
        jid: jid as BareJid,
        config: roomConfig({ persistent: false, ...config }),
        subject: null,
        affiliations: [],
        occupants,
        createdAt,
        createdBy: 'ann@example.com',
        storedId: null,
        locked: false,
      });
    },
    async enter(jid, ...occupants) {
      const room = await load(jid as BareJid);
      if (room === null) throw new Error(`no room ${jid}`);
      room.occupants = [...room.occupants, ...occupants];
    },
  };
}
