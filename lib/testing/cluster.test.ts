import { describe, expect, it } from 'vitest';
import { createFakeCluster } from './cluster.ts';
import { describeBusContract } from './contracts/bus.contract.ts';
import { describeLinksContract } from './contracts/links.contract.ts';
import { eventually } from './eventually.ts';

describe('a cluster in one process', () => {
  it('hands over in order, also what waited behind a cut, and gives back what was not settled when the other dies', async () => {
    const cluster = createFakeCluster(['a', 'b']);
    const { links } = cluster.node('a');
    const heard: string[] = [];
    const settle: (() => void)[] = [];
    cluster.node('b').links.receive('x', (from, payload, settled) => {
      heard.push(`${from}:${payload}`);
      settle.push(settled);
    });
    const lost: unknown[] = [];
    links.onLost((node, unsettled) => lost.push([node, unsettled]));
    links.send('b', 'x', '1');
    cluster.cut('a', 'b');
    links.send('b', 'x', '2');
    await Promise.resolve();
    expect(heard).toEqual([]);
    cluster.mend('a', 'b');
    await eventually(() => expect(heard).toEqual(['a:1', 'a:2']));
    settle[0]?.();
    expect(links.waiting('b')).toBe(1);
    cluster.kill('b');
    expect(lost).toEqual([['b', [{ kind: 'x', payload: '2' }]]]);
    expect(links.send('b', 'x', '3')).toBe(false);
    cluster.join('b');
    expect(cluster.node('a').membership.find('b')?.state).toBe('up');
    cluster.stop();
  });

  it('gives back what waited for a process that was replaced before anybody noticed that it had died', () => {
    const cluster = createFakeCluster(['a', 'b']);
    const lost: unknown[] = [];
    cluster.node('a').links.onLost((node, unsettled) => lost.push([node, unsettled.length]));
    cluster.node('a').links.send('b', 'x', '1');
    cluster.kill('b', false);
    cluster.join('b');
    expect(lost).toEqual([['b', 1]]);
    cluster.stop();
  });

  it('answers requests from the node that has the answer, and refuses at once when a cut lies between', async () => {
    const cluster = createFakeCluster(['a', 'b']);
    cluster.node('b').bus.respond('q', async (n) => Number(n) + 1);
    expect(await cluster.node('a').bus.request('q', 1, 1_000)).toBe(2);
    cluster.cut('a', 'b');
    await expect(cluster.node('a').bus.request('q', 1, 1_000)).rejects.toThrow('Nobody answers q.');
    cluster.stop();
  });
});

describeBusContract('in one process', async () => {
  const cluster = createFakeCluster(['a', 'b']);
  return { a: cluster.node('a').bus, b: cluster.node('b').bus, close: async () => cluster.stop() };
});

describeLinksContract('in one process', async () => {
  const cluster = createFakeCluster(['a', 'b']);
  return {
    a: cluster.node('a').links,
    b: cluster.node('b').links,
    cut: () => cluster.cutBoth('a', 'b'),
    mend: () => cluster.mendBoth('a', 'b'),
    killB: () => cluster.kill('b'),
    close: () => cluster.stop(),
  };
});
