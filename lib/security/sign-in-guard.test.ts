import { describe, expect, it } from 'vitest';
import { sections } from '../config/schema/index.ts';
import { liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { addressKey } from './address-key.ts';
import type { SignInOutcome } from './ports.ts';
import { createSignInGuard, type SignInKind } from './sign-in-guard.ts';

const defaults = <T>(id: 'signIn' | 'console') =>
  Object.fromEntries(Object.entries(sections[id].settings).map(([name, s]) => [name, s.default])) as T;
const minute = 60_000;

function setUp(clock = createFakeClock(), stores = memoryStores({ now: clock.now })) {
  const guard = createSignInGuard({
    store: stores.backoff,
    signIns: stores.signIns,
    settings: liveBox(defaults('signIn')),
    console: liveBox(defaults('console')),
    clock,
    log: silentLog,
  });
  const attempt = (outcome: SignInOutcome, name: string, address: string, kind: SignInKind = 'xmpp') =>
    guard.after({ at: clock.now(), kind, name, accountId: null, address, mechanism: 'PLAIN', outcome });
  const fail = (times: number, name: string, address: string, kind: SignInKind = 'xmpp') => {
    for (let i = 0; i < times; i++) attempt('wrong-password', name, address, kind);
  };
  const allowed = async (name: string, address: string, kind: SignInKind = 'xmpp') => (await guard.before(kind, name, address)).allowed;
  return { guard, clock, stores, attempt, fail, allowed };
}

describe('back-off of guessing (limits 3.3)', () => {
  it('delays a failed answer by 1 s, doubled per failure of the same account and address, up to 30 s', async () => {
    const { guard, fail, clock } = setUp();
    const delays: number[] = [];
    for (let i = 0; i < 5; i++) {
      delays.push((await guard.before('xmpp', 'a@x', '192.0.2.1')).delayMs);
      fail(1, 'a@x', '192.0.2.1');
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect((await guard.before('xmpp', 'a@x', '192.0.2.1')).delayMs).toBe(30_000);
    expect((await guard.before('xmpp', 'a@x', '192.0.2.2')).delayMs).toBe(1000);
    clock.advance(16 * minute);
    expect((await guard.before('xmpp', 'a@x', '192.0.2.1')).delayMs).toBe(1000);
  });

  it('refuses account and address after 5 failures in 10 minutes for 15 minutes, and the owner elsewhere may still sign in (A-1)', async () => {
    const { fail, allowed, clock } = setUp();
    fail(4, 'a@x', '192.0.2.1');
    expect(await allowed('a@x', '192.0.2.1')).toBe(true);
    fail(1, 'A@x', '192.0.2.1');
    expect(await allowed('a@x', '192.0.2.1')).toBe(false);
    expect(await allowed('a@x', '192.0.2.2')).toBe(true);
    expect(await allowed('b@x', '192.0.2.1')).toBe(true);
    clock.advance(15 * minute - 1);
    expect(await allowed('a@x', '192.0.2.1')).toBe(false);
    clock.advance(1);
    expect(await allowed('a@x', '192.0.2.1')).toBe(true);
    fail(1, 'a@x', '192.0.2.1');
    expect(await allowed('a@x', '192.0.2.1')).toBe(true);
  });

  it('counts the last 10 minutes, wherever they begin', async () => {
    const { fail, allowed, clock } = setUp();
    fail(1, 'a@x', '192.0.2.1');
    clock.advance(9.9 * minute);
    fail(3, 'a@x', '192.0.2.1');
    clock.advance(0.2 * minute);
    fail(1, 'a@x', '192.0.2.1');
    expect(await allowed('a@x', '192.0.2.1')).toBe(true);
    fail(1, 'a@x', '192.0.2.1');
    expect(await allowed('a@x', '192.0.2.1')).toBe(false);
  });

  it('refuses an address after 20 failures with any accounts for 1 hour', async () => {
    const { fail, allowed, clock } = setUp();
    for (let i = 0; i < 20; i++) {
      expect(await allowed('fresh@x', '192.0.2.1')).toBe(true);
      fail(1, `user${i}@x`, '192.0.2.1');
    }
    expect(await allowed('fresh@x', '192.0.2.1')).toBe(false);
    expect(await allowed('fresh@x', '192.0.2.2')).toBe(true);
    clock.advance(60 * minute - 1);
    expect(await allowed('fresh@x', '192.0.2.1')).toBe(false);
    clock.advance(1);
    expect(await allowed('fresh@x', '192.0.2.1')).toBe(true);
  });

  it('lets only addresses with a good sign-in in 30 days try an account with 50 failures', async () => {
    const { fail, attempt, allowed, clock, guard } = setUp();
    attempt('ok', 'a@x', '198.51.100.7');
    clock.advance(29 * 24 * 60 * minute);
    attempt('ok', 'a@x', '198.51.100.8');
    for (let i = 0; i < 50; i++) fail(1, 'a@x', `203.0.113.${i}`);
    expect(await allowed('a@x', '203.0.113.200')).toBe(false);
    expect(await allowed('a@x', '198.51.100.7')).toBe(true);
    expect(await allowed('a@x', '198.51.100.8')).toBe(true);
    expect(await allowed('b@x', '203.0.113.200')).toBe(true);
    expect(guard.locks().map((lock) => lock.what)).toEqual(['account']);
  });

  it('locks the console after 5 failures of account and address in 15 minutes for 15 minutes', async () => {
    const { fail, allowed, clock } = setUp();
    fail(1, 'admin', '192.0.2.1', 'console');
    clock.advance(14 * minute);
    fail(3, 'admin', '192.0.2.1', 'console');
    expect(await allowed('admin', '192.0.2.1', 'console')).toBe(true);
    fail(1, 'admin', '192.0.2.1', 'console');
    expect(await allowed('admin', '192.0.2.1', 'console')).toBe(false);
    expect(await allowed('admin', '192.0.2.1', 'xmpp')).toBe(true);
    clock.advance(15 * minute);
    expect(await allowed('admin', '192.0.2.1', 'console')).toBe(true);
  });

  it('locks an address of the console after 40 failures in 15 minutes', async () => {
    const { fail, allowed } = setUp();
    for (let i = 0; i < 39; i++) fail(1, `op${i}`, '192.0.2.1', 'console');
    expect(await allowed('fresh', '192.0.2.1', 'console')).toBe(true);
    fail(1, 'op39', '192.0.2.1', 'console');
    expect(await allowed('fresh', '192.0.2.1', 'console')).toBe(false);
  });

  it('counts failures only: a thousand good sign-ins do not matter, and one clears the pair', async () => {
    const { attempt, fail, allowed } = setUp();
    for (let i = 0; i < 1000; i++) attempt('ok', 'a@x', '192.0.2.1');
    fail(4, 'a@x', '192.0.2.1');
    attempt('ok', 'a@x', '192.0.2.1');
    fail(4, 'a@x', '192.0.2.1');
    expect(await allowed('a@x', '192.0.2.1')).toBe(true);
  });

  it.each(['directory-down', 'no-encryption', 'resource-limit', 'backed-off', 'malformed'] as const)(
    'does not count %s, which is no guess',
    async (outcome) => {
      const { attempt, allowed } = setUp();
      for (let i = 0; i < 60; i++) attempt(outcome, 'a@x', '192.0.2.1');
      expect(await allowed('a@x', '192.0.2.1')).toBe(true);
    },
  );

  it('treats unknown accounts like known ones (A-2)', async () => {
    const { attempt, allowed } = setUp();
    for (let i = 0; i < 5; i++) attempt('unknown-account', 'nobody@x', '192.0.2.1');
    expect(await allowed('nobody@x', '192.0.2.1')).toBe(false);
  });

  it('keeps locks over a restart, and a clock set forward meanwhile or now lifts none (C-7)', async () => {
    const first = setUp();
    first.fail(5, 'a@x', '192.0.2.1');
    first.clock.advance(5 * minute);
    const later = createFakeClock(first.clock.now());
    const second = setUp(later, first.stores);
    await second.guard.start();
    expect(await second.allowed('a@x', '192.0.2.1')).toBe(false);
    later.jump(60 * minute);
    expect(await second.allowed('a@x', '192.0.2.1')).toBe(false);
    expect(second.guard.locks()).toHaveLength(1);
    later.advance(10 * minute);
    expect(await second.allowed('a@x', '192.0.2.1')).toBe(true);
    const back = createFakeClock(first.clock.now() - 60 * minute);
    const third = setUp(back, first.stores);
    first.fail(5, 'b@x', '192.0.2.9');
    await third.guard.start();
    back.advance(15 * minute);
    expect(await third.allowed('b@x', '192.0.2.9')).toBe(true);
  });

  it('shows locks and lifts one at once, also in the store', async () => {
    const { guard, fail, allowed, clock, stores } = setUp();
    let changes = 0;
    guard.onChange(() => changes++);
    fail(5, 'a@x', '192.0.2.1');
    const [lock] = guard.locks();
    expect(lock).toMatchObject({
      kind: 'xmpp',
      what: 'account-and-address',
      name: 'a@x',
      address: '192.0.2.1',
      failures: 5,
      until: clock.now() + 15 * minute,
    });
    expect(guard.lift(lock?.id ?? '')).toMatchObject({ name: 'a@x' });
    expect(await allowed('a@x', '192.0.2.1')).toBe(true);
    expect(guard.lift(lock?.id ?? '')).toBeNull();
    expect((await stores.backoff.load()).some((row) => row.lockedUntil > 0)).toBe(false);
    expect(changes).toBe(2);
  });

  it('cannot be made to mix up an account and an address', async () => {
    const { fail, allowed } = setUp();
    fail(5, 'a|192.0.2.9', '192.0.2.1');
    expect(await allowed('a|192.0.2.9', '192.0.2.1')).toBe(false);
    expect(await allowed('a', '192.0.2.1')).toBe(true);
    expect(await allowed('192.0.2.9', '192.0.2.1')).toBe(true);
  });

  it('keeps a bounded number of counters under a flood of names', async () => {
    const stores = {
      ...memoryStores(),
      signIns: { record: () => undefined, recent: async () => [], goodAddresses: async () => [], expire: async () => 0 },
    };
    const { attempt, fail, allowed } = setUp(createFakeClock(), stores);
    fail(5, 'a@x', '192.0.2.1');
    for (let i = 0; i < 30_000; i++) attempt('unknown-account', `n${i}@x`, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect((await stores.backoff.load()).length).toBeLessThanOrEqual(50_000);
    expect(await allowed('a@x', '192.0.2.1')).toBe(false);
  });
});

describe('the address that is counted', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
