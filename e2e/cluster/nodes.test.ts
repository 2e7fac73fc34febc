import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../lib/testing/eventually.ts';
import { type RunningServer, startServer } from '../fixtures/start-server.ts';
import { type NatsServer, startNats } from '../peers/nats.ts';
import { startSharedDatabase } from '../peers/shared-database.ts';

/** Two whole nodes as their own processes, one PostgreSQL, one NATS server. */
let nats: NatsServer;
let database: { readonly url: string; stop(): Promise<void> };
let first: RunningServer;
let second: RunningServer;
const environment = (name: string, more: Record<string, string> = {}) => ({
  ROLLCALL_NODE: name,
  DATABASE_URL: database.url,
  NATS_URL: nats.url,
  ROLLCALL_CLUSTER_SECRET: 'known to these two alone',
  ...more,
});

beforeAll(async () => {
  [nats, database] = await Promise.all([startNats(), startSharedDatabase()]);
  first = await startServer({ env: environment('node-1') });
  second = await startServer({ env: environment('node-2') });
});
afterAll(async () => {
  await Promise.all([second?.stop(), first?.stop()]);
  await Promise.all([nats?.stop(), database?.stop()]);
});

interface Topology {
  readonly sentences: readonly { readonly text: string }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly state: string;
    readonly role: string;
    readonly why: string;
    readonly delayMs: number | null;
  }[];
  readonly refused: readonly { readonly name: string; readonly why: string }[];
}
const topology = async (of: RunningServer): Promise<Topology> => JSON.parse(await of.mustCommand('cluster', 'nodes', '--json')) as Topology;
const statesAt = async (of: RunningServer) => (await topology(of)).nodes.map(({ name, role, state }) => `${name} ${role} ${state}`).sort();

describe('two nodes of one cluster', () => {
  it('see each other, with the way between them measured', async () => {
    const both = ['node-1 publisher up', 'node-2 subscriber up'];
    await eventually(async () => expect(await statesAt(first)).toEqual(both), 15_000);
    await eventually(async () => expect(await statesAt(second)).toEqual(both), 15_000);
    await eventually(async () => expect((await topology(first)).nodes.find(({ name }) => name === 'node-2')?.delayMs).not.toBeNull());
    expect((await topology(first)).sentences[0]?.text).toBe('2 nodes of 2 are up, with 0 people online. node-1 is the publisher.');
  });

  it('apply a setting that was changed on one of them on both, within seconds', async () => {
    await first.mustCommand('settings', 'set', 'im.offlineMessages', 'false');
    await eventually(
      async () => expect(await second.mustCommand('settings', 'get', 'im.offlineMessages', '--json')).toContain('false'),
      5_000,
    );
  });

  it('let an administrator’s session and token of one in at the other, and end it at both', async () => {
    const made = JSON.parse(await first.mustCommand('tokens', 'create', 'for both', '--scopes', 'cluster.read', '--json')) as {
      secret: string;
      token: { id: string };
    };
    const ask = async (server: RunningServer) =>
      (await fetch(`http://127.0.0.1:${server.ports.http}/api/v1/cluster/nodes`, { headers: { authorization: `Bearer ${made.secret}` } }))
        .status;
    expect(await ask(first)).toBe(200);
    expect(await ask(second)).toBe(200);
    await second.mustCommand('tokens', 'revoke', made.token.id);
    expect(await ask(second)).toBe(401);
    await eventually(async () => expect(await ask(first)).toBe(401), 5_000);
  });

  it('refuse a second process of one name, and one with another join secret, and say so on both sides', async () => {
    await expect(startServer({ env: environment('node-2'), readyTimeoutMs: 60_000 })).rejects.toThrow('A node called node-2 runs already');
    await expect(
      startServer({ env: environment('node-3', { ROLLCALL_CLUSTER_SECRET: 'some other secret' }), readyTimeoutMs: 60_000 }),
    ).rejects.toThrow('The join secret of this node is not the one of the cluster.');
    await eventually(async () => expect((await topology(first)).refused.map(({ name }) => name)).toContain('node-3'));
    await eventually(async () => expect((await topology(second)).refused.map(({ name }) => name).sort()).toEqual(['node-2', 'node-3']));
    expect(await statesAt(first)).toHaveLength(2);
  });

  it('tell a node that was killed within 5 seconds, take it back, and let it go when it is stopped in order', async () => {
    expect((await first.command('cluster', 'remove', 'node-2')).stderr).toContain('Node node-2 is running.');
    await second.crash();
    const died = performance.now();
    await eventually(async () => expect(await statesAt(first)).toContain('node-2 subscriber gone'), 10_000);
    expect(performance.now() - died).toBeLessThan(7_000);
    await second.restart();
    await eventually(async () => expect(await statesAt(first)).toContain('node-2 subscriber up'), 10_000);
    await second.halt();
    await eventually(async () => expect(await statesAt(first)).toContain('node-2 subscriber stopped'), 10_000);
    await first.mustCommand('cluster', 'remove', 'node-2');
    expect(await statesAt(first)).toEqual(['node-1 publisher up']);
    await second.restart();
    await eventually(async () => expect(await statesAt(first)).toEqual(['node-1 publisher up', 'node-2 subscriber up']), 10_000);
    // Three starts of a whole node.
  }, 180_000);

  it('go on when the NATS server dies, and find each other again when it is back', async () => {
    await nats.kill();
    await eventually(async () => expect((await topology(first)).sentences[0]?.text).toContain('has lost its connection to NATS'), 10_000);
    expect(await statesAt(first)).toContain('node-2 subscriber up');
    await nats.start();
    await eventually(async () => expect((await topology(first)).sentences[0]?.text).toContain('2 nodes of 2 are up'), 15_000);
  });
});
