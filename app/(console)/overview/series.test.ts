import { describe, expect, it } from 'vitest';
import { joined, type Sample, thinned } from './series.ts';

const sample = (at: number, over: Partial<Sample> = {}): Sample => ({
  at,
  sessions: 0,
  usersOnline: 0,
  messagesPerSecond: 0,
  deliveredPerSecond: 0,
  presencePerSecond: 0,
  signInsPerSecond: 0,
  signInFailuresPerSecond: 0,
  loopP50: 0,
  loopP99: 0,
  loopMax: 0,
  cpu: 0,
  residentBytes: 0,
  heapBytes: 0,
  ...over,
});

describe('the figures of the charts', () => {
  it('keep a peak of one second however many samples are drawn as one point', () => {
    const samples = Array.from({ length: 600 }, (_, at) => sample(at * 1000, at === 301 ? { messagesPerSecond: 900, loopP99: 80 } : {}));
    const points = thinned(samples);
    expect(points.length).toBeLessThanOrEqual(200);
    expect(Math.max(...points.map((each) => each.messagesPerSecond))).toBe(900);
    expect(Math.max(...points.map((each) => each.loopP99))).toBe(80);
  });

  it('end with the level of the last sample', () => {
    const samples = Array.from({ length: 601 }, (_, at) => sample(at, { sessions: at }));
    expect(thinned(samples).at(-1)?.sessions).toBe(600);
  });

  it('do not repeat what history and live values both hold, and drop what is older than the span', () => {
    const all = joined([sample(1000), sample(2000)], [sample(2000), sample(3000), sample(700_000)], 'ten-minutes');
    expect(all.map((each) => each.at)).toEqual([700_000]);
    expect(joined([sample(1000), sample(2000)], [sample(2000), sample(3000)], 'ten-minutes').map((each) => each.at)).toEqual([
      1000, 2000, 3000,
    ]);
  });
});
