/** Public rooms by pages: those in the store and those that only live in memory, in one order (XEP-0059 §2). */
import { wordsOf } from '../kernel/words.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeText } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type LiveRoomRow, type RoomStore, roomWords } from './ports.ts';
import type { Registry } from './registry.ts';

export interface PublicRoom {
  readonly jid: string;
  readonly title: string;
  readonly description: string;
  readonly occupants: number;
  readonly isOpen: boolean;
  readonly isAnonymous: boolean | null;
}

/** Rooms that other nodes run, as they told last. */
export interface RoomsElsewhere {
  all(): Iterable<RoomElsewhere>;
  find(jid: string): RoomElsewhere | undefined;
}
export interface RoomElsewhere {
  readonly row: LiveRoomRow;
  readonly locked: boolean;
}

export interface PageWish {
  readonly max: number;
  readonly after?: string;
  readonly before?: string;
  /** The end of the list is wanted. */
  readonly backward: boolean;
}
export interface RoomPage {
  readonly rooms: readonly PublicRoom[];
  readonly total: number;
}

const bad: StanzaFault = { condition: 'bad-request', text: '"max" is not a number.' };
const byNumber: StanzaFault = { condition: 'feature-not-implemented', text: 'Pages are named by address, not by number.' };

export function readPageWish(payload: Element, most: number): PageWish | { readonly fault: StanzaFault } {
  const set = payload.child('set', NS.resultSets);
  const max = set?.child('max')?.text();
  if (max !== undefined && !/^\d{1,9}$/.test(max)) return { fault: bad };
  if (set?.child('index') !== undefined) return { fault: byNumber };
  const after = set?.child('after')?.text();
  const before = set?.child('before')?.text();
  return {
    max: Math.min(max === undefined ? most : Number(max), most),
    ...(after ? { after } : {}),
    ...(before ? { before } : {}),
    backward: before !== undefined,
  };
}

/** `<set/>` of the answer. Nothing when the whole list was given and nobody asked for pages. */
export function pageSet(page: RoomPage, asked: boolean): string {
  const first = page.rooms[0];
  const last = page.rooms[page.rooms.length - 1];
  if (!asked && page.rooms.length === page.total) return '';
  const ends = first && last ? `<first>${escapeText(first.jid)}</first><last>${escapeText(last.jid)}</last>` : '';
  return `<set xmlns='${NS.resultSets}'>${ends}<count>${page.total}</count></set>`;
}

const compare = (a: { jid: string }, b: { jid: string }): number => (a.jid < b.jid ? -1 : a.jid > b.jid ? 1 : 0);

export function createRoomPages(deps: {
  readonly store: RoomStore;
  readonly registry: Registry;
  readonly elsewhere: () => RoomsElsewhere | null;
}) {
  function temporary(domain: string, terms: readonly string[] | null): PublicRoom[] {
    const found: PublicRoom[] = [];
    for (const room of deps.registry.all()) {
      if (room.storedId !== null || !room.config.isPublic || room.locked || room.jid.domain !== domain) continue;
      const { title, description } = room.config;
      if (terms !== null) {
        const words = roomWords({ jid: room.jid.bare, title, description });
        if (!terms.every((term) => words.some((word) => word.startsWith(term)))) continue;
      }
      found.push(publicRoom(room.jid.bare, title, description));
    }
    for (const { row, locked } of deps.elsewhere()?.all() ?? []) {
      if (row.storedId !== null || !row.isPublic || locked || row.jid.slice(row.jid.indexOf('@') + 1) !== domain) continue;
      if (terms !== null && !terms.every((term) => roomWords(row).some((word) => word.startsWith(term)))) continue;
      found.push(publicRoom(row.jid, row.title, row.description, row.membersOnly || row.hasPassword));
    }
    return found.sort(compare);
  }

  /** With what is known of it in memory. */
  function publicRoom(jid: string, title: string, description: string, closed = false): PublicRoom {
    const room = deps.registry.peek(jid as Parameters<Registry['peek']>[0]);
    const isOpen = room === undefined ? !closed : !room.config.membersOnly && room.config.password === null;
    return {
      jid,
      title,
      description,
      occupants: room?.occupants.size ?? deps.elsewhere()?.find(jid)?.row.occupants ?? 0,
      isOpen,
      isAnonymous: room === undefined ? null : room.config.whois === 'moderators',
    };
  }

  return async function page(domain: string, wish: PageWish, text?: string): Promise<RoomPage> {
    const terms = text === undefined ? null : wordsOf(text);
    const live = temporary(domain, terms);
    const edge = wish.backward ? wish.before : wish.after;
    const stored = await deps.store.list({
      domain,
      publicOnly: true,
      ...(text === undefined ? {} : { text }),
      sort: 'jid',
      direction: wish.backward ? 'descending' : 'ascending',
      ...(edge === undefined ? {} : { place: { key: edge, jid: edge } }),
      limit: Math.max(wish.max, 1),
    });
    const beyond = live.filter(({ jid }) => edge === undefined || (wish.backward ? jid < edge : jid > edge));
    const all = [
      ...beyond,
      ...stored.rows.map((row) => publicRoom(row.jid, row.title, row.description, row.membersOnly || row.hasPassword)),
    ].sort(compare);
    const rooms = wish.max === 0 ? [] : wish.backward ? all.slice(-wish.max) : all.slice(0, wish.max);
    return { rooms, total: stored.total + live.length };
  };
}
