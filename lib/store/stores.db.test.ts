import { silentLog } from '../kernel/log.ts';
import { describeStoresContract } from '../testing/contracts/all.ts';
import { testDatabase } from '../testing/test-database.ts';
import { createStores } from './index.ts';

describeStoresContract('PostgreSQL', async () => {
  const database = await testDatabase();
  const stores = createStores(database, { node: 'node-1', log: silentLog });
  return {
    stores,
    async close() {
      await stores.close();
      await database.close();
    },
  };
});
