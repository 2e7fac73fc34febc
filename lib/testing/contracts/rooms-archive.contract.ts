import { describe, expect, it } from 'vitest';
import { sortableId } from '../../kernel/ids.ts';
import type { RoomArchiveQuery, RoomMessage } from '../../muc/ports.ts';
import type { Stores } from '../../store/stores.ts';
import { roomMessage } from '../room-rows.ts';
import { archived, jid, type MakeStores, people, useStores } from './make.ts';
import { roomIn } from './rooms.contract.ts';

const said = (stores: Stores, message: RoomMessage): Promise<void> => new Promise((resolve) => stores.roomJournal.append(message, resolve));
const unsaid = (stores: Stores, roomId: number, uid: string): Promise<void> =>
  new Promise((resolve) => stores.roomJournal.retract(roomId, uid, '<message><gone/></message>', resolve));
const all = (roomId: number, more: Partial<RoomArchiveQuery> = {}): RoomArchiveQuery => ({
  roomId,
  direction: 'forward',
  max: 100,
  ...more,
});

export function describeRoomArchiveContract(name: string, make: MakeStores): void {
  describe(`journal of rooms: ${name}`, () => {
    const stores = useStores(make);

    it('calls back in one order with the messages of people, after the commit', async () => {
      const [alice = 0] = await people(stores(), 'alice');
      const room = await roomIn(stores(), 'one');
      const order: number[] = [];
      await new Promise<void>((resolve) => {
        for (let i = 0; i < 40; i++) {
          const done = () => {
            order.push(i);
            if (i === 39) resolve();
          };
          if (i % 2 === 0) stores().roomJournal.append(roomMessage(room, 'Ann', `n ${i}`), done);
          else stores().journal.append({ archive: [archived(alice, 'bob@example.com', `n ${i}`)], offline: [] }, done);
        }
        expect(order).toEqual([]);
      });
      expect(order).toEqual(order.map((_, i) => i));
      expect((await stores().roomArchive.page(all(room))).rows).toHaveLength(20);
    });

    it('stores a message once however often it is appended, and any text exactly', async () => {
      const room = await roomIn(stores(), 'one');
      const row = roomMessage(room, `O'Neil "x" 😀`, `quotes ' " \\ \\u0000 newline\n emoji 😀 {"a":[1]} $1 ; -- <b>`);
      await Promise.all([said(stores(), row), said(stores(), row)]);
      await said(stores(), row);
      expect((await stores().roomArchive.page(all(room))).rows).toEqual([row]);
    });

    it('drops what belongs to a room that is gone, and keeps the rest', async () => {
      const [gone, kept] = [await roomIn(stores(), 'gone'), await roomIn(stores(), 'kept')];
      await said(stores(), roomMessage(gone, 'Ann', 'before'));
      await stores().rooms.destroy(gone);
      await Promise.all([said(stores(), roomMessage(gone, 'Ann', 'after')), said(stores(), roomMessage(kept, 'Ann', 'stays'))]);
      expect((await stores().roomArchive.page(all(gone))).rows).toEqual([]);
      expect((await stores().roomArchive.page(all(kept))).rows).toHaveLength(1);
    });

    it('leaves a tombstone of a retracted message, also within the same moment', async () => {
      const room = await roomIn(stores(), 'one');
      const [first, second] = [roomMessage(room, 'Ann', 'oops one'), roomMessage(room, 'Ann', 'oops two')];
      await said(stores(), first);
      await unsaid(stores(), room, first.uid);
      await Promise.all([said(stores(), second), unsaid(stores(), room, second.uid)]);
      await unsaid(stores(), room, sortableId());
      const { rows } = await stores().roomArchive.page(all(room));
      expect(rows).toEqual([first, second].map((row) => ({ ...row, body: '', xml: '<message><gone/></message>' })));
      expect((await stores().roomArchive.page(all(room, { text: 'oops' }))).rows).toEqual([]);
      expect((await stores().roomArchive.recent([room], 5)).size).toBe(0);
    });
  });

  describe(`archive of rooms: ${name}`, () => {
    const stores = useStores(make);
    async function filled() {
      const [room, other] = [await roomIn(stores(), 'one'), await roomIn(stores(), 'two')];
      const rows = Array.from({ length: 9 }, (_, i) => roomMessage(room, i % 3 === 0 ? 'Bob' : 'Ann', `Message number${i} über Füße`));
      await Promise.all([...rows, roomMessage(other, 'Ann', 'message elsewhere')].map((row) => said(stores(), row)));
      const numbers = async (query: Partial<RoomArchiveQuery>) => {
        const page = await stores().roomArchive.page(all(room, query));
        return { n: page.rows.map((row) => rows.findIndex((known) => known.uid === row.uid)), complete: page.complete, count: page.count };
      };
      return { room, other, rows, numbers };
    }

    it('pages both ways, oldest first, and tells when there is no more', async () => {
      const { rows, numbers } = await filled();
      expect(await numbers({ max: 4 })).toEqual({ n: [0, 1, 2, 3], complete: false, count: 9 });
      expect(await numbers({ max: 4, direction: 'backward' })).toEqual({ n: [5, 6, 7, 8], complete: false, count: 9 });
      expect(await numbers({ afterUid: rows[3]!.uid })).toEqual({ n: [4, 5, 6, 7, 8], complete: true, count: null });
      expect(await numbers({ beforeUid: rows[4]!.uid, direction: 'backward', max: 2 })).toEqual({
        n: [2, 3],
        complete: false,
        count: null,
      });
      expect((await numbers({ afterUid: 'rubbish' })).n).toEqual([]);
    });

    it.each<[string, (rows: readonly RoomMessage[]) => Partial<RoomArchiveQuery>, number[]]>([
      ['a time', (rows) => ({ start: rows[2]!.at, end: rows[4]!.at }), [2, 3, 4]],
      ['a nickname', () => ({ with: { nick: 'Bob' } }), [0, 3, 6]],
      ['a sender', () => ({ with: { sender: 'ann@example.com' }, end: 1_700_000_000_000 * 2, max: 2 }), [1, 2]],
      ['nickname and sender together', () => ({ with: { nick: 'Bob', sender: 'ann@example.com' } }), []],
      ['ids', (rows) => ({ ids: [rows[7]!.uid.toUpperCase(), rows[1]!.uid, 'rubbish'] }), [1, 7]],
      ['no ids', () => ({ ids: [] }), []],
      ['the start of each word', () => ({ text: 'numb FÜß', max: 2 }), [0, 1]],
      ['words in any letter case', () => ({ text: 'NUMBER3 fü' }), [3]],
      ['nothing but punctuation', () => ({ text: '!?' }), []],
    ])('finds by %s', async (_, query, expected) => {
      const { rows, numbers } = await filled();
      expect((await numbers(query(rows))).n).toEqual(expected);
    });

    it('keeps the rooms apart', async () => {
      const { other, numbers } = await filled();
      expect((await numbers({ text: 'elsewhere' })).n).toEqual([]);
      expect((await stores().roomArchive.page(all(other, { text: 'elsewhere' }))).rows).toHaveLength(1);
    });

    it('gives the newest with a body of several rooms at once, oldest first', async () => {
      const { room, other, rows } = await filled();
      const empty = await roomIn(stores(), 'empty');
      await said(stores(), roomMessage(room, 'Ann', '', { xml: '<message><reaction/></message>' }));
      const found = await stores().roomArchive.recent([room, other, empty], 3);
      expect(found.get(room)).toEqual(rows.slice(-3));
      expect(found.get(other)).toHaveLength(1);
      expect(found.has(empty)).toBe(false);
      expect((await stores().roomArchive.recent([room], 0)).size).toBe(0);
      expect((await stores().roomArchive.recent([], 3)).size).toBe(0);
    });

    it('knows what exists, its first and its last', async () => {
      const { room, other, rows } = await filled();
      expect(await stores().roomArchive.existing(room, [rows[0]!.uid, sortableId(), 'rubbish'])).toEqual([rows[0]!.uid]);
      expect(await stores().roomArchive.existing(other, [rows[0]!.uid])).toEqual([]);
      expect(await stores().roomArchive.edges(room)).toEqual({
        first: { uid: rows[0]!.uid, at: rows[0]!.at },
        last: { uid: rows[8]!.uid, at: rows[8]!.at },
      });
      expect(await stores().roomArchive.edges(await roomIn(stores(), 'empty'))).toBeNull();
    });

    it('gives the newest id of all rooms, to start after', async () => {
      expect(await stores().roomArchive.newestUid()).toBeNull();
      const { room } = await filled();
      const last = roomMessage(room, 'Ann', 'last');
      await said(stores(), last);
      expect(await stores().roomArchive.newestUid()).toBe(last.uid);
    });

    it('lets the oldest go, a slice at a time', async () => {
      const { room, rows } = await filled();
      expect(await stores().roomArchive.expire(rows[4]!.at, 3)).toBe(3);
      expect(await stores().roomArchive.expire(rows[4]!.at, 100)).toBe(1);
      expect((await stores().roomArchive.edges(room))?.first.uid).toBe(rows[4]!.uid);
    });

    it('goes with its room', async () => {
      const { room, rows } = await filled();
      await stores().rooms.destroy(room);
      expect(
        await stores().roomArchive.existing(
          room,
          rows.map((row) => row.uid),
        ),
      ).toEqual([]);
      expect(await stores().rooms.ofPerson(jid('owner@example.com'))).toHaveLength(1);
    });
  });
}
