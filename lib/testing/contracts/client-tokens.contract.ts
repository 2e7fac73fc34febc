import { describe, expect, it } from 'vitest';
import type { ClientToken, TokenChange } from '../../directory/ports.ts';
import { eventually } from '../eventually.ts';
import { jid, type MakeStores, people, person, useStores } from './make.ts';

const token = (seed: string, more: Partial<ClientToken> = {}): ClientToken => ({
  seed,
  mechanism: 'HT-SHA-256-NONE',
  issuedAt: 1_000,
  expiresAt: 9_000,
  count: 0,
  ...more,
});
const change = (accountId: number, more: Partial<TokenChange> = {}): TokenChange => ({
  accountId,
  clientId: 'phone',
  used: '',
  count: -1,
  invalidate: false,
  next: null,
  software: 'Gajim',
  device: 'A phone',
  address: '192.0.2.1',
  at: 1_000,
  ...more,
});

export function describeClientTokensContract(name: string, make: MakeStores): void {
  describe(`client tokens: ${name}`, () => {
    const stores = useStores(make);
    const tokens = () => stores().clientTokens;
    const seeds = async (accountId: number) =>
      (await tokens().listFor(accountId)).map((client) => [client.clientId, client.current?.seed ?? '', client.next?.seed ?? '']);

    it('are found by address and client, many at once', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      await tokens().change([change(alice!, { next: token('a') }), change(bob!, { clientId: 'desk', next: token('b') })], 9);
      const find = (local: string, clientId: string) => ({ bare: jid(`${local}@example.com`), clientId });
      const found = await tokens().find([find('alice', 'desk'), find('bob', 'desk'), find('nobody', 'desk'), find('alice', 'phone')]);
      expect(found.map((client) => client?.next?.seed)).toEqual([undefined, 'b', undefined, 'a']);
      expect(found[1]).toEqual({
        accountId: bob,
        clientId: 'desk',
        software: 'Gajim',
        device: 'A phone',
        address: '192.0.2.1',
        createdAt: 1_000,
        lastUsedAt: 1_000,
        current: null,
        next: token('b'),
      });
    });

    it('stay good until their successor is used, which then takes their place', async () => {
      const [alice] = await people(stores(), 'alice');
      await tokens().change([change(alice!, { next: token('one') })], 9);
      expect(await tokens().change([change(alice!, { used: 'one', next: token('two', { expiresAt: 20_000 }) })], 9)).toEqual([true]);
      expect(await seeds(alice!)).toEqual([['phone', 'one', 'two']]);
      expect(await tokens().change([change(alice!, { used: 'one', at: 3_000 })], 9)).toEqual([true]);
      expect(await seeds(alice!)).toEqual([['phone', 'one', 'two']]);
      expect(await tokens().change([change(alice!, { used: 'two' })], 9)).toEqual([true]);
      expect(await seeds(alice!)).toEqual([['phone', 'two', '']]);
      expect((await tokens().listFor(alice!))[0]?.current).toEqual(token('two', { expiresAt: 20_000 }));
      expect(await tokens().change([change(alice!, { used: 'one' })], 9)).toEqual([false]);
    });

    it('take each count once, and only rising ones', async () => {
      const [alice] = await people(stores(), 'alice');
      await tokens().change([change(alice!, { next: token('one') })], 9);
      const used = async (count: number) => (await tokens().change([change(alice!, { used: 'one', count })], 9))[0];
      expect([await used(0), await used(3), await used(3), await used(2), await used(4)]).toEqual([false, true, false, false, true]);
      expect(await Promise.all([used(7), used(7), used(7)])).toHaveLength(3);
      expect((await tokens().listFor(alice!))[0]?.current?.count).toBe(7);
      expect(await used(-1)).toBe(true);
      expect((await tokens().listFor(alice!))[0]?.current?.count).toBe(7);
    });

    it('are void together when a client signs out, but for a new one it asks for', async () => {
      const [alice] = await people(stores(), 'alice');
      await tokens().change([change(alice!, { next: token('one') })], 9);
      await tokens().change([change(alice!, { used: 'one', next: token('two') })], 9);
      expect(await tokens().change([change(alice!, { used: 'one', invalidate: true, next: token('three') })], 9)).toEqual([true]);
      expect(await seeds(alice!)).toEqual([['phone', '', 'three']]);
      expect(await tokens().change([change(alice!, { used: 'three', invalidate: true })], 9)).toEqual([true]);
      expect(await seeds(alice!)).toEqual([]);
    });

    it('are kept for so many clients, the longest unused go', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      await tokens().change([change(bob!, { at: 1, next: token('b') })], 2);
      for (const [at, clientId] of ['a', 'b', 'c'].entries())
        await tokens().change([change(alice!, { clientId, at: 100 + at, next: token(clientId) })], 2);
      expect((await seeds(alice!)).map(([client]) => client)).toEqual(['c', 'b']);
      expect(await seeds(bob!)).toHaveLength(1);
      tokens().touch(alice!, 'b', 5_000, '192.0.2.9');
      await eventually(async () => (await tokens().listFor(alice!))[0]?.address === '192.0.2.9');
    });

    it('go with a new password, with disabling, with the account, and when revoked', async () => {
      const secret = { salt: 's', iterations: 10_000, sha1: { storedKey: 'a', serverKey: 'b' }, sha256: null };
      const ids = await people(stores(), 'a', 'b', 'c', 'd', 'e');
      await tokens().change(
        ids.map((id) => change(id, { next: token(`t${id}`) })),
        9,
      );
      await stores().accounts.setCredentials(ids[0]!, secret);
      await stores().accounts.setEnabled([ids[1]!], false);
      await stores().accounts.update(ids[2]!, { enabled: false });
      await stores().accounts.remove([ids[3]!]);
      expect(await Promise.all(ids.map(async (id) => (await seeds(id)).length))).toEqual([0, 0, 0, 0, 1]);
      expect(await tokens().revoke([ids[4]!], 'other')).toBe(0);
      expect(await tokens().revoke([ids[4]!])).toBe(1);
      expect(await tokens().change([change(999_999, { next: token('x') })], 9)).toEqual([false]);
    });

    it('expire when the last of a client has', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      await tokens().change([change(alice!, { next: token('old', { expiresAt: 5 }) }), change(bob!, { next: token('new') })], 9);
      await tokens().change([change(alice!, { used: 'old', next: token('newer', { expiresAt: 50 }) })], 9);
      expect(await tokens().expire(10, 10)).toBe(0);
      expect(await tokens().expire(50, 10)).toBe(1);
      expect(await seeds(bob!)).toHaveLength(1);
    });
  });

  describe(`better hashes: ${name}`, () => {
    const stores = useStores(make);

    it('replace only what they were made from, and end nothing', async () => {
      const old = { salt: 'old', iterations: 4_096, sha1: { storedKey: 'a', serverKey: 'b' }, sha256: null };
      const better = {
        salt: 'new',
        iterations: 20_000,
        sha1: { storedKey: 'c', serverKey: 'd' },
        sha256: { storedKey: 'e', serverKey: 'f' },
      };
      const { created } = await stores().accounts.create([
        person('a', { credentials: old }),
        person('b', { credentials: better }),
        person('c'),
      ]);
      const id = created[0]!.id;
      await stores().clientTokens.change([change(id, { next: token('kept') })], 9);
      expect(await stores().accounts.credentialProfiles()).toEqual([
        { iterations: 4_096, hasSha256: false, accounts: 1 },
        { iterations: 20_000, hasSha256: true, accounts: 1 },
      ]);
      expect((await stores().accounts.credentials([jid('a@example.com')])).get(jid('a@example.com'))?.credentials).toEqual(old);
      expect(await stores().accounts.upgradeCredentials(id, better, old)).toBe(false);
      expect(await stores().accounts.upgradeCredentials(id, old, better)).toBe(true);
      expect((await stores().accounts.credentials([jid('a@example.com')])).get(jid('a@example.com'))?.credentials).toEqual(better);
      expect(await stores().clientTokens.listFor(id)).toHaveLength(1);
    });
  });
}
