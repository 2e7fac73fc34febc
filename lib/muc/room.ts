/** The state of one room in memory: who is in it, who has which standing, what was said last. It decides nothing and sends nothing. */
import type { BareJid, Jid } from '../kernel/jid.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import { nickKey } from './names.ts';
import type { Outgoing } from './outgoing.ts';
import type { Affiliation, Role, RoomAffiliation, RoomConfig, RoomHat, RoomHats, RoomMessage, RoomSubject } from './ports.ts';
import { seesAddresses } from './privileges.ts';

/** One device of an occupant. */
export class OccupantSession {
  /** `to` of what is sent to it, escaped for an attribute. */
  readonly toText: string;
  constructor(
    readonly jid: Jid,
    public occupant: Occupant,
    readonly isLocal: boolean,
    /** Payload of its last presence as text. */
    public presence: string,
    /** When it entered, milliseconds since 1970. */
    readonly since: number,
  ) {
    this.toText = escapeAttribute(jid.full);
  }
}

/** One nickname in the room, held by one person from one device or more. */
export class Occupant {
  readonly sessions: OccupantSession[] = [];
  /** The device whose presence is shown; the last that spoke. */
  shown: OccupantSession | null = null;
  role: Role;
  affiliation: Affiliation;
  readonly joinedAt: number;
  /** What it wears, as text of its presence (XEP-0317 §3.1); empty without. */
  hats = '';
  /** Its available presence as others get it, with and without the real address; made when first needed. */
  open: Outgoing | null = null;
  hidden: Outgoing | null = null;

  constructor(
    /** Room address with the nickname. */
    public jid: Jid,
    public key: string,
    readonly bare: BareJid,
    readonly occupantId: string,
    standing: { readonly role: Role; readonly affiliation: Affiliation },
    now: number,
  ) {
    this.role = standing.role;
    this.affiliation = standing.affiliation;
    this.joinedAt = now;
  }
  get nick(): string {
    return this.jid.resource;
  }
  /** What was told of it is no longer right. */
  changed(): void {
    this.open = null;
    this.hidden = null;
  }
}

/** A message of the history shown at joining. */
export interface Remembered {
  readonly message: Omit<RoomMessage, 'roomId'>;
  /** Made when first shown. */
  shown: Outgoing | null;
}

export interface Standing {
  affiliation: Exclude<Affiliation, 'none'>;
  nick: string | null;
  reason: string;
}

export class Room {
  /** By key of the nickname. */
  readonly occupants = new Map<string, Occupant>();
  /** By full address. */
  readonly sessions = new Map<string, OccupantSession>();
  /** By bare address, or by domain. */
  readonly affiliations = new Map<string, Standing>();
  /** Who holds which reserved nickname, by its key. */
  readonly reserved = new Map<string, string>();
  readonly history: Remembered[] = [];
  private historyChars = 0;
  /** Hats of this room by URI, and who wears which. */
  readonly hats = new Map<string, RoomHat>();
  readonly worn = new Map<string, Set<string>>();
  config: RoomConfig;
  subject: RoomSubject | null = null;
  vcard = '';
  /** Row in the store; null for a room that vanishes with its last occupant. */
  storedId: number | null = null;
  locked = false;
  /** Destroyed or unloaded: whoever still holds it must let go. */
  gone = false;
  /** Changes of configuration and affiliations, one after the other; how many are under way or wait. */
  turn: Promise<unknown> = Promise.resolve();
  changing = 0;
  /** Messages that are not committed yet. */
  uncommitted = 0;
  /** Monotonic time since nobody is inside. */
  emptySince = 0;
  readonly fromText: string;

  constructor(
    /** Bare address. */
    readonly jid: Jid,
    config: RoomConfig,
    readonly createdAt: number,
    readonly createdBy: string,
  ) {
    this.config = config;
    this.fromText = escapeAttribute(jid.bare);
  }

  standingOf(bare: BareJid, domain: string): Affiliation {
    return this.affiliations.get(bare)?.affiliation ?? this.affiliations.get(domain)?.affiliation ?? 'none';
  }

  setStanding(who: string, affiliation: Affiliation, nick: string | null, reason: string): void {
    const old = this.affiliations.get(who);
    if (old !== undefined && old.nick !== null) {
      const key = nickKey(old.nick);
      if (key !== null && this.reserved.get(key) === who) this.reserved.delete(key);
    }
    if (affiliation === 'none') {
      this.affiliations.delete(who);
      return;
    }
    this.affiliations.set(who, { affiliation, nick, reason });
    const key = nick === null ? null : nickKey(nick);
    if (key !== null) this.reserved.set(key, who);
  }

  owners(): number {
    let count = 0;
    for (const one of this.affiliations.values()) if (one.affiliation === 'owner') count++;
    return count;
  }

  affiliationRows(): RoomAffiliation[] {
    return [...this.affiliations].map(([who, { affiliation, nick, reason }]) => ({ who, affiliation, nick, reason }));
  }

  hatRows(): RoomHats {
    const kinds = [...this.hats.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1));
    const worn = [...this.worn].flatMap(([who, uris]) => [...uris].map((uri) => ({ who, uri })));
    return { kinds, worn: worn.sort((a, b) => (a.who < b.who || (a.who === b.who && a.uri < b.uri) ? -1 : 1)) };
  }

  wear(who: string, uri: string, wears: boolean): void {
    const mine = this.worn.get(who);
    if (wears) {
      if (mine === undefined) this.worn.set(who, new Set([uri]));
      else mine.add(uri);
    } else if (mine?.delete(uri) === true && mine.size === 0) this.worn.delete(who);
  }

  sees(viewer: Occupant): boolean {
    return seesAddresses(viewer.role, this.config);
  }

  /** Is the message archive of this room kept? */
  get isArchived(): boolean {
    return this.storedId !== null && this.config.archived;
  }

  occupantsOf(bare: BareJid): Occupant[] {
    const found: Occupant[] = [];
    for (const occupant of this.occupants.values()) if (occupant.bare === bare) found.push(occupant);
    return found;
  }

  /** At most so many messages and so many characters; the newest stays however long it is. */
  remember(message: Omit<RoomMessage, 'roomId'>, limit: number, maxChars: number): void {
    this.history.push({ message, shown: null });
    this.historyChars += message.xml.length;
    let gone = 0;
    while (this.history.length - gone > limit || (this.historyChars > maxChars && this.history.length - gone > 1)) {
      this.historyChars -= this.history[gone]?.message.xml.length ?? 0;
      gone++;
    }
    if (gone > 0) this.history.splice(0, gone);
  }
  /** One that was taken back. */
  unremember(uid: string): void {
    const at = this.history.findIndex(({ message }) => message.uid === uid);
    if (at < 0) return;
    this.historyChars -= this.history[at]?.message.xml.length ?? 0;
    this.history.splice(at, 1);
  }

  /** What was told of all occupants is no longer right. */
  allChanged(): void {
    for (const occupant of this.occupants.values()) occupant.changed();
  }
}
