/** A room gets another configuration, is kept or no longer kept, or ends (XEP-0045 §10.1-10.2, §10.9). */
import { type BareJid, parseJid } from '../kernel/jid.ts';
import { escapeAttribute, escapeText } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type AffiliationChange, type Affiliations, areTooMany } from './affiliations.ts';
import { type ConfigWish, configCodes } from './config-form.ts';
import { inTurn, type MucContext } from './context.ts';
import type { Leaving } from './leave.ts';
import type { Messages } from './messages.ts';
import type { RoomConfig } from './ports.ts';
import type { Registry } from './registry.ts';
import type { Room } from './room.ts';

const faults = {
  lastOwner: { condition: 'conflict', text: 'A room needs an owner. Nothing was changed.' },
  noPersistent: { condition: 'not-allowed', text: 'You may not make persistent rooms on this server. Nothing was changed.' },
  noSpace: {
    condition: 'resource-constraint',
    type: 'wait',
    text: 'This server holds as many persistent rooms as it may. Nothing was changed.',
  },
  noMore: { condition: 'resource-constraint', type: 'cancel' },
  gone: { condition: 'item-not-found', text: 'The room is no more.' },
  tooMany: {
    condition: 'resource-constraint',
    type: 'cancel',
    text: 'This room has as many owners, administrators, members and outcasts as it may.',
  },
} as const satisfies Record<string, StanzaFault>;

export const roomFaults = faults;

export interface Configuring {
  /** `by` decides whether the room may become persistent; null: administration, which may. */
  apply(
    room: Room,
    wish: (now: RoomConfig) => ConfigWish | { readonly fault: StanzaFault },
    by: BareJid | null,
  ): Promise<StanzaFault | null>;
  destroy(room: Room, reason: string, alternate: string | null, password: string | null): Promise<StanzaFault | null>;
  saveVcard(room: Room, vcard: string, avatarHash: string): Promise<void>;
  /** The creator said nothing for too long: the defaults are taken (§10.1.2). */
  unlock(room: Room): Promise<StanzaFault | null>;
}

