import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../kernel/log.ts';
import { createFakeClock, type FakeClock } from '../../testing/fake-clock.ts';
import type { TextWire } from '../bus.ts';
import { nodeSubject } from '../subjects.ts';
import { createNodeLinks, type LinkControl } from './node-links.ts';

/** A bus that does to each message what the test says: deliver, lose, repeat, keep for later. */
function createBadWire() {
  const clock = createFakeClock();
  const readers = new Map<string, Set<(text: string) => void>>();
  const doors = new Map<string, { isUp: boolean; listeners: Set<(isUp: boolean) => void> }>();
  const turns: (() => void)[] = [];
  let underWay: { subject: string; text: string }[] = [];
  /** The next fate of a message: 0 on its way, 1 lost, 2 twice, 3 before the others. */
  let fates: number[] = [];
  let messages = 0;
  function wireOf(name: string): TextWire {
    const door = { isUp: true, listeners: new Set<(isUp: boolean) => void>() };
    doors.set(name, door);
    return {
      publishText(subject, text) {
        messages++;
        const fate = fates.shift() ?? 0;
        if (!door.isUp || fate === 1) return;
        const message = { subject, text };
        if (fate === 3) underWay.unshift(message);
        else underWay.push(message);
        if (fate === 2) underWay.push(message);
      },
      subscribeText(subject, fn) {
        const set = readers.get(subject) ?? new Set();
        readers.set(subject, set);
        set.add(fn);
        return () => set.delete(fn);
      },
      get isUp() {
        return door.isUp;
      },
      onState(fn) {
        door.listeners.add(fn);
        return () => door.listeners.delete(fn);
      },
      maxUnits: 8_192,
    };
  }
  return {
    clock: clock as FakeClock,
    wireOf,
    links(name: string, process: string, maxWaiting = 1_000_000): LinkControl {
      return createNodeLinks({
        self: name,
        process,
        wire: wireOf(name),
        maxWaiting: () => maxWaiting,
        clock,
        log: silentLog,
        atEndOfTurn: (fn) => void turns.push(fn),
      });
    },
    setFates(next: readonly number[]) {
      fates = [...next];
    },
    setUp(name: string, isUp: boolean) {
      const door = doors.get(name);
      if (!door || door.isUp === isUp) return;
      door.isUp = isUp;
      for (const fn of door.listeners) fn(isUp);
    },
    /** Ends turns and carries messages until all is quiet. */
    settle() {
      for (let round = 0; turns.length > 0 || underWay.length > 0; round++) {
        if (round > 10_000) throw new Error('The links never fall silent.');
        for (const turn of turns.splice(0)) turn();
        const now = underWay;
        underWay = [];
        for (const { subject, text } of now) for (const fn of [...(readers.get(subject) ?? [])]) fn(text);
      }
    },
    unplug: (name: string) => void readers.delete(nodeSubject(name, 'link')),
    get messages() {
      return messages;
    },
  };
}

function pair(maxWaiting?: number) {
  const net = createBadWire();
  const a = net.links('a.example', 'pa', maxWaiting);
  const b = net.links('b.example', 'pb', maxWaiting);
  a.opened('b.example', 'pb');
  b.opened('a.example', 'pa');
  return { net, a, b };
}

