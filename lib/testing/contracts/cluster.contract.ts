import { describe, expect, it } from 'vitest';
import { type MakeStores, useStores } from './make.ts';

const node = (name: string, incarnation = `${name}-1`) => ({
  name,
  incarnation,
  version: '1.0.0',
  schema: 11,
  address: 'https://localhost:8443',
  startedAt: 1_700_000_000_000,
});

export function describeClusterContract(name: string, make: MakeStores): void {
  describe(`nodes of a cluster: ${name}`, () => {
    const stores = useStores(make);

    it('has one id and one of each secret: the first that was given', async () => {
      const { cluster } = stores();
      expect(await cluster.secret('console')).toBeNull();
      const [first, second] = await Promise.all([cluster.identity('one'), cluster.identity('two')]);
      expect(first).toBe(second);
      expect(await cluster.identity('three')).toBe(first);
      const kept = await cluster.keepSecret('console', 'sealed');
      expect(kept).toBe('sealed');
      expect(await cluster.keepSecret('console', 'other')).toBe('sealed');
      expect(await cluster.secret('console')).toBe('sealed');
    });

    it('makes the first node the publisher, also when two arrive at once, and keeps roles over a restart', async () => {
      const { cluster } = stores();
      const arrived = await Promise.all([cluster.arrive(node('b.example'), 1), cluster.arrive(node('a.example'), 1)]);
      expect(arrived.filter(({ role }) => role === 'publisher')).toHaveLength(1);
      expect(await cluster.promote('a.example')).toBe(true);
      expect(await cluster.promote('none')).toBe(false);
      expect(await cluster.arrive(node('a.example', 'a-2'), 5)).toMatchObject({
        role: 'publisher',
        incarnation: 'a-2',
        joinedAt: 1,
        seenAt: 5,
      });
      expect((await cluster.nodes()).map((each) => [each.name, each.role])).toEqual([
        ['a.example', 'publisher'],
        ['b.example', 'subscriber'],
      ]);
    });

    it('tells a process that it is still the one of its node, until another took the name or the node was removed', async () => {
      const { cluster } = stores();
      await cluster.arrive(node('a.example'), 1);
      expect(await cluster.seen('a.example', 'a.example-1', 7)).toBe(true);
      expect((await cluster.nodes())[0]?.seenAt).toBe(7);
      await cluster.arrive(node('a.example', 'a-2'), 8);
      expect(await cluster.seen('a.example', 'a.example-1', 9)).toBe(false);
      // A goodbye of the old process says nothing about the new one.
      await cluster.left('a.example', 'a.example-1');
      expect((await cluster.nodes())[0]?.seenAt).toBe(8);
      await cluster.left('a.example', 'a-2');
      expect((await cluster.nodes())[0]?.seenAt).toBeNull();
      expect([await cluster.remove('a.example'), await cluster.remove('a.example')]).toEqual([true, false]);
      expect(await cluster.seen('a.example', 'a-2', 9)).toBe(false);
      // The next one to come is the first again.
      expect((await cluster.arrive(node('c.example'), 10)).role).toBe('publisher');
    });
  });
}
