import { describe, expect, it } from 'vitest';
import type { Account, AccountQuery, Page, ScramCredentials } from '../../directory/ports.ts';
import type { Domain } from '../../kernel/jid.ts';
import { CursorError } from '../../store/paging.ts';
import { eventually } from '../eventually.ts';
import { archived, committed, jid, type MakeStores, people, person, useStores } from './make.ts';

const secret: ScramCredentials = {
  salt: 'c2FsdA==',
  iterations: 10_000,
  sha1: { storedKey: 'a1', serverKey: 'b1' },
  sha256: { storedKey: 'a2', serverKey: 'b2' },
};

export function describeAccountsContract(name: string, make: MakeStores): void {
  describe(`accounts: ${name}`, () => {
    const stores = useStores(make);
    const list = (query: Partial<AccountQuery> = {}): Promise<Page<Account>> =>
      stores().accounts.find({ sort: 'userId', descending: false, limit: 100, ...query });
    const found = async (query: Partial<AccountQuery>): Promise<string[]> => (await list(query)).items.map((a) => a.userId);

    it('creates many at once and tells which were taken, and by what', async () => {
      const first = await stores().accounts.create([
        person('alice', { name: 'Alice Archer', mail: 'alice@mail.example', credentials: secret }),
      ]);
      expect(first.taken).toEqual([]);
      expect(first.created[0]).toMatchObject({ bare: 'alice@example.com', version: 1, source: 'local', lastSignInAt: null });
      const second = await stores().accounts.create([
        person('bob'),
        person('x', { userId: 'ALICE' }),
        person('alice', { userId: 'someone' }),
        person('bob', { userId: 'other' }),
        person('carol'),
      ]);
      expect(second.created.map((a) => a.userId)).toEqual(['bob', 'carol']);
      expect(second.taken).toEqual([
        { index: 1, by: 'userId' },
        { index: 2, by: 'address' },
        { index: 3, by: 'address' },
      ]);
    });

    it('finds by address and by user ID without regard to letter case', async () => {
      await people(stores(), 'alice', 'bob');
      expect((await stores().accounts.byUserId('Alice'))?.bare).toBe('alice@example.com');
      expect([...(await stores().accounts.byUserIds(['BOB', 'nobody'])).keys()]).toEqual(['BOB']);
      expect([...(await stores().accounts.byBare([jid('bob@example.com'), jid('no@example.com')])).keys()]).toEqual(['bob@example.com']);
      expect(await stores().accounts.get(999_999)).toBeNull();
      expect(await stores().accounts.byUserId('nobody')).toBeNull();
    });

    it('searches by the start of user ID, address, and of every word of name and mail', async () => {
      await stores().accounts.create([
        person('u1', { userId: 'jdoe', name: 'Jane van der Doe', mail: 'jane.doe@corp.example' }),
        person('u2', { userId: 'omalley', name: "Peter O'Malley", mail: '' }),
        person('u3', { userId: 'bschmidt', name: 'Björn Öztürk-Schmidt', mail: 'b@x.example' }),
        person('u4', { userId: 'dots.and\\quote', name: '100% :* & | ! name', mail: '' }),
      ]);
      expect(await found({ search: 'JD' })).toEqual(['jdoe']);
      expect(await found({ search: 'u1@exam' })).toEqual(['jdoe']);
      expect(await found({ search: 'der do' })).toEqual(['jdoe']);
      expect(await found({ search: 'corp' })).toEqual(['jdoe']);
      expect(await found({ search: 'ane' })).toEqual([]);
      expect(await found({ search: "o'm" })).toEqual(['omalley']);
      expect(await found({ search: 'malley' })).toEqual(['omalley']);
      expect(await found({ search: 'ÖZT' })).toEqual(['bschmidt']);
      expect(await found({ search: 'öztürk-sch' })).toEqual(['bschmidt']);
      expect(await found({ search: 'dots.and\\' })).toEqual(['dots.and\\quote']);
      expect(await found({ search: ":* & ' \\" })).toEqual([]);
      expect(await found({ search: '  ' })).toHaveLength(4);
    });

    it.each([
      ['userId', false],
      ['userId', true],
      ['name', false],
      ['name', true],
      ['createdAt', true],
      ['lastSignInAt', true],
    ] as const)('pages through all by %s (descending: %s), each once and in order', async (sort, descending) => {
      const names = Array.from({ length: 23 }, (_, i) =>
        person(`u${String((i * 7) % 23).padStart(2, '0')}`, { name: ['Zoe', 'adam', 'Åsa', 'eve'][i % 4]! }),
      );
      await stores().accounts.create(names);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ sort, descending, limit: 5, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.total).toBe(23);
        seen.push(...page.items.map((a) => a.userId));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(await found({ sort, descending }));
      expect(new Set(seen).size).toBe(23);
      if (sort === 'userId') expect(seen).toEqual([...seen].sort((a, b) => (descending ? -1 : 1) * (a < b ? -1 : 1)));
    });

    it('refuses a cursor that is not one of its own', async () => {
      await people(stores(), 'a', 'b');
      const { nextCursor } = await list({ limit: 1 });
      await expect(list({ cursor: 'rubbish' })).rejects.toThrow(CursorError);
      await expect(list({ cursor: nextCursor!, sort: 'name' })).rejects.toThrow(CursorError);
      await expect(list({ cursor: Buffer.from('["userId+",{"a":1},2]').toString('base64url') })).rejects.toThrow(CursorError);
    });

    it('filters by domain, state and ids', async () => {
      const [a, b] = await people(stores(), 'a', 'b');
      await stores().accounts.create([person('c', { domain: 'other.example' as Domain, enabled: false })]);
      expect(await found({ domain: 'other.example' })).toEqual(['c']);
      expect(await found({ enabled: true })).toEqual(['a', 'b']);
      expect(await found({ ids: [b!, 12_345] })).toEqual(['b']);
      expect(await found({ ids: [] })).toEqual([]);
      const slices: number[] = [];
      for await (const slice of stores().accounts.each({ enabled: true })) slices.push(...slice.map((row) => row.id));
      expect(slices).toEqual([a, b]);
    });

    it('updates by version, and keeps user ID and address unique', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      const renamed = await stores().accounts.update(alice!, { local: 'alicia', name: 'Alicia' }, 1);
      expect(renamed).toMatchObject({ bare: 'alicia@example.com', name: 'Alicia', version: 2 });
      expect(await stores().accounts.update(alice!, { name: 'late' }, 1)).toBe('conflict');
      expect(await stores().accounts.update(alice!, { userId: 'BOB' })).toBe('taken');
      expect(await stores().accounts.update(bob!, { local: 'alicia' })).toBe('taken');
      expect(await stores().accounts.update(999_999, { name: 'x' })).toBeNull();
      expect(await found({ search: 'alicia' })).toEqual(['alice']);
      expect((await stores().accounts.update(alice!, { userId: 'Alice' })) as Account).toMatchObject({ userId: 'Alice' });
    });

    it('enables and disables, telling only who changed', async () => {
      const [a, b] = await people(stores(), 'a', 'b');
      expect((await stores().accounts.setEnabled([a!, b!, 777_777], false)).map((x) => x.userId).sort()).toEqual(['a', 'b']);
      expect(await stores().accounts.setEnabled([a!], false)).toEqual([]);
      expect((await stores().accounts.counts()).enabled).toBe(0);
    });

    it('keeps credentials apart and gives them by address', async () => {
      const { created } = await stores().accounts.create([person('a', { credentials: secret }), person('b', { enabled: false })]);
      const [a, b] = [jid('a@example.com'), jid('b@example.com')];
      const before = await stores().accounts.credentials([a, b, jid('c@example.com')]);
      expect(before.get(a)).toEqual({ accountId: created[0]!.id, enabled: true, credentials: secret, source: 'local' });
      expect(before.get(b)).toEqual({ accountId: created[1]!.id, enabled: false, credentials: null, source: 'local' });
      expect(before.size).toBe(2);
      const other = { ...secret, salt: 'bmV3', iterations: 20_000 };
      await stores().accounts.setCredentials(created[0]!.id, other);
      await stores().accounts.setCredentials(888_888, other);
      expect((await stores().accounts.credentials([a])).get(a)?.credentials).toEqual(other);
    });

    it('removes a person with everything they own', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      const row = archived(alice!, 'bob@example.com', 'hello');
      await committed(stores(), {
        archive: [row],
        offline: [{ accountId: alice!, uid: row.uid, from: jid('bob@example.com'), at: 1, xml: '<message/>' }],
      });
      await stores().roster.save({ accountId: alice!, version: 3 });
      await stores().blocking.save(alice!, ['spam.example']);
      await stores().profile.saveVcard(alice!, '<vCard/>');
      expect((await stores().accounts.remove([alice!, 999_999])).map((a) => a.userId)).toEqual(['alice']);
      expect(await stores().archive.edges(alice!)).toBeNull();
      expect((await stores().offline.counts([alice!])).get(alice!)).toBe(0);
      expect((await stores().roster.load([alice!])).get(alice!)?.version).toBe(0);
      expect((await stores().blocking.load([alice!])).get(alice!)).toEqual([]);
      expect(await stores().profile.vcard(alice!)).toBeNull();
      const [again] = await people(stores(), 'alice');
      expect(again).toBeGreaterThan(bob!);
    });

    it('remembers the newest sign-in', async () => {
      const [alice] = await people(stores(), 'alice');
      stores().accounts.touchSignIn(alice!, 5_000);
      stores().accounts.touchSignIn(alice!, 4_000);
      await eventually(async () => (await stores().accounts.get(alice!))?.lastSignInAt === 5_000);
      expect((await stores().accounts.get(alice!))?.version).toBe(1);
    });

    it('counts by domain', async () => {
      await people(stores(), 'a', 'b');
      await stores().accounts.create([person('c', { domain: 'other.example' as Domain })]);
      expect(await stores().accounts.counts()).toEqual({
        total: 3,
        enabled: 3,
        byDomain: [
          { domain: 'example.com', users: 2 },
          { domain: 'other.example', users: 1 },
        ],
      });
    });
  });

  describe(`domains: ${name}`, () => {
    const stores = useStores(make);
    const names = async (): Promise<string[]> =>
      (await stores().domains.list()).map((row) => `${row.domain} ${row.managed} ${row.users}${row.isDefault ? ' default' : ''}`);
    const d = (text: string): Domain => text as Domain;

    it('appear with the first user and vanish with the last, unless added by hand or default', async () => {
      await stores().domains.add(d('kept.example'));
      await stores().domains.setDefault(d('main.example'));
      const { created } = await stores().accounts.create([
        person('a', { domain: d('gone.example') }),
        person('b', { domain: d('kept.example') }),
        person('c', { domain: d('main.example') }),
        person('d', { domain: d('moved.example') }),
      ]);
      expect(await names()).toEqual([
        'gone.example system 1',
        'kept.example administrator 1',
        'main.example administrator 1 default',
        'moved.example system 1',
      ]);
      await stores().accounts.update(created[3]!.id, { domain: d('next.example') });
      await stores().accounts.remove(created.slice(0, 3).map((account) => account.id));
      expect(await names()).toEqual(['kept.example administrator 0', 'main.example administrator 0 default', 'next.example system 1']);
    });

    it('does not leave a domain behind for rows that were taken', async () => {
      await people(stores(), 'a');
      await stores().accounts.create([person('z', { userId: 'a', domain: d('never.example') })]);
      expect(await names()).toEqual(['example.com system 1']);
    });

    it('are added, renamed and removed only while nobody uses them', async () => {
      expect(await stores().domains.add(d('one.example'))).toBe('added');
      expect(await stores().domains.add(d('one.example'))).toBe('exists');
      await stores().accounts.create([person('a', { domain: d('used.example') })]);
      expect(await stores().domains.rename(d('one.example'), d('used.example'))).toBe('exists');
      expect(await stores().domains.rename(d('used.example'), d('x.example'))).toBe('in-use');
      expect(await stores().domains.rename(d('none.example'), d('x.example'))).toBe('missing');
      expect(await stores().domains.rename(d('one.example'), d('two.example'))).toBe('renamed');
      expect(await stores().domains.remove(d('used.example'))).toBe('in-use');
      expect(await stores().domains.remove(d('none.example'))).toBe('missing');
      expect(await stores().domains.remove(d('two.example'))).toBe('removed');
      expect(await names()).toEqual(['used.example system 1']);
    });

    it('have exactly one default, which cannot be removed', async () => {
      await stores().domains.setDefault(d('one.example'));
      await stores().domains.setDefault(d('two.example'));
      expect(await names()).toEqual(['one.example administrator 0', 'two.example administrator 0 default']);
      expect(await stores().domains.remove(d('two.example'))).toBe('in-use');
      await stores().domains.rename(d('two.example'), d('three.example'));
      expect(await names()).toEqual(['one.example administrator 0', 'three.example administrator 0 default']);
    });
  });
}
