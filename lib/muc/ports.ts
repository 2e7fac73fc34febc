import { createHash } from 'node:crypto';
import type { Fault } from '../kernel/faults.ts';
import type { BareJid, Jid } from '../kernel/jid.ts';
import type { Result } from '../kernel/result.ts';
import { cut, fold, wordsOf } from '../kernel/words.ts';

export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast';
export type Role = 'moderator' | 'participant' | 'visitor' | 'none';

/** What an owner decides of a room (XEP-0045 §10, `muc#roomconfig_*`). */
export interface RoomConfig {
  readonly title: string;
  readonly description: string;
  readonly lang: string;
  readonly persistent: boolean;
  /** Found by discovery and search. */
  readonly isPublic: boolean;
  readonly membersOnly: boolean;
  readonly moderated: boolean;
  /** Null: no password. */
  readonly password: string | null;
  readonly whois: 'anyone' | 'moderators';
  /** 0: the node's limit. */
  readonly maxOccupants: number;
  readonly allowInvites: boolean;
  /** Who may send private messages. */
  readonly allowPrivateMessages: 'anyone' | 'participants' | 'moderators' | 'none';
  readonly changeSubject: 'moderators' | 'participants';
  /** Roles whose presence is told to others. */
  readonly presenceBroadcast: readonly ('moderator' | 'participant' | 'visitor')[];
  /** Who may read the member list. */
  readonly memberList: 'moderators' | 'participants' | 'anyone';
  readonly allowRegistration: boolean;
  /** Messages are kept in the room's archive (XEP-0313) and shown to joiners. */
  readonly archived: boolean;
  readonly visitorsMayChangeNick: boolean;
  readonly visitorsMaySendStatus: boolean;
  readonly voiceRequests: boolean;
  readonly mayModerateMessages: boolean;
  /** vCard photo hash, empty without avatar. */
  readonly avatarHash: string;
}

export interface RoomAffiliation {
  /** A bare JID, or a domain (for outcasts and members by domain). */
  readonly who: string;
  readonly affiliation: Exclude<Affiliation, 'none'>;
  /** Reserved nickname (XEP-0045 §7.10), null without. */
  readonly nick: string | null;
  readonly reason: string;
}

/** A title people of a room wear beside their nickname (XEP-0317). */
export interface RoomHat {
  readonly uri: string;
  readonly title: string;
  /** Colour as an angle in degrees (XEP-0392), as text; empty: the client's choice. */
  readonly hue: string;
}
export interface RoomHats {
  /** In the order of their URIs. */
  readonly kinds: readonly RoomHat[];
  /** Bare addresses with the URIs of what they wear; in the order of both. */
  readonly worn: readonly { readonly who: string; readonly uri: string }[];
}

export interface RoomSubject {
  readonly text: string;
  /** Nickname of who set it. */
  readonly by: string;
  readonly at: number;
}

