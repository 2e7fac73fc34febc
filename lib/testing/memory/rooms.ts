import {
  type RoomAffiliation,
  type RoomArchive,
  type RoomArchiveQuery,
  type RoomJournal,
  type RoomListQuery,
  type RoomListRow,
  type RoomMessage,
  type RoomPlace,
  type RoomStore,
  roomSortKey,
  roomWords,
  type StoredRoom,
} from '../../muc/ports.ts';
import { COUNT_CAP, CursorError, decodeCursor, encodeCursor } from '../../store/paging.ts';
import { bodyWords, searchTerms, textTerms } from '../../store/search-words.ts';
import type { MemoryJournal } from './im.ts';
import type { MemoryState } from './state.ts';

const keyOf = (roomId: number, uid: string): string => `${roomId} ${uid.toLowerCase()}`;
const byUid = (a: { uid: string }, b: { uid: string }): number => (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0);
const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
const byWho = (a: RoomAffiliation, b: RoomAffiliation): number => compare(a.who, b.who);

/** Commits in one queue with the people's messages. */
export function memoryRoomJournal(state: MemoryState, journal: MemoryJournal): RoomJournal {
  return {
    get accepting() {
      return journal.accepting;
    },
    append(message, done) {
      journal.enqueue(() => {
        const key = keyOf(message.roomId, message.uid);
        if (state.rooms.has(message.roomId) && !state.roomMessages.has(key)) state.roomMessages.set(key, message);
      }, done);
    },
    retract(roomId, uid, tombstoneXml, done) {
      journal.enqueue(() => {
        const key = keyOf(roomId, uid);
        const was = state.roomMessages.get(key);
        if (was !== undefined) state.roomMessages.set(key, { ...was, xml: tombstoneXml, body: '' });
      }, done);
    },
  };
}

const byWearer = (a: { who: string; uri: string }, b: { who: string; uri: string }): number =>
  compare(a.who, b.who) || compare(a.uri, b.uri);

const toRow = ({ id, jid, config, createdAt, createdBy, affiliations }: StoredRoom): RoomListRow => ({
  id,
  jid,
  title: config.title,
  description: config.description,
  persistent: config.persistent,
  isPublic: config.isPublic,
  membersOnly: config.membersOnly,
  hasPassword: config.password !== null,
  createdAt,
  createdBy,
  members: affiliations.filter((row) => row.affiliation !== 'outcast').length,
});

function matching(state: MemoryState, query: RoomListQuery): RoomListRow[] {
  const terms = query.text === undefined ? [] : searchTerms(query.text);
  return [...state.rooms.values()].map(toRow).filter((row) => {
    if (query.domain !== undefined && row.jid.slice(row.jid.indexOf('@') + 1) !== query.domain) return false;
    if (query.persistent !== undefined && row.persistent !== query.persistent) return false;
    if (query.publicOnly === true && !row.isPublic) return false;
    if (query.hiddenOnly === true && row.isPublic) return false;
    if (terms.length === 0) return query.text === undefined;
    const words = roomWords(row);
    return terms.every((term) => words.some((word) => word.startsWith(term)));
  });
}