describe('links between nodes', () => {
  it('gather what is sent within one turn into one message, and answer it with one', () => {
    const { net, a, b } = pair();
    const heard: string[] = [];
    b.receive('x', (_, payload, settled) => {
      heard.push(payload);
      settled();
    });
    for (let n = 0; n < 100; n++) a.send('b.example', 'x', `text ${n}\nwith lines`);
    net.settle();
    expect(heard).toHaveLength(100);
    expect(net.messages).toBe(2);
    expect(a.waiting('b.example')).toBe(0);
  });

  it('cut what is larger than a message into pieces, without breaking a character, and count it as one', () => {
    const { net, a, b } = pair();
    const text = `x${'😀'.repeat(20_000)}`;
    const heard: string[] = [];
    let settle: () => void = () => undefined;
    b.receive('x', (_, payload, settled) => {
      heard.push(payload);
      settle = settled;
    });
    const done: boolean[] = [];
    a.send('b.example', 'x', text, (isSettled) => done.push(isSettled));
    net.settle();
    expect(heard).toEqual([text]);
    expect(a.waiting('b.example')).toBe(text.length);
    settle();
    net.settle();
    expect(done).toEqual([true]);
    expect(a.waiting('b.example')).toBe(0);
  });

  it('give back a text in pieces as it was, when the other is gone', () => {
    const { net, a } = pair();
    const text = 'y'.repeat(10_000);
    const lost: unknown[] = [];
    a.onLost((node, unsettled) => lost.push([node, unsettled]));
    const done: boolean[] = [];
    a.send('b.example', 'x', text, (isSettled) => done.push(isSettled));
    net.unplug('b.example');
    net.settle();
    a.lost('b.example');
    expect(done).toEqual([false]);
    expect(lost).toEqual([['b.example', [{ kind: 'x', payload: text }]]]);
    expect(a.send('b.example', 'x', 'more')).toBe(false);
  });

  it('refuse more once the bound is reached, and take it again when the other caught up', () => {
    const { net, a, b } = pair(100);
    const settle: (() => void)[] = [];
    b.receive('x', (_, __, settled) => void settle.push(settled));
    expect(a.send('b.example', 'x', 'z'.repeat(100))).toBe(true);
    expect(a.send('b.example', 'x', 'z')).toBe(false);
    net.settle();
    expect(a.send('b.example', 'x', 'z')).toBe(false);
    settle[0]?.();
    net.settle();
    expect(a.send('b.example', 'x', 'z')).toBe(true);
  });

  it('hand back to the sender what a process that was replaced had not settled, and give none of it to the new one', () => {
    const { net, a, b } = pair();
    b.receive('x', () => undefined);
    const lost: string[] = [];
    a.onLost((_, unsettled) => lost.push(...unsettled.map(({ payload }) => payload)));
    a.send('b.example', 'x', '1');
    net.settle();
    a.send('b.example', 'x', '2');
    b.stop();
    const b2 = net.links('b.example', 'pb2');
    const heard: string[] = [];
    b2.receive('x', (_, payload, settled) => {
      heard.push(payload);
      settled();
    });
    b2.opened('a.example', 'pa');
    net.settle();
    a.opened('b.example', 'pb2');
    expect(lost).toEqual(['1', '2']);
    a.send('b.example', 'x', '3');
    net.settle();
    expect(heard).toEqual(['3']);
  });

  it('hear at once what was said before it was known who speaks', () => {
    const net = createBadWire();
    const a = net.links('a.example', 'pa');
    const b = net.links('b.example', 'pb');
    const heard: string[] = [];
    b.receive('x', (_, payload, settled) => {
      heard.push(payload);
      settled();
    });
    a.opened('b.example', 'pb');
    a.send('b.example', 'x', 'early');
    net.settle();
    expect(heard).toEqual([]);
    net.clock.advance(200);
    b.opened('a.example', 'pa');
    net.settle();
    expect(heard).toEqual(['early']);
  });

  it('ask again when the word that all is settled was lost', () => {
    const { net, a, b } = pair();
    let settle: () => void = () => undefined;
    b.receive('x', (_, __, settled) => {
      settle = settled;
    });
    a.send('b.example', 'x', '1');
    net.settle();
    net.setFates([1]);
    settle();
    net.settle();
    expect(a.waiting('b.example')).toBe(1);
    net.clock.advance(2_000);
    net.settle();
    expect(a.waiting('b.example')).toBe(0);
    expect(net.clock.waiting).toBe(1);
    net.clock.advance(1_000);
    // Nothing is watched while nothing waits.
    expect(net.clock.waiting).toBe(0);
  });

  it('do not fall over text that is no frame, nor over numbers nobody sent', () => {
    const { net, a, b } = pair();
    const heard: string[] = [];
    b.receive('x', (_, payload, settled) => {
      heard.push(payload);
      settled();
    });
    const wire = net.wireOf('evil');
    for (const text of [
      '',
      'rubbish',
      'a.example pa pb\nd 1 1 1\nx 99\nshort',
      'a.example pa pb\nd 1 1 999999999\n',
      'a.example pa pb\na 1 7 9 0\n',
      'a.example pa pb\na 1 99 99 0 1-999999999999\n',
      'a.example pa pb\na NaN 1 1 0\n',
      'nobody x pb\nd 1 1 1\nx 1\ny',
      'a.example other pb\nd 1 1 1\nx 1\ny',
    ])
      wire.publishText(nodeSubject('b.example', 'link'), text);
    net.settle();
    expect(heard).toEqual([]);
    a.send('b.example', 'x', 'true');
    net.settle();
    expect(heard).toEqual(['true']);
  });

  it('lose and repeat nothing and keep the order, whatever the wire loses, repeats, turns round and breaks', () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('send' as const), from: fc.boolean(), length: fc.integer({ min: 0, max: 5_000 }) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), from: fc.boolean(), at: fc.nat(20) }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('carry' as const), fates: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('switch' as const), from: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 50, max: 3_000 }) }) },
      // The one holds the other for gone, then hears of it again.
      { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), from: fc.boolean() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { net, a, b } = pair();
        const side = (links: LinkControl, other: LinkControl, to: string, process: string) => {
          const state = {
            sent: [] as string[],
            heard: [] as string[],
            settled: [] as string[],
            back: [] as string[],
            open: [] as (() => void)[],
          };
          other.receive('x', (_, payload, settled) => {
            state.heard.push(payload);
            state.open.push(settled);
          });
          links.onLost((_, rest) => void state.back.push(...rest.map(({ payload }) => payload)));
          return {
            state,
            links,
            to,
            process,
            send(length: number) {
              const text = `${state.sent.length}:${'t'.repeat(length)}`;
              if (links.send(to, 'x', text, (isSettled) => isSettled && state.settled.push(text))) state.sent.push(text);
            },
          };
        };
        const sides = [side(a, b, 'b.example', 'pb'), side(b, a, 'a.example', 'pa')] as const;
        const isUp = { 'a.example': true, 'b.example': true };
        for (const each of steps) {
          const chosen = 'from' in each && each.from ? sides[0] : sides[1];
          if (each.do === 'send') chosen.send(each.length);
          else if (each.do === 'settle') chosen.state.open.splice(each.at % Math.max(1, chosen.state.open.length), 1)[0]?.();
          else if (each.do === 'carry') {
            net.setFates(each.fates);
            net.settle();
          } else if (each.do === 'wait') net.clock.advance(each.ms);
          else if (each.do === 'switch') {
            const name = each.from ? 'a.example' : 'b.example';
            isUp[name] = !isUp[name];
            net.setUp(name, isUp[name]);
          } else {
            chosen.links.lost(chosen.to);
            chosen.links.opened(chosen.to, chosen.process);
          }
        }
        net.setFates([]);
        net.setUp('a.example', true);
        net.setUp('b.example', true);
        for (let round = 0; round < 40; round++) {
          net.settle();
          for (const { state } of sides) for (const settled of state.open.splice(0)) settled();
          net.settle();
          net.clock.advance(1_000);
        }
        for (const { state, links, to } of sides) {
          // In order and at most once.
          expect(state.heard).toEqual(state.sent.filter((text) => state.heard.includes(text)));
          expect(new Set(state.heard).size).toBe(state.heard.length);
          // Each one was settled or handed back, none both, and none that was not heard was settled.
          expect([...state.settled, ...state.back].sort()).toEqual([...state.sent].sort());
          expect(state.settled.every((text) => state.heard.includes(text))).toBe(true);
          expect(state.back).toEqual(state.sent.filter((text) => state.back.includes(text)));
          expect(links.waiting(to)).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
