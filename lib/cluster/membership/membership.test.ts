import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../kernel/log.ts';
import { createFakeCluster } from '../../testing/cluster.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { settingsBox } from '../../testing/fixed-settings.ts';
import { memoryClusterStore } from '../../testing/memory/cluster.ts';
import { createMemoryState } from '../../testing/memory/state.ts';
import { createMembership, type MembershipControl } from './membership.ts';

let stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  stops = [];
});

function world() {
  const fake = createFakeClock();
  let slept = 0;
  const clock = { ...fake, monotonic: () => fake.monotonic() + slept };
  const store = memoryClusterStore(createMemoryState());
  const net = createFakeCluster([]);
  stops.push(() => net.stop());
  const settings = settingsBox('cluster');
  const nodes = new Map<
    string,
    { control: MembershipControl; changes: string[]; links: string[]; ended: string[]; up: (isUp: boolean) => void }
  >();
  let starts = 0;
  /** Lets what is under way arrive, without time passing. */
  const settle = async () => {
    for (let round = 0; round < 50; round++) await Promise.resolve();
  };
  return {
    clock,
    net,
    store,
    nodes,
    settings,
    settle,
    /** The process stands still, timers and all. */
    sleep: (ms: number) => {
      slept += ms;
    },
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 100) {
        clock.advance(Math.min(100, left));
        await settle();
      }
    },
    async start(name: string, more: { schema?: number; bus?: string } = {}) {
      const door = more.bus ? net.node(more.bus) : net.join(name);
      const changes: string[] = [];
      const links: string[] = [];
      const ended: string[] = [];
      let isUp = true;
      const stateListeners = new Set<(isUp: boolean) => void>();
      const control = createMembership({
        self: { name, version: '1.0.0', schema: more.schema ?? 11, address: `https://${name}` },
        incarnation: `${name}-${++starts}`,
        bus: {
          ...door.bus,
          get isUp() {
            return isUp;
          },
          onState(fn) {
            stateListeners.add(fn);
            return () => stateListeners.delete(fn);
          },
        },
        links: { opened: (_, process) => links.push(`+${process}`), lost: (other) => links.push(`-${other}`) },
        store,
        settings,
        clock,
        log: silentLog,
      });
      control.onChange((node, was) => changes.push(`${node.name} ${was ?? 'new'}>${node.state}`));
      control.onReplaced((why) => ended.push(why));
      const joining = control.join();
      await settle();
      const joined = await joining;
      if (joined.ok) control.say('up', 'It is running.');
      await settle();
      const node = {
        control,
        changes,
        links,
        ended,
        up(next: boolean) {
          isUp = next;
          for (const fn of stateListeners) fn(next);
        },
      };
      nodes.set(name, node);
      return { ...node, joined };
    },
  };
}

const states = (control: MembershipControl) => control.nodes().map(({ name, state, role }) => `${name} ${state} ${role}`);

