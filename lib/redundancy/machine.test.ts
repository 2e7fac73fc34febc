import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type Rules, type Seen, type View } from './machine.ts';
import type { GroupNode, NodeStep, RedundancyGroup } from './ports.ts';
import { actionsOf, haChecks, requestFailover, requestFallback, requestRecover, whatNext } from './requests.ts';

const rules: Rules = {
  criticalServiceDelayMs: 90_000,
  leaseMs: 4_000,
  fallbackAfterMs: 1_800_000,
  initializationMs: 120_000,
  handOverLimitMs: 15_000,
};
const healthy: Seen = { isThere: true, wasSeen: true, isDraining: false, missedBeat: false, down: [], provedAgoMs: 500 };
const lost: Seen = { ...healthy, isThere: false, provedAgoMs: 60_000 };
const ill = (forMs: number): Seen => ({ ...healthy, down: [{ service: 'XCP Router', forMs, why: 'it crashed.' }] });

function pair(more: { ha?: boolean; automatic?: boolean } = {}) {
  const node = (name: string, position: number): GroupNode => ({
    name,
    groupId: 1,
    position,
    acting: name,
    epoch: 1,
    handover: 'none',
    state: 'normal',
    reason: 'normal',
    since: 0,
    by: '',
    healthySince: null,
    provedAgoMs: 0,
  });
  let group: RedundancyGroup = {
    id: 1,
    name: 'Default',
    description: '',
    highAvailability: more.ha ?? true,
    automaticFallback: more.automatic ?? true,
    version: 1,
    createdAt: 0,
    nodes: [node('a', 1), node('b', 2)],
  };
  const seen = new Map<string, Seen>([
    ['a', healthy],
    ['b', healthy],
  ]);
  let now = 1_000_000;
  let runningMs = 1_000_000;
  const view = (): View => ({ group, seen, now, runningMs });
  function take(steps: readonly NodeStep[]): void {
    group = {
      ...group,
      version: group.version + 1,
      nodes: group.nodes.map((was) => {
        const step = steps.find(({ name }) => name === was.name);
        if (!step) return was;
        const { acting, ...rest } = step;
        return {
          ...was,
          ...rest,
          ...(step.state === undefined ? {} : { since: now }),
          ...(acting === undefined ? {} : { acting, epoch: was.epoch + 1, handover: 'none' as const }),
        };
      }),
    };
  }
  return {
    view,
    take,
    see: (name: string, what: Seen) => void seen.set(name, what),
    pass: (ms: number) => {
      now += ms;
      runningMs += ms;
    },
    boot: () => {
      runningMs = 0;
      for (const [name, was] of seen) seen.set(name, { ...was, wasSeen: false });
    },
    nodes: () => group.nodes,
    letGo: (name: string) => {
      group = {
        ...group,
        nodes: group.nodes.map((n) => (n.name === name && n.handover === 'asked' ? { ...n, handover: 'done' as const } : n)),
      };
    },
    /** Steps until nothing is left to do. */
    settle(): Decision[] {
      const taken: Decision[] = [];
      for (let next = decide(view(), rules); next !== null; next = decide(view(), rules)) {
        taken.push(next);
        take(next.steps);
        if (taken.length > 20) throw new Error('does not come to rest');
      }
      return taken;
    },
    states: () => group.nodes.map((n) => `${n.name} ${n.state} (${n.reason}) by ${n.acting}`),
  };
}
const done = (result: { ok: boolean; value?: unknown; fault?: { message: string } }): Decision => {
  if (!result.ok) throw new Error(result.fault?.message);
  return result.value as Decision;
};
const why = (result: { ok: boolean; fault?: { code: string } }): string => (result.ok ? 'done' : (result.fault?.code ?? ''));

