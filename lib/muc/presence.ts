/** Presence of occupants as others see it (XEP-0045 §7.2, §7.4, §7.14), and how it reaches everyone inside. */
import type { Urgency } from '../xmpp/c2s/session.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute, escapeText } from '../xmpp/stanza/serialize.ts';
import type { MucContext } from './context.ts';
import { MUC_NS } from './names.ts';
import { type Outgoing, outgoing } from './outgoing.ts';
import type { Affiliation, Role } from './ports.ts';
import type { Occupant, OccupantSession, Room } from './room.ts';

export const statusXml = (codes: readonly number[]): string => {
  let xml = '';
  for (const code of codes) xml += `<status code='${code}'/>`;
  return xml;
};

export interface ItemFacts {
  readonly affiliation: Affiliation;
  readonly role: Role;
  /** Real address, where it may be seen. */
  readonly jid?: string | undefined;
  /** The new nickname (§7.6), or whose item this is. */
  readonly nick?: string | undefined;
  /** Nickname of who did it. */
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
}

export function itemXml({ affiliation, role, jid, nick, actor, reason }: ItemFacts): string {
  let xml = `<item affiliation='${affiliation}' role='${role}'`;
  if (jid !== undefined) xml += ` jid='${escapeAttribute(jid)}'`;
  if (nick !== undefined) xml += ` nick='${escapeAttribute(nick)}'`;
  if (actor === undefined && !reason) return `${xml}/>`;
  xml += '>';
  if (actor !== undefined) xml += `<actor nick='${escapeAttribute(actor)}'/>`;
  if (reason) xml += `<reason>${escapeText(reason)}</reason>`;
  return `${xml}</item>`;
}

export const userXml = (inner: string): string => `<x xmlns='${MUC_NS.user}'>${inner}</x>`;

const idXml = (occupant: Occupant): string => `<occupant-id xmlns='${MUC_NS.occupantId}' id='${occupant.occupantId}'/>`;

/** How a presence about `occupant` differs from the plain one. */
export interface PresenceChange {
  readonly type?: '' | 'unavailable';
  /** Told to everyone. */
  readonly codes?: readonly number[];
  /** Told to the occupant alone, besides 110. */
  readonly selfCodes?: readonly number[];
  readonly affiliation?: Affiliation;
  readonly role?: Role;
  readonly nick?: string;
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
  /** After the item, inside `x`: `<destroy/>`. */
  readonly more?: string;
  /** Of the stanza that asked for it, to the occupant alone. */
  readonly id?: string;
  /** Payload of the client; default: that of the device shown. */
  readonly payload?: string;
}

function presence(
  occupant: Occupant,
  session: OccupantSession | null,
  open: boolean,
  codes: readonly number[],
  change: PresenceChange,
): Outgoing {
  const item = itemXml({
    affiliation: change.affiliation ?? occupant.affiliation,
    role: change.role ?? (change.type === 'unavailable' ? 'none' : occupant.role),
    jid: open ? (session ?? occupant.shown)?.jid.full : undefined,
    nick: change.nick,
    actor: change.actor,
    reason: change.reason,
  });
  const payload = change.payload ?? (change.type === 'unavailable' ? '' : (occupant.shown?.presence ?? ''));
  return outgoing(
    'presence',
    change.type ?? '',
    occupant.jid,
    payload +
      idXml(occupant) +
      userXml(item + (change.more ?? '') + statusXml(codes)) +
      (change.type === 'unavailable' ? '' : occupant.hats),
    session === null || change.id === undefined ? {} : { id: change.id },
  );
}

const PLAIN: PresenceChange = {};

/** Is this, for others, the presence as it stands? */
const isPlain = (change: PresenceChange): boolean =>
  change.type === undefined &&
  change.affiliation === undefined &&
  change.role === undefined &&
  change.nick === undefined &&
  change.actor === undefined &&
  change.reason === undefined &&
  change.more === undefined &&
  change.payload === undefined &&
  (change.codes === undefined || change.codes.length === 0);

