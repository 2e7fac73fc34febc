import { describe, expect, it, vi } from 'vitest';
import { createInProcessBus } from '../cluster/in-process-bus.ts';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { createSettingsRegistry } from './registry.ts';

function setUp(
  overrides: Readonly<Record<string, unknown>> = {},
  shared = memoryStores(),
  bus = createInProcessBus({ log: silentLog }),
  nodeScope = 'n1',
) {
  const events = createEventHub((name) => {
    throw new Error(name);
  });
  const heard: { keys: readonly string[]; by: string; version: number }[] = [];
  events.on('settings.changed', (e) => heard.push({ keys: e.keys, by: e.by, version: e.version }));
  const settings = createSettingsRegistry({ store: shared.settings, events, bus, log: silentLog, nodeScope, overrides });
  return { settings, store: shared.settings, heard, stores: shared, bus };
}
async function save(at: ReturnType<typeof setUp>, values: Record<string, unknown>, version = at.settings.version) {
  const saved = await at.store.save(version, values, 'ana', null);
  if ('conflict' in saved) throw new Error('conflict');
  at.settings.committed(saved);
  return saved;
}

describe('the settings of a node', () => {
  it('are the defaults until something is stored', async () => {
    const at = setUp();
    expect(at.settings.section('im').get().offlineMax).toBe(500);
    expect((await at.settings.start()).ok).toBe(true);
    expect(at.settings.version).toBe(0);
  });

  it('take a secret from the settings file as any other value', async () => {
    const at = setUp({ 'calls.turnSecret': 'north' });
    expect((await at.settings.start()).ok).toBe(true);
    expect(at.settings.section('calls').get().turnSecret).toBe('north');
  });

  it('swap only the section that changed, and tell listeners the old and the new values', async () => {
    const at = setUp();
    await at.settings.start();
    const im = vi.fn();
    const xmpp = vi.fn();
    at.settings.section('im').onChange(im);
    at.settings.section('xmpp').onChange(xmpp);
    await save(at, { 'im.offlineMax': 900 });
    expect(im).toHaveBeenCalledTimes(1);
    expect(im.mock.calls[0]?.map((v) => v.offlineMax)).toEqual([900, 500]);
    expect(xmpp).not.toHaveBeenCalled();
    expect(at.heard).toEqual([{ keys: ['im.offlineMax'], by: 'ana', version: 1 }]);
    await save(at, { 'im.offlineMax': null });
    expect(at.settings.section('im').get().offlineMax).toBe(500);
    expect(at.settings.isChanged('im.offlineMax')).toBe(false);
  });

  it('go on working when one listener throws', async () => {
    const at = setUp();
    await at.settings.start();
    at.settings.section('im').onChange(() => {
      throw new Error('listener');
    });
    await save(at, { 'im.enabled': false, 'presence.enabled': false });
    expect(at.settings.section('im').get().enabled).toBe(false);
    expect(at.settings.section('presence').get().enabled).toBe(false);
  });

  it('reach another node by the bus, from the store', async () => {
    const one = setUp();
    const two = setUp({}, one.stores, one.bus, 'n2');
    await one.settings.start();
    await two.settings.start();
    await save(one, { 'im.enabled': false });
    await vi.waitFor(() => expect(two.settings.section('im').get().enabled).toBe(false));
    expect(two.settings.version).toBe(1);
  });

  it('of one node do not touch another', async () => {
    const one = setUp();
    const two = setUp({}, one.stores, one.bus, 'n2');
    await one.settings.start();
    await save(one, { 'server.xmppPort@n1': 15_222 });
    await two.settings.start();
    expect(one.settings.section('server').get().xmppPort).toBe(15_222);
    expect(two.settings.section('server').get().xmppPort).toBe(0);
  });

  it('catch up when a save of another node lies between', async () => {
    const at = setUp();
    await at.settings.start();
    await at.store.save(0, { 'im.enabled': false }, 'bob', null);
    await save(at, { 'im.offlineMax': 900 }, 1);
    await vi.waitFor(() => expect(at.settings.section('im').get()).toMatchObject({ enabled: false, offlineMax: 900 }));
  });

  it('use the default where a stored value is out of the bounds of this release', async () => {
    const at = setUp();
    await at.store.save(0, { 'im.offlineMax': -4, 'gone.setting': 1 }, 'old release', null);
    await at.settings.start();
    expect(at.settings.section('im').get().offlineMax).toBe(500);
  });

  it('take the settings file at start, in text or typed form, and keep who did it', async () => {
    const at = setUp({ 'im.offlineMessages': false, 'xmpp.resumeTimeout': '20m' });
    expect((await at.settings.start()).ok).toBe(true);
    expect(at.settings.section('xmpp').get().resumeTimeout).toBe(1200);
    expect((await at.store.history({ limit: 5 }))[0]?.by).toBe('settings-file');
    const again = setUp({ 'im.offlineMessages': false }, at.stores);
    await again.settings.start();
    expect(again.settings.version).toBe(1);
  });

  it('take the files of nodes that start at the same moment, each its own settings and all the common ones', async () => {
    const one = setUp({ 'im.offlineMax': 700, 'files.proxyPort': 0 });
    const others = ['n2', 'n3', 'n4'].map((name) => setUp({ 'im.offlineMax': 700, 'files.proxyPort': 0 }, one.stores, one.bus, name));
    const started = await Promise.all([one, ...others].map(({ settings }) => settings.start()));
    expect(started.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    for (const { settings } of [one, ...others]) {
      expect(settings.section('im').get().offlineMax).toBe(700);
      expect(settings.section('files').get().proxyPort).toBe(0);
    }
  });

  it('refuse a settings file with an unknown key or a bad value, naming the nearest', async () => {
    const unknown = await setUp({ 'im.offlineMesages': false }).settings.start();
    expect(unknown.ok || unknown.fault.message).toContain('Did you mean "im.offlineMessages"?');
    const bad = await setUp({ 'im.offlineMax': 'many' }).settings.start();
    expect(bad.ok || bad.fault.message).toContain('whole number');
  });
});
