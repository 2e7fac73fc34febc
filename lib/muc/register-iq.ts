/** People make themselves members and reserve a nickname (XEP-0045 §7.10). */
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import { el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { formElement, readSubmission } from '../xmpp/xeps/xep-0004-forms.ts';
import type { Affiliations } from './affiliations.ts';
import { roomFaults } from './configure.ts';
import { inTurn, type MucContext } from './context.ts';
import { MUC_NS, nickKey } from './names.ts';
import { atLeast } from './privileges.ts';
import type { Room } from './room.ts';

const NICK = 'muc#register_roomnick';
const faults = {
  off: { condition: 'not-allowed', text: 'People cannot register with this room.' },
  taken: { condition: 'conflict', text: 'This nickname is reserved for somebody else.' },
  badNick: { condition: 'not-acceptable', text: 'This nickname is empty, too long or holds signs that cannot be seen.' },
  bad: { condition: 'bad-request', text: 'The form does not name a nickname.' },
  banned: { condition: 'forbidden', text: 'You are banned from this room.' },
  notRegistered: { condition: 'registration-required', text: 'You are not registered with this room.' },
} as const satisfies Record<string, StanzaFault>;

export interface RegisterIq {
  get(room: Room, ask: ServiceAsk): IqAnswer;
  set(room: Room, ask: ServiceAsk): Promise<IqAnswer>;
  /** The nickname the person has reserved (§7.12). */
  reservedNick(room: Room, bare: string): string | null;
}

export function createRegisterIq(deps: { readonly ctx: MucContext; readonly affiliations: Affiliations }): RegisterIq {
  const { ctx } = deps;

  /** Members always may; others where the room lets them in anyway. */
  function mayRegister(room: Room, ask: ServiceAsk): StanzaFault | null {
    const affiliation = ctx.standingOf(room, ask.iq.from);
    if (affiliation === 'outcast') return faults.banned;
    if (atLeast(affiliation, 'member')) return null;
    // Members have a voice (§5.2.1): where it is given out by moderators, nobody takes it by registering.
    return room.config.allowRegistration && !room.config.membersOnly && !room.config.moderated ? null : faults.off;
  }

  function get(room: Room, ask: ServiceAsk): IqAnswer {
    const refused = mayRegister(room, ask);
    if (refused !== null) return { fault: refused };
    const nick = room.affiliations.get(ask.iq.from.bare)?.nick ?? null;
    const form = formElement('form', MUC_NS.register, [
      { name: NICK, type: 'text-single', label: 'Nickname', isRequired: true, ...(nick === null ? {} : { values: [nick] }) },
    ]);
    const query = el('query', NS.register, {});
    if (nick !== null) query.children.push(el('registered', NS.register), el('username', NS.register, {}, nick));
    query.children.push(form);
    return { result: query };
  }

  async function setNow(room: Room, ask: ServiceAsk): Promise<IqAnswer> {
    if (room.gone) return { fault: roomFaults.gone };
    const who = ask.iq.from.bare;
    const known = room.affiliations.get(who);
    if (ask.payload.child('remove', NS.register) !== undefined) {
      if (known === undefined || known.affiliation === 'outcast') return { fault: faults.notRegistered };
      // Administrators and owners keep their standing and give up the nickname.
      const affiliation = known.affiliation === 'member' ? 'none' : known.affiliation;
      await deps.affiliations.apply(room, [{ who, affiliation, nick: null, reason: '' }], undefined);
      return { result: null };
    }
    const refused = mayRegister(room, ask);
    if (refused !== null) return { fault: refused };
    const x = ask.payload.child('x', NS.dataForms);
    if (x?.attrs.type === 'cancel') return { result: null };
    const nick = readSubmission(x)?.get(NICK)?.[0];
    if (nick === undefined) return { fault: faults.bad };
    const key = nickKey(nick);
    if (key === null) return { fault: faults.badNick };
    const holder = room.reserved.get(key);
    const inside = room.occupants.get(key);
    if ((holder !== undefined && holder !== who) || (inside !== undefined && inside.bare !== who)) return { fault: faults.taken };
    if (known === undefined && room.affiliations.size >= ctx.settings.get().maxAffiliations) return { fault: roomFaults.tooMany };
    await deps.affiliations.apply(
      room,
      [{ who, affiliation: known?.affiliation ?? 'member', nick, reason: known?.reason ?? '' }],
      undefined,
    );
    return { result: null };
  }

  return {
    get,
    set: (room, ask) => inTurn(ctx, room, () => setNow(room, ask)),
    reservedNick: (room, bare) => room.affiliations.get(bare)?.nick ?? null,
  };
}