export function memoryRoomStore(state: MemoryState): RoomStore {
  const byJid = (jid: string): StoredRoom | undefined => [...state.rooms.values()].find((room) => room.jid === jid);
  function change(id: number, patch: Partial<StoredRoom>): void {
    const was = state.rooms.get(id);
    if (was !== undefined) state.rooms.set(id, { ...was, ...patch });
  }

  return {
    load: async (jids) => {
      const wanted = new Set<string>(jids);
      return [...state.rooms.values()].filter((room) => wanted.has(room.jid));
    },
    async create(room) {
      if (byJid(room.jid) !== undefined) throw new Error(`a room ${room.jid} exists already`);
      const id = state.nextRoomId++;
      state.rooms.set(id, { ...room, id, affiliations: [...room.affiliations].sort(byWho) });
      return id;
    },
    saveConfig: async (id, config) => change(id, { config }),
    saveSubject: async (id, subject) => change(id, { subject }),
    saveVcard: async (id, vcard) => change(id, { vcard }),
    async saveAffiliations(id, changes) {
      const rows = new Map(state.rooms.get(id)?.affiliations.map((row) => [row.who, row]));
      for (const { who, affiliation, nick, reason } of changes) {
        if (affiliation === 'none') rows.delete(who);
        else rows.set(who, { who, affiliation, nick, reason });
      }
      change(id, { affiliations: [...rows.values()].sort(byWho) });
    },
    async saveHat(id, hat) {
      const hats = state.rooms.get(id)?.hats;
      if (hats === undefined) return;
      const kinds = [...hats.kinds.filter(({ uri }) => uri !== hat.uri), hat].sort((a, b) => compare(a.uri, b.uri));
      change(id, { hats: { ...hats, kinds } });
    },
    async removeHat(id, uri) {
      const hats = state.rooms.get(id)?.hats;
      if (hats === undefined) return;
      change(id, { hats: { kinds: hats.kinds.filter((one) => one.uri !== uri), worn: hats.worn.filter((one) => one.uri !== uri) } });
    },
    async wearHat(id, who, uri, wears) {
      const hats = state.rooms.get(id)?.hats;
      if (hats === undefined || !hats.kinds.some((one) => one.uri === uri)) return;
      const others = hats.worn.filter((one) => one.who !== who || one.uri !== uri);
      change(id, { hats: { ...hats, worn: (wears ? [...others, { who, uri }] : others).sort(byWearer) } });
    },
    async destroy(id) {
      state.rooms.delete(id);
      for (const [key, message] of state.roomMessages) if (message.roomId === id) state.roomMessages.delete(key);
    },
    count: async () => state.rooms.size,
    countMadeBy: async (bare) =>
      [...state.rooms.values()].filter(
        (room) => room.createdBy === bare && room.affiliations.some(({ who, affiliation }) => who === bare && affiliation === 'owner'),
      ).length,
    async countsByDomain() {
      const counts = new Map<string, number>();
      for (const { jid } of state.rooms.values()) {
        const domain = jid.slice(jid.indexOf('@') + 1);
        counts.set(domain, (counts.get(domain) ?? 0) + 1);
      }
      return counts;
    },
    async list(query) {
      const order = `${query.sort}${query.direction === 'descending' ? '-' : '+'}`;
      const sign = query.direction === 'descending' ? -1 : 1;
      const all = matching(state, query)
        .map((row) => ({ row, key: roomSortKey(row, query.sort) }))
        .sort((a, b) => sign * (compare(a.key, b.key) || compare(a.row.jid, b.row.jid)));
      let place: RoomPlace | undefined = query.place;
      if (query.after !== undefined) {
        const [name, key, jid] = decodeCursor(query.after, ['string', query.sort === 'createdAt' ? 'number' : 'string', 'string']);
        if (name !== order) throw new CursorError();
        place = { key: key!, jid: String(jid) };
      }
      const { key: atKey = '', jid: atJid = '' } = place ?? {};
      const rest = place === undefined ? all : all.filter(({ row, key }) => sign * (compare(key, atKey) || compare(row.jid, atJid)) > 0);
      const page = rest.slice(0, query.limit);
      const last = page.at(-1);
      const more = last !== undefined && page.length < rest.length;
      return { rows: page.map(({ row }) => row), next: more ? encodeCursor([order, last.key, last.row.jid]) : null, total: all.length };
    },
    ofPerson: async (bare) =>
      [...state.rooms.values()]
        .flatMap(({ jid, affiliations }) => {
          const own = affiliations.find((row) => row.who === bare);
          return own === undefined ? [] : [{ jid, affiliation: own.affiliation, nick: own.nick }];
        })
        .sort((a, b) => compare(a.jid, b.jid)),
    async forgetPerson(bare, renamedTo) {
      for (const room of state.rooms.values()) {
        const { kinds, worn } = room.hats;
        const others = worn.filter((one) => one.who !== bare && one.who !== renamedTo);
        const uris = new Set(worn.flatMap(({ who, uri }) => (who === bare || who === renamedTo ? [uri] : [])));
        const moved = renamedTo === undefined ? [] : [...uris].map((uri) => ({ who: renamedTo as string, uri }));
        change(room.id, { hats: { kinds, worn: [...others, ...moved].sort(byWearer) } });
      }
      for (const room of state.rooms.values()) {
        const own = room.affiliations.find((row) => row.who === bare);
        if (own === undefined) continue;
        const others = room.affiliations.filter((row) => row !== own);
        if (renamedTo !== undefined && room.createdBy === bare) change(room.id, { createdBy: renamedTo });
        const moves = renamedTo !== undefined && !others.some((row) => row.who === renamedTo);
        change(room.id, { affiliations: moves ? [...others, { ...own, who: renamedTo }].sort(byWho) : others });
      }
    },
  };
}