describe('redundancy groups', () => {
  it('do nothing while both nodes work', () => {
    expect(pair().settle()).toEqual([]);
  });

  it('fail over by hand: the node is idle and takes its people back only by hand', () => {
    const world = pair();
    world.take(done(requestFailover(world.view(), rules, 'a', 'ada')).steps);
    expect(world.states()).toEqual(['a failing-over (on-admin-request) by a', 'b taking-over (on-admin-request) by b']);
    expect(world.settle()).toEqual([]);
    expect(why(requestFailover(world.view(), rules, 'b', 'ada'))).toBe('redundancy.busy');
    world.letGo('a');
    world.settle();
    expect(world.states()).toEqual(['a idle (on-admin-request) by b', 'b running-in-backup-mode (on-admin-request) by b']);
    expect(world.nodes()[0]).toMatchObject({ by: 'ada', epoch: 2 });
    world.pass(rules.fallbackAfterMs * 2);
    expect(world.settle()).toEqual([]);
    expect(actionsOf(world.view(), rules, 'a')).toEqual(['fallback']);
    expect(actionsOf(world.view(), rules, 'b')).toEqual([]);
    world.take(done(requestFallback(world.view(), rules, 'a', 'ada')).steps);
    world.letGo('a');
    world.settle();
    expect(world.states()).toEqual(['a normal (normal) by a', 'b normal (normal) by b']);
    expect(world.nodes()[0]?.epoch).toBe(3);
  });

  it('fail over when a node is lost, but not before its lease is over, and fall back 30 minutes after it is back', () => {
    const world = pair();
    world.see('a', { ...lost, provedAgoMs: 2_000 });
    expect(world.settle()).toEqual([]);
    world.see('a', lost);
    world.settle();
    expect(world.states()).toEqual(['a failed-over-critical (peer-down) by b', 'b running-in-backup-mode (peer-down) by b']);
    expect(why(requestFallback(world.view(), rules, 'a', 'ada'))).toBe('redundancy.notHealthy');
    world.see('a', healthy);
    world.settle();
    expect(world.states()[0]).toBe('a failed-over (initialization) by b');
    world.pass(rules.fallbackAfterMs - 60_000);
    expect(world.settle()).toEqual([]);
    expect(whatNext(world.view(), rules, 'a')).toMatchObject({ says: expect.stringContaining('60 seconds') });
    // A missed heartbeat starts the clock anew.
    world.see('b', { ...healthy, missedBeat: true });
    expect(world.settle()).toHaveLength(1);
    world.see('b', healthy);
    world.pass(rules.fallbackAfterMs - 1_000);
    expect(world.settle()).toEqual([]);
    world.pass(1_000);
    world.settle();
    expect(world.states()).toEqual(['a taking-back (automatic-fallback) by b', 'b falling-back (automatic-fallback) by b']);
    world.letGo('a');
    world.settle();
    expect(world.states()).toEqual(['a normal (normal) by a', 'b normal (normal) by b']);
  });

  it('fail over when a critical service is down for longer than its delay', () => {
    const world = pair();
    world.see('a', ill(89_000));
    expect(world.settle()).toEqual([]);
    expect(whatNext(world.view(), rules, 'a')).toMatchObject({ at: 1_001_000 });
    world.see('a', ill(90_000));
    world.settle();
    world.letGo('a');
    world.settle();
    expect(world.states()[0]).toBe('a failed-over-critical (critical-service-down) by b');
    world.see('a', healthy);
    world.settle();
    expect(world.states()[0]).toBe('a failed-over (critical-service-down) by b');
    world.see('a', ill(1));
    world.settle();
    expect(world.states()[0]).toBe('a failed-over-critical (critical-service-down) by b');
  });

  it('fail over when a node cannot reach the database, and before it stops on purpose', () => {
    const world = pair();
    world.see('a', { ...healthy, provedAgoMs: 20_000 });
    world.settle();
    expect(world.states()[1]).toBe('b running-in-backup-mode (database-failure) by b');
    const other = pair();
    other.see('b', { ...healthy, isDraining: true });
    other.settle();
    other.letGo('b');
    other.settle();
    expect(other.states()).toEqual(['a running-in-backup-mode (peer-reboot) by a', 'b failed-over-critical (peer-reboot) by a']);
  });

  it('wait for a peer that was not seen yet, when both start', () => {
    const world = pair();
    world.boot();
    world.see('a', { ...lost, wasSeen: false });
    expect(world.settle()).toEqual([]);
    world.pass(rules.initializationMs);
    world.settle();
    expect(world.states()[0]).toBe('a failed-over-critical (peer-down-during-initialization) by b');
  });

  it('move everybody onto the failed-over node when the one that stands in fails, and that one works', () => {
    const world = pair();
    world.see('a', lost);
    world.settle();
    world.see('a', healthy);
    world.settle();
    world.see('b', ill(90_000));
    world.settle();
    expect(world.states()[0]).toBe('a taking-back (auto-recovery-critical-service-down) by b');
    world.letGo('a');
    world.settle();
    world.letGo('b');
    world.settle();
    expect(world.states()).toEqual([
      'a running-in-backup-mode (critical-service-down) by a',
      'b failed-over-critical (critical-service-down) by a',
    ]);
    world.see('b', lost);
    expect(world.settle()).toEqual([]);
    world.see('b', healthy);
    world.settle();
    world.see('a', { ...healthy, provedAgoMs: 30_000 });
    world.settle();
    expect(world.states()).toEqual([
      'a failed-over-critical (auto-recovery-database-failure) by b',
      'b running-in-backup-mode (auto-recovery-database-failure) by b',
    ]);
  });

  it('run in failed mode when neither is fit, until somebody asks for recovery', () => {
    const world = pair();
    world.see('a', ill(90_000));
    world.settle();
    world.letGo('a');
    world.settle();
    world.see('b', ill(90_000));
    world.settle();
    expect(world.states().every((state) => state.includes('running-in-failed-mode'))).toBe(true);
    expect(why(requestRecover(world.view(), rules, 'ada'))).toBe('redundancy.notHealthy');
    world.see('a', healthy);
    expect(world.settle()).toEqual([]);
    expect(actionsOf(world.view(), rules, 'a')).toEqual(['recover']);
    world.take(done(requestRecover(world.view(), rules, 'ada')).steps);
    expect(world.nodes().map((n) => n.acting)).toEqual(['a', 'a']);
    world.see('b', healthy);
    world.settle();
    world.take(done(requestFallback(world.view(), rules, 'b', 'ada')).steps);
    world.letGo('b');
    world.settle();
    expect(world.states()).toEqual(['a normal (normal) by a', 'b normal (normal) by b']);
  });

  it('let a node keep its people when the one that takes over is lost half way, and then take over in turn', () => {
    const world = pair();
    world.take(done(requestFailover(world.view(), rules, 'a', 'ada')).steps);
    world.see('b', lost);
    world.settle();
    expect(world.states()).toEqual(['a running-in-backup-mode (peer-down) by a', 'b failed-over-critical (peer-down) by a']);
  });

  it('take over nobody while high availability is off, and say what stands against turning it on', () => {
    const world = pair({ ha: false });
    world.see('a', lost);
    expect(world.settle()).toEqual([]);
    expect(why(requestFailover(world.view(), rules, 'b', 'ada'))).toBe('redundancy.haOff');
    const versions = new Map([
      ['a', { version: '1.0.0', schema: 11 }],
      ['b', { version: '1.1.0', schema: 12 }],
    ]);
    expect(haChecks(world.view(), rules, versions)).toEqual(['a: it is not there.', 'The nodes run different releases: a 1.0.0, b 1.1.0.']);
    world.see('a', healthy);
    expect(haChecks(world.view(), rules, new Map())).toEqual([]);
  });

  const seenBy = fc.constantFrom<Seen>(
    healthy,
    { ...healthy, missedBeat: true },
    ill(1_000),
    ill(200_000),
    lost,
    { ...lost, provedAgoMs: 100 },
    { ...healthy, provedAgoMs: 30_000 },
    { ...healthy, isDraining: true },
  );
  const event = fc.oneof(
    fc.record({ is: fc.constant('see' as const), node: fc.constantFrom('a', 'b'), what: seenBy }),
    fc.record({ is: fc.constant('pass' as const), ms: fc.constantFrom(500, 20_000, 2_000_000) }),
    fc.record({ is: fc.constant('let-go' as const), node: fc.constantFrom('a', 'b') }),
    fc.record({
      is: fc.constant('ask' as const),
      what: fc.constantFrom('failover', 'fallback', 'recover'),
      node: fc.constantFrom('a', 'b'),
    }),
  );

  it('whatever happens: never take a home from a node that may still act, come to rest, and heal when all is well', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.boolean(), (events, automatic) => {
        const world = pair({ automatic });
        const seen = new Map<string, Seen>([
          ['a', healthy],
          ['b', healthy],
        ]);
        const watch = (steps: readonly NodeStep[]) => {
          for (const step of steps) {
            const was = world.nodes().find((n) => n.name === step.name)!;
            if (step.acting === undefined || step.acting === was.acting) continue;
            const by = seen.get(was.acting)!;
            const mayStillAct = by.isThere && by.provedAgoMs <= rules.leaseMs && by.down.length === 0;
            const handedOver = was.handover === 'done' || world.view().now - was.since >= rules.handOverLimitMs;
            expect(mayStillAct && !handedOver && was.state !== 'running-in-failed-mode').toBe(false);
          }
          world.take(steps);
        };
        for (const one of events) {
          if (one.is === 'see') {
            seen.set(one.node, one.what);
            world.see(one.node, one.what);
          } else if (one.is === 'pass') world.pass(one.ms);
          else if (one.is === 'let-go') world.letGo(one.node);
          else {
            const asked =
              one.what === 'failover'
                ? requestFailover(world.view(), rules, one.node, 'ada')
                : one.what === 'fallback'
                  ? requestFallback(world.view(), rules, one.node, 'ada')
                  : requestRecover(world.view(), rules, 'ada');
            if (asked.ok) world.take(asked.value.steps);
          }
          let steps = 0;
          for (let next = decide(world.view(), rules); next !== null; next = decide(world.view(), rules)) {
            watch(next.steps);
            expect(++steps).toBeLessThan(10);
          }
        }
        for (const name of ['a', 'b']) {
          seen.set(name, healthy);
          world.see(name, healthy);
        }
        for (let i = 0; i < 8; i++) {
          world.settle();
          for (const name of ['a', 'b']) world.letGo(name);
          world.pass(rules.fallbackAfterMs);
        }
        world.settle();
        const states = world.nodes().map((n) => n.state);
        const isAtRest =
          states.every((state) => state === 'normal') ||
          states.includes('idle') ||
          states.includes('running-in-failed-mode') ||
          // By hand only: what an administrator asked for, or a group that does not fall back by itself.
          (states.includes('failed-over') && (!automatic || world.nodes().some((n) => n.reason === 'on-admin-request')));
        if (!isAtRest) throw new Error(world.states().join('; '));
        // Every home has exactly one acting node, one of the two.
        for (const node of world.nodes()) expect(['a', 'b']).toContain(node.acting);
      }),
      { numRuns: 400 },
    );
  });
});
