/** Hats (XEP-0317): titles that a room gives to people beside their role. Kept first, then told. */
import { createHash } from 'node:crypto';
import type { BareJid } from '../kernel/jid.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { inTurn, type MucContext } from './context.ts';
import type { Messages } from './messages.ts';
import { MUC_NS } from './names.ts';
import type { RoomHat } from './ports.ts';
import type { Broadcasts } from './presence.ts';
import type { Room } from './room.ts';

const faults = {
  unknown: { condition: 'item-not-found', text: 'This room has no such hat. Nothing was changed.' },
  tooMany: { condition: 'resource-constraint', type: 'cancel', text: 'This room has as many hats as it may. Nothing was changed.' },
  tooManyWorn: {
    condition: 'resource-constraint',
    type: 'cancel',
    text: 'This person wears as many hats as one may. Nothing was changed.',
  },
  tooManyWearers: {
    condition: 'resource-constraint',
    type: 'cancel',
    text: 'As many people of this room wear hats as may. Nothing was changed.',
  },
  gone: { condition: 'item-not-found', text: 'The room is no more.' },
} as const satisfies Record<string, StanzaFault>;

export function hatsOf(room: Room, bare: BareJid): RoomHat[] {
  const found: RoomHat[] = [];
  for (const uri of room.worn.get(bare) ?? []) {
    const hat = room.hats.get(uri);
    if (hat !== undefined) found.push(hat);
  }
  return found;
}

/** What somebody wears, as the room writes it into their presence. */
export function hatsXml(room: Room, bare: BareJid): string {
  const hats = hatsOf(room, bare);
  if (hats.length === 0) return '';
  const inner = hats.map(
    ({ uri, title, hue }) =>
      `<hat title='${escapeAttribute(title)}' uri='${escapeAttribute(uri)}'${hue === '' ? '' : ` hue='${escapeAttribute(hue)}'`}/>`,
  );
  return `<hats xmlns='${MUC_NS.hats}'>${inner.join('')}</hats>`;
}

/** §2: by another value clients see that their list is out of date; null for a room without hats. */
export function hatsHash(room: Room): string | null {
  if (room.hats.size === 0) return null;
  const { kinds } = room.hatRows();
  return createHash('sha1').update(JSON.stringify(kinds)).digest('hex');
}

/** Who may is decided before; each is null when done, or why not. `may` is asked once more in the room's turn. */
export interface Hats {
  /** A new one, or another title or colour of one there is. */
  put(room: Room, hat: RoomHat, may: () => StanzaFault | null): Promise<StanzaFault | null>;
  remove(room: Room, uri: string, may: () => StanzaFault | null): Promise<StanzaFault | null>;
  wear(room: Room, who: BareJid, uri: string, wears: boolean, may: () => StanzaFault | null): Promise<StanzaFault | null>;
}

export function createHats(deps: { readonly ctx: MucContext; readonly broadcasts: Broadcasts; readonly messages: Messages }): Hats {
  const { ctx, broadcasts } = deps;

  /** §3.2-3.6: everyone inside gets the presence of those whose hats are others now. */
  function tell(room: Room): void {
    for (const occupant of [...room.occupants.values()]) {
      const now = hatsXml(room, occupant.bare);
      if (now === occupant.hats) continue;
      occupant.hats = now;
      occupant.changed();
      broadcasts.presence(room, occupant, {});
    }
  }

  function change(room: Room, may: () => StanzaFault | null, work: () => Promise<StanzaFault | null>): Promise<StanzaFault | null> {
    return inTurn(ctx, room, async () => {
      if (room.gone) return faults.gone;
      return may() ?? (await work());
    });
  }

  return {
    put: (room, hat, may) =>
      change(room, may, async () => {
        if (!room.hats.has(hat.uri) && room.hats.size >= ctx.settings.get().maxHats) return faults.tooMany;
        if (room.storedId !== null) await ctx.store.saveHat(room.storedId, hat);
        room.hats.set(hat.uri, hat);
        tell(room);
        deps.messages.notice(room, [104]);
        return null;
      }),
    remove: (room, uri, may) =>
      change(room, may, async () => {
        if (!room.hats.has(uri)) return faults.unknown;
        if (room.storedId !== null) await ctx.store.removeHat(room.storedId, uri);
        room.hats.delete(uri);
        for (const who of [...room.worn.keys()]) room.wear(who, uri, false);
        tell(room);
        deps.messages.notice(room, [104]);
        return null;
      }),
    wear: (room, who, uri, wears, may) =>
      change(room, may, async () => {
        if (!room.hats.has(uri)) return faults.unknown;
        const mine = room.worn.get(who);
        if ((mine?.has(uri) ?? false) === wears) return null;
        const { maxHatsWorn, maxAffiliations } = ctx.settings.get();
        if (wears && (mine?.size ?? 0) >= maxHatsWorn) return faults.tooManyWorn;
        if (wears && mine === undefined && room.worn.size >= maxAffiliations) return faults.tooManyWearers;
        if (room.storedId !== null) await ctx.store.wearHat(room.storedId, who, uri, wears);
        room.wear(who, uri, wears);
        tell(room);
        return null;
      }),
  };
}