export function memoryRoomArchive(state: MemoryState): RoomArchive {
  const rowsOf = (roomId: number): RoomMessage[] => [...state.roomMessages.values()].filter((row) => row.roomId === roomId).sort(byUid);

  function matches(row: RoomMessage, query: RoomArchiveQuery, terms: readonly string[], ids: ReadonlySet<string> | null): boolean {
    if (query.with?.nick !== undefined && row.nick !== query.with.nick) return false;
    if (query.with?.sender !== undefined && row.sender !== query.with.sender) return false;
    if (query.start !== undefined && row.at < query.start) return false;
    if (query.end !== undefined && row.at > query.end) return false;
    if (ids !== null && !ids.has(row.uid)) return false;
    if (query.text === undefined) return true;
    if (terms.length === 0) return false;
    const words = bodyWords(row.body);
    return terms.every((term) => words.some((word) => word.startsWith(term)));
  }

  return {
    async page(query) {
      const terms = query.text === undefined ? [] : textTerms(query.text);
      const ids = query.ids === undefined ? null : new Set(query.ids.map((id) => id.toLowerCase()));
      const all = rowsOf(query.roomId).filter((row) => matches(row, query, terms, ids));
      const after = query.afterUid?.toLowerCase();
      const before = query.beforeUid?.toLowerCase();
      const between = all.filter((row) => (after === undefined || row.uid > after) && (before === undefined || row.uid < before));
      const rows = query.direction === 'forward' ? between.slice(0, query.max) : between.slice(Math.max(0, between.length - query.max));
      const bounded = after !== undefined || before !== undefined;
      return { rows, complete: rows.length === between.length, count: bounded || all.length > COUNT_CAP ? null : all.length };
    },
    recent: async (roomIds, limit) => {
      const found = new Map<number, readonly RoomMessage[]>();
      for (const id of roomIds) {
        const rows =
          limit <= 0
            ? []
            : rowsOf(id)
                .filter((row) => row.body !== '')
                .slice(-limit);
        if (rows.length > 0) found.set(id, rows);
      }
      return found;
    },
    existing: async (roomId, uids) => uids.filter((uid) => state.roomMessages.has(keyOf(roomId, uid))),
    async edges(roomId) {
      const rows = rowsOf(roomId);
      const first = rows[0];
      const last = rows.at(-1);
      if (first === undefined || last === undefined) return null;
      return { first: { uid: first.uid, at: first.at }, last: { uid: last.uid, at: last.at } };
    },
    async newestUid() {
      let newest: string | null = null;
      for (const row of state.roomMessages.values()) if (newest === null || row.uid > newest) newest = row.uid;
      return newest;
    },
    async expire(before, limit) {
      const old = [...state.roomMessages].filter(([, row]) => row.at < before).slice(0, limit);
      for (const [key] of old) state.roomMessages.delete(key);
      return old.length;
    },
  };
}
