import { describe, expect, it } from 'vitest';
import { createInProcessBus } from '../cluster/in-process-bus.ts';
import { createOwnership } from '../cluster/ownership.ts';
import type { NodeFacts, NodeState } from '../cluster/ports.ts';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { jid, people } from '../testing/contracts/make.ts';
import { eventually } from '../testing/eventually.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { createRecoveryManager } from './recovery-manager.ts';
import { requestFailover, requestFallback } from './requests.ts';

const timing = {
  lookMs: 1_000,
  missedBeatMs: 3_000,
  criticalServiceDelayMs: 90_000,
  leaseMs: 4_000,
  fallbackAfterMs: 1_800_000,
  initializationMs: 120_000,
  handOverLimitMs: 15_000,
};

/** Two nodes on one store and one clock; each with its own view of who is there. */
async function world() {
  const clock = createFakeClock();
  const stores = memoryStores({ now: () => clock.now() });
  const bus = createInProcessBus({ log: silentLog });
  const events = createEventHub(() => undefined);
  const said: string[] = [];
  events.on('redundancy.changed', ({ says }) => said.push(says));
  const health = new Map<string, NodeFacts['health']>();
  const make = async (self: string, other: string) => {
    let otherState: NodeState = 'up';
    let hears = true;
    let isStopped = false;
    let heardAt: number | null = null;
    const facts = (name: string): NodeFacts => ({
      name,
      incarnation: `${name}-1`,
      version: '1.0.0',
      schema: 11,
      role: 'subscriber',
      state: name === self ? 'up' : otherState,
      startedAt: 0,
      heardAt: heardAt ?? clock.now(),
      delayMs: 1,
      health: health.get(name) ?? { sessions: 0, users: 0, down: [], database: 'up' },
    });
    const listeners = new Set<(node: NodeFacts, was: NodeState | null) => void>();
    const store = {
      ...stores.ownership,
      prove: (node: string) => (isStopped ? Promise.reject(new Error('cut')) : stores.ownership.prove(node)),
    };
    const ownership = createOwnership({
      self,
      store,
      bus: { publish: bus.publish, subscribe: (subject, fn) => bus.subscribe(subject, (p) => (isStopped ? undefined : fn(p))) },
      timing: () => ({ pollMs: 1_000, leaseMs: 4_000, stepDownMs: 10_000, handOverMs: 5_000 }),
      onDropped: () => undefined,
      clock,
      log: silentLog,
    });
    const changes: string[] = [];
    ownership.onChange((change) => void changes.push(change.what === 'moved' ? 'moved' : `${change.what} ${change.home}`));
    const manager = createRecoveryManager({
      self,
      store: stores.redundancy,
      membership: {
        get self() {
          return facts(self);
        },
        nodes: () => [facts(self), facts(other)],
        find: (name) => facts(name),
        onChange: (fn) => {
          listeners.add(fn);
          return () => listeners.delete(fn);
        },
      },
      hears: () => hears,
      announce: ownership.announce,
      timing: () => timing,
      events,
      clock,
      log: silentLog,
    });
    await manager.enter();
    await ownership.start();
    return {
      manager,
      ownership,
      changes,
      goesDeaf: () => {
        hears = false;
      },
      loses: () => {
        otherState = 'gone';
        for (const fn of listeners) fn(facts(other), 'up');
      },
      hearsAgain: () => {
        otherState = 'up';
      },
      missesBeats: () => {
        heardAt = clock.now() - 5_000;
      },
      stands: () => {
        isStopped = true;
      },
      goesOn: () => {
        isStopped = false;
      },
    };
  };
  await stores.redundancy.enter('a', 'Default', 1);
  await stores.redundancy.enter('b', 'Default', 1);
  const first = (await stores.redundancy.read()).groups[0]!;
  await stores.redundancy.update(first.id, first.version, { nodes: ['a', 'b'], highAvailability: true });
  const [anna = 0, bert = 0] = await people(stores, 'anna', 'bert');
  await stores.homes.assign([
    { accountId: anna, to: 'a' },
    { accountId: bert, to: 'b' },
  ]);
  const a = await make('a', 'b');
  const b = await make('b', 'a');
  await a.manager.look();
  await b.manager.look();
  const states = async () =>
    (await stores.redundancy.read()).groups[0]!.nodes.map((node) => `${node.name} ${node.state} by ${node.acting}`);
  /** Lets time pass in steps; those that run look each second. */
  const pass = async (ms: number, who = [a, b]) => {
    for (let gone = 0; gone < ms; gone += 1_000) {
      clock.advance(1_000);
      for (const one of who) await one.ownership.refresh().catch(() => undefined);
      for (const one of who) await one.manager.look();
    }
  };
  return { clock, stores, a, b, states, pass, said, health, groupId: first.id };
}
const anna = jid('anna@example.com');
const bert = jid('bert@example.com');

