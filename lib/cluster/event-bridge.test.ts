import { describe, expect, it } from 'vitest';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { createFakeCluster } from '../testing/cluster.ts';
import { eventually } from '../testing/eventually.ts';
import { createEventBridge } from './event-bridge.ts';

function node(cluster: ReturnType<typeof createFakeCluster>, self: string) {
  const events = createEventHub((_, error) => {
    throw error;
  });
  const listeners = new Set<(isUp: boolean) => void>();
  const heard: unknown[] = [];
  let missed = 0;
  createEventBridge({
    events,
    bus: { ...cluster.node(self).bus, onState: (fn) => void listeners.add(fn) as never },
    self,
    missed: () => {
      missed++;
    },
    log: silentLog,
  });
  for (const name of ['user.changed', 'component.changed', 'session.started'] as const)
    events.on(name, (payload) => heard.push([name, payload]));
  return {
    events,
    heard,
    up: (isUp: boolean) => {
      for (const fn of listeners) fn(isUp);
    },
    missed: () => missed,
  };
}

const user = { accountId: 1, bare: 'a@example.com', what: 'disabled', by: 'admin' } as const;

describe('facts that every node must hear', () => {
  it('are heard once on each, and never go round', async () => {
    const cluster = createFakeCluster(['a', 'b', 'c']);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => node(cluster, name));
    a?.events.emit('user.changed', user);
    await eventually(() => expect(b?.heard).toEqual([['user.changed', user]]));
    await eventually(() => expect(c?.heard).toEqual([['user.changed', user]]));
    await new Promise((resolve) => setImmediate(resolve));
    expect(a?.heard).toEqual([['user.changed', user]]);
    expect(b?.heard).toHaveLength(1);
  });

  it('are not those of one node alone, nor what somebody made up', async () => {
    const cluster = createFakeCluster(['a', 'b']);
    const [a, b] = ['a', 'b'].map((name) => node(cluster, name));
    a?.events.emit('session.started', { sessionId: 's', jid: 'a@example.com/x' });
    a?.events.emit('component.changed', { domain: 'irc.example.com', what: 'connection', by: '' });
    cluster.node('a').bus.publish('events', { from: 'a', name: 'session.started', payload: { jid: 'x' } });
    cluster.node('a').bus.publish('events', null);
    cluster.node('a').bus.publish('events', { from: 'a', name: 'user.changed', payload: 'text' });
    a?.events.emit('user.changed', user);
    await eventually(() => expect(b?.heard).toEqual([['user.changed', user]]));
  });

  it('ask for a look at everything when the bus was away', () => {
    const cluster = createFakeCluster(['a']);
    const a = node(cluster, 'a');
    a.up(false);
    expect(a.missed()).toBe(0);
    a.up(true);
    expect(a.missed()).toBe(1);
  });
});
