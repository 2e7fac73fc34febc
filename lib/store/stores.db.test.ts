import { afterAll } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { describeStoresContract } from '../testing/contracts/all.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { createStores } from './index.ts';

let shared: Promise<TestDatabase> | null = null;

describeStoresContract('PostgreSQL', async () => {
  shared ??= testDatabase();
  const database = await shared;
  const stores = createStores(database, { node: 'node-1', log: silentLog });
  return {
    stores,
    async close() {
      await stores.close();
      await database.reset();
    },
  };
});

afterAll(async () => (await shared)?.close());
