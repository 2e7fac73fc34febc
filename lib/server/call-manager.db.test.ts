import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, describe, expect, it } from 'vitest';
import { startAxl } from '../../e2e/peers/axl/axl.ts';
import { createSettingsRegistry } from '../config/registry.ts';
import { createDomains } from '../directory/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub } from '../kernel/events.ts';
import type { Domain } from '../kernel/jid.ts';
import { silentLog } from '../kernel/log.ts';
import { createSealer } from '../security/index.ts';
import { createStores } from '../store/index.ts';
import { testDatabase } from '../testing/test-database.ts';
import { composeCallManager } from './call-manager.ts';

/** 75,000 by AXL_USERS=75000, as the figures in docs/performance.md are measured; fewer in the suite. */
// biome-ignore lint/style/noProcessEnv: a test that is also a measurement.
const ASKED = process.env.AXL_USERS;
const USERS = Number(ASKED ?? 3_000);
const open: { close(): Promise<unknown> | unknown }[] = [];
afterAll(async () => {
  for (const one of open.reverse()) await one.close();
});

describe('a whole company on PostgreSQL', () => {
  it('comes once, is found unchanged, and is followed by its changes', async () => {
    const [database, axl] = await Promise.all([testDatabase(), startAxl(USERS)]);
    open.push(database, { close: () => axl.stop() });
    const stores = createStores(database, { node: 'node-1', log: silentLog });
    open.push(stores);
    const events = createEventHub((name, error) => {
      throw new Error(`${name}: ${String(error)}`);
    });
    const settings = createSettingsRegistry({
      store: stores.settings,
      events,
      bus: { publish: () => undefined, subscribe: () => () => undefined },
      log: silentLog,
      nodeScope: 'node-1',
      overrides: { 'callManager.allowLoopback': true },
    });
    expect((await settings.start()).ok).toBe(true);
    const domains = await createDomains({ store: stores.domains, firstDomain: 'example.org' as Domain, events, log: silentLog });
    const { agent, seal } = composeCallManager({
      stores,
      settings,
      domains,
      sealer: createSealer({ key: 'key', purpose: 'test' }),
      isInCharge: () => true,
      events,
      clock: systemClock,
      log: silentLog,
    });
    await stores.callManager.savePublisher({
      host: 'localhost',
      port: axl.port,
      username: 'axladmin',
      sealedPassword: seal('axlpw'),
      caPem: axl.caPem,
      serverName: '',
      schemaVersion: '',
      enabled: false,
      createdAt: 1,
      updatedAt: 1,
    });
    await agent.start();
    open.push({ close: () => agent.stop() });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    async function timed(kind: 'full' | 'changes') {
      delay.reset();
      delay.enable();
      const began = performance.now();
      const cpu = process.cpuUsage();
      const begun = await agent.sync({ kind, trigger: 'administrator', by: 'test' });
      if (!begun.ok) throw new Error(begun.fault.message);
      await agent.idle();
      delay.disable();
      const seconds = (performance.now() - began) / 1000;
      const run = await stores.callManager.run(begun.value.id);
      if (ASKED !== undefined)
        process.stdout.write(
          `${kind}: ${seconds.toFixed(1)} s, ${run?.says}, ${(process.cpuUsage(cpu).user / 1e6).toFixed(1)} s of CPU, event loop p50 ${(delay.percentile(50) / 1e6).toFixed(1)} p99 ${(delay.percentile(99) / 1e6).toFixed(1)} max ${(delay.max / 1e6).toFixed(1)} ms, rss ${Math.round(process.memoryUsage().rss / 1e6)} MB\n`,
        );
      return run;
    }
    expect(await timed('full')).toMatchObject({
      state: 'done',
      counts: { read: USERS, applied: USERS, devices: USERS, lines: USERS, problems: 0 },
    });
    expect((await stores.accounts.counts()).enabled).toBe(USERS);
    expect(await timed('full')).toMatchObject({ state: 'done', counts: { unchanged: USERS, applied: 0, equipmentChanged: 0 } });
    await axl.put('user00001', { displayName: 'Changed' });
    await axl.remove('user00002');
    await axl.put('somebody.new');
    expect(await timed('changes')).toMatchObject({ kind: 'changes', counts: { planned: { create: 1, update: 1, gone: 1 } } });
    expect((await stores.accounts.byUserId('user00001'))?.name).toBe('Changed');
    expect((await stores.accounts.byUserId('user00002'))?.enabled).toBe(false);
  }, 600_000);
});
