import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountQuery, AccountStore, NewAccount } from '../../directory/ports.ts';
import type { Domain } from '../../kernel/jid.ts';
import { silentLog } from '../../kernel/log.ts';
import { type TestDatabase, testDatabase } from '../../testing/test-database.ts';
import { createStores, type Stores } from '../index.ts';
import { COUNT_CAP } from '../paging.ts';

/** Enough that a total can be past its cap, and that a search can be broad or narrow. */
const COUNT = COUNT_CAP + 1_500;

const person = (n: number): NewAccount => {
  const local = `${n % 2 === 0 ? 'even' : 'odd'}-${String(n).padStart(5, '0')}`;
  // "rare" is one in fifty; all of them were made last, where a look at the first rows would not find them.
  const name = n > COUNT - COUNT / 50 ? `Rare ${n % 7}` : `Common ${n % 7}`;
  const domain = (n % 10 === 0 ? 'second.example' : 'first.example') as Domain;
  return { userId: local, local, domain, name, mail: '', enabled: n % 25 !== 0, credentials: null };
};

describe('a search among many accounts', () => {
  const everybody = Array.from({ length: COUNT }, (_, n) => person(n));
  let database: TestDatabase;
  let stores: Stores;
  let accounts: AccountStore;
  beforeAll(async () => {
    database = await testDatabase();
    stores = createStores(database, { node: 'node-1', log: silentLog });
    accounts = stores.accounts;
    for (let at = 0; at < COUNT; at += 2_000) await accounts.create(everybody.slice(at, at + 2_000));
    await database.client.main.$executeRawUnsafe('ANALYZE account');
  }, 120_000);
  afterAll(async () => {
    await stores?.close();
    await database?.close();
  });

  async function walk(query: Partial<AccountQuery>, pages: number) {
    const ids: string[] = [];
    let cursor: string | undefined;
    let totals = '';
    for (let page = 0; page < pages; page++) {
      const found = await accounts.find({
        sort: 'userId',
        descending: false,
        limit: 40,
        ...query,
        ...(cursor === undefined ? {} : { cursor }),
      });
      totals = `${found.total}${found.totalIsFloor ? '+' : ''}`;
      ids.push(...found.items.map((account) => account.userId));
      if (found.nextCursor === null) break;
      cursor = found.nextCursor;
    }
    return { ids, totals };
  }

  it.each([
    ['one that finds everybody', {}, () => true],
    ['one that finds half', { search: 'even' }, (one) => one.userId.startsWith('even')],
    ['one that finds few, made last', { search: 'rare' }, (one) => one.name.startsWith('Rare')],
    ['two words', { search: 'rare odd' }, (one) => one.name.startsWith('Rare') && one.userId.startsWith('odd')],
    ['one person', { search: 'odd-00777' }, (one) => one.userId === 'odd-00777'],
    ['nobody', { search: 'zzz' }, () => false],
    ['the disabled', { enabled: false }, (one) => !one.enabled],
    ['a domain', { domain: 'second.example' }, (one) => one.domain === 'second.example'],
    [
      'half of a domain',
      { domain: 'first.example', search: 'odd' },
      (one) => one.domain === 'first.example' && one.userId.startsWith('odd'),
    ],
  ] satisfies [string, Partial<AccountQuery>, (one: NewAccount) => boolean][])(
    'walks through %s in order, forwards and backwards, with the true total up to its cap',
    async (_, query, matches) => {
      const expected = everybody.filter(matches).map((one) => one.userId);
      const total = expected.length > COUNT_CAP ? `${COUNT_CAP}+` : String(expected.length);
      expected.sort();
      expect(await walk(query, 3)).toEqual({ ids: expected.slice(0, 120), totals: total });
      expected.reverse();
      expect(await walk({ ...query, descending: true }, 3)).toEqual({ ids: expected.slice(0, 120), totals: total });
    },
  );

  it('gives those with equal names once each, by whatever path', async () => {
    for (const search of ['common', 'rare', undefined]) {
      const { ids } = await walk({ sort: 'name', ...(search === undefined ? {} : { search }) }, 5);
      expect(new Set(ids).size).toBe(200);
    }
  });
});
