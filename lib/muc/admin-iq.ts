/** Lists of people and changes of their roles and affiliations (XEP-0045 §8, §9, §10.3-10.8). */
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import { Element, el } from '../xmpp/stanza/element.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type AffiliationChange, type Affiliations, areTooMany, whoOf } from './affiliations.ts';
import { roomFaults } from './configure.ts';
import { inTurn, type MucContext } from './context.ts';
import { MUC_NS, nickKey } from './names.ts';
import type { Affiliation, Role } from './ports.ts';
import { affiliationChangeFault, atLeast, isAffiliation, isRole, mayReadMembers, roleChangeFault } from './privileges.ts';
import type { Occupant, Room } from './room.ts';

const faults = {
  bad: { condition: 'bad-request', text: 'Each item names one nickname and role, or one address and affiliation. Nothing was changed.' },
  badAddress: { condition: 'jid-malformed', text: 'One of the addresses is not valid. Nothing was changed.' },
  nobody: { condition: 'item-not-found', text: 'Nobody in this room has this nickname. Nothing was changed.' },
  forbidden: { condition: 'forbidden', text: 'You may not do this in this room. Nothing was changed.' },
  above: { condition: 'not-allowed', text: 'This person stands above you in this room. Nothing was changed.' },
  self: { condition: 'conflict', text: 'You cannot ban yourself. Nothing was changed.' },
  badNick: { condition: 'not-acceptable', text: 'This nickname cannot be reserved. Nothing was changed.' },
  tooMany: { condition: 'policy-violation', text: 'Too many changes at once. Nothing was changed.' },
} as const satisfies Record<string, StanzaFault>;

/** Changes in one request. */
const MOST_ITEMS = 500;

type Plan =
  | { readonly is: 'role'; readonly target: Occupant; readonly role: Role; readonly reason: string }
  | { readonly is: 'affiliation'; readonly change: AffiliationChange };

export interface AdminIq {
  get(room: Room, ask: ServiceAsk): IqAnswer;
  set(room: Room, ask: ServiceAsk): Promise<IqAnswer>;
}

