import { afterEach, describe, expect, it } from 'vitest';
import type { Bus } from '../../cluster/bus.ts';
import { eventually } from '../eventually.ts';

/** Two nodes of one cluster, `a` and `b`, by whatever carries their messages. */
export interface TwoBuses {
  readonly a: Bus;
  readonly b: Bus;
  close(): Promise<void>;
}

/** What every bus promises, whatever is below it. */
export function describeBusContract(name: string, make: () => Promise<TwoBuses>): void {
  describe(`bus: ${name}`, () => {
    let open: TwoBuses | null = null;
    afterEach(async () => {
      await open?.close();
      open = null;
    });
    const two = async () => {
      open = await make();
      return open;
    };

    it('carries a copy to every node that listens, the sender among them, in order', async () => {
      const { a, b } = await two();
      const heard: unknown[] = [];
      const own: unknown[] = [];
      b.subscribe('x', (payload) => heard.push(payload));
      a.subscribe('x', (payload) => own.push(payload));
      // A subscription is made on the wire by the time a question behind it was answered.
      b.respond('ready', async () => true);
      await eventually(() => a.request('ready', null, 1_000));
      const sent = { n: 1, text: 'ä€😀' };
      a.publish('x', sent);
      sent.n = 9;
      for (let n = 2; n <= 50; n++) a.publish('x', { n });
      await eventually(() => expect(heard).toHaveLength(50));
      expect(heard[0]).toEqual({ n: 1, text: 'ä€😀' });
      expect(heard.slice(1).map((each) => (each as { n: number }).n)).toEqual(Array.from({ length: 49 }, (_, i) => i + 2));
      await eventually(() => expect(own).toHaveLength(50));
    });

    it('no longer carries to whoever stopped listening', async () => {
      const { a, b } = await two();
      const heard: unknown[] = [];
      const off = b.subscribe('x', (payload) => heard.push(payload));
      const kept: unknown[] = [];
      b.subscribe('x', (payload) => kept.push(payload));
      await eventually(() => {
        a.publish('x', 'probe');
        return kept.length > 0;
      });
      off();
      const before = heard.length;
      b.respond('off', async () => true);
      await eventually(() => a.request('off', null, 1_000));
      a.publish('x', 'after');
      await eventually(() => expect(kept).toContain('after'));
      expect(heard).not.toContain('after');
      expect(heard.length).toBeLessThanOrEqual(before + 1);
    });

    it('refuses a request at once when nobody answers it', async () => {
      const { a } = await two();
      const started = performance.now();
      await expect(a.request('q', {}, 60_000)).rejects.toMatchObject({ message: 'Nobody answers q.', code: 'NOBODY' });
      expect(performance.now() - started).toBeLessThan(5_000);
    });

    it('answers across, hands on the failure of the answerer, and gives up in time', async () => {
      const { a, b } = await two();
      const off = b.respond('q', async (n) => Number(n) + 1);
      expect(await eventually(() => a.request('q', 1, 1_000))).toBe(2);
      off();
      await eventually(() =>
        a.request('q', 1, 1_000).then(
          () => false,
          () => true,
        ),
      );
      b.respond('q', async () => Promise.reject(new Error('no')));
      await eventually(() => expect(a.request('q', 1, 1_000)).rejects.toThrow('no'));
      b.respond('slow', () => new Promise(() => undefined));
      await eventually(() => expect(a.request('slow', 1, 50)).rejects.toThrow('within 50 ms'));
    });

    it('lets a node answer its own requests', async () => {
      const { a } = await two();
      a.respond('q', async () => 'me');
      expect(await eventually(() => a.request('q', null, 1_000))).toBe('me');
    });
  });
}
