import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { searchTerms } from '../../kernel/words.ts';
import { type LiveRoomRow, type RoomListQuery, type RoomListRow, type RoomPlace, roomSortKey, roomWords } from '../../muc/ports.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { pageOf } from '../shared/fields.ts';
import { invalidFields } from '../shared/problems.ts';
import { findRoomsInput, type RoomsTarget } from './inputs.ts';
import { roomRow } from './outputs.ts';
import { presentRoom } from './resolve.ts';

type Sort = RoomListQuery['sort'] | 'occupants';
const sorts = { address: 'jid', title: 'title', createdAt: 'createdAt', occupants: 'occupants' } as const satisfies Record<string, Sort>;

export const findRooms = defineUseCase({
  id: 'rooms.find',
  title: 'Find rooms',
  summary: 'Lists chat rooms, stored and in memory, page by page, by search text and filters, with the people inside now.',
  may: 'rooms.read',
  kind: 'read',
  input: findRoomsInput,
  output: pageOf(roomRow),
  rest: { method: 'GET', path: '/rooms' },
  cli: {
    words: ['rooms', 'list'],
    positionals: [{ field: 'search', name: 'SEARCH' }],
    table: { path: 'items', columns: ['address', 'title', 'persistent', 'public', 'membersOnly', 'occupants', 'members', 'createdAt'] },
    examples: [
      'rollcall rooms list',
      'rollcall rooms list --occupied --sort occupants --descending',
      'rollcall rooms list team --persistent',
    ],
  },
  async run(input, { deps }) {
    const sort = sorts[input.sort];
    const order = `${sort}${input.descending ? '-' : '+'}`;
    const after = input.cursor === undefined ? null : readPlace(input.cursor, order, sort);
    if (input.cursor !== undefined && after === null) return refuse(invalidFields({ cursor: 'Is not from a page of this list.' }));
    const asked = { target: { ...input, all: false }, sort, descending: input.descending, limit: input.limit, after };
    const page =
      sort === 'occupants' || input.occupied
        ? await pickLive(deps, asked, (room) => room.occupants > 0)
        : await mergedPage(deps, { ...asked, sort });
    if (!page.ok) return page;
    const { rows, more, total } = page.value;
    const last = rows.at(-1);
    return ok({
      items: rows.map((row) => presentRoom(row, deps.rooms.door.occupantsOf(row.jid))),
      next: more && last !== undefined ? writePlace(order, { key: keyOf(last, sort), jid: last.jid }) : null,
      total,
      totalIsFloor: false,
    });
  },
});

type Listed = (RoomListRow | LiveRoomRow) & { readonly occupants?: number };
interface Asked<S extends Sort> {
  readonly target: RoomsTarget;
  readonly sort: S;
  readonly descending: boolean;
  readonly limit: number;
  readonly after: RoomPlace | null;
}
type Page = Result<{ rows: readonly Listed[]; more: boolean; total: number }, Fault>;

/** The stored page, with the rooms that are only in memory between its rows where they belong. */
async function mergedPage(deps: AdminDeps, asked: Asked<RoomListQuery['sort']>): Promise<Page> {
  const { target, sort, descending, limit, after } = asked;
  const stored = await deps.rooms.store.list({
    ...storeFilter(target),
    sort,
    direction: descending ? 'descending' : 'ascending',
    limit,
    ...(after === null ? {} : { place: after }),
  });
  const passing = await pickLive(deps, asked, (room) => room.storedId === null);
  if (!passing.ok) return passing;
  const sign = descending ? -1 : 1;
  const rows: Listed[] = [...stored.rows, ...passing.value.rows].sort(
    (a, b) => sign * compare({ key: keyOf(a, sort), jid: a.jid }, { key: keyOf(b, sort), jid: b.jid }),
  );
  return ok({
    rows: rows.slice(0, limit),
    more: rows.length > limit || stored.next !== null || passing.value.more,
    total: stored.total + passing.value.total,
  });
}

const breath = 2000;

/**
 * One page of the rooms in memory. There may be 16,500 and a page may not hold the event loop (design §1), so they are not sorted: one
 * pass keeps the best `limit`, and gives the loop back between.
 */
async function pickLive(deps: AdminDeps, asked: Asked<Sort>, also: (room: LiveRoomRow) => boolean): Promise<Page> {
  const { sort, descending, limit, after } = asked;
  const matches = liveFilter(asked.target);
  const sign = descending ? -1 : 1;
  const best: { place: RoomPlace; room: LiveRoomRow }[] = [];
  let total = 0;
  let following = 0;
  let seen = 0;
  for (const room of deps.rooms.door.live()) {
    if (++seen % breath === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    if (!also(room) || !matches(room)) continue;
    total++;
    const place = { key: keyOf(room, sort), jid: room.jid };
    if (after !== null && sign * compare(place, after) <= 0) continue;
    following++;
    const last = best.at(-1);
    if (best.length === limit && last !== undefined && sign * compare(place, last.place) >= 0) continue;
    let low = 0;
    let high = best.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sign * compare(place, best[middle]!.place) < 0) high = middle;
      else low = middle + 1;
    }
    best.splice(low, 0, { place, room });
    if (best.length > limit) best.pop();
  }
  return ok({ rows: best.map(({ room }) => room), more: following > best.length, total });
}

const keyOf = (row: Listed, sort: Sort): string | number => (sort === 'occupants' ? (row.occupants ?? 0) : roomSortKey(row, sort));

function compare(a: RoomPlace, b: RoomPlace): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.jid === b.jid ? 0 : a.jid < b.jid ? -1 : 1;
}

/** What the store understands of a filter. */
export function storeFilter(target: RoomsTarget): Pick<RoomListQuery, 'text' | 'domain' | 'persistent' | 'publicOnly' | 'hiddenOnly'> {
  return {
    ...(target.search ? { text: target.search } : {}),
    ...(target.domain === undefined ? {} : { domain: target.domain.toLowerCase() }),
    ...(target.persistent === undefined ? {} : { persistent: target.persistent }),
    ...(target.public === true ? { publicOnly: true } : {}),
    ...(target.public === false ? { hiddenOnly: true } : {}),
  };
}

/** The same filter for rooms in memory. */
export function liveFilter(target: RoomsTarget): (room: LiveRoomRow) => boolean {
  const terms = target.search ? searchTerms(target.search) : [];
  const ending = target.domain === undefined ? null : `@${target.domain.toLowerCase()}`;
  return (room) => {
    if (ending !== null && !room.jid.endsWith(ending)) return false;
    if (target.persistent !== undefined && room.persistent !== target.persistent) return false;
    if (target.public !== undefined && room.isPublic !== target.public) return false;
    if (terms.length === 0) return true;
    const words = roomWords(room);
    return terms.every((term) => words.some((word) => word.startsWith(term)));
  };
}

const writePlace = (order: string, { key, jid }: RoomPlace): string => Buffer.from(JSON.stringify([order, key, jid])).toString('base64url');

/** Null for what is no cursor of this order. */
function readPlace(text: string, order: string, sort: Sort): RoomPlace | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(value) || value.length !== 3 || value[0] !== order) return null;
    const [, key, jid] = value as unknown[];
    const fits = sort === 'jid' || sort === 'title' ? typeof key === 'string' && !key.includes('\0') : Number.isSafeInteger(key);
    return fits && typeof jid === 'string' && !jid.includes('\0') ? { key: key as string | number, jid } : null;
  } catch {
    return null;
  }
}