export function createConfiguring(deps: {
  readonly ctx: MucContext;
  readonly registry: Registry;
  readonly affiliations: Affiliations;
  readonly messages: Messages;
  readonly leaving: Leaving;
}): Configuring {
  const { ctx, registry } = deps;

  /** Owners and admins as the form names them, as changes of what is. */
  function peopleChanges(room: Room, wish: ConfigWish): AffiliationChange[] {
    const changes = new Map<string, AffiliationChange>();
    for (const [list, affiliation] of [
      [wish.admins, 'admin'],
      [wish.owners, 'owner'],
    ] as const) {
      if (list === undefined) continue;
      for (const who of list)
        if (room.affiliations.get(who)?.affiliation !== affiliation) changes.set(who, { who, affiliation, reason: '' });
        else changes.delete(who);
      for (const [who, standing] of room.affiliations)
        if (standing.affiliation === affiliation && !list.includes(who) && !changes.has(who))
          changes.set(who, { who, affiliation: 'member', reason: '' });
    }
    return [...changes.values()];
  }

  async function persistentFault(by: BareJid | null): Promise<StanzaFault | null> {
    const values = ctx.settings.get();
    const isAdministrator = by === null || ctx.isSystemAdministrator(by);
    if (!values.persistentRooms || (values.persistentByAdministratorsOnly && !isAdministrator)) return faults.noPersistent;
    if (!(await registry.hasSpaceForPersistent())) return faults.noSpace;
    const most = values.roomsPerPerson;
    if (isAdministrator || by === null || most === 0 || (await ctx.store.countMadeBy(by)) < most) return null;
    return { ...faults.noMore, text: `You have ${most} persistent rooms already, as many as one may have. Nothing was changed.` };
  }

  async function store(room: Room, config: RoomConfig): Promise<void> {
    if (room.storedId === null && config.persistent) {
      const { subject, createdAt, createdBy, vcard } = room;
      const id = await ctx.store.create({
        jid: room.jid.bare,
        config,
        subject,
        affiliations: room.affiliationRows(),
        createdAt,
        createdBy,
        vcard,
        hats: room.hatRows(),
      });
      room.storedId = id;
      registry.stored(1);
    } else if (room.storedId !== null && config.persistent) await ctx.store.saveConfig(room.storedId, config);
    else if (room.storedId !== null) {
      // Its messages go with it: a temporary room leaves nothing behind.
      await ctx.store.destroy(room.storedId);
      room.storedId = null;
      registry.stored(-1);
    }
  }

  async function applyNow(
    room: Room,
    wish: (now: RoomConfig) => ConfigWish | { readonly fault: StanzaFault },
    by: BareJid | null,
  ): Promise<StanzaFault | null> {
    if (room.gone) return faults.gone;
    const asked = wish(room.config);
    if ('fault' in asked) return asked.fault;
    const { config } = asked;
    const changes = peopleChanges(room, asked);
    const losing = changes.filter(
      ({ who, affiliation }) => room.affiliations.get(who)?.affiliation === 'owner' && affiliation !== 'owner',
    ).length;
    const gaining = changes.filter(({ affiliation }) => affiliation === 'owner').length;
    if (losing > 0 && room.owners() - losing + gaining < 1) return faults.lastOwner;
    if (areTooMany(room, changes, ctx.settings.get().maxAffiliations)) return faults.tooMany;
    if (config.persistent && !room.config.persistent) {
      const refused = await persistentFault(by);
      if (refused !== null) return refused;
    }
    const wasArchived = room.isArchived;
    await store(room, config);
    if (changes.length > 0) await deps.affiliations.apply(room, changes, undefined);
    take(room, config, wasArchived);
    return null;
  }

  /** What is committed takes effect, and is told. */
  function take(room: Room, config: RoomConfig, wasArchived: boolean): void {
    const was = room.config;
    room.config = config;
    const wasLocked = room.locked;
    room.locked = false;
    if (was.whois !== config.whois) room.allChanged();
    const codes = configCodes(was, config, wasArchived, room.isArchived);
    if (!wasLocked || codes.includes(170)) deps.messages.notice(room, codes);
    deps.affiliations.settle(room, was);
  }

  return {
    apply: (room, wish, by) => inTurn(ctx, room, () => applyNow(room, wish, by)),
    unlock(room) {
      const { defaultPersistent } = ctx.settings.get();
      const by = room.createdBy as BareJid;
      return inTurn(ctx, room, async () => {
        if (room.gone) return faults.gone;
        if (!room.locked) return null;
        // Whoever may not make persistent rooms gets a temporary one.
        const persistent = defaultPersistent && (await persistentFault(by)) === null;
        return applyNow(room, (now) => ({ config: { ...now, persistent } }), by);
      });
    },
    destroy: (room, reason, alternate, password) =>
      inTurn(ctx, room, async () => {
        if (room.gone) return faults.gone;
        if (room.storedId !== null) {
          await ctx.store.destroy(room.storedId);
          room.storedId = null;
          registry.stored(-1);
        }
        const venue = alternate === null ? null : parseJid(alternate);
        const jid = venue === null ? '' : ` jid='${escapeAttribute(venue.bare)}'`;
        const inner =
          (password ? `<password>${escapeText(password)}</password>` : '') +
          (reason === '' ? '' : `<reason>${escapeText(reason)}</reason>`);
        // Out of the table first: nobody enters what is ending.
        registry.remove(room);
        deps.leaving.everyone(room, { more: `<destroy${jid}>${inner}</destroy>`, affiliation: 'none' });
        return null;
      }),
    saveVcard: (room, vcard, avatarHash) =>
      inTurn(ctx, room, async () => {
        if (room.gone) return;
        const config = { ...room.config, avatarHash };
        if (room.storedId !== null) {
          await ctx.store.saveVcard(room.storedId, vcard);
          await ctx.store.saveConfig(room.storedId, config);
        }
        room.vcard = vcard;
        take(room, config, room.isArchived);
      }),
  };
}
