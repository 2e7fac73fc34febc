import { afterEach, describe, expect, it } from 'vitest';
import type { NodeLinks } from '../../cluster/ports.ts';
import { eventually } from '../eventually.ts';

/** Nodes `a` and `b`, who know of each other, by whatever carries their links. */
export interface TwoLinked {
  readonly a: NodeLinks;
  readonly b: NodeLinks;
  /** The way between them is broken, and mended again, both ends living on. */
  cut(): void | Promise<void>;
  mend(): void | Promise<void>;
  /** The process of b ends at once, and a is told. */
  killB(): void | Promise<void>;
  close(): void | Promise<void>;
}

/** What links between nodes promise, whatever is below them. */
export function describeLinksContract(name: string, make: () => Promise<TwoLinked>): void {
  describe(`links: ${name}`, () => {
    let open: TwoLinked | null = null;
    afterEach(async () => {
      await open?.close();
      open = null;
    });
    const two = async () => {
      open = await make();
      return open;
    };

    it('hand over once and in order, each kind to its taker, and count what is not settled', async () => {
      const { a, b } = await two();
      const heard: string[] = [];
      const settle: (() => void)[] = [];
      b.receive('x', (from, payload, settled) => {
        heard.push(`x ${from} ${payload}`);
        settle.push(settled);
      });
      b.receive('y', (_, payload, settled) => {
        heard.push(`y ${payload}`);
        settled();
      });
      const done: boolean[] = [];
      const text = 'with\nlines and ä€😀';
      expect(a.send('b', 'x', text, (isSettled) => done.push(isSettled))).toBe(true);
      for (let n = 0; n < 200; n++) a.send('b', n % 2 ? 'x' : 'y', String(n));
      await eventually(() => expect(heard).toHaveLength(201));
      expect(heard).toEqual([`x a ${text}`, ...Array.from({ length: 200 }, (_, n) => (n % 2 ? `x a ${n}` : `y ${n}`))]);
      await eventually(() => expect(a.waiting('b')).toBeGreaterThanOrEqual(text.length));
      expect(done).toEqual([]);
      for (const each of settle.splice(0)) each();
      await eventually(() => expect(a.waiting('b')).toBe(0));
      expect(done).toEqual([true]);
    });

    it('bring what was sent while the way was broken, once, and nothing of it back', async () => {
      const { a, b, cut, mend } = await two();
      const heard: string[] = [];
      b.receive('x', (_, payload, settled) => {
        heard.push(payload);
        settled();
      });
      const lost: unknown[] = [];
      a.onLost((node) => lost.push(node));
      a.send('b', 'x', 'before');
      await eventually(() => expect(heard).toEqual(['before']));
      await cut();
      for (let n = 0; n < 50; n++) expect(a.send('b', 'x', String(n))).toBe(true);
      await mend();
      await eventually(() => expect(heard).toEqual(['before', ...Array.from({ length: 50 }, (_, n) => String(n))]), 20_000);
      await eventually(() => expect(a.waiting('b')).toBe(0));
      expect(lost).toEqual([]);
    });

    it('give back what a process that ended had not settled, oldest first, and send nothing more', async () => {
      const { a, b, killB } = await two();
      const settle: (() => void)[] = [];
      b.receive('x', (_, __, settled) => void settle.push(settled));
      const lost: unknown[] = [];
      a.onLost((node, unsettled) => lost.push([node, unsettled]));
      const done: unknown[] = [];
      for (const text of ['1', '2', '3']) a.send('b', 'x', text, (isSettled) => done.push([text, isSettled]));
      await eventually(() => expect(settle).toHaveLength(3));
      settle[1]?.();
      await eventually(() => expect(a.waiting('b')).toBe(2));
      await killB();
      expect(lost).toEqual([
        [
          'b',
          [
            { kind: 'x', payload: '1' },
            { kind: 'x', payload: '3' },
          ],
        ],
      ]);
      expect(done).toEqual([
        ['2', true],
        ['1', false],
        ['3', false],
      ]);
      expect(a.send('b', 'x', '4')).toBe(false);
    });

    it('send nothing to a node that is not there', async () => {
      const { a } = await two();
      expect(a.send('nobody', 'x', '1')).toBe(false);
      expect(a.waiting('nobody')).toBe(0);
    });
  });
}
