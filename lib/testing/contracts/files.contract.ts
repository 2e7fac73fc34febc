import { describe, expect, it } from 'vitest';
import type { FileLogRecord, NewSlot, SlotLimits } from '../../files/ports.ts';
import { eventually } from '../eventually.ts';
import { jid, type MakeStores, people, useStores } from './make.ts';

const DAY = 86_400_000;
const T = 1_700_000_000_000;
const free: SlotLimits = { quota: 0, dailyAmount: 0 };
const slot = (id: string, accountId: number, more: Partial<NewSlot> = {}): NewSlot => ({
  id: `${id}-0123456789abcdef`,
  accountId,
  owner: jid('anna@example.com'),
  name: `${id}.png`,
  type: 'image/png',
  size: 100,
  purpose: 'message',
  createdAt: T,
  slotUntil: T + 300_000,
  ...more,
});
const facts = (at: number, more: { type?: string; address?: string } = {}) => ({
  type: more.type ?? 'image/png',
  sniffed: 'image/png',
  sha256: 'ab'.repeat(32),
  at,
  address: more.address ?? '192.0.2.1',
});
const id = (name: string) => `${name}-0123456789abcdef`;

export function describeFilesContract(name: string, make: MakeStores): void {
  describe(`files: ${name}`, () => {
    const stores = useStores(make);
    const files = () => stores().files;
    async function stored(one: NewSlot, at = T, more = {}) {
      expect(await files().reserve(one, free)).toBe('ok');
      expect(await files().store(one.id, facts(at, more))).toBe(true);
    }
    const download = (fileId: string, at: number): FileLogRecord => ({
      at,
      what: 'download',
      fileId,
      name: 'a.png',
      type: 'image/png',
      size: 100,
      accountId: 1,
      owner: 'anna@example.com',
      address: '198.51.100.9',
    });

    it('fill a slot once, and log who filled it', async () => {
      const [anna = 0] = await people(stores(), 'anna');
      expect(await files().reserve(slot('a', anna), free)).toBe('ok');
      expect(await files().get(id('a'))).toMatchObject({ state: 'waiting', size: 100, purpose: 'message', storedAt: 0, sha256: '' });
      expect((await files().find({ sort: 'storedAt', descending: true, limit: 10 })).items).toEqual([]);
      expect(await files().store(id('a'), facts(T + 5))).toBe(true);
      expect(await files().store(id('a'), facts(T + 6))).toBe(false);
      expect(await files().store(id('nobody'), facts(T))).toBe(false);
      expect(await files().get(id('a'))).toMatchObject({ state: 'stored', storedAt: T + 5, sniffed: 'image/png', sha256: 'ab'.repeat(32) });
      expect(await files().get(id('nobody'))).toBeNull();
      const log = await files().log({ limit: 10 });
      expect(log.items).toMatchObject([{ what: 'upload', at: T + 5, owner: 'anna@example.com', address: '192.0.2.1', size: 100 }]);
    });

    it('give no slot beyond what one person may have, waiting slots counted', async () => {
      const [anna = 0, bob = 0] = await people(stores(), 'anna', 'bob');
      const limits = { quota: 250, dailyAmount: 0 };
      expect(await files().reserve(slot('a', anna), limits)).toBe('ok');
      expect(await files().reserve(slot('b', anna), limits)).toBe('ok');
      expect(await files().reserve(slot('c', anna), limits)).toBe('over-quota');
      expect(await files().reserve(slot('c', bob), limits)).toBe('ok');
      // A slot whose time has passed takes no room.
      expect(await files().reserve(slot('d', anna, { createdAt: T + 300_001, slotUntil: T + 600_000 }), limits)).toBe('ok');
      expect(await files().reserve(slot('e', 999_999), limits)).toBe('no-account');
      // One whose upload runs takes it for longer.
      await files().hold(id('a'), T + 900_000);
      expect(await files().reserve(slot('f', anna, { createdAt: T + 300_002, slotUntil: T + 600_000 }), limits)).toBe('over-quota');
    });

    it('never give two devices at once more than one of them could get', async () => {
      const [anna = 0] = await people(stores(), 'anna');
      const limits = { quota: 250, dailyAmount: 0 };
      const outcomes = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((one) => files().reserve(slot(one, anna), limits)));
      expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(2);
    });

    it('count uploads of the last 24 hours even when they are deleted', async () => {
      const [anna = 0] = await people(stores(), 'anna');
      await stored(slot('a', anna));
      expect(await files().remove([id('a'), id('nobody')])).toMatchObject([{ id: id('a'), size: 100, state: 'stored' }]);
      const limits = { quota: 0, dailyAmount: 150 };
      expect(await files().reserve(slot('b', anna, { createdAt: T + 1000 }), limits)).toBe('over-daily-amount');
      expect(await files().reserve(slot('b', anna, { createdAt: T + DAY + 1, slotUntil: T + 2 * DAY }), limits)).toBe('ok');
      expect(await files().reserve(slot('c', anna, { createdAt: T + DAY + 2, slotUntil: T + 2 * DAY }), limits)).toBe('over-daily-amount');
    });

    it('are found by words, person, type, time and size, page by page', async () => {
      const [anna = 0, bob = 0] = await people(stores(), 'anna', 'bob');
      await stored(slot('a', anna, { name: 'Holiday in Rome.png' }), T);
      await stored(slot('b', anna, { name: 'report.pdf', size: 5000 }), T + 10, { type: 'application/pdf' });
      await stored(slot('c', bob, { owner: jid('bob@example.com'), name: 'holiday.mp4', size: 900 }), T + 20, { type: 'video/mp4' });
      const names = async (more: object) =>
        (await files().find({ sort: 'storedAt', descending: true, limit: 10, ...more })).items.map((row) => row.name);
      expect(await names({ search: 'holi' })).toEqual(['holiday.mp4', 'Holiday in Rome.png']);
      expect(await names({ search: 'bob' })).toEqual(['holiday.mp4']);
      expect(await names({ search: 'holiday nothing' })).toEqual([]);
      // Without a letter it finds nothing: not everything.
      expect(await names({ search: '***' })).toEqual([]);
      expect(await files().pick({ search: '***' }, 10)).toEqual([]);
      expect(await names({ owner: 'anna@example.com' })).toEqual(['report.pdf', 'Holiday in Rome.png']);
      expect(await names({ accountId: bob })).toEqual(['holiday.mp4']);
      expect(await names({ type: 'video/' })).toEqual(['holiday.mp4']);
      expect(await names({ since: T + 10, until: T + 10 })).toEqual(['report.pdf']);
      expect(await names({ minSize: 900, sort: 'size', descending: false })).toEqual(['holiday.mp4', 'report.pdf']);
      expect(await files().pick({ search: 'holiday' }, 10)).toEqual([id('a'), id('c')]);

      const first = await files().find({ sort: 'size', descending: true, limit: 2 });
      expect(first).toMatchObject({ total: 3, totalIsFloor: false });
      const second = await files().find({ sort: 'size', descending: true, limit: 2, cursor: first.nextCursor ?? '' });
      expect([...first.items, ...second.items].map((row) => row.size)).toEqual([5000, 900, 100]);
      expect(second.nextCursor).toBeNull();
    });

    it('are summed by person and in all', async () => {
      const [anna = 0, bob = 0] = await people(stores(), 'anna', 'bob');
      await stored(slot('a', anna), T);
      await stored(slot('b', anna, { size: 50 }), T + 10);
      await stored(slot('c', bob, { owner: jid('bob@example.com'), size: 900 }), T + 20);
      await files().reserve(slot('d', bob, { size: 7000 }), free);
      expect(await files().totals()).toEqual({ files: 3, bytes: 1050, people: 2 });
      const first = await files().usage({ limit: 1 });
      expect(first.items).toEqual([{ accountId: bob, owner: 'bob@example.com', files: 1, bytes: 900, newest: T + 20 }]);
      const second = await files().usage({ limit: 1, cursor: first.nextCursor ?? '' });
      expect(second).toMatchObject({ items: [{ owner: 'anna@example.com', files: 2, bytes: 150, newest: T + 10 }], nextCursor: null });
      expect((await files().usage({ owner: 'ann', limit: 10 })).items).toHaveLength(1);
      expect((await files().usage({ accountId: bob, limit: 10 })).items).toMatchObject([{ bytes: 900 }]);
    });

    it('go by age according to their purpose, slots when their time has passed', async () => {
      const [anna = 0] = await people(stores(), 'anna');
      await stored(slot('a', anna), T);
      await stored(slot('b', anna, { purpose: 'profile' }), T);
      await stored(slot('c', anna), T + 100);
      await files().reserve(slot('d', anna, { slotUntil: T + 1 }), free);
      expect(await files().expire([{ purpose: 'message', before: T + 50 }], 10)).toEqual([id('a')]);
      expect(await files().dropSlots(T + 1, 10)).toEqual([]);
      expect(await files().dropSlots(T + 2, 10)).toEqual([id('d')]);
      expect([...(await files().known([id('a'), id('b'), id('c'), id('d')]))].sort()).toEqual([id('b'), id('c')]);
    });

    it('go with people who are no more', async () => {
      const [anna = 0, bob = 0] = await people(stores(), 'anna', 'bob');
      await stored(slot('a', anna));
      await stored(slot('b', bob));
      expect(await files().dropDeparted(10)).toEqual([]);
      await stores().accounts.remove([anna]);
      expect(await files().dropDeparted(10)).toEqual([id('a')]);
      expect((await files().totals()).files).toBe(1);
    });

    it('count downloads, and the log keeps them apart from the file', async () => {
      const [anna = 0] = await people(stores(), 'anna');
      await stored(slot('a', anna));
      files().downloaded(download(id('a'), T + 50));
      files().downloaded(download(id('a'), T + 40));
      files().downloaded(download(id('gone'), T + 60));
      await eventually(async () => (await files().get(id('a')))?.downloads === 2);
      expect(await files().get(id('a'))).toMatchObject({ lastDownloadAt: T + 50 });
      await files().remove([id('a')]);
      const all = await files().log({ fileId: id('a'), limit: 10 });
      expect(all.items.map((row) => row.what).sort()).toEqual(['download', 'download', 'upload']);
      expect((await files().log({ what: 'upload', limit: 10 })).items).toHaveLength(1);
      expect((await files().log({ accountId: anna, what: 'upload', limit: 10 })).items).toHaveLength(1);
      expect((await files().log({ owner: 'anna@example.com', since: T + 50, until: T + 55, limit: 10 })).items).toHaveLength(1);
      const first = await files().log({ limit: 3 });
      const second = await files().log({ limit: 3, cursor: first.nextCursor ?? '' });
      expect([first.items.length, second.items.length, second.nextCursor]).toEqual([3, 1, null]);
      expect(await files().expireLog(T + 45, 10)).toBe(2);
      expect((await files().log({ limit: 10 })).items).toHaveLength(2);
    });

    it('keep names that a database would not take', async () => {
      const [anna = 0] = await people(stores(), 'anna');
      expect(await files().reserve(slot('a', anna, { name: 'a\0b\ud800.png' }), free)).toBe('ok');
    });
  });
}
