import { describe, expect, it } from 'vitest';
import { loadEnvironment } from '../config/load.ts';
import { silentLog } from '../kernel/log.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { memoryClusterStore } from '../testing/memory/cluster.ts';
import { createMemoryState } from '../testing/memory/state.ts';
import { composeNodes } from './compose-nodes.ts';

const MINUTE_MS = 60_000;

async function compose(databaseUrl: string | undefined, silentMs: number) {
  const clock = createFakeClock();
  const store = memoryClusterStore(createMemoryState());
  await store.arrive(
    { name: 'node-1', incarnation: 'i', version: '1.0.0', schema: 1, address: 'https://node-1', startedAt: clock.now() },
    clock.now(),
  );
  clock.advance(silentMs);
  const env = loadEnvironment({ ROLLCALL_NODE: 'node-2', ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) });
  if (!env.ok) throw new Error(env.fault.message);
  return composeNodes({ env: env.value, version: '1.0.0', schema: 1, store, clock, log: silentLog });
}

describe('a node that was told of no bus', () => {
  it('does not start beside the nodes of a cluster on the same database: it would act for their people', async () => {
    const composed = await compose('postgresql://db.example/rollcall', 5_000);
    expect(composed.ok ? 'started' : composed.fault.message).toMatch(/^Nodes of a cluster work on this database \(node-1\)/);
  });

  it('starts when they have been silent for a while', async () => {
    expect((await compose('postgresql://db.example/rollcall', MINUTE_MS)).ok).toBe(true);
  });

  it('asks nobody on a database of its own', async () => {
    expect((await compose(undefined, 5_000)).ok).toBe(true);
  });
});
