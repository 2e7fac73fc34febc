import { describe, expect, it } from 'vitest';
import type { JobRow, NewAudit } from '../../admin/shared/ports.ts';
import type { SettingChange } from '../../config/ports.ts';
import { type MakeStores, person, useStores } from './make.ts';

const record = (more: Partial<NewAudit> = {}): NewAudit => ({
  actor: 'admin',
  actorKind: 'person',
  role: 'administrator',
  address: '192.0.2.1',
  action: 'user.created',
  target: 'alice@example.com',
  targetKey: 'user:1',
  before: null,
  after: { name: 'Alice', tags: ['x', 1.5, null], nested: { b: 1, a: undefined } },
  result: 'done',
  detail: '',
  parentId: null,
  ...more,
});
const job = (id: string, more: Partial<JobRow> = {}): JobRow => ({
  id,
  kind: 'users.import',
  title: 'Import',
  state: 'waiting',
  by: 'admin',
  createdAt: 1,
  startedAt: null,
  endedAt: null,
  total: 10,
  done: 0,
  failed: 0,
  input: { file: 'a.csv' },
  summary: '',
  ...more,
});

export function describeAdminContract(name: string, make: MakeStores): void {
  describe(`settings: ${name}`, () => {
    const stores = useStores(make);
    const save = async (version: number, values: Record<string, unknown>): Promise<SettingChange> => {
      const saved = await stores().settings.save(version, values, 'admin', null);
      if ('conflict' in saved) throw new Error('conflict');
      return saved;
    };

    it('keeps values that differ from the default, each save a version with what changed', async () => {
      expect(await stores().settings.load()).toEqual({ version: 0, values: {} });
      const first = await save(0, { 'im.enabled': false, 'server.contactAdmin': ['mailto:a@x.example'], 'xmpp.limit': 5 });
      expect(first).toMatchObject({ version: 1, by: 'admin', undoes: null });
      const second = await save(1, { 'im.enabled': null, 'xmpp.limit': 5, 'xmpp.other': 'x' });
      expect(second.changes).toEqual([
        { key: 'im.enabled', from: false, to: null },
        { key: 'xmpp.other', from: null, to: 'x' },
      ]);
      expect(await stores().settings.load()).toEqual({
        version: 2,
        values: { 'server.contactAdmin': ['mailto:a@x.example'], 'xmpp.limit': 5, 'xmpp.other': 'x' },
      });
      expect(await stores().settings.change(first.id)).toEqual(first);
      expect(await stores().settings.change('nothing')).toBeNull();
    });

    it('refuses to overwrite what somebody else changed meanwhile, and only that', async () => {
      await save(0, { 'a.one': 1 });
      const theirs = await save(1, { 'a.one': 2 });
      expect(await stores().settings.save(1, { 'a.one': 3 }, 'late', null)).toEqual({ conflict: [theirs] });
      expect((await save(1, { 'a.two': 3 })).version).toBe(3);
      const back = await stores().settings.save(3, { 'a.one': 1 }, 'admin', theirs.id);
      expect(back).toMatchObject({ undoes: theirs.id, version: 4 });
    });

    it('tells the history, newest first, of all or of one key', async () => {
      for (let i = 0; i < 5; i++) await save(i, i % 2 === 0 ? { 'a.one': i } : { 'a.two': i });
      const versions = async (query: object) => (await stores().settings.history({ limit: 10, ...query })).map((change) => change.version);
      expect(await versions({})).toEqual([5, 4, 3, 2, 1]);
      expect(await versions({ key: 'a.two' })).toEqual([4, 2]);
      expect(await versions({ beforeVersion: 4, limit: 2 })).toEqual([3, 2]);
    });
  });

  describe(`audit: ${name}`, () => {
    const stores = useStores(make);

    it('chains records, gives them back as written, and finds the chain whole', async () => {
      const written = [];
      for (let i = 0; i < 5; i++) written.push(await stores().audit.append(record({ target: `user ${i}` })));
      expect(new Set(written.map((row) => row.hash)).size).toBe(5);
      expect(await stores().audit.get(written[2]!.id)).toEqual(written[2]);
      expect(written[0]!.after).toEqual({ name: 'Alice', tags: ['x', 1.5, null], nested: { b: 1 } });
      expect(await stores().audit.get('rubbish')).toBeNull();
      expect(await stores().audit.verify()).toEqual({ ok: true, checked: 5, brokenAt: null });
    });

    it('keeps the chain when many append at once', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => stores().audit.append(record({ detail: `n ${i}` }))));
      expect(await stores().audit.verify()).toEqual({ ok: true, checked: 20, brokenAt: null });
    });

    it('pages newest first and filters', async () => {
      for (let i = 0; i < 7; i++) {
        await stores().audit.append(
          record({
            actor: i % 2 ? 'eve' : 'admin',
            action: i === 3 ? 'user.removed' : 'user.created',
            targetKey: `user:${i}`,
            target: `bob${i}@example.com`,
            result: i === 5 ? 'refused' : 'done',
          }),
        );
      }
      const first = await stores().audit.find({ limit: 4 });
      const second = await stores().audit.find({ limit: 4, cursor: first.nextCursor! });
      expect([...first.items, ...second.items].map((row) => row.targetKey)).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `user:${i}`));
      expect(second.nextCursor).toBeNull();
      const keys = async (query: object) => (await stores().audit.find({ limit: 100, ...query })).items.map((row) => row.targetKey);
      expect(await keys({ actor: 'eve' })).toEqual(['user:5', 'user:3', 'user:1']);
      expect(await keys({ action: 'user.removed' })).toEqual(['user:3']);
      expect(await keys({ targetKey: 'user:2' })).toEqual(['user:2']);
      expect(await keys({ result: 'refused' })).toEqual(['user:5']);
      expect(await keys({ search: 'BOB4' })).toEqual(['user:4']);
      expect(await keys({ search: 'remov bob' })).toEqual(['user:3']);
      expect(await keys({ parentId: 'none' })).toEqual([]);
      const all: string[] = [];
      for await (const slice of stores().audit.each({ actor: 'eve' })) all.push(...slice.map((row) => row.targetKey));
      expect(all).toEqual(['user:1', 'user:3', 'user:5']);
    });

    it('lets only retention take the oldest away, and stays verifiable', async () => {
      const written = [];
      for (let i = 0; i < 4; i++) written.push(await stores().audit.append(record()));
      expect(await stores().audit.expire(Date.now() + 60_000, 2)).toBe(2);
      expect(await stores().audit.get(written[1]!.id)).toBeNull();
      expect(await stores().audit.verify()).toEqual({ ok: true, checked: 2, brokenAt: null });
      await stores().audit.append(record());
      expect(await stores().audit.verify()).toEqual({ ok: true, checked: 3, brokenAt: null });
    });
  });

  describe(`jobs: ${name}`, () => {
    const stores = useStores(make);

    it('keeps progress and results, and pages newest first', async () => {
      for (const [i, id] of ['a', 'b', 'c', 'd', 'e'].entries()) await stores().jobs.create(job(id, { createdAt: i < 3 ? 1 : 2 }));
      await stores().jobs.update('a', { state: 'done', startedAt: 2, endedAt: 3, done: 9, failed: 1, summary: 'ok' });
      expect(await stores().jobs.get('a')).toEqual(
        job('a', { state: 'done', startedAt: 2, endedAt: 3, done: 9, failed: 1, summary: 'ok' }),
      );
      const first = await stores().jobs.list({ limit: 3 });
      const second = await stores().jobs.list({ limit: 3, cursor: first.nextCursor! });
      expect([...first.items, ...second.items].map((row) => row.id)).toEqual(['e', 'd', 'c', 'b', 'a']);
      const result = (index: number, ok: boolean) => ({ index, target: `row ${index}`, ok, message: '' });
      await stores().jobs.addResults('a', [result(0, true), result(1, false), result(2, true)]);
      await stores().jobs.addResults('a', [result(2, false), result(3, true)]);
      await stores().jobs.addResults('nothing', [result(0, true)]);
      expect((await stores().jobs.results('a', { limit: 10 })).map((row) => row.ok)).toEqual([true, false, false, true]);
      expect((await stores().jobs.results('a', { limit: 10, onlyFailed: true, after: 1 })).map((row) => row.index)).toEqual([2]);
      expect(await stores().jobs.expire(4, 10)).toBe(1);
      expect(await stores().jobs.get('a')).toBeNull();
      expect(await stores().jobs.results('a', { limit: 10 })).toEqual([]);
    });
  });

  describe(`unit of work: ${name}`, () => {
    const stores = useStores(make);

    it('keeps everything, or nothing when the work throws', async () => {
      await stores().unitOfWork.run(async (inside) => {
        await inside.accounts.create([person('kept')]);
        await inside.audit.append(record());
      });
      const before = await stores().settings.load();
      await expect(
        stores().unitOfWork.run(async (inside) => {
          await inside.accounts.create([person('lost'), person('away', { domain: 'lost.example' as never })]);
          const kept = await inside.accounts.byUserId('kept');
          await inside.accounts.remove([kept!.id]);
          await inside.settings.save(before.version, { 'a.b': 1 }, 'x', null);
          await inside.audit.append(record({ target: 'lost' }));
          throw new Error('changed my mind');
        }),
      ).rejects.toThrow('changed my mind');
      expect((await stores().accounts.find({ sort: 'userId', descending: false, limit: 10 })).items.map((a) => a.userId)).toEqual(['kept']);
      expect((await stores().domains.list()).map((row) => row.domain)).toEqual(['example.com']);
      expect(await stores().settings.load()).toEqual(before);
      expect(await stores().audit.verify()).toEqual({ ok: true, checked: 1, brokenAt: null });
    });

    it('goes on after a refusal: taken and conflict do not spoil the transaction', async () => {
      await stores().accounts.create([person('a'), person('b')]);
      const a = await stores().accounts.byUserId('a');
      await stores().unitOfWork.run(async (inside) => {
        expect(await inside.accounts.update(a!.id, { userId: 'b' })).toBe('taken');
        expect(await inside.accounts.update(a!.id, { name: 'x' }, 99)).toBe('conflict');
        expect((await inside.accounts.create([person('a'), person('c')])).taken).toEqual([{ index: 0, by: 'userId' }]);
        await inside.operators.create({
          id: '1',
          username: 'o',
          name: 'o',
          role: 'operator',
          passwordHash: 'h',
          mustChangePassword: false,
        });
        expect(
          await inside.operators.create({
            id: '2',
            username: 'O',
            name: 'o',
            role: 'operator',
            passwordHash: 'h',
            mustChangePassword: false,
          }),
        ).toBe('taken');
        await inside.accounts.update(a!.id, { name: 'fine' });
      });
      expect((await stores().accounts.byUserId('a'))?.name).toBe('fine');
      expect(await stores().accounts.byUserId('c')).not.toBeNull();
    });
  });
}
