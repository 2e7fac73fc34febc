import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LinkControl } from '../../lib/cluster/links/node-links.ts';
import type { MembershipControl } from '../../lib/cluster/membership/membership.ts';
import { type Cluster, openCluster } from '../../lib/cluster/open-cluster.ts';
import type { ClusterStore } from '../../lib/cluster/ports.ts';
import { systemClock } from '../../lib/kernel/clock.ts';
import { silentLog } from '../../lib/kernel/log.ts';
import { describeLinksContract } from '../../lib/testing/contracts/links.contract.ts';
import { eventually } from '../../lib/testing/eventually.ts';
import { settingsBox } from '../../lib/testing/fixed-settings.ts';
import { memoryClusterStore } from '../../lib/testing/memory/cluster.ts';
import { createMemoryState } from '../../lib/testing/memory/state.ts';
import { type NatsServer, startNats } from '../peers/nats.ts';

let server: NatsServer;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server.stop());

interface Node {
  readonly cluster: Cluster;
  readonly links: LinkControl;
  readonly membership: MembershipControl;
  readonly dataDir: string;
}

const running: Node[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const { cluster, links, membership } of running.splice(0)) {
    await membership.leave('The test ended.');
    links.stop();
    await cluster.close();
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'rollcall-node-'));
  folders.push(made);
  return made;
};

const open = (name: string, store: ClusterStore, more: { secret?: string | null; dataDir?: string; schema?: number } = {}) =>
  openCluster({
    natsUrl: server.url,
    secret: more.secret === undefined ? 'the secret of these nodes' : more.secret,
    dataDir: more.dataDir ?? folder(),
    self: { name, version: '1.0.0', schema: more.schema ?? 11, address: `https://${name}` },
    store,
    clock: systemClock,
    log: silentLog,
  });

async function start(name: string, store: ClusterStore, more: Parameters<typeof open>[2] = {}): Promise<Node> {
  const dataDir = more.dataDir ?? folder();
  const opened = await open(name, store, { ...more, dataDir });
  if (!opened.ok) throw new Error(opened.fault.message);
  const members = opened.value.members(settingsBox('cluster'));
  const node = { cluster: opened.value, ...members, dataDir };
  running.push(node);
  const joined = await node.membership.join();
  if (!joined.ok) throw new Error(joined.fault.message);
  node.membership.say('up', 'It is running.');
  return node;
}

/** As kill -9 does: no goodbye, and its connection is closed by the system. */
async function kill(node: Node): Promise<void> {
  running.splice(running.indexOf(node), 1);
  node.links.stop();
  await node.cluster.close();
}

const newStore = () => memoryClusterStore(createMemoryState());
const knows = (node: Node, name: string, state: string) => eventually(() => expect(node.membership.find(name)?.state).toBe(state));

