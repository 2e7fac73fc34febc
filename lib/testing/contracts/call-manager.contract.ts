import { describe, expect, it } from 'vitest';
import type { CallManagerUser, Device, Publisher, StagedUser, SyncRun } from '../../callmanager/ports.ts';
import { type MakeStores, people, useStores } from './make.ts';

const publisher: Publisher = {
  host: 'cucm.example.com',
  port: 8443,
  username: 'axl',
  sealedPassword: 'sealed',
  caPem: '',
  serverName: '',
  schemaVersion: '',
  enabled: true,
  createdAt: 1,
  updatedAt: 2,
};
const user = (uuid: string, more: Partial<CallManagerUser> = {}): CallManagerUser => ({
  uuid,
  userId: `user-${uuid}`,
  name: 'Ünïcode "quoted"',
  mail: 'a@example.com',
  department: 'R&D',
  title: '',
  telephone: '+1',
  mobile: '',
  directoryUri: 'A@example.com',
  homeCluster: true,
  imEnabled: true,
  active: true,
  extension: '5001',
  partition: 'Internal',
  serviceProfile: '',
  digest: `digest ${uuid}`,
  accountId: null,
  problem: '',
  goneAt: 0,
  ...more,
});
const { digest: _d, accountId: _a, problem: _p, goneAt: _g, ...incoming } = user('b');
const staged = (uuid: string, action: StagedUser['action']): StagedUser => ({
  uuid,
  action,
  userId: uuid,
  says: 'name a → b',
  problem: '',
  incoming: action === 'gone' ? null : { ...incoming, uuid },
});
const device = (uuid: string, more: Partial<Device> = {}): Device & { digest: string } => ({
  uuid,
  name: `SEP${uuid}`,
  description: '',
  model: '8845',
  protocol: 'SIP',
  kind: 'Phone',
  owner: '',
  users: [],
  lines: [],
  digest: 'd',
  ...more,
});
const planned = { create: 1, adopt: 0, update: 0, enable: 0, disable: 0, gone: 0, note: 0 };
const run = (id: string, more: Partial<SyncRun> = {}): SyncRun => ({
  id,
  kind: 'full',
  trigger: 'schedule',
  by: 'Sync Agent',
  state: 'done',
  startedAt: 1,
  endedAt: 2,
  counts: { read: 1, unchanged: 0, planned, applied: 1, problems: 0, devices: 0, lines: 0, equipmentChanged: 0, requests: 3, retries: 0 },
  says: 'Done.',
  ...more,
});