export function createAdminIq(deps: { readonly ctx: MucContext; readonly affiliations: Affiliations }): AdminIq {
  const { ctx } = deps;
  const items = (payload: Element): Element[] => payload.elements().filter((one) => one.name === 'item' && one.ns === MUC_NS.admin);

  function standing(room: Room, ask: ServiceAsk): { affiliation: Affiliation; role: Role; nick: string | undefined } {
    const occupant = room.sessions.get(ask.iq.from.full)?.occupant;
    return { affiliation: ctx.standingOf(room, ask.iq.from), role: occupant?.role ?? 'none', nick: occupant?.nick };
  }

  /** May the asker read this list of affiliations? */
  function mayRead(room: Room, who: { affiliation: Affiliation; role: Role }, list: Affiliation): boolean {
    if (who.affiliation === 'owner') return true;
    const open = room.config.whois === 'anyone';
    switch (list) {
      case 'outcast':
        return who.affiliation === 'admin';
      case 'member':
        // a list of addresses says who is behind the nicknames.
        return (
          who.affiliation === 'admin' || ((open || who.role === 'moderator') && mayReadMembers(who.role, who.affiliation, room.config))
        );
      case 'admin':
      case 'owner':
        // §10.5-10.8: shown to everyone in a room that hides nothing, to owners otherwise; admins are part of the list.
        return open && (who.role !== 'none' || atLeast(who.affiliation, 'member'));
      case 'none':
        return false;
    }
  }

  function affiliationList(room: Room, list: Affiliation): Element[] {
    const found: Element[] = [];
    for (const [who, { affiliation, nick, reason }] of room.affiliations) {
      if (affiliation !== list) continue;
      const attrs: Record<string, string> = { affiliation, jid: who };
      if (nick !== null) attrs.nick = nick;
      const item = new Element('item', MUC_NS.admin, attrs);
      if (reason !== '') item.children.push(el('reason', MUC_NS.admin, {}, reason));
      found.push(item);
    }
    return found;
  }

  function roleList(room: Room, role: Role, seesAddresses: boolean): Element[] {
    const found: Element[] = [];
    for (const occupant of room.occupants.values()) {
      if (occupant.role !== role) continue;
      const attrs: Record<string, string> = { affiliation: occupant.affiliation, role, nick: occupant.nick };
      if (seesAddresses && occupant.shown !== null) attrs.jid = occupant.shown.jid.full;
      found.push(new Element('item', MUC_NS.admin, attrs));
    }
    return found;
  }

  function get(room: Room, ask: ServiceAsk): IqAnswer {
    const [item, another] = items(ask.payload);
    if (item === undefined || another !== undefined) return { fault: faults.bad };
    const { affiliation, role } = item.attrs;
    const who = standing(room, ask);
    if (affiliation !== undefined && role === undefined && isAffiliation(affiliation) && affiliation !== 'none') {
      if (!mayRead(room, who, affiliation)) return { fault: faults.forbidden };
      return { result: el('query', MUC_NS.admin, {}, ...affiliationList(room, affiliation)) };
    }
    if (role !== undefined && affiliation === undefined && isRole(role) && role !== 'none') {
      if (who.role !== 'moderator' && !atLeast(who.affiliation, 'admin')) return { fault: faults.forbidden };
      return { result: el('query', MUC_NS.admin, {}, ...roleList(room, role, true)) };
    }
    return { fault: faults.bad };
  }

  function planRole(room: Room, item: Element, role: string, who: ReturnType<typeof standing>): Plan | StanzaFault {
    if (!isRole(role)) return faults.bad;
    const target = room.occupants.get(nickKey(item.attrs.nick ?? '') ?? '');
    if (who.role !== 'moderator' && !atLeast(who.affiliation, 'admin')) return faults.forbidden;
    if (target === undefined) return faults.nobody;
    const refused = roleChangeFault(who, target, role);
    if (refused !== null) return refused === 'forbidden' ? faults.forbidden : faults.above;
    return { is: 'role', target, role, reason: reasonOf(item) };
  }

  function planAffiliation(room: Room, item: Element, ask: ServiceAsk, affiliation: string, actor: Affiliation): Plan | StanzaFault {
    if (!isAffiliation(affiliation)) return faults.bad;
    const named = item.attrs.jid;
    // Some clients name the nickname of somebody who is inside.
    const who = named === undefined ? (room.occupants.get(nickKey(item.attrs.nick ?? '') ?? '')?.bare ?? null) : whoOf(named);
    if (who === null) return named === undefined ? faults.bad : faults.badAddress;
    const isDomain = !who.includes('@');
    if (isDomain && atLeast(affiliation, 'admin')) return faults.badAddress;
    const was = room.affiliations.get(who)?.affiliation ?? 'none';
    const refused = affiliationChangeFault(actor, was, affiliation);
    if (refused !== null) return refused === 'forbidden' ? faults.forbidden : faults.above;
    if (affiliation === 'outcast' && (who === ask.iq.from.bare || who === ask.iq.from.domain)) return faults.self;
    const nick = named === undefined ? undefined : item.attrs.nick;
    if (nick !== undefined) {
      const key = nickKey(nick);
      const holder = key === null ? undefined : room.reserved.get(key);
      if (key === null || (holder !== undefined && holder !== who)) return faults.badNick;
    }
    return { is: 'affiliation', change: { who, affiliation, reason: reasonOf(item), ...(nick === undefined ? {} : { nick }) } };
  }

  const reasonOf = (item: Element): string => (item.child('reason', MUC_NS.admin)?.text() ?? '').slice(0, 1024);

  /** All that is asked, checked; one that may not be makes none be done (§9.2, §9.5). */
  function plan(room: Room, ask: ServiceAsk): Plan[] | StanzaFault {
    const list = items(ask.payload);
    if (list.length === 0) return faults.bad;
    if (list.length > MOST_ITEMS) return faults.tooMany;
    const who = standing(room, ask);
    const plans: Plan[] = [];
    for (const item of list) {
      const { role, affiliation } = item.attrs;
      if ((role === undefined) === (affiliation === undefined)) return faults.bad;
      const one =
        role !== undefined ? planRole(room, item, role, who) : planAffiliation(room, item, ask, affiliation ?? '', who.affiliation);
      if (!('is' in one)) return one;
      plans.push(one);
    }
    return ownersLeft(room, plans) ?? plans;
  }

  function ownersLeft(room: Room, plans: readonly Plan[]): StanzaFault | null {
    const after = new Map<string, Affiliation>();
    for (const one of plans) if (one.is === 'affiliation') after.set(one.change.who, one.change.affiliation);
    let owners = room.owners();
    for (const [who, affiliation] of after) {
      const was = room.affiliations.get(who)?.affiliation;
      if (was === 'owner' && affiliation !== 'owner') owners--;
      else if (was !== 'owner' && affiliation === 'owner') owners++;
    }
    if (owners < 1 && after.size > 0 && room.owners() > 0) return roomFaults.lastOwner;
    const changes = plans.flatMap((one) => (one.is === 'affiliation' ? [one.change] : []));
    return areTooMany(room, changes, ctx.settings.get().maxAffiliations) ? roomFaults.tooMany : null;
  }

  return {
    get,
    set: (room, ask) =>
      inTurn(ctx, room, async () => {
        if (room.gone) return { fault: roomFaults.gone };
        const plans = plan(room, ask);
        if (!Array.isArray(plans)) return { fault: plans };
        const actor = standing(room, ask).nick;
        const changes = plans.flatMap((one) => (one.is === 'affiliation' ? [one.change] : []));
        if (changes.length > 0) await deps.affiliations.apply(room, changes, actor);
        for (const one of plans) if (one.is === 'role') deps.affiliations.setRole(room, one.target, one.role, actor, one.reason);
        return { result: null };
      }),
  };
}