describe('nodes on a NATS server', () => {
  it('find each other, and tell a process that died within 5 seconds', async () => {
    const store = newStore();
    const a = await start('a.example', store);
    const b = await start('b.example', store);
    await knows(a, 'b.example', 'up');
    await knows(b, 'a.example', 'up');
    expect(a.membership.self.role).toBe('publisher');
    await eventually(() => expect(a.membership.find('b.example')?.delayMs).not.toBeNull());
    const died = performance.now();
    await kill(b);
    await knows(a, 'b.example', 'gone');
    expect(performance.now() - died).toBeLessThan(5_000);
  });

  it('hold nobody for gone when the NATS server itself dies and comes back', async () => {
    const store = newStore();
    const a = await start('a', store);
    await start('b', store);
    await knows(a, 'b', 'up');
    const changes: string[] = [];
    a.membership.onChange(({ name, state }) => changes.push(`${name} ${state}`));
    await server.kill();
    await eventually(() => expect(a.membership.isHearing).toBe(false));
    await server.start();
    await eventually(() => expect(a.membership.isHearing).toBe(true));
    const heard = a.membership.find('b')?.heardAt ?? 0;
    await eventually(() => expect(a.membership.find('b')?.heardAt).toBeGreaterThan(heard));
    expect(changes).toEqual([]);
  });

  it('refuse one with another join secret, with the reason on both sides, and one with none', async () => {
    const store = newStore();
    const a = await start('a', store);
    const wrong = await open('w', store, { secret: 'quite another secret' });
    expect(wrong).toMatchObject({ ok: false, fault: { code: 'cluster.wrongSecret' } });
    await eventually(() =>
      expect(a.membership.refusals()).toMatchObject([{ name: 'w', why: 'its join secret is not the one of this cluster' }]),
    );
    expect(await open('n', store, { secret: null })).toMatchObject({ ok: false, fault: { code: 'cluster.noSecret' } });
    expect((await store.nodes()).map(({ name }) => name)).toEqual(['a']);
  });

  it('make the join secret with the first node, in its data folder, and let in who has a copy', async () => {
    const store = newStore();
    const a = await start('a', store, { secret: null });
    const secret = readFileSync(join(a.dataDir, 'cluster-secret'), 'utf8').trim();
    expect(secret.length).toBeGreaterThanOrEqual(32);
    await start('b', store, { secret });
    await knows(a, 'b', 'up');
  });

  it('have the secrets of the first node in common, sealed in the database', async () => {
    const store = newStore();
    const [a, b] = [await start('a', store), await start('b', store)];
    const [one, other] = await Promise.all([a.cluster.secret('console-secret'), b.cluster.secret('console-secret')]);
    expect(one).toBe(other);
    expect(one).toBe(readFileSync(join(a.dataDir, 'console-secret'), 'utf8').trim());
    expect(await store.secret('console-secret')).not.toContain(one);
  });

  it('refuse a second process of one name while the first one runs, and let it in when that one is gone', async () => {
    const store = newStore();
    const a = await start('a', store);
    await expect(start('a', store)).rejects.toThrow('A node called a runs already');
    // What was refused has joined nothing.
    const refused = running.pop();
    await refused?.cluster.close();
    await kill(a);
    const again = await start('a', store);
    expect(again.membership.self.role).toBe('publisher');
  });
});

describeLinksContract('NATS', async () => {
  const store = newStore();
  const [a, b] = [await start('a', store), await start('b', store)];
  await knows(a, 'b', 'up');
  await knows(b, 'a', 'up');
  return {
    a: a.links,
    b: b.links,
    cut: () => server.kill(),
    mend: () => server.start(),
    async killB() {
      await kill(b);
      await knows(a, 'b', 'gone');
    },
    close: () => undefined,
  };
});

describe('links over a NATS server', () => {
  it('lose and repeat nothing while it is killed again and again, in both directions', async () => {
    const store = newStore();
    const [a, b] = [await start('a', store), await start('b', store)];
    await knows(a, 'b', 'up');
    await knows(b, 'a', 'up');
    const heard = { a: [] as string[], b: [] as string[] };
    a.links.receive('x', (_, payload, settled) => {
      heard.a.push(payload);
      settled();
    });
    b.links.receive('x', (_, payload, settled) => {
      heard.b.push(payload);
      settled();
    });
    const filler = 'z'.repeat(300);
    let sent = 0;
    const total = 6_000;
    const talk = (async () => {
      while (sent < total) {
        for (let n = 0; n < 20; n++, sent++) {
          expect(a.links.send('b', 'x', `${sent} ${filler}`)).toBe(true);
          expect(b.links.send('a', 'x', `${sent} ${filler}`)).toBe(true);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    for (let round = 0; round < 3; round++) {
      const before = sent;
      await eventually(() => sent > before + 500 || sent >= total);
      await server.kill();
      await server.start();
    }
    await talk;
    await eventually(() => expect(a.links.waiting('b') + b.links.waiting('a')).toBe(0), 30_000);
    const numbers = Array.from({ length: total }, (_, n) => String(n));
    expect(heard.b.map((text) => text.split(' ')[0])).toEqual(numbers);
    expect(heard.a.map((text) => text.split(' ')[0])).toEqual(numbers);
  });

  it('carry a text larger than the server takes at once', async () => {
    const store = newStore();
    const [a, b] = [await start('a', store), await start('b', store)];
    await knows(a, 'b', 'up');
    const heard: string[] = [];
    b.links.receive('x', (_, payload, settled) => {
      heard.push(payload);
      settled();
    });
    const large = '€'.repeat(1_500_000);
    a.links.send('b', 'x', large);
    await eventually(() => expect(heard[0]?.length).toBe(large.length));
    expect(heard[0] === large).toBe(true);
  });
});
