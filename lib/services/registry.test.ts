import { describe, expect, it } from 'vitest';
import { nearestName } from '../config/nearest.ts';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { ok, refuse } from '../kernel/result.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createServices, type ServiceEntry, type ServiceHealth } from './registry.ts';

function setUp() {
  const done: string[] = [];
  const events = createEventHub(() => undefined);
  const told: string[] = [];
  events.on('service.changed', ({ name, state }) => told.push(`${name} ${state}`));
  const broken = new Set<string>();
  const health = new Map<string, ServiceHealth>();
  const clock = createFakeClock();
  const services = createServices({ events, clock, log: silentLog, nearest: nearestName });
  const add = (name: string, needs: string[], more: Partial<ServiceEntry> = {}) =>
    services.add({
      name,
      title: `The ${name}`,
      purpose: 'Is tested.',
      needs,
      critical: false,
      async start() {
        await Promise.resolve();
        done.push(`+${name}`);
        return broken.has(name) ? refuse({ code: 'x.y', kind: 'down', message: 'Its port is taken.' }) : ok(undefined);
      },
      async stop() {
        await Promise.resolve();
        if (broken.has(`stop ${name}`)) throw new Error('it hangs');
        done.push(`-${name}`);
      },
      health: () => health.get(name) ?? { ok: true, why: '' },
      ...more,
    });
  // Added in another order than they must start.
  add('archive', ['router', 'database']);
  add('clients', ['router'], { critical: true, sessionsTouched: () => 1200 });
  add('router', ['database'], { critical: true, sessionsTouched: () => 1200 });
  add('database', [], { essential: true });
  add('web', []);
  const states = () => Object.fromEntries(services.list().map((s) => [s.name, s.state]));
  return { services, done, told, broken, health, clock, states, add };
}