describe('who is there', () => {
  it('is known to every node at once, the first of them the publisher', async () => {
    const { start } = world();
    const a = await start('a.example');
    const b = await start('b.example');
    const c = await start('c.example');
    expect(states(a.control)).toEqual(['a.example up publisher', 'b.example up subscriber', 'c.example up subscriber']);
    expect(states(b.control)).toEqual(['b.example up subscriber', 'a.example up publisher', 'c.example up subscriber']);
    expect(states(c.control)[0]).toBe('c.example up subscriber');
    expect(a.links).toEqual(['+b.example-2', '+c.example-3']);
    expect(c.links).toEqual(['+a.example-1', '+b.example-2']);
    expect(a.changes.filter((each) => each.startsWith('b.'))).toEqual(['b.example new>joining', 'b.example joining>up']);
  });

  it('tells a process that died within 5 seconds, and a node that fell silent within 15, no sooner than its time', async () => {
    const w = world();
    const a = await w.start('a');
    await w.start('b');
    await w.start('c');
    await w.pass(3_000);
    w.net.kill('b');
    w.net.cutBoth('a', 'c');
    // The bus knows that nobody listens for b, but the line to c is simply dead: the question goes unanswered.
    w.net.node('a').bus.respond('node.c.ping', () => new Promise(() => undefined));
    await w.pass(5_000);
    expect(a.control.find('b')?.state).toBe('gone');
    expect(a.control.details().find(({ facts }) => facts.name === 'b')?.why).toBe('Its process ended without a goodbye.');
    expect(a.control.find('c')?.state).toBe('up');
    await w.pass(10_000);
    expect(a.control.find('c')?.state).toBe('gone');
    expect(a.links.slice(-2)).toEqual(['-b', '-c']);
  });

  it('takes no recording of the last beat of a dead process for a sign of life', async () => {
    const w = world();
    const a = await w.start('a');
    await w.start('b');
    const beats: unknown[] = [];
    const subject = 'cluster.beat';
    w.net.node('a').bus.subscribe(subject, (beat) => {
      if ((beat as { name?: unknown }).name === 'b') beats.push(beat);
    });
    await w.pass(3_000);
    expect(beats.length).toBeGreaterThan(0);
    w.net.kill('b');
    w.net.join('stranger');
    for (let second = 0; second < 5; second++) {
      w.net.node('stranger').bus.publish(subject, beats.at(-1));
      await w.pass(1_000);
    }
    expect(a.control.find('b')?.state).toBe('gone');
  });

  it('takes a node for there again when it is heard of, and begins its link anew', async () => {
    const w = world();
    const a = await w.start('a');
    await w.start('b');
    w.net.cutBoth('a', 'b');
    w.net.node('a').bus.respond('node.b.ping', () => new Promise(() => undefined));
    await w.pass(12_000);
    expect(a.control.find('b')?.state).toBe('gone');
    w.net.mendBoth('a', 'b');
    await w.pass(2_000);
    expect(a.control.find('b')?.state).toBe('up');
    expect(a.links).toEqual(['+b-2', '-b', '+b-2']);
    expect(a.changes.slice(-2)).toEqual(['b up>gone', 'b gone>up']);
  });

  it('holds nobody for gone while its own way to the bus is broken, nor after it stood still itself', async () => {
    const w = world();
    const a = await w.start('a');
    await w.start('b');
    a.up(false);
    w.net.cutBoth('a', 'b');
    await w.pass(60_000);
    expect(a.control.find('b')?.state).toBe('up');
    w.net.mendBoth('a', 'b');
    a.up(true);
    await w.pass(3_000);
    expect(a.control.find('b')?.state).toBe('up');
    w.sleep(60_000);
    await w.pass(3_000);
    expect(a.control.find('b')?.state).toBe('up');
    expect(a.changes).not.toContain('b up>gone');
  });

  it('sees a process that was started anew as another one', async () => {
    const w = world();
    const a = await w.start('a');
    await w.start('b');
    w.net.kill('b', false);
    w.clock.advance(10);
    const b = await w.start('b');
    expect(b.joined.ok).toBe(true);
    expect(a.control.find('b')?.incarnation).toBe('b-3');
    expect(a.links).toEqual(['+b-2', '+b-3']);
  });

  it('lets a node that says goodbye go at once, and shows one that did not as gone to whoever comes later', async () => {
    const w = world();
    const a = await w.start('a');
    const b = await w.start('b');
    await w.start('c');
    await b.control.leave('It was stopped.');
    w.net.kill('b');
    await w.settle();
    expect(a.control.find('b')).toBeUndefined();
    expect(a.changes.at(-1)).toBe('b up>gone');
    w.net.kill('c');
    const d = await w.start('d');
    expect(states(d.control)).toEqual(['d up subscriber', 'a up publisher', 'c gone subscriber']);
  });

  it('refuses a second process with the same name, and says so on both sides', async () => {
    const w = world();
    const a = await w.start('a');
    w.net.join('other');
    const second = await w.start('a', { bus: 'other' });
    expect(second.joined).toMatchObject({ ok: false, fault: { code: 'cluster.nameTaken' } });
    expect(a.control.refusals()).toMatchObject([{ name: 'a', why: 'this node has that name and is running' }]);
    expect((await w.store.nodes())[0]?.incarnation).toBe('a-1');
  });

  it('refuses a node whose schema does not fit, with the reason, and remembers it on the other side', async () => {
    const w = world();
    const a = await w.start('a');
    const b = await w.start('b', { schema: 12 });
    expect(b.joined).toMatchObject({ ok: false, fault: { code: 'cluster.otherSchema' } });
    if (!b.joined.ok)
      expect(b.joined.fault.message).toContain('Node a runs version 1.0.0 with schema 11; this one is version 1.0.0 with schema 12.');
    expect(a.control.find('b')).toBeUndefined();
    expect(a.control.refusals()[0]?.why).toContain('schema 12 does not fit');
    expect(await w.store.nodes()).toHaveLength(1);
  });

  it('ends the process that slept while another took its name', async () => {
    const w = world();
    const a = await w.start('a');
    await w.store.arrive({ name: 'a', incarnation: 'a-9', version: '1', schema: 11, address: '', startedAt: 9 }, 9);
    await w.pass(6_000);
    expect(a.ended).toHaveLength(1);
  });

  it('forgets a node that an administrator removed, and tells the node', async () => {
    const w = world();
    const a = await w.start('a');
    const b = await w.start('b');
    await w.store.remove('b');
    await a.control.changed();
    await w.settle();
    expect(a.control.find('b')).toBeUndefined();
    expect(b.ended).toEqual(['This node was removed from the cluster.']);
  });

  it('makes another one the publisher everywhere', async () => {
    const w = world();
    const a = await w.start('a');
    const b = await w.start('b');
    await w.store.promote('b');
    await a.control.changed();
    await w.settle();
    expect(states(a.control)).toEqual(['a up subscriber', 'b up publisher']);
    expect(states(b.control)).toEqual(['b up publisher', 'a up subscriber']);
  });

  it('measures the way there and back', async () => {
    const w = world();
    const a = await w.start('a');
    await w.start('b');
    await w.pass(3_000);
    expect(a.control.find('b')?.delayMs).toBe(0);
  });

  it('does not fall over a beat that is none', async () => {
    const w = world();
    const a = await w.start('a');
    w.net.join('evil').bus.publish('cluster.beat', { name: 'x' });
    w.net.node('evil').bus.publish('cluster.beat', 'text');
    w.net.node('evil').bus.publish('cluster.beat', null);
    await w.settle();
    expect(states(a.control)).toEqual(['a up publisher']);
  });
});
