/** Changing who stands how in a room: kept first, then told (XEP-0045 §9, §10). */
import { parseJid } from '../kernel/jid.ts';
import { makeMessage } from '../xmpp/stanza/build.ts';
import { el } from '../xmpp/stanza/element.ts';
import { inTurn, type MucContext } from './context.ts';
import type { Leaving } from './leave.ts';
import { MUC_NS } from './names.ts';
import { outgoing } from './outgoing.ts';
import type { Affiliation, Role } from './ports.ts';
import { type Broadcasts, isBroadcast, itemXml, userXml } from './presence.ts';
import { atLeast, defaultRole } from './privileges.ts';
import type { Occupant, OccupantSession, Room } from './room.ts';

export interface AffiliationChange {
  /** A bare address or a domain. */
  readonly who: string;
  readonly affiliation: Affiliation;
  /** Undefined: the reserved nickname stays. */
  readonly nick?: string | null;
  readonly reason: string;
}

export interface Affiliations {
  /** Writes and tells; call inside a turn of the room, when everything was checked. */
  apply(room: Room, changes: readonly AffiliationChange[], actor: string | undefined): Promise<void>;
  /** The same in a turn of its own. */
  change(room: Room, changes: readonly AffiliationChange[], actor: string | undefined): Promise<void>;
  setRole(room: Room, occupant: Occupant, role: Role, actor: string | undefined, reason: string): void;
  /** After the configuration changed: roles and who may stay follow from it. */
  settle(room: Room, was: { readonly membersOnly: boolean; readonly moderated: boolean }): void;
}

export function createAffiliations(deps: {
  readonly ctx: MucContext;
  readonly broadcasts: Broadcasts;
  readonly leaving: Leaving;
  /** To one device: everyone inside, as it may see them. */
  readonly showOccupants: (room: Room, session: OccupantSession) => void;
}): Affiliations {
  const { ctx, broadcasts, leaving } = deps;

  function setRole(room: Room, occupant: Occupant, role: Role, actor: string | undefined, reason: string): void {
    if (role === 'none') {
      leaving.occupant(room, occupant, { codes: [307], actor, reason });
      return;
    }
    if (occupant.role === role) return;
    become(room, occupant, role, occupant.affiliation, actor, reason);
  }

  /** Tells the new standing; who sees more by it is shown more (§9.6 and the configuration of broadcast). */
  function become(room: Room, occupant: Occupant, role: Role, affiliation: Affiliation, actor: string | undefined, reason: string): void {
    const was = occupant.role;
    const saw = room.sees(occupant);
    occupant.role = role;
    occupant.affiliation = affiliation;
    occupant.changed();
    if (isBroadcast(room, was) && !isBroadcast(room, role)) broadcasts.presenceToOthers(room, occupant, { type: 'unavailable' }, was);
    broadcasts.presence(room, occupant, { actor, reason: reason === '' ? undefined : reason });
    if (saw || !room.sees(occupant)) return;
    // A new moderator learns the addresses of those who are here.
    for (const session of [...occupant.sessions]) deps.showOccupants(room, session);
  }

  /** §9.3, §9.5 example: of those who are not inside, others learn by a message, where addresses are shown. They themselves by 101. */
  function tellAbsent(room: Room, who: string, was: Affiliation, affiliation: Affiliation): void {
    if (room.config.whois === 'anyone') {
      const inner = userXml(itemXml({ affiliation, role: 'none', jid: who }));
      broadcasts.toAll(room, outgoing('message', 'groupchat', room.jid, inner), 'may-wait');
    }
    const jid = parseJid(who);
    if (jid === null || jid.local === '' || was === 'outcast' || affiliation === 'outcast') return;
    const item = el('item', MUC_NS.user, { affiliation, role: 'none', jid: who });
    ctx.wire.send(makeMessage({ from: room.jid, to: jid }, el('x', MUC_NS.user, {}, item, el('status', MUC_NS.user, { code: '101' }))));
  }

  async function apply(room: Room, changes: readonly AffiliationChange[], actor: string | undefined): Promise<void> {
    const rows = changes.map(({ who, affiliation, nick, reason }) => ({
      who,
      affiliation,
      nick:
        affiliation === 'none' || affiliation === 'outcast' ? null : nick === undefined ? (room.affiliations.get(who)?.nick ?? null) : nick,
      reason: reason.slice(0, 1024),
    }));
    if (room.storedId !== null) await ctx.store.saveAffiliations(room.storedId, rows);
    if (room.gone) return;
    for (const { who, affiliation, nick, reason } of rows) {
      const was = room.affiliations.get(who)?.affiliation ?? 'none';
      room.setStanding(who, affiliation, nick, reason);
      if (was === affiliation) continue;
      if (!tellPresent(room, who, actor, reason)) tellAbsent(room, who, was, affiliation);
    }
  }

  /** True when somebody inside is concerned. */
  function tellPresent(room: Room, who: string, actor: string | undefined, reason: string): boolean {
    let present = false;
    for (const occupant of [...room.occupants.values()]) {
      const jid = occupant.shown?.jid;
      if (jid === undefined || (occupant.bare !== who && jid.domain !== who)) continue;
      present = true;
      const affiliation = ctx.standingOf(room, jid);
      if (affiliation === occupant.affiliation) continue;
      if (affiliation === 'outcast') {
        occupant.affiliation = affiliation;
        leaving.occupant(room, occupant, { codes: [301], actor, reason });
      } else if (room.config.membersOnly && !atLeast(affiliation, 'member')) {
        occupant.affiliation = affiliation;
        leaving.occupant(room, occupant, { codes: [321], actor, reason });
      } else become(room, occupant, defaultRole(affiliation, room.config), affiliation, actor, reason);
    }
    return present;
  }

  return {
    apply,
    change: (room, changes, actor) => inTurn(ctx, room, () => (room.gone ? Promise.resolve() : apply(room, changes, actor))),
    setRole,
    settle(room, was) {
      for (const occupant of [...room.occupants.values()]) {
        if (room.config.membersOnly && !was.membersOnly && !atLeast(occupant.affiliation, 'member')) {
          leaving.occupant(room, occupant, { codes: [322] });
          continue;
        }
        // §10.2.1 leaves roles to us: those whose role came from the old rule follow the new one.
        if (was.moderated === room.config.moderated || occupant.affiliation !== 'none' || occupant.role === 'moderator') continue;
        const role = defaultRole('none', room.config);
        if (!room.config.moderated && occupant.role !== role) become(room, occupant, role, 'none', undefined, '');
      }
    },
  };
}

/** Would these changes make the lists of the room longer, and longer than they may be? Who is in them already is none more. */
export function areTooMany(room: Room, changes: Iterable<Pick<AffiliationChange, 'who' | 'affiliation'>>, max: number): boolean {
  const after = new Map<string, boolean>();
  for (const { who, affiliation } of changes) after.set(who, affiliation !== 'none');
  let more = 0;
  for (const [who, isListed] of after) more += Number(isListed) - Number(room.affiliations.has(who));
  return more > 0 && room.affiliations.size + more > max;
}

/** §9.1: affiliations are of bare addresses, or of whole domains. Null when it is no address. */
export function whoOf(text: string): string | null {
  const jid = parseJid(text);
  return jid === null ? null : jid.bare;
}
