import { describe, expect, it, vi } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { createInProcessBus } from './in-process-bus.ts';

describe('the bus of one node', () => {
  it('delivers a copy, after the caller has gone on, to each that listens', async () => {
    const bus = createInProcessBus({ log: silentLog });
    const heard: unknown[] = [];
    bus.subscribe('a', (payload) => heard.push(payload));
    const off = bus.subscribe('a', (payload) => heard.push(payload));
    const sent = { n: 1 };
    bus.publish('a', sent);
    sent.n = 2;
    expect(heard).toEqual([]);
    await vi.waitFor(() => expect(heard).toEqual([{ n: 1 }, { n: 1 }]));
    off();
    bus.publish('a', 'again');
    await vi.waitFor(() => expect(heard).toHaveLength(3));
  });

  it('goes on to the others when one listener throws', async () => {
    const bus = createInProcessBus({ log: silentLog });
    const heard = vi.fn();
    bus.subscribe('a', () => {
      throw new Error('one');
    });
    bus.subscribe('a', heard);
    bus.publish('a', 1);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith(1));
  });

  it('refuses a request at once when nobody answers it', async () => {
    const bus = createInProcessBus({ log: silentLog });
    await expect(bus.request('q', {}, 60_000)).rejects.toThrow('Nobody answers q.');
  });

  it('answers, hands on the failure of the answerer, and gives up in time', async () => {
    const bus = createInProcessBus({ log: silentLog });
    const off = bus.respond('q', async (n) => Number(n) + 1);
    expect(await bus.request('q', 1, 1_000)).toBe(2);
    off();
    const off2 = bus.respond('q', async () => Promise.reject(new Error('no')));
    await expect(bus.request('q', 1, 1_000)).rejects.toThrow('no');
    off2();
    bus.respond('q', () => new Promise(() => undefined));
    await expect(bus.request('q', 1, 5)).rejects.toThrow('within 5 ms');
  });
});
