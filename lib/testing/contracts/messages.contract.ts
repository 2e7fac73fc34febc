import { describe, expect, it } from 'vitest';
import type { Report } from '../../blocking/ports.ts';
import { sortableId } from '../../kernel/ids.ts';
import type { PushRegistration } from '../../push/ports.ts';
import { type MakeStores, people, useStores } from './make.ts';

const push = (accountId: number, more: Partial<PushRegistration> = {}): PushRegistration => ({
  accountId,
  service: 'push.example.net',
  node: 'n1',
  resource: 'phone',
  options: '',
  failures: 0,
  enabledAt: 1_700_000_000_000,
  ...more,
});
const report = (more: Partial<Report> = {}): Report => ({
  id: sortableId(),
  at: 1_700_000_000_000,
  reporter: 'alice@example.com',
  reported: 'spam@bad.example',
  reason: 'spam',
  text: 'It does not end.',
  messages: '',
  state: 'open',
  closedBy: '',
  closedAt: null,
  note: '',
  ...more,
});

export function describeMessagesContract(name: string, make: MakeStores): void {
  describe(`push registrations: ${name}`, () => {
    const stores = useStores(make);

    it('keeps one for each app server and node, the newest word counting', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      await stores().pushes.save(push(alice!));
      await stores().pushes.save(push(alice!, { resource: 'tablet', options: '<x/>', enabledAt: 1_700_000_000_001 }));
      await stores().pushes.save(push(alice!, { node: 'n2', enabledAt: 1_700_000_000_002 }));
      await stores().pushes.setFailures(alice!, 'push.example.net', 'n2', 3);
      const loaded = await stores().pushes.load([alice!, bob!]);
      expect(loaded.get(alice!)).toEqual([
        push(alice!, { resource: 'tablet', options: '<x/>', enabledAt: 1_700_000_000_001 }),
        push(alice!, { node: 'n2', enabledAt: 1_700_000_000_002, failures: 3 }),
      ]);
      expect(loaded.get(bob!)).toBeUndefined();
      expect(await stores().pushes.count()).toBe(2);
    });

    it('removes one node or all of a service, and everything with the account', async () => {
      const [alice] = await people(stores(), 'alice');
      for (const node of ['n1', 'n2', 'n3']) await stores().pushes.save(push(alice!, { node }));
      await stores().pushes.save(push(alice!, { service: 'other.example' }));
      expect(await stores().pushes.remove(alice!, 'push.example.net', 'n1')).toBe(1);
      expect(await stores().pushes.remove(alice!, 'push.example.net', null)).toBe(2);
      expect(await stores().pushes.remove(alice!, 'push.example.net', null)).toBe(0);
      await stores().accounts.remove([alice!]);
      await stores().pushes.save(push(alice!));
      expect(await stores().pushes.count()).toBe(0);
    });
  });

  describe(`notices: ${name}`, () => {
    const stores = useStores(make);

    it('keeps one text of each kind, and who has seen it', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      const motd = { kind: 'motd' as const, subject: 'Hello', body: 'All well.', version: 5, since: 1, by: 'admin' };
      await stores().notices.put({ ...motd, version: 4 });
      await stores().notices.put(motd);
      await stores().notices.put({ ...motd, kind: 'welcome' });
      expect(await stores().notices.all()).toEqual([motd, { ...motd, kind: 'welcome' }]);
      await stores().notices.saveSeen(alice!, { motd: 4, welcomed: false });
      await stores().notices.saveSeen(alice!, { motd: 5, welcomed: true });
      expect(await stores().notices.seen([alice!, bob!])).toEqual(new Map([[alice!, { motd: 5, welcomed: true }]]));
      expect([...(await stores().notices.madeAt([alice!, 999_999])).keys()]).toEqual([alice!]);
      expect(await stores().notices.remove('welcome')).toBe(true);
      expect(await stores().notices.remove('welcome')).toBe(false);
    });
  });

  describe(`reports: ${name}`, () => {
    const stores = useStores(make);

    it('finds the newest first, by state and by the start of an address, in pages', async () => {
      const rows = [report(), report({ reporter: 'bob@example.com', reason: 'abuse' }), report({ reported: 'other@bad.example' })];
      for (const row of rows) await stores().reports.add(row);
      const [first, second, third] = rows;
      expect(await stores().reports.find({ limit: 2 })).toEqual({ items: [third, second], total: 3 });
      expect(await stores().reports.find({ limit: 2, after: second!.id })).toEqual({ items: [first], total: 3 });
      expect((await stores().reports.find({ limit: 9, search: 'BOB@' })).items).toEqual([second]);
      expect((await stores().reports.find({ limit: 9, search: 'spam@' })).total).toBe(2);
    });

    it('closes an open report once, and deletes only old closed ones', async () => {
      const row = report();
      await stores().reports.add(row);
      await stores().reports.add(report());
      expect(await stores().reports.close(row.id, 'root', 1_700_000_000_500, 'blocked')).toBe(true);
      expect(await stores().reports.close(row.id, 'other', 1_700_000_000_600, '')).toBe(false);
      expect(await stores().reports.get(row.id)).toEqual({
        ...row,
        state: 'closed',
        closedBy: 'root',
        closedAt: 1_700_000_000_500,
        note: 'blocked',
      });
      expect(await stores().reports.countOpen()).toBe(1);
      expect(await stores().reports.expire(1_700_000_000_500, 10)).toBe(0);
      expect(await stores().reports.expire(1_700_000_000_501, 10)).toBe(1);
      expect(await stores().reports.get(row.id)).toBeNull();
    });
  });
}