describe('services', () => {
  it('start in the order of their needs and stop in the opposite one', async () => {
    const { services, done } = setUp();
    expect(await services.startAll()).toEqual([]);
    expect(done).toEqual(['+database', '+router', '+archive', '+clients', '+web']);
    done.length = 0;
    await services.stopAll();
    expect(done).toEqual(['-web', '-clients', '-archive', '-router', '-database']);
  });

  it('that fail leave those that need them stopped, and the others run', async () => {
    const { services, broken, states } = setUp();
    broken.add('router');
    const failed = await services.startAll();
    expect(states()).toEqual({ database: 'started', router: 'failed', archive: 'stopped', clients: 'stopped', web: 'started' });
    expect(failed.map((f) => f.name)).toEqual(['router', 'archive', 'clients']);
    expect(services.get('router')?.why).toBe('The router did not start: Its port is taken.');
    expect(services.get('clients')?.why).toContain('The router, which it needs, is failed');
    broken.clear();
    expect((await services.start('clients', 'ana')).ok).toBe(true);
    expect(states()).toMatchObject({ router: 'started', clients: 'started' });
    expect(services.get('router')?.why).toBe('Started by ana, because The clients needs it.');
  });

  it('stop what needs them first, and say so before', async () => {
    const { services, done, states } = setUp();
    await services.startAll();
    done.length = 0;
    const preview = services.previewStop('router');
    expect(preview.ok && preview.value.stops.map((s) => s.name)).toEqual(['clients', 'archive', 'router']);
    expect(preview.ok && preview.value.says).toBe(
      'The router stops. 1,200 client sessions end. This also stops The clients, The archive, which need it. It is critical: the node counts as not ready while it is stopped.',
    );
    expect(done).toEqual([]);
    await services.stop('router', 'ana');
    expect(done).toEqual(['-clients', '-archive', '-router']);
    expect(states()).toMatchObject({ database: 'started', web: 'started' });
    expect(services.get('archive')?.why).toBe('Stopped by ana, because it needs The router.');
  });

  it('wait with what needs them while they are held, and start when nothing holds them', async () => {
    const { services, states } = setUp();
    expect(await services.startAll({ names: ['router'], why: 'Waits for the first sync.' })).toEqual([]);
    expect(states()).toMatchObject({ router: 'stopped', clients: 'stopped' });
    expect(services.get('clients')?.why).toBe('Waits for the first sync.');
    expect(await services.startAll()).toEqual([]);
    expect(states()).toMatchObject({ router: 'started', clients: 'started' });
  });

  it('restart with all that ran, and with nothing that did not', async () => {
    const { services, done, states } = setUp();
    await services.startAll();
    await services.stop('archive', 'ana');
    done.length = 0;
    const restarted = await services.restart('router', 'ana');
    expect(done).toEqual(['-clients', '-router', '+router', '+clients']);
    expect(restarted.ok && restarted.value.map((s) => s.name)).toEqual(['router', 'clients']);
    expect(states().archive).toBe('stopped');
    done.length = 0;
    await services.restart('archive', 'ana');
    expect(done).toEqual(['+archive']);
  });

  it('refuse what makes no sense, with a sentence', async () => {
    const { services } = setUp();
    await services.startAll();
    const codes = async (result: Promise<{ ok: boolean; fault?: { code: string } }>) => (await result).fault?.code;
    expect(await codes(services.start('web', 'ana') as never)).toBe('services.running');
    expect(await codes(services.stop('database', 'ana') as never)).toBe('services.essential');
    await services.stop('web', 'ana');
    expect(await codes(services.stop('web', 'ana') as never)).toBe('services.stopped');
    const unknown = await services.start('rooter', 'ana');
    expect(unknown.ok || unknown.fault.message).toBe('There is no service named "rooter". Did you mean "router"?');
  });

  it('are found by title too', async () => {
    const { services } = setUp();
    expect(services.get('the ROUTER')?.name).toBe('router');
  });

  it('are told apart when several people act at once: each waits for the other', async () => {
    const { services, done } = setUp();
    await services.startAll();
    done.length = 0;
    await Promise.all([services.stop('router', 'ana'), services.start('web', 'bob'), services.start('clients', 'eve')]);
    expect(done).toEqual(['-clients', '-archive', '-router', '+router', '+clients']);
  });

  it('keep since when and tell each change of state', async () => {
    const { services, told, clock } = setUp();
    await services.startAll();
    expect(told.slice(0, 2)).toEqual(['database starting', 'database started']);
    clock.advance(5_000);
    expect(services.get('web')?.since).toBe(clock.now() - 5_000);
    await services.stop('web', 'ana');
    expect(services.get('web')?.since).toBe(clock.now());
  });

  it('are degraded while their health is bad, and started again when it is good', async () => {
    const { services, health, states } = setUp();
    await services.startAll();
    health.set('web', { ok: false, why: 'No certificate.' });
    services.checkHealth();
    expect(services.get('web')).toMatchObject({ state: 'degraded', why: 'No certificate.' });
    health.clear();
    services.checkHealth();
    expect(states().web).toBe('started');
    services.report('router', { ok: false, why: 'The database is gone.' });
    expect(states().router).toBe('degraded');
    await services.stop('web', 'ana');
    services.report('web', { ok: false, why: 'late news' });
    expect(states().web).toBe('stopped');
  });

  it('that do not stop in order are failed', async () => {
    const { services, broken } = setUp();
    await services.startAll();
    broken.add('stop web');
    const stopped = await services.stop('web', 'ana');
    expect(stopped.ok || stopped.fault.code).toBe('services.stopFailed');
    expect(services.get('web')?.state).toBe('failed');
  });

  it('with needs that do not exist or go in a circle are a mistake of the composer', () => {
    const one = setUp();
    one.add('lost', ['nowhere']);
    expect(() => one.services.list()).toThrow('needs nowhere');
    const two = setUp();
    two.add('a', ['b']);
    two.add('b', ['a']);
    expect(() => two.services.list()).toThrow('needs itself');
  });
});
