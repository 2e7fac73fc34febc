import { describe, expect, it } from 'vitest';
import type { AdminApi } from '../admin/api.ts';
import type { Viewer } from '../admin/shared/viewer.ts';
import type { Fault } from '../kernel/faults.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import type { AnyProjection } from './projection.ts';
import { createSubscription, GAP_MS } from './subscription.ts';

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

function watch(more: Partial<AnyProjection> = {}) {
  const clock = createFakeClock();
  const state = { value: 1 as unknown, reads: 0, counts: [] as number[], answer: null as Result<unknown, Fault> | null };
  const sent: unknown[] = [];
  const drops: Fault[] = [];
  const projection = {
    channel: 'audit:count',
    on: [],
    read: async (_api: AdminApi, _viewer: Viewer, _params: never, count: number) => {
      state.reads++;
      state.counts.push(count);
      return state.answer ?? ok(state.value);
    },
    ...more,
  } as AnyProjection;
  const subscription = createSubscription({
    projection,
    api: () => ({}) as AdminApi,
    viewer: {} as Viewer,
    params: undefined,
    clock,
    send: (value) => sent.push(value),
    dropped: (fault) => drops.push(fault),
    failed: (error) => {
      throw error;
    },
  });
  return { clock, state, sent, drops, subscription };
}

describe('a page watching a channel', () => {
  it('gets the snapshot by joining and nothing more while nothing happens', async () => {
    const { clock, sent, subscription, state } = watch();
    expect(await subscription.open()).toEqual(ok(1));
    clock.advance(60_000);
    await settle();
    expect(sent).toEqual([]);
    expect(state.reads).toBe(1);
  });

  it('gets at most two updates a second, the last one with the last value', async () => {
    const { clock, state, sent, subscription } = watch();
    await subscription.open();
    for (let step = 0; step < 20; step++) {
      state.value = step + 100;
      subscription.touch(true);
      clock.advance(50);
      await settle();
    }
    clock.advance(GAP_MS);
    await settle();
    expect(sent.length).toBeLessThanOrEqual(3);
    expect(sent.at(-1)).toBe(119);
  });

  it('hears nothing when the value is the same after an event', async () => {
    const { clock, sent, subscription } = watch();
    await subscription.open();
    subscription.touch(true);
    clock.advance(GAP_MS);
    await settle();
    expect(sent).toEqual([]);
  });

  it('reads again on its own where values change without events', async () => {
    const { clock, state, sent, subscription } = watch({ everyMs: 2000 });
    await subscription.open();
    state.value = 2;
    clock.advance(2000);
    await settle();
    state.value = 3;
    clock.advance(2000);
    await settle();
    expect(sent).toEqual([2, 3]);
  });

  it('is told how many events came since it joined', async () => {
    const { clock, state, subscription } = watch();
    await subscription.open();
    subscription.touch(true);
    subscription.touch(true);
    clock.advance(GAP_MS);
    await settle();
    expect(state.counts).toEqual([0, 2]);
  });

  it('is dropped when it is refused later, and kept when the server is only down', async () => {
    const { clock, state, drops, subscription } = watch();
    await subscription.open();
    state.answer = refuse({ code: 'store.down', kind: 'down', message: 'The database does not answer.' });
    subscription.touch(true);
    clock.advance(GAP_MS);
    await settle();
    expect(drops).toEqual([]);
    state.answer = refuse({ code: 'admin.forbidden', kind: 'refused', message: 'Your role cannot.' });
    subscription.touch(true);
    clock.advance(GAP_MS);
    await settle();
    expect(drops.map((fault) => fault.code)).toEqual(['admin.forbidden']);
  });

  it('leaves no timer behind', async () => {
    const { clock, subscription } = watch({ everyMs: 1000 });
    await subscription.open();
    expect(clock.waiting).toBe(1);
    subscription.close();
    expect(clock.waiting).toBe(0);
  });
});
