import { describe, expect, it } from 'vitest';
import type { BareJid } from '../../kernel/jid.ts';
import { defineSlot, readSlot } from '../../kernel/slots.ts';
import { eventually } from '../../testing/eventually.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { fakeSession } from '../../testing/fake-session.ts';
import { createUsers } from './create-users.ts';

const slot = defineSlot<string>('test');

function people() {
  const clock = createFakeClock();
  const accounts = new Map<BareJid, number>();
  const queries: number[] = [];
  const loads: number[] = [];
  const state = { down: false };
  let gate: Promise<void> = Promise.resolve();
  const users = createUsers({
    clock,
    accounts: {
      async find(bares) {
        queries.push(bares.length);
        await gate;
        if (state.down) throw new Error('database away');
        return new Map(bares.flatMap((bare) => (accounts.has(bare) ? [[bare, accounts.get(bare) ?? 0] as const] : [])));
      },
    },
  });
  users.registerLoader({
    slot,
    async load(ids) {
      loads.push(ids.length);
      return new Map(ids.filter((id) => id !== 2).map((id) => [id, `state ${id}`]));
    },
    empty: () => 'empty',
  });
  const add = (count: number, from = 1) => {
    for (let i = from; i < from + count; i++) accounts.set(`u${i}@example.com` as BareJid, i);
  };
  /** Questions are not answered before the function it gives is called. */
  const hold = (): (() => void) => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  };
  return { users, clock, accounts, queries, loads, state, add, hold };
}

const bare = (n: number | string) => `u${n}@example.com` as BareJid;

describe('people in memory', () => {
  it('are loaded in one query for all of a turn, once each, with what rooms keep of them', async () => {
    const { users, queries, loads, add } = people();
    add(3);
    const [one, two, again, nobody] = await Promise.all([
      users.load(bare(1)),
      users.load(bare(2)),
      users.load(bare(1)),
      users.load(bare(9)),
    ]);
    expect(queries).toEqual([3]);
    expect(loads).toEqual([2]);
    expect(again).toBe(one);
    expect(nobody).toBeNull();
    expect(one && readSlot(one, slot)).toBe('state 1');
    expect(two && readSlot(two, slot)).toBe('empty');
    expect(users.peek(bare(1))).toBe(one);
  });

  it('gather while others are on their way, and are a hundred a question at most', async () => {
    const { users, queries, add, hold } = people();
    add(300);
    const release = hold();
    const first = [users.load(bare(1))];
    await eventually(() => queries.length === 1);
    first.push(users.load(bare(2)));
    await eventually(() => queries.length === 2);
    // Two are on their way: whoever comes now waits for one of them.
    const rest = Array.from({ length: 250 }, (_, i) => users.load(bare(i + 3)));
    await new Promise((next) => setImmediate(next));
    await new Promise((next) => setImmediate(next));
    expect(queries).toEqual([1, 1]);
    release();
    expect((await Promise.all([...first, ...rest])).map((user) => user?.accountId)).toEqual(Array.from({ length: 252 }, (_, i) => i + 1));
    expect(queries).toEqual([1, 1, 100, 100, 50]);
  });

  it('who do not exist are not looked up again for a while, unless an account is made', async () => {
    const { users, queries, clock, add } = people();
    expect(await users.load(bare(1))).toBeNull();
    expect(await users.load(bare(1))).toBeNull();
    expect(queries).toHaveLength(1);
    add(1);
    users.forgetMissing(bare(1));
    expect(await users.load(bare(1))).not.toBeNull();
    expect(await users.load(bare(2))).toBeNull();
    clock.advance(6000);
    add(1, 2);
    expect(await users.load(bare(2))).not.toBeNull();
  });

  it('are refused while the database is away and found when it is back', async () => {
    const { users, state, add } = people();
    add(1);
    state.down = true;
    await expect(users.load(bare(1))).rejects.toThrow('database away');
    state.down = false;
    expect(await users.load(bare(1))).not.toBeNull();
  });

  it('stay one object each however many sign in at once, and are bounded when they are offline for long', async () => {
    const { users, clock, add } = people();
    add(6000);
    const loaded = await Promise.all(Array.from({ length: 3000 }, (_, i) => users.load(bare(i + 1))));
    for (const user of loaded) if (user) expect(users.peek(user.bare)).toBe(user);
    const first = loaded[0];
    if (first) fakeSession(first, 'r');
    clock.advance(60_000);
    for (let i = 3001; i <= 6000; i += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, k) => users.load(bare(i + k))));
      clock.advance(60_000);
    }
    expect(users.peek(bare(1))).toBe(first);
    let kept = 0;
    for (let i = 1; i <= 6000; i++) if (users.peek(bare(i))) kept++;
    expect(kept).toBeLessThanOrEqual(2501);
  });

  it('lose their sessions when the account is disabled, all but the one that asked for it when the password changes', async () => {
    const { users, add } = people();
    add(2);
    const user = await users.load(bare(1));
    if (!user) throw new Error('not loaded');
    const [a, b] = [fakeSession(user, 'a'), fakeSession(user, 'b')];
    expect([users.onlineCount, users.sessionCount]).toEqual([1, 2]);
    users.evict(user.bare, 'password-changed', a.id);
    expect([a.state, b.state]).toEqual(['live', 'ended']);
    expect(users.peek(user.bare)).toBe(user);
    users.evict(user.bare, 'disabled');
    expect(a.state).toBe('ended');
    expect(users.peek(user.bare)).toBeUndefined();
    expect([...users.online()]).toEqual([]);
  });

  it('holds someone removed for nobody at once, also while the session that asked for it still hears the answer', async () => {
    const { users, add } = people();
    add(2);
    const user = await users.load(bare(1));
    if (!user) throw new Error('not loaded');
    const a = fakeSession(user, 'a');
    user.sessions.set('a', a);
    users.evict(user.bare, 'removed', a.id);
    expect(a.state).toBe('live');
    expect(users.peek(user.bare)).toBeUndefined();
    expect(await users.load(user.bare)).not.toBe(user);
  });
});
