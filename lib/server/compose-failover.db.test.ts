import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInProcessBus } from '../cluster/in-process-bus.ts';
import type { Membership, NodeFacts, NodeState } from '../cluster/ports.ts';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { requestFallback } from '../redundancy/index.ts';
import { createStores } from '../store/index.ts';
import { archived, jid, people } from '../testing/contracts/make.ts';
import { eventually } from '../testing/eventually.ts';
import { settingsBox } from '../testing/fixed-settings.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { composeFailover, createLateOwnership } from './compose-failover.ts';

/** Two nodes on one PostgreSQL and one bus; who hears whom is said by the test. */
describe('failover of two nodes on one database', () => {
  let database: TestDatabase;
  const bus = createInProcessBus({ log: silentLog });
  const states = new Map<string, NodeState>();
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  async function node(self: string, other: string) {
    const facts = (name: string): NodeFacts => ({
      name,
      incarnation: name,
      version: '1.0.0',
      schema: 1,
      role: name === 'a' ? 'publisher' : 'subscriber',
      state: states.get(`${self} sees ${name}`) ?? 'up',
      startedAt: 0,
      heardAt: Date.now(),
      delayMs: 1,
      health: { sessions: 0, users: 0, down: [], database: 'up' },
    });
    const listeners = new Set<(node: NodeFacts, was: NodeState | null) => void>();
    const membership: Membership & { isHearing: boolean } = {
      isHearing: true,
      get self() {
        return facts(self);
      },
      nodes: () => [facts(self), facts(other)],
      find: facts,
      onChange: (fn) => {
        listeners.add(fn);
        return () => listeners.delete(fn);
      },
    };
    const late = createLateOwnership(self);
    const stores = createStores(database, { node: self, log: silentLog, fence: late.fence, newHomes: late.newHomes });
    const failover = composeFailover({
      stores,
      settings: settingsBox('cluster', { lease: 2, handOverTimeout: 2 }),
      events: createEventHub(() => undefined),
      cluster: { bus, membership, late },
      nodeName: self,
      self: () => facts(self),
      clock: systemClock,
      log: silentLog,
    });
    const dropped: number[] = [];
    failover.onDropped((ids) => dropped.push(...ids));
    await failover.start();
    return {
      stores,
      failover,
      dropped,
      see(name: string, state: NodeState) {
        states.set(`${self} sees ${name}`, state);
        for (const fn of listeners) fn(facts(name), 'up');
      },
      look: () => failover.control.recovery!.look(),
    };
  }

  it('gives homes, takes over, keeps the old node from writing, and gives back', async () => {
    const a = await node('a', 'b');
    const b = await node('b', 'a');
    const { redundancy } = a.stores;
    const made = (await redundancy.read()).groups[0]!;
    await redundancy.update(made.id, made.version, { nodes: ['a', 'b'], highAvailability: true });
    await a.failover.control.assigner!.refresh();
    await a.look();
    await b.look();

    const [anna = 0, bert = 0] = await people(a.stores, 'anna', 'bert');
    const homes = await a.stores.homes.of([anna, bert]);
    expect(new Set([...homes.values()].map((row) => row.home))).toEqual(new Set(['a', 'b']));
    const ofA = jid([...homes.values()].find((row) => row.home === 'a')!.bare);
    const id = [...homes.values()].find((row) => row.home === 'a')!.accountId;
    await a.failover.control.announce();
    await eventually(() => b.failover.ownership.ownerOf(ofA) === 'a' && a.failover.ownership.isMine(ofA));
    expect([await a.failover.hasHome?.(ofA), await a.failover.hasHome?.(jid('nobody@example.com'))]).toEqual([true, false]);
    // Created at one node, signs in at the other one before that has looked again.
    await people(a.stores, 'carl');
    expect(await b.failover.hasHome?.(jid('carl@example.com'))).toBe(true);

    // a stands still: it proves nothing and hears nothing.
    a.failover.stop();
    b.see('a', 'gone');
    await eventually(async () => {
      await b.look();
      return b.failover.ownership.isMine(ofA);
    }, 15_000);
    const acknowledged: string[] = [];
    a.stores.journal.append({ archive: [archived(id, 'x@example.com', 'too late')], offline: [] }, () => acknowledged.push('a'));
    b.stores.journal.append({ archive: [archived(id, 'x@example.com', 'in time')], offline: [] }, () => acknowledged.push('b'));
    await Promise.all([a.stores.settled(), b.stores.settled()]);
    expect([acknowledged, a.dropped]).toEqual([['b'], [id]]);
    expect((await database.query('SELECT body FROM archive')).map((row) => row.body)).toEqual(['in time']);
    expect(b.failover.alarms().map((alarm) => alarm.severity)).toContain('critical');

    // It comes back as another process, and takes its people back by hand.
    const again = await node('a', 'b');
    b.see('a', 'up');
    await eventually(async () => {
      await b.look();
      return (await redundancy.read()).groups[0]!.nodes[0]!.state === 'failed-over';
    });
    const asked = await b.failover.control.recovery!.ask(made.id, (view, rules) => requestFallback(view, rules, 'a', 'ada'));
    expect(asked.ok).toBe(true);
    await eventually(async () => {
      await again.look();
      return again.failover.ownership.isMine(ofA) && !b.failover.ownership.isMine(ofA);
    }, 15_000);
    for (const one of [again, b]) one.failover.stop();
    for (const one of [a, again, b]) await one.stores.close();
  }, 60_000);
});
