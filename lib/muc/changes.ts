/** What an occupant does to its own presence: another nickname (XEP-0045 §7.6), another availability (§7.7). */
import { makeJid } from '../kernel/jid.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serializeChildren } from '../xmpp/stanza/serialize.ts';
import type { PresenceStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { MucContext } from './context.ts';
import { type Joining, presencePayload, tooLarge } from './join.ts';
import { MUC_NS, nickKey } from './names.ts';
import { type Broadcasts, selfPresence, standingCodes } from './presence.ts';
import { Rates } from './rates.ts';
import { Occupant, type OccupantSession, type Room } from './room.ts';
import { elementOfText } from './wire.ts';

const noStatus: StanzaFault = { condition: 'not-allowed', text: 'Visitors of this room may not change their status.' };
const noRename: StanzaFault = { condition: 'not-acceptable', text: 'Visitors of this room may not change their nickname.' };
const badNick: StanzaFault = { condition: 'not-acceptable', text: 'This nickname is too long or holds signs that cannot be seen.' };
const tooFast: StanzaFault = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'Nicknames in this room change too fast. Try again in a moment.',
};

/** The same nickname in other letters is another one, unless several devices hold it. */
export const isAnother = (occupant: Occupant, nick: string): boolean =>
  nickKey(nick) !== occupant.key || (nick !== occupant.nick && occupant.sessions.length === 1);

export interface Changes {
  presence(room: Room, session: OccupantSession, stanza: PresenceStanza): StanzaFault | null;
  rename(room: Room, session: OccupantSession, stanza: PresenceStanza): StanzaFault | null;
  /** The hash of the person's picture (XEP-0153) in the device's presence; one that the client has put there itself stays. */
  picture(room: Room, session: OccupantSession, was: string, now: string): void;
}

export function createChanges(deps: {
  readonly ctx: MucContext;
  readonly broadcasts: Broadcasts;
  readonly joining: () => Joining;
  readonly left: (room: Room) => void;
  readonly entered: () => void;
}): Changes {
  const { ctx, broadcasts } = deps;
  const renames = new Rates();

  /** The nickname goes on with this device's presence. */
  function show(occupant: Occupant, session: OccupantSession, payload: string): void {
    session.presence = payload;
    occupant.shown = session;
    occupant.changed();
  }

  function presence(room: Room, session: OccupantSession, stanza: PresenceStanza): StanzaFault | null {
    const occupant = session.occupant;
    const nick = stanza.to?.resource ?? '';
    // Presence to the room itself changes nothing of the nickname.
    if (nick !== '' && isAnother(occupant, nick)) return rename(room, session, stanza);
    const payload = presencePayload(stanza);
    const large = tooLarge(payload, ctx.settings.get());
    if (large !== null) return large;
    if (occupant.role === 'visitor' && !room.config.visitorsMaySendStatus && payload !== session.presence) return noStatus;
    show(occupant, session, payload);
    broadcasts.presence(room, occupant, {});
    return null;
  }

  function picture(room: Room, session: OccupantSession, was: string, now: string): void {
    const el = elementOfText(`<presence>${session.presence}</presence>`);
    if (el === null || room.sessions.get(session.jid.full) !== session) return;
    const named = el.child('x', MUC_NS.vcardUpdate);
    const photo = named?.child('photo', MUC_NS.vcardUpdate)?.text() ?? '';
    if (photo !== '' && photo !== was) return;
    const x = new Element('x', MUC_NS.vcardUpdate, {}, [new Element('photo', MUC_NS.vcardUpdate, {}, now === '' ? [] : [now])]);
    const payload = serializeChildren(new Element('presence', NS.client, {}, [...el.children.filter((child) => child !== named), x]));
    if (payload === session.presence) return;
    session.presence = payload;
    const { occupant } = session;
    if (occupant.shown !== session) return;
    occupant.changed();
    broadcasts.presence(room, occupant, {});
  }

  /** Others see the old nickname go and the new one come; so does the device, with 110 on both. */
  function rename(room: Room, session: OccupantSession, stanza: PresenceStanza): StanzaFault | null {
    const nick = stanza.to?.resource ?? '';
    const key = nickKey(nick);
    if (key === null) return badNick;
    const was = session.occupant;
    if (was.role === 'visitor' && !room.config.visitorsMayChangeNick) return noRename;
    const payload = presencePayload(stanza);
    const refused = tooLarge(payload, ctx.settings.get()) ?? deps.joining().nickFault(room, session.jid, key);
    if (refused !== null) return refused;
    const { nickChangesPerMinute } = ctx.settings.get();
    if (!renames.allows(room.jid.bare, nickChangesPerMinute / 60, nickChangesPerMinute, ctx.clock.monotonic())) return tooFast;
    const going = { type: 'unavailable', role: was.role, nick, codes: [303] } as const;
    const target = room.occupants.get(key);
    if (was.sessions.length === 1 && (target === undefined || target === was)) {
      broadcasts.presence(room, was, going);
      if (room.sessions.get(session.jid.full) !== session) return null;
      room.occupants.delete(was.key);
      was.jid = makeJid(room.jid.local, room.jid.domain, nick);
      was.key = key;
      room.occupants.set(key, was);
      show(was, session, payload);
      broadcasts.presence(room, was, { codes: [], selfCodes: standingCodes(room) });
      return null;
    }
    move(room, session, nick, key, payload, going);
    return null;
  }

  /** One device of several takes another nickname, or joins the nickname of the person's other device. */
  function move(
    room: Room,
    session: OccupantSession,
    nick: string,
    key: string,
    payload: string,
    going: Parameters<Broadcasts['presence']>[2],
  ): void {
    const was = session.occupant;
    broadcasts.one(room, session, selfPresence(was, session, going));
    if (room.sessions.get(session.jid.full) !== session) return;
    const last = was.sessions.length === 1;
    // While the device still counts as the old nickname, so that it does not hear as one of the others.
    if (last) broadcasts.presenceToOthers(room, was, going);
    if (room.sessions.get(session.jid.full) !== session) return;
    const to = room.occupants.get(key) ?? fresh(room, was, nick, key);
    was.sessions.splice(was.sessions.indexOf(session), 1);
    session.occupant = to;
    to.sessions.push(session);
    if (last) {
      room.occupants.delete(was.key);
      deps.left(room);
    } else if (was.shown === session) {
      was.shown = was.sessions[was.sessions.length - 1] ?? null;
      was.changed();
      broadcasts.presence(room, was, {});
    }
    show(to, session, payload);
    broadcasts.presence(room, to, { codes: [], selfCodes: standingCodes(room) });
  }

  function fresh(room: Room, like: Occupant, nick: string, key: string): Occupant {
    const occupant = new Occupant(makeJid(room.jid.local, room.jid.domain, nick), key, like.bare, like.occupantId, like, ctx.clock.now());
    occupant.hats = like.hats;
    room.occupants.set(key, occupant);
    deps.entered();
    return occupant;
  }

  return { presence, rename, picture };
}