/** The available presence of `occupant` for somebody else. Made once and kept. */
export function shownTo(occupant: Occupant, open: boolean): Outgoing {
  if (open) {
    occupant.open ??= presence(occupant, null, true, [], PLAIN);
    return occupant.open;
  }
  occupant.hidden ??= presence(occupant, null, false, [], PLAIN);
  return occupant.hidden;
}

/** What everyone is told about the room in their own presence (§7.2.3, §7.2.12). */
export function standingCodes(room: Room): number[] {
  const codes: number[] = [];
  if (room.config.whois === 'anyone') codes.push(100);
  if (room.isArchived) codes.push(170);
  return codes;
}

/** To the occupant's own device: always with the real address, and 110 last but for what happened (§7.2.2). */
export const selfPresence = (occupant: Occupant, session: OccupantSession, change: PresenceChange): Outgoing =>
  presence(occupant, session, true, [...(change.codes ?? []), ...(change.selfCodes ?? []), 110], change);

/** Is presence of this role told to others (`muc#roomconfig_presencebroadcast`)? */
export const isBroadcast = (room: Room, role: Role): boolean => role !== 'none' && room.config.presenceBroadcast.includes(role);

export interface Broadcasts {
  /** One stanza to every device inside but those of `except`. Devices that are no more are reported to `lost`. */
  toAll(room: Room, out: Outgoing, urgency: Urgency): void;
  /** Presence of `occupant` to everyone inside, itself included. `asRole` decides whether others hear of it; default its role now. */
  presence(room: Room, occupant: Occupant, change: PresenceChange, asRole?: Role): void;
  /** The same without the occupant's own devices. */
  presenceToOthers(room: Room, occupant: Occupant, change: PresenceChange, asRole?: Role): void;
  one(room: Room, to: OccupantSession, out: Outgoing, urgency?: Urgency): void;
}

export function createBroadcasts(ctx: MucContext, lost: (room: Room, sessions: readonly OccupantSession[]) => void): Broadcasts {
  const { wire } = ctx;

  function toAll(room: Room, out: Outgoing, urgency: Urgency): void {
    let gone: OccupantSession[] | null = null;
    for (const session of room.sessions.values()) {
      if (wire.give(session, out, urgency)) continue;
      gone ??= [];
      gone.push(session);
    }
    if (gone !== null) lost(room, gone);
  }

  function tell(room: Room, occupant: Occupant, change: PresenceChange, asRole: Role, self: boolean): void {
    const plain = isPlain(change);
    const others = isBroadcast(room, asRole);
    let open: Outgoing | null = null;
    let hidden: Outgoing | null = null;
    let gone: OccupantSession[] | null = null;
    for (const session of room.sessions.values()) {
      const viewer = session.occupant;
      let out: Outgoing;
      if (viewer === occupant) {
        if (!self) continue;
        out = selfPresence(occupant, session, change);
      } else if (!others) continue;
      else if (room.sees(viewer))
        out = open ??= plain ? shownTo(occupant, true) : presence(occupant, null, true, change.codes ?? [], change);
      else out = hidden ??= plain ? shownTo(occupant, false) : presence(occupant, null, false, change.codes ?? [], change);
      if (wire.give(session, out, viewer === occupant ? 'now' : 'newest-per-sender')) continue;
      gone ??= [];
      gone.push(session);
    }
    if (gone !== null) lost(room, gone);
  }

  return {
    toAll,
    presence: (room, occupant, change, asRole = occupant.role) => tell(room, occupant, change, asRole, true),
    presenceToOthers: (room, occupant, change, asRole = occupant.role) => tell(room, occupant, change, asRole, false),
    one(room, to, out, urgency = 'now') {
      if (!wire.give(to, out, urgency)) lost(room, [to]);
    },
  };
}

/** A delay stamp (XEP-0203), RFC 3339 in UTC (XEP-0082). */
export const delayXml = (from: string, at: number): string =>
  `<delay xmlns='${NS.delay}' from='${escapeAttribute(from)}' stamp='${new Date(at).toISOString()}'/>`;
