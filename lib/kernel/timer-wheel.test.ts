import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createTimerWheel, WheelEntry } from './timer-wheel.ts';
import { TokenBucket } from './token-bucket.ts';

class Probe extends WheelEntry {
  fired: number[] = [];
  constructor(
    private readonly now: () => number,
    private readonly then: () => void = () => undefined,
  ) {
    super();
  }
  fire(): void {
    this.fired.push(this.now());
    this.then();
  }
}
const rethrow = (error: unknown) => {
  throw error;
};

describe('timer wheel', () => {
  test('fires each entry once, never early and at most two ticks late, whatever is armed, moved and disarmed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(5_000), fc.nat(300), fc.boolean()), { maxLength: 60 }), (steps) => {
        const clock = createFakeClock();
        const wheel = createTimerWheel({ clock, onError: rethrow, tickMs: 10, slots: 16 });
        const probes = Array.from({ length: 10 }, () => new Probe(clock.monotonic));
        const due = new Map<Probe, number>();
        const expected = new Map<Probe, number[]>();
        const check = () => {
          for (const [probe, at] of due) {
            if (clock.monotonic() < at + 20) continue;
            due.delete(probe);
            expected.set(probe, [...(expected.get(probe) ?? []), at]);
          }
        };
        for (const [index, delay, pass, arm] of steps) {
          const probe = probes[index];
          if (probe === undefined) continue;
          // Time that is neither surely before nor surely after the due time would make the model guess.
          const at = due.get(probe);
          if (at === undefined || clock.monotonic() < at) {
            if (arm) {
              wheel.arm(probe, delay);
              due.set(probe, clock.monotonic() + delay);
            } else {
              wheel.disarm(probe);
              due.delete(probe);
            }
          }
          clock.advance(pass);
          check();
        }
        clock.advance(10_000);
        check();
        for (const probe of probes) {
          const times = expected.get(probe) ?? [];
          expect(probe.fired).toHaveLength(times.length);
          probe.fired.forEach((fired, i) => {
            expect(fired).toBeGreaterThanOrEqual(times[i] ?? 0);
            expect(fired).toBeLessThanOrEqual((times[i] ?? 0) + 20);
          });
        }
        expect([wheel.size, clock.waiting]).toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });
  test('an entry may arm itself and others and disarm others while it fires', () => {
    const clock = createFakeClock();
    const wheel = createTimerWheel({ clock, onError: rethrow, tickMs: 10 });
    const victim = new Probe(clock.monotonic);
    const again: Probe = new Probe(clock.monotonic, () => {
      wheel.disarm(victim);
      if (again.fired.length < 3) wheel.arm(again, 50);
    });
    wheel.arm(victim, 100);
    wheel.arm(again, 100);
    clock.advance(1_000);
    expect([again.fired.length, victim.fired.length, wheel.size]).toEqual([3, 0, 0]);
  });
  test('an entry that throws keeps no other from firing', () => {
    const clock = createFakeClock();
    const errors: unknown[] = [];
    const wheel = createTimerWheel({ clock, onError: (error) => errors.push(error), tickMs: 10 });
    const good = new Probe(clock.monotonic);
    wheel.arm(
      new Probe(clock.monotonic, () => {
        throw new Error('bad entry');
      }),
      20,
    );
    wheel.arm(good, 20);
    clock.advance(100);
    expect([errors.length, good.fired.length]).toEqual([1, 1]);
  });
});

describe('token bucket', () => {
  test('lets a burst pass, then tells how long to wait for the rate', () => {
    const bucket = new TokenBucket();
    for (let i = 0; i < 5; i++) expect(bucket.spend(1, 10, 5, 1000)).toBe(0);
    expect(bucket.spend(1, 10, 5, 1000)).toBe(100);
    expect(bucket.spend(1, 10, 5, 1100)).toBe(100);
    expect(bucket.isFull(10, 5, 1100)).toBe(false);
    expect(bucket.isFull(10, 5, 1800)).toBe(true);
    expect(bucket.spend(5, 10, 5, 9000)).toBe(0);
  });
  test('a rate of 0 is no limit', () => {
    expect(new TokenBucket().spend(1_000_000, 0, 1, 0)).toBe(0);
  });
});
