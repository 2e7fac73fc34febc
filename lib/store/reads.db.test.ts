import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { StoreUnavailable } from './errors.ts';
import type { Statement } from './reads.ts';

const echo: Statement = { name: 'test.echo', text: 'SELECT n FROM unnest($1::int[]) AS n ORDER BY n' };
const divide: Statement = { name: 'test.divide', text: 'SELECT $1::int / $2::int AS n' };
const whoAmI: Statement = { name: 'test.pid', text: 'SELECT pg_backend_pid() AS pid' };
const wait: Statement = { name: 'test.wait', text: 'SELECT pg_backend_pid() AS pid, pg_sleep(30)' };
const prepared: Statement = {
  name: 'test.prepared',
  text: "SELECT name FROM pg_prepared_statements WHERE name LIKE 'test.%' ORDER BY name",
};

describe('reads of the engine', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.close());

  it('of one turn go over one connection, each with its own answer', async () => {
    const { read } = database.client;
    const answers = await Promise.all([
      read<{ n: number }>(echo, [[3, 1]]),
      read<{ pid: number }>(whoAmI, []),
      read<{ n: number }>(echo, [[]]),
      read<{ n: number }>(echo, [[7]]),
      read<{ pid: number }>(whoAmI, []),
    ]);
    expect(answers.map((rows) => rows.map((row) => ('n' in row ? row.n : 'pid')))).toEqual([[1, 3], ['pid'], [], [7], ['pid']]);
    expect(answers[1]).toEqual(answers[4]);
  });

  it('are planned once for a connection', async () => {
    const { read } = database.client;
    await read(echo, [[1]]);
    const names = await read<{ name: string }>(prepared, []);
    expect(names.map(({ name }) => name)).toEqual(['test.echo', 'test.prepared']);
  });

  it('stand for themselves: one that the database refuses takes nobody with it', async () => {
    const { read } = database.client;
    const [before, refused, after] = await Promise.allSettled([
      read<{ n: number }>(divide, [6, 2]),
      read(divide, [1, 0]),
      read<{ n: number }>(divide, [8, 2]),
    ]);
    expect(before).toMatchObject({ status: 'fulfilled', value: [{ n: 3 }] });
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
    expect(after).toMatchObject({ status: 'fulfilled', value: [{ n: 4 }] });
  });

  it('are not held up for all by a slow one, hear that a connection was cut, and find another', async () => {
    const { read } = database.client;
    const slow = read(wait, []);
    const behind = read<{ n: number }>(echo, [[1]]);
    const outcome = Promise.allSettled([slow, behind]);
    await new Promise((next) => setImmediate(next));
    // Asked in a later turn: the other connection answers.
    expect(await read<{ n: number }>(echo, [[2]])).toEqual([{ n: 2 }]);
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()",
    );
    for (const each of await outcome) expect(each).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    expect(await read<{ n: number }>(echo, [[5]])).toEqual([{ n: 5 }]);
  });
});