export function describeCallManagerContract(name: string, make: MakeStores): void {
  describe(`${name}: what comes from a call manager`, () => {
    const stores = useStores(make);
    const store = () => stores().callManager;

    it('keeps one publisher and what runs learned', async () => {
      expect(await store().publisher()).toBeNull();
      await store().saveMarks({ spoken: '12.5' });
      expect(await store().marks()).toEqual({ spoken: '', release: '', position: null, lastFullAt: 0, lastGoodAt: 0 });
      await store().savePublisher(publisher);
      await store().saveMarks({ spoken: '12.5', position: { queueId: 'q', next: 5_000_000_000 } });
      await store().saveMarks({ lastFullAt: 7 });
      await store().savePublisher({ ...publisher, host: 'other.example.com' });
      expect(await store().publisher()).toEqual({ ...publisher, host: 'other.example.com' });
      expect(await store().marks()).toEqual({
        spoken: '12.5',
        release: '',
        position: { queueId: 'q', next: 5_000_000_000 },
        lastFullAt: 7,
        lastGoodAt: 0,
      });
      await store().saveMarks({ position: null });
      expect((await store().marks()).position).toBeNull();
    });

    it('knows people by the call manager’s own id, and what they are here', async () => {
      const [ana = 0] = await people(stores(), 'ana');
      await store().putUsers([user('a', { accountId: ana }), user('b', { imEnabled: false }), user('c', { problem: 'taken' })]);
      const known = await store().known(['a', 'b', 'zz']);
      expect(known.get('a')).toEqual({
        uuid: 'a',
        userId: 'user-a',
        name: 'Ünïcode "quoted"',
        mail: 'a@example.com',
        digest: 'digest a',
        accountId: ana,
        isEntitled: true,
        problem: '',
        goneAt: 0,
      });
      expect(known.get('b')?.isEntitled).toBe(false);
      expect(known.size).toBe(2);
      expect(await store().served()).toBe(1);
      expect(await store().counts()).toEqual({ known: 3, entitled: 2, served: 1, problems: 1, gone: 0, devices: 0, lines: 0 });
      await store().putUsers([user('a', { accountId: ana, name: 'Other' })]);
      await store().setProblems([{ uuid: 'c', problem: '' }]);
      expect(await store().byUserId('USER-A')).toEqual(user('a', { accountId: ana, name: 'Other' }));
      expect((await store().counts()).problems).toBe(0);
      await stores().accounts.remove([ana]);
      expect((await store().known(['a'])).get('a')?.accountId).toBeNull();
      await store().putUsers([user('d', { accountId: ana })]);
      expect((await store().byUserId('user-d'))?.accountId).toBeNull();
    });

    it('marks who is gone, offers the longest gone first, and forgets them', async () => {
      await store().putUsers([user('a'), user('b'), user('c')]);
      await store().markGone(['b'], 20);
      await store().markGone(['a', 'b'], 10);
      const each: string[] = [];
      for await (const slice of store().eachKnown()) each.push(...slice);
      expect(each).toEqual(['c']);
      expect((await store().goneBefore(15, 5)).map(({ uuid }) => uuid)).toEqual(['a']);
      expect((await store().goneBefore(50, 5)).map(({ uuid }) => uuid)).toEqual(['a', 'b']);
      await store().forget(['a']);
      expect((await store().counts()).gone).toBe(1);
    });

    it('pages through people by the start of their user id, and by what they are', async () => {
      await store().putUsers([
        user('1', { userId: 'Bob' }),
        user('2', { userId: 'alice' }),
        user('3', { userId: 'bobby', active: false }),
        user('4', { userId: 'BOB' }),
      ]);
      const first = await store().find({ show: 'all', search: 'bo', limit: 2 });
      expect(first).toMatchObject({ total: 3, totalIsFloor: false });
      expect(first.items.map(({ uuid }) => uuid)).toEqual(['1', '4']);
      const second = await store().find({ show: 'all', search: 'bo', limit: 2, cursor: first.nextCursor ?? '' });
      expect(second.items.map(({ uuid }) => uuid)).toEqual(['3']);
      expect(second.nextCursor).toBeNull();
      const of = async (show: 'entitled' | 'not-entitled' | 'gone' | 'problems') =>
        (await store().find({ show, limit: 9 })).items.map(({ uuid }) => uuid);
      expect(await of('entitled')).toEqual(['2', '1', '4']);
      expect(await of('not-entitled')).toEqual(['3']);
      expect(await of('gone')).toEqual([]);
      await expect(store().find({ show: 'all', limit: 9, cursor: 'x' })).rejects.toThrow('cursor');
    });

    it('keeps devices with their people and lines in order, and finds those of a person', async () => {
      await store().putLines([
        { uuid: 'l1', pattern: '5001', partition: 'Internal', description: 'first', digest: 'x' },
        { uuid: 'l2', pattern: '5002', partition: '', description: '', digest: 'y' },
      ]);
      await store().putDevices([
        device('2', { users: ['a', 'b'], lines: ['l2', 'l1', 'unknown'] }),
        device('1', { owner: 'ana' }),
        device('3'),
      ]);
      expect(await store().deviceDigests(['1', 'zz'])).toEqual(new Map([['1', 'd']]));
      expect(await store().lineDigests(['l2'])).toEqual(new Map([['l2', 'y']]));
      const found = await store().devicesOf({ uuid: 'a', userId: 'ana' });
      expect(found.map(({ name }) => name)).toEqual(['SEP1', 'SEP2']);
      expect(found[1]).toMatchObject({ users: ['a', 'b'], lines: ['l2', 'l1', 'unknown'] });
      expect(found[1]?.on.map(({ pattern }) => pattern)).toEqual(['5002', '5001']);
      await store().putDevices([device('2', { users: [] })]);
      expect(await store().devicesOf({ uuid: 'a', userId: 'nobody' })).toEqual([]);
      await store().removeDevices(['1']);
      await store().removeLines(['l1']);
      const left: string[] = [];
      for await (const slice of store().eachDevice()) left.push(...slice);
      for await (const slice of store().eachLine()) left.push(...slice);
      expect(left).toEqual(['2', '3', 'l2']);
    });

    it('keeps what a run planned until it is applied, in order and by kind', async () => {
      await store().stage('r', [staged('b', 'create'), staged('a', 'gone'), staged('c', 'create')]);
      await store().stage('r', [staged('c', 'update')]);
      await store().stage('other', [staged('a', 'create')]);
      expect(await store().staged('r', { limit: 10 })).toEqual([staged('a', 'gone'), staged('b', 'create'), staged('c', 'update')]);
      expect((await store().staged('r', { limit: 1, after: 'a' })).map(({ uuid }) => uuid)).toEqual(['b']);
      expect((await store().staged('r', { limit: 9, action: 'update' })).map(({ uuid }) => uuid)).toEqual(['c']);
      await store().unstage('r', ['a']);
      expect(await store().staged('r', { limit: 10 })).toHaveLength(2);
      await store().dropStaged('r');
      expect(await store().staged('r', { limit: 10 })).toEqual([]);
      expect(await store().staged('other', { limit: 10 })).toHaveLength(1);
    });

    it('keeps the newest runs with their problems, and never drops one that has not ended', async () => {
      await store().saveRun(run('1', { endedAt: 0, state: 'waiting' }));
      for (const id of ['2', '3', '4']) await store().saveRun(run(id));
      await store().saveRun(run('4', { says: 'Changed.' }));
      await store().addProblems('2', 0, [{ uuid: 'a', userId: 'ana', kind: 'taken', says: 'x' }]);
      await store().addProblems('4', 0, [{ uuid: 'a', userId: 'ana', kind: 'taken', says: 'x' }]);
      await store().addProblems('4', 1, [{ uuid: 'b', userId: 'bob', kind: 'invalid-uri', says: 'y' }]);
      expect((await store().runs({ limit: 2 })).map(({ id, says }) => `${id} ${says}`)).toEqual(['4 Changed.', '3 Done.']);
      expect((await store().runs({ limit: 5, before: '3' })).map(({ id }) => id)).toEqual(['2', '1']);
      expect(await store().problems('4', { limit: 1, after: 0 })).toEqual([
        { index: 1, uuid: 'b', userId: 'bob', kind: 'invalid-uri', says: 'y' },
      ]);
      expect(await store().keepRuns(2)).toBe(1);
      expect((await store().runs({ limit: 5 })).map(({ id }) => id)).toEqual(['4', '3', '1']);
      expect(await store().problems('2', { limit: 5 })).toEqual([]);
      await store().dropRun('3');
      expect(await store().run('3')).toBeNull();
      expect(await store().run('4')).toEqual(run('4', { says: 'Changed.' }));
    });

    it('lets accounts go as local ones when the call manager is forgotten', async () => {
      const [ana = 0, bob = 0] = await people(stores(), 'ana', 'bob');
      await store().savePublisher(publisher);
      await store().adopt([ana]);
      await store().putUsers([user('a', { accountId: ana })]);
      expect((await stores().accounts.get(ana))?.source).toBe('call-manager');
      expect((await stores().accounts.get(bob))?.source).toBe('local');
      expect(await store().release()).toBe(1);
      expect((await stores().accounts.get(ana))?.source).toBe('local');
      expect(await store().publisher()).toBeNull();
      expect((await store().counts()).known).toBe(0);
    });
  });
}