export interface StoredRoom {
  readonly id: number;
  readonly jid: BareJid;
  readonly config: RoomConfig;
  readonly subject: RoomSubject | null;
  readonly affiliations: readonly RoomAffiliation[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly createdBy: string;
  /** Serialised vCard (avatar, XEP-0054 on the room); empty without. */
  readonly vcard: string;
  readonly hats: RoomHats;
}

export interface RoomListQuery {
  /** Words in the address, title or description; each must begin a word. */
  readonly text?: string;
  readonly domain?: string;
  readonly persistent?: boolean;
  readonly publicOnly?: boolean;
  readonly hiddenOnly?: boolean;
  readonly sort: 'jid' | 'title' | 'createdAt';
  readonly direction: 'ascending' | 'descending';
  /** Opaque, from the page before. */
  readonly after?: string;
  /** In place of `after`, for callers that make their own position (rooms in memory among them, RSM by address): what comes behind it. */
  readonly place?: RoomPlace;
  readonly limit: number;
}
/** A position in the list: the sort key (`roomSortKey`), then the address, so that no two rooms share one. */
export interface RoomPlace {
  readonly key: string | number;
  readonly jid: string;
}
export interface RoomListRow {
  readonly id: number;
  readonly jid: BareJid;
  readonly title: string;
  readonly description: string;
  readonly persistent: boolean;
  readonly isPublic: boolean;
  readonly membersOnly: boolean;
  readonly hasPassword: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly members: number;
}

/** Persistent rooms; a room that vanishes with its last occupant is never stored, its messages neither. */
export interface RoomStore {
  /** Rooms by address, all that exist among those asked. */
  load(jids: readonly BareJid[]): Promise<readonly StoredRoom[]>;
  create(room: Omit<StoredRoom, 'id'>): Promise<number>;
  saveConfig(id: number, config: RoomConfig): Promise<void>;
  saveSubject(id: number, subject: RoomSubject): Promise<void>;
  saveVcard(id: number, vcard: string): Promise<void>;
  /** In one transaction; `none` with a null nick removes the row. */
  saveAffiliations(id: number, changes: readonly (Omit<RoomAffiliation, 'affiliation'> & { affiliation: Affiliation })[]): Promise<void>;
  /** A new hat, or another title or colour of one. */
  saveHat(id: number, hat: RoomHat): Promise<void>;
  /** The hat, from everybody who wears it too. */
  removeHat(id: number, uri: string): Promise<void>;
  /** Somebody puts on or takes off a hat that there is. */
  wearHat(id: number, who: BareJid, uri: string, wears: boolean): Promise<void>;
  /** The room, its affiliations and its archive. */
  destroy(id: number): Promise<void>;
  count(): Promise<number>;
  /** Rooms that this person made and still owns. */
  countMadeBy(bare: BareJid): Promise<number>;
  /** How many rooms each domain of the chat server has; domains without rooms are absent. */
  countsByDomain(): Promise<ReadonlyMap<string, number>>;
  list(query: RoomListQuery): Promise<{ readonly rows: readonly RoomListRow[]; readonly next: string | null; readonly total: number }>;
  /** Rooms in which this bare JID has an affiliation. */
  ofPerson(bare: BareJid): Promise<readonly { readonly jid: BareJid; readonly affiliation: Affiliation; readonly nick: string | null }[]>;
  /** After an account was removed or renamed. */
  forgetPerson(bare: BareJid, renamedTo?: BareJid): Promise<void>;
}

/** One message in a room's archive. */
export interface RoomMessage {
  readonly roomId: number;
  /** `sortableId()`: stanza-id and paging key. */
  readonly uid: string;
  readonly at: number;
  readonly nick: string;
  /** Sender's real bare JID: shown by permitted roles only. */
  readonly sender: BareJid;
  readonly occupantId: string;
  /** The whole stanza as text, from the occupant JID, without `to` and stanza-id. */
  readonly xml: string;
  readonly body: string;
  /** The stanza's own id, for retraction and correction. */
  readonly stanzaId: string;
}

/** Group commit like `im` (lib/im/ports.ts): entries of rooms go in the same transactions as those of people. */
export interface RoomJournal {
  readonly accepting: boolean;
  append(message: RoomMessage, done: (() => void) | null): void;
  /** XEP-0425: the message's content is replaced by a tombstone. */
  retract(roomId: number, uid: string, tombstoneXml: string, done: (() => void) | null): void;
}

export interface RoomArchiveQuery {
  readonly roomId: number;
  readonly start?: number;
  readonly end?: number;
  readonly afterUid?: string;
  readonly beforeUid?: string;
  readonly ids?: readonly string[];
  /** Occupant nick or real bare JID (the latter for those who may see it). */
  readonly with?: { readonly nick?: string; readonly sender?: string };
  readonly text?: string;
  readonly direction: 'forward' | 'backward';
  readonly max: number;
}
export interface RoomArchive {
  /** Oldest first in both directions, like `Archive.page` of im. */
  page(
    query: RoomArchiveQuery,
  ): Promise<{ readonly rows: readonly RoomMessage[]; readonly complete: boolean; readonly count: number | null }>;
  /** The newest messages with a body of each room, for the history at joining; oldest first. */
  recent(roomIds: readonly number[], limit: number): Promise<Map<number, readonly RoomMessage[]>>;
  existing(roomId: number, uids: readonly string[]): Promise<readonly string[]>;
  edges(roomId: number): Promise<{ first: { uid: string; at: number }; last: { uid: string; at: number } } | null>;
  newestUid(): Promise<string | null>;
  expire(before: number, limit: number): Promise<number>;
}

/** A room as administration sees it now. */
export interface LiveRoom {
  readonly jid: BareJid;
  readonly config: RoomConfig;
  readonly subject: RoomSubject | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly occupants: readonly LiveOccupant[];
  readonly affiliations: readonly RoomAffiliation[];
  /** Null for a room that vanishes with its last occupant. */
  readonly storedId: number | null;
  /** Not configured by its owner yet. */
  readonly locked: boolean;
}
export interface LiveOccupant {
  readonly nick: string;
  readonly jids: readonly string[];
  readonly role: Role;
  readonly affiliation: Affiliation;
  /** Titles of the hats it wears. */
  readonly hats: readonly string[];
  /** Milliseconds since 1970. */
  readonly joinedAt: number;
}
export interface RoomCounters {
  readonly rooms: number;
  readonly occupants: number;
  readonly messagesIn: number;
  readonly messagesDelivered: number;
}

/** One room in memory, as the list shows it. */
export interface LiveRoomRow extends Omit<RoomListRow, 'id'> {
  /** Null for a room that vanishes with its last occupant. */
  readonly storedId: number | null;
  readonly occupants: number;
}

/** What administration may do with rooms; permission is checked by the use case before. */
export interface RoomsDoor {
  readonly counters: RoomCounters;
  /** Rooms in memory with their number of occupants (persistent and not). */
  live(): Iterable<LiveRoomRow>;
  /** The rooms in which a person is now. */
  inside(bare: BareJid): readonly { readonly jid: BareJid; readonly nick: string; readonly role: Role }[];
  occupantsOf(jid: BareJid): number;
  inspect(jid: BareJid): Promise<LiveRoom | null>;
  create(jid: Jid, config: Partial<RoomConfig>, owners: readonly BareJid[], by: string): Promise<Result<LiveRoom, Fault>>;
  /** With `version`, only when the configuration is still the one that `configVersion` gave it for. */
  configure(jid: BareJid, change: Partial<RoomConfig>, by: string, version?: string): Promise<Result<LiveRoom, Fault>>;
  setAffiliation(jid: BareJid, who: string, affiliation: Affiliation, reason: string): Promise<Result<LiveRoom, Fault>>;
  setSubject(jid: BareJid, text: string, by: string): Promise<Result<LiveRoom, Fault>>;
  kick(jid: BareJid, nick: string, reason: string): Promise<Result<LiveRoom, Fault>>;
  /** Where `alternate` names another room, people are told to go there. */
  destroy(jid: BareJid, reason: string, alternate: BareJid | null): Promise<Result<null, Fault>>;
}

/** The same for the same configuration, another for each other one: so that nobody overwrites what they have not seen. */
export const configVersion = (config: RoomConfig): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('base64url')
    .slice(0, 16);

/** More words than this of one room's title and description are not indexed. */
const MAX_ROOM_WORDS = 500;

/** A room is found by its address, or by the start of any word of its address, title or description. */
export function roomWords(room: { readonly jid: string; readonly title: string; readonly description: string }): string[] {
  const words = new Set([fold(room.jid), ...wordsOf(room.jid), ...wordsOf(room.title), ...wordsOf(room.description)]);
  for (const text of [room.title, room.description]) for (const word of fold(text).split(/\s+/u)) words.add(word);
  words.delete('');
  return [...words].slice(0, MAX_ROOM_WORDS).map(cut);
}

/** What the list is ordered by; ties go by address. */
export function roomSortKey(room: Pick<RoomListRow, 'jid' | 'title' | 'createdAt'>, sort: RoomListQuery['sort']): string | number {
  switch (sort) {
    case 'jid':
      return room.jid;
    case 'title':
      // Long enough to order by, short enough for any index.
      return fold(room.title).slice(0, 200);
    case 'createdAt':
      return room.createdAt;
  }
}
