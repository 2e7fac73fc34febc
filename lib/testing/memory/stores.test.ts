import { describeStoresContract } from '../contracts/all.ts';
import { memoryStores } from './stores.ts';

describeStoresContract('memory', async () => {
  const stores = memoryStores();
  return { stores, close: () => stores.close() };
});
