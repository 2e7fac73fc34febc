import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fence, HeldEpochs, HomeRow } from '../cluster/ports.ts';
import type { BareJid } from '../kernel/jid.ts';
import { silentLog } from '../kernel/log.ts';
import { archived, people } from '../testing/contracts/make.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { createStores, type PrismaStores } from './index.ts';

/** What a node believes, until the database tells it better. */
function fenceOf(node: string, read: () => Promise<readonly HomeRow[]>) {
  const dropped: number[] = [];
  let held: HeldEpochs = { homes: [], epochs: [] };
  const refresh = async () => {
    const mine = (await read()).filter((row) => row.acting === node);
    held = { homes: mine.map((row) => row.name), epochs: mine.map((row) => row.epoch) };
  };
  const fence: Fence = { node, current: () => held, refused: refresh, dropped: (ids) => void dropped.push(...ids) };
  return { fence, dropped, refresh };
}

describe('fencing', () => {
  let database: TestDatabase;
  let one: ReturnType<typeof fenceOf>;
  let two: ReturnType<typeof fenceOf>;
  let first: PrismaStores;
  let second: PrismaStores;
  const homes = async (): Promise<readonly HomeRow[]> => (await first.ownership.prove('nobody')).homes;

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.reset();
    one = fenceOf('n1', homes);
    two = fenceOf('n2', homes);
    first = createStores(database, { node: 'n1', log: silentLog, fence: one.fence });
    second = createStores(database, { node: 'n2', log: silentLog, fence: two.fence });
    for (const node of ['n1', 'n2']) await first.redundancy.enter(node, 'Default', 1);
    const group = (await first.redundancy.read()).groups[0]!;
    await first.redundancy.update(group.id, group.version, { nodes: ['n1', 'n2'] });
    await one.refresh();
    await two.refresh();
    return async () => {
      await first.close();
      await second.close();
    };
  });
  const takeOver = async (home: string, by: string): Promise<void> => {
    const group = (await second.redundancy.read()).groups[0]!;
    expect(await second.redundancy.step(group.id, group.version, 2, [{ name: home, acting: by }])).toBe(true);
  };
  const keep = (stores: PrismaStores, account: number, body: string, acknowledged: string[]): void =>
    stores.journal.append({ archive: [archived(account, 'bob@example.com', body)], offline: [] }, () => acknowledged.push(body));
  const bodies = async (): Promise<unknown[]> => (await database.query('SELECT body FROM archive ORDER BY uid')).map((row) => row.body);

  it('lets a node write while its epochs count', async () => {
    const [anna = 0] = await people(first, 'anna');
    const acknowledged: string[] = [];
    keep(first, anna, 'kept', acknowledged);
    await first.settled();
    expect([acknowledged, await bodies(), one.dropped]).toEqual([['kept'], ['kept'], []]);
  });

  it('fails the batch of a node that still believes it acts: nothing is stored, nothing acknowledged, and it is told whose it was', async () => {
    const [anna = 0] = await people(first, 'anna');
    const acknowledged: string[] = [];
    await takeOver('n1', 'n2');
    keep(first, anna, 'too late', acknowledged);
    const change = { accountId: anna, bare: 'anna@example.com' as BareJid, version: 1, put: [] };
    await expect(first.roster.save({ ...change })).rejects.toThrow('not available');
    await first.settled();
    expect([acknowledged, await bodies()]).toEqual([[], []]);
    expect(new Set(one.dropped)).toEqual(new Set([anna]));
    expect(first.figures.dropped).toBe(2);
    await two.refresh();
    keep(second, anna, 'by the one that acts', acknowledged);
    await second.settled();
    expect([acknowledged, await bodies()]).toEqual([['by the one that acts'], ['by the one that acts']]);
  });

  it('writes on for what it still holds after another home was taken from it', async () => {
    const [anna = 0] = await people(first, 'anna');
    const acknowledged: string[] = [];
    await takeOver('n2', 'n1');
    await one.refresh();
    await takeOver('n2', 'n2');
    await first.journal.append({ archive: [archived(anna, 'bob@example.com', 'held both')], offline: [] }, () => acknowledged.push('x'));
    await first.settled();
    expect(acknowledged).toEqual([]);
    keep(first, anna, 'held one', acknowledged);
    await first.settled();
    expect([acknowledged, await bodies()]).toEqual([['held one'], ['held one']]);
  });

  it('does not wait for ever for a process that stopped in the middle of a transaction: its work is undone', async () => {
    const [anna = 0] = await people(first, 'anna');
    let goOn: () => void = () => undefined;
    const stopped = database.client.writer
      .$transaction(async (tx) => {
        await tx.$executeRaw`SELECT hold_epochs('n1', ARRAY['n1'], ARRAY[1::bigint])`;
        await tx.$executeRaw`UPDATE account SET name = 'half way' WHERE id = ${anna}`;
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      })
      .then(
        () => 'committed',
        () => 'undone',
      );
    await eventually(
      async () => (await database.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 1380143971`)).length > 0,
    );
    await takeOver('n1', 'n2');
    goOn();
    expect(await stopped).toBe('undone');
    expect((await first.accounts.get(anna))?.name).toBe('anna');
  }, 20_000);

  it('keeps a change of the acting node waiting until a batch on its way is committed', async () => {
    const [anna = 0] = await people(first, 'anna');
    const acknowledged: string[] = [];
    for (let i = 0; i < 50; i++) keep(first, anna, `m${i}`, acknowledged);
    await Promise.all([takeOver('n1', 'n2'), first.settled()]);
    expect((await bodies()).length).toBe(acknowledged.length);
  });

  it('gives a home to new people in the transaction that creates them', async () => {
    const stores = createStores(database, { node: 'n1', log: silentLog, newHomes: (count) => Array(count).fill('n2') });
    const [anna = 0, bert = 0] = await people(stores, 'anna', 'bert');
    expect([...(await stores.homes.of([anna, bert])).values()].map((row) => row.home)).toEqual(['n2', 'n2']);
    await stores.close();
  });
});
