import { describe, expect, it } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createDataMonitor } from './data-monitor.ts';
import type { ReplicationFacts } from './ports.ts';

const good: ReplicationFacts = { roundTripMs: 1, isStandby: false, serverVersion: '17.2', standbys: [] };
const standby = (state: string, lagMs: number | null): ReplicationFacts => ({
  ...good,
  standbys: [{ name: 'copy', address: '192.0.2.2', state, lagMs }],
});

function world(role: 'publisher' | 'subscriber' | null) {
  const clock = createFakeClock();
  let facts: ReplicationFacts | null = good;
  let waits: string | null = null;
  const monitor = createDataMonitor({
    source: { read: () => (facts === null ? Promise.reject(new Error('no route')) : Promise.resolve(facts)) },
    role: () => role,
    timing: () => ({ waitMs: 300_000, lagMs: 30_000 }),
    clock,
    log: silentLog,
  });
  monitor.register({ name: 'Users of the call manager', waitsFor: () => waits });
  return {
    monitor,
    clock,
    become: (next: ReplicationFacts | null) => {
      facts = next;
    },
    sync: (what: string | null) => {
      waits = what;
    },
  };
}

describe('the data monitor', () => {
  it('lets a node that is alone begin at once, whatever its copies do', async () => {
    const { monitor, become } = world(null);
    become(standby('catchup', 90_000));
    await monitor.look();
    expect(monitor.state().gate).toBe('open');
    expect(monitor.alarms()).toMatchObject([{ severity: 'warning', what: 'The standby copy is 90 seconds behind.' }]);
    become(standby('streaming', 100));
    await monitor.look();
    expect(monitor.alarms()).toEqual([]);
  });

  it('keeps the publisher waiting for standby and first sync, no longer than its time, with an alarm', async () => {
    const { monitor, become, sync, clock } = world('publisher');
    become(standby('catchup', null));
    sync('the first sync runs.');
    await monitor.look();
    expect(monitor.state()).toMatchObject({ gate: 'waiting', givesUpAt: clock.now() + 300_000 });
    expect(monitor.alarms()[0]?.what).toContain('the first sync runs.');
    let isOpen = false;
    const opened = monitor.opened().then(() => {
      isOpen = true;
    });
    become(standby('streaming', 10));
    await monitor.look();
    expect([monitor.state().gate, isOpen]).toEqual(['waiting', false]);
    clock.advance(300_000);
    await monitor.look();
    await opened;
    expect(monitor.state().gate).toBe('given-up');
    expect(monitor.alarms()).toMatchObject([{ severity: 'warning' }]);
    sync(null);
    await monitor.look();
    expect([monitor.state().gate, monitor.alarms()]).toEqual(['open', []]);
  });

  it('keeps a subscriber waiting alone, without an end, and says when it is over', async () => {
    const { monitor, become, clock, sync } = world('subscriber');
    sync('is none of its business');
    become(null);
    await monitor.look();
    clock.advance(3_600_000);
    await monitor.look();
    expect(monitor.state()).toMatchObject({ gate: 'waiting', givesUpAt: null, wanting: ['The database does not answer: no route'] });
    become({ ...good, isStandby: true });
    await monitor.look();
    expect(monitor.state().gate).toBe('waiting');
    become(standby('catchup', 90_000));
    await monitor.look();
    expect(monitor.state().gate).toBe('open');
  });

  it('does not close again what is open', async () => {
    const { monitor, become } = world('publisher');
    await monitor.look();
    become(null);
    await monitor.look();
    expect(monitor.state().gate).toBe('open');
    await monitor.opened();
  });
});