describe('the recovery manager', () => {
  it('brings both nodes to normal', async () => {
    const { states } = await world();
    expect(await states()).toEqual(['a normal by a', 'b normal by b']);
  });

  it('takes over the people of a node that stands still, which acts for nobody when it goes on', async () => {
    const { a, b, pass, states } = await world();
    expect(a.ownership.isMine(anna)).toBe(true);
    a.stands();
    b.loses();
    await pass(3_000, [b]);
    expect(b.ownership.isMine(anna)).toBe(false);
    await pass(3_000, [b]);
    expect(await states()).toEqual(['a failed-over-critical by b', 'b running-in-backup-mode by b']);
    expect([b.ownership.isMine(anna), b.ownership.isMine(bert)]).toEqual([true, true]);
    // It goes on: before it has asked anything its lease is over.
    expect([a.ownership.isMine(anna), a.ownership.held().size]).toEqual([false, 0]);
    a.goesOn();
    await a.ownership.refresh();
    expect(a.ownership.ownerOf(anna)).toBe('b');
    await eventually(() => a.changes.includes('released a'));
  });

  it('gives them back after the time for fallback, whose clock a missed heartbeat starts anew', async () => {
    const { a, b, pass, states, clock } = await world();
    a.stands();
    b.loses();
    await pass(6_000, [b]);
    a.goesOn();
    b.hearsAgain();
    await pass(2_000);
    expect(await states()).toEqual(['a failed-over by b', 'b running-in-backup-mode by b']);
    clock.advance(timing.fallbackAfterMs - 60_000);
    await pass(2_000);
    expect((await states())[0]).toBe('a failed-over by b');
    b.missesBeats();
    await pass(2_000);
    clock.advance(timing.fallbackAfterMs - 10_000);
    await pass(1_000);
    expect((await states())[0]).toBe('a failed-over by b');
  });

  it('hands over by hand and back, one node acting at a time', async () => {
    const { a, b, states, groupId, pass } = await world();
    const asked = await a.manager.ask(groupId, (view, rules) => requestFailover(view, rules, 'a', 'ada'));
    expect(asked.ok).toBe(true);
    await eventually(async () => {
      await pass(1_000);
      return (await states())[0] === 'a idle by b';
    });
    expect([a.ownership.isMine(anna), b.ownership.isMine(anna)]).toEqual([false, true]);
    expect(a.changes.indexOf('released a')).toBeGreaterThan(-1);
    expect((await b.manager.ask(groupId, (view, rules) => requestFallback(view, rules, 'a', 'ada'))).ok).toBe(true);
    await eventually(async () => {
      await pass(1_000);
      return (await states()).join() === 'a normal by a,b normal by b';
    });
    expect(a.ownership.isMine(anna)).toBe(true);
  });

  it('judges nobody while its own line is down, for then it is the one that hears nothing', async () => {
    const { a, b, pass, states } = await world();
    b.goesDeaf();
    b.loses();
    await pass(20_000, [a, b]);
    expect(await states()).toEqual(['a normal by a', 'b normal by b']);
  });

  it('is decided by one of two that lose each other at the same moment', async () => {
    const { a, b, pass, states } = await world();
    a.stands();
    b.stands();
    a.loses();
    b.loses();
    // Neither proves anything: nobody takes over, both stop acting.
    await pass(8_000);
    expect(a.ownership.isMine(anna) || b.ownership.isMine(bert)).toBe(false);
    a.goesOn();
    await pass(2_000, [a]);
    expect(await states()).toEqual(['a running-in-backup-mode by a', 'b failed-over-critical by a']);
    b.goesOn();
    await b.ownership.refresh();
    expect([a.ownership.isMine(bert), b.ownership.isMine(bert)]).toEqual([true, false]);
  });

  it('raises an alarm for what is failed over, and tells each step', async () => {
    const { a, b, pass, said } = await world();
    a.stands();
    b.loses();
    await pass(6_000, [b]);
    await b.manager.look();
    expect(b.manager.alarms()).toMatchObject([{ severity: 'critical', what: 'b acts for the users of a.' }]);
    expect(said).toContain('b takes over the users of a: it is not heard of any more.');
  });
});
