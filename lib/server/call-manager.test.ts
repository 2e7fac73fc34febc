import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SimFaults, type Simulator, startSimulator } from '../../e2e/peers/axl/simulator.ts';
import { createDomains } from '../directory/index.ts';
import type { Domain } from '../kernel/jid.ts';
import { silentLog } from '../kernel/log.ts';
import { createSealer } from '../security/index.ts';
import { makeSelfSigned } from '../security/make-certificate.ts';
import { adminFixture, viewerOf } from '../testing/admin-fixture.ts';
import { eventually } from '../testing/eventually.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { composeCallManager } from './call-manager.ts';

const viewer = viewerOf('administrator', { name: 'ana' });
const files = { key: '', cert: '', otherCert: '' };
const open: { close(): Promise<void> | void }[] = [];

beforeAll(async () => {
  const make = () =>
    makeSelfSigned({
      commonName: 'localhost',
      organization: '',
      names: { dns: ['localhost'], ip: [], srv: [], xmpp: [] },
      from: Date.now(),
      days: 10,
    });
  const [made, other] = await Promise.all([make(), make()]);
  Object.assign(files, { key: made.keyPem, cert: made.certificatePem, otherCert: other.certificatePem });
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Administration with a Sync Agent, beside a call manager with some people. */
async function world(users = 40, more: { versions?: readonly string[]; isInCharge?: () => boolean } = {}) {
  const sim = await startSimulator({ users, key: files.key, cert: files.cert, ...more });
  open.push(sim);
  const clock = createFakeClock();
  const admin = adminFixture({ clock });
  const { deps, events, stores } = admin;
  const domains = await createDomains({ store: stores.domains, firstDomain: 'example.org' as Domain, events, log: silentLog });
  const { settings } = deps;
  await settings.start();
  const parts = composeCallManager({
    stores,
    settings,
    domains,
    sealer: createSealer({ key: 'key of the test', purpose: 'call manager' }),
    isInCharge: more.isInCharge ?? (() => true),
    events,
    clock,
    log: silentLog,
  });
  Object.assign(deps, { callManager: parts });
  const set = async (values: Record<string, unknown>) => {
    const saved = await admin.api.settings.save(viewer, {
      version: settings.version,
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [`callManager.${name}`, value])),
    } as never);
    if (!saved.ok) throw new Error(saved.fault.message);
  };
  await set({ allowLoopback: true, retries: 0, pageRows: 15 });
  const configure = (over: Record<string, unknown> = {}) =>
    admin.api.callManager.configure(viewer, {
      host: 'localhost',
      port: sim.port,
      username: 'axladmin',
      password: 'axlpw',
      caPem: files.cert,
      // By hand, so that nothing begins by itself in a test.
      enabled: false,
      ...over,
    });
  const configured = await configure();
  if (!configured.ok) throw new Error(configured.fault.message);
  await parts.agent.start();
  open.push({ close: () => parts.agent.stop() });
  /** Runs once and answers the run as it ended. */
  async function sync(input: { kind?: 'full' | 'changes'; preview?: boolean } = {}) {
    const begun = await admin.api.callManager.sync(viewer, input);
    if (!begun.ok) throw new Error(begun.fault.message);
    await parts.agent.idle();
    const run = (await stores.callManager.run(begun.value.id)) ?? parts.agent.status().run;
    if (run === null) throw new Error('the run is not kept');
    return run;
  }
  const account = async (userId: string) => (await stores.accounts.byUserId(userId)) ?? null;
  return { ...admin, agent: parts.agent, clock, configure, domains, parts, set, sim, sync, account };
}
type World = Awaited<ReturnType<typeof world>>;
const faulty = (faults: SimFaults) => async (w: World) => {
  w.sim.faults = faults;
};
const names = (sim: Simulator): string[] => sim.journal.splice(0).map(({ operation }) => operation);

describe('of several nodes', () => {
  it('the one in charge alone runs by the clock; another one does what it is told by an administrator', async () => {
    let isInCharge = false;
    const { agent, clock, configure, stores, sync } = await world(5, { isInCharge: () => isInCharge });
    await configure({ enabled: true });
    await agent.reload();
    clock.advance(60_000);
    await agent.idle();
    expect(await stores.callManager.runs({ limit: 10 })).toEqual([]);
    isInCharge = true;
    clock.advance(10_000);
    await agent.idle();
    expect(await stores.callManager.runs({ limit: 10 })).toMatchObject([{ state: 'done', trigger: 'first' }]);
    isInCharge = false;
    expect(await sync()).toMatchObject({ state: 'done', trigger: 'administrator' });
  });
});

describe('a full synchronisation', () => {
  it('brings everyone with devices and lines, page by page, as accounts that belong to the call manager', async () => {
    const { sync, account, stores, api, sim } = await world();
    const run = await sync();
    expect(run).toMatchObject({ state: 'done', kind: 'full', counts: { read: 40, applied: 40, devices: 40, lines: 40, problems: 0 } });
    expect(run.counts.planned.create).toBe(40);
    expect(names(sim).filter((name) => name === 'listUser')).toHaveLength(4);
    expect(await account('user00007')).toMatchObject({
      source: 'call-manager',
      enabled: true,
      domain: 'example.org',
      mail: 'user00007@example.test',
    });
    expect(await stores.callManager.counts()).toEqual({
      known: 40,
      entitled: 40,
      served: 40,
      problems: 0,
      gone: 0,
      devices: 40,
      lines: 40,
    });
    const shown = await api.callManager.user(viewer, { user: 'USER00007' });
    expect(shown.ok && shown.value).toMatchObject({
      user: { userId: 'user00007', entitled: true, extension: '500007', department: 'Engineering' },
      devices: [{ model: 'Cisco 8845', owner: 'user00007', lines: [{ pattern: '500007', partition: 'Internal' }] }],
    });
  });

  it('lets an administrator give people of the call manager a password, and change nothing else of them', async () => {
    const { sync, api, stores, account } = await world(3);
    await sync();
    const set = await api.users.setPassword(viewer, { user: 'user00001', password: 'correct horse' });
    expect(set.ok).toBe(true);
    expect(stores.state.credentials.has((await account('user00001'))?.id ?? 0)).toBe(true);
    const changed = await api.users.update(viewer, { user: 'user00001', name: 'Other' });
    expect(changed.ok ? '' : changed.fault.code).toBe('users.managedElsewhere');
    const shown = await api.callManager.show(viewer, {});
    expect(shown.ok && shown.value).toMatchObject({
      agent: 'idle',
      run: null,
      gate: null,
      counts: { served: 3 },
      publisher: { host: 'localhost' },
    });
  });

  it('changes nothing when nothing changed', async () => {
    const { sync } = await world();
    await sync();
    const again = await sync();
    expect(again).toMatchObject({
      state: 'done',
      counts: { read: 40, unchanged: 40, applied: 0, equipmentChanged: 0 },
      says: 'Done: nothing changed.',
    });
  });

  it('follows names, renamed user ids and who may use IM and presence', async () => {
    const { sync, sim, account, told } = await world();
    await sync();
    const before = await account('user00001');
    sim.put('user00001', { userid: 'renamed', displayName: 'New Name' });
    sim.put('user00002', { imAndPresenceEnable: 'false' });
    sim.put('user00003', { homeCluster: 'false' });
    sim.put('user00004', { department: 'Moved' });
    told.length = 0;
    const run = await sync();
    expect(run.counts.planned).toMatchObject({ update: 2, disable: 2, create: 0, gone: 0 });
    expect(await account('renamed')).toMatchObject({ id: before?.id, name: 'New Name', bare: 'renamed@example.org' });
    expect(await account('user00001')).toBeNull();
    expect((await account('user00002'))?.enabled).toBe(false);
    expect((await account('user00003'))?.enabled).toBe(false);
    const events = told.filter(({ name }) => name === 'user.changed').map(({ payload }) => payload as { bare: string; what: string });
    expect(events.map(({ bare, what }) => `${bare} ${what}`).sort()).toEqual([
      'renamed@example.org updated',
      'user00001@example.org moved',
      'user00002@example.org disabled',
      'user00003@example.org disabled',
    ]);
    sim.put('user00002', { imAndPresenceEnable: 'true' });
    expect((await sync()).counts.planned).toMatchObject({ enable: 1 });
    expect((await account('user00002'))?.enabled).toBe(true);
  });

  it('disables who is gone at once, deletes after the grace, and takes back who returns in between', async () => {
    const { sync, sim, account, clock, parts, stores } = await world();
    await sync();
    sim.remove('user00001');
    sim.remove('user00002');
    const removed = await sync();
    expect(removed.counts.planned.gone).toBe(2);
    expect((await account('user00001'))?.enabled).toBe(false);
    sim.put('user00002', {});
    expect((await sync()).counts.planned.enable).toBe(1);
    expect((await account('user00002'))?.enabled).toBe(true);
    expect(await parts.deleteGone()).toBe(0);
    clock.advance(31 * 86_400_000);
    expect(await parts.deleteGone()).toBe(1);
    expect(await account('user00001')).toBeNull();
    expect((await account('user00002'))?.enabled).toBe(true);
    expect((await stores.callManager.counts()).gone).toBe(0);
  });

  it('makes no account for who is not enabled, and one when they are', async () => {
    const { sync, sim, account, stores } = await world(5);
    sim.put('later', { imAndPresenceEnable: 'false' });
    expect((await sync()).counts.planned).toMatchObject({ create: 5, note: 1 });
    expect(await account('later')).toBeNull();
    expect(await stores.callManager.counts()).toMatchObject({ known: 6, entitled: 5, served: 5 });
    sim.put('later', { imAndPresenceEnable: 'true' });
    expect((await sync()).counts.planned).toMatchObject({ create: 1 });
    expect(await account('later')).toMatchObject({ enabled: true });
  });

  it('makes an account anew when somebody removed it here', async () => {
    const { sync, account, stores } = await world(5);
    await sync();
    await stores.accounts.remove([(await account('user00003'))?.id ?? 0]);
    expect((await sync()).counts.planned).toMatchObject({ create: 1 });
    expect(await account('user00003')).not.toBeNull();
  });

  it('names each problem, makes no account where there is one, and goes on with the rest', async () => {
    const { sync, sim, api, account, stores } = await world(5);
    await api.users.create(viewer, { userId: 'byhand', password: 'correct horse', name: '', mail: '' } as never);
    sim.put('byhand');
    sim.put('id:7');
    sim.put('dup', { directoryUri: 'same@example.test' });
    const twin = sim.put('dup2', { directoryUri: 'SAME@example.test' });
    Object.assign(twin, { userid: 'DUP' });
    sim.put('baduri', { directoryUri: 'no address' });
    const run = await sync();
    const problems = await api.callManager.problems(viewer, { run: run.id });
    expect(problems.ok && problems.value.items.map(({ userId, kind }) => `${userId} ${kind}`).sort()).toEqual([
      'DUP duplicate-user-id',
      'baduri invalid-uri',
      'byhand taken',
      'id:7 invalid-user-id',
    ]);
    expect((await account('byhand'))?.source).toBe('local');
    expect(await account('baduri')).toMatchObject({ enabled: true });
    expect((await stores.callManager.counts()).problems).toBe(4);
    // Mended there, the problem goes, and what was kept back comes.
    sim.put('baduri', { directoryUri: 'baduri@example.test' });
    sim.put('id:7', { userid: 'seven' });
    await sync();
    expect((await stores.callManager.counts()).problems).toBe(2);
    expect(await account('seven')).not.toBeNull();
    const shown = await api.callManager.users(viewer, { show: 'problems' });
    expect(shown.ok && shown.value.items.map(({ userId }) => userId)).toEqual(['byhand', 'DUP']);
  });

  it('takes accounts over that were made by hand, when it may', async () => {
    const { sync, sim, api, account, set } = await world(5);
    await api.users.create(viewer, { userId: 'byhand', password: 'correct horse', name: 'Old', mail: '' } as never);
    const before = await account('byhand');
    sim.put('byhand', { displayName: 'New' });
    await set({ adoptAccounts: true });
    expect((await sync()).counts.planned.adopt).toBe(1);
    expect(await account('byhand')).toMatchObject({ id: before?.id, source: 'call-manager', name: 'New' });
  });
});

describe('a run that would take away too much', () => {
  it('waits, has changed nothing, and is applied or discarded by an administrator', async () => {
    const { sync, sim, account, api, agent } = await world();
    await sync();
    for (let index = 1; index <= 10; index++) sim.remove(`user000${String(index).padStart(2, '0')}`);
    const run = await sync();
    expect(run.state).toBe('waiting');
    expect(run.says).toContain('10 of 40 users');
    expect((await account('user00001'))?.enabled).toBe(true);
    const planned = await api.callManager.planned(viewer, { run: run.id, action: 'gone', limit: 3 });
    expect(planned.ok && planned.value.items).toHaveLength(3);
    expect(planned.ok && planned.value.next).not.toBeNull();
    expect((await api.callManager.discard(viewer, { run: run.id })).ok).toBe(true);
    expect((await account('user00001'))?.enabled).toBe(true);
    const again = await sync({ kind: 'changes' });
    expect(again).toMatchObject({ kind: 'full', state: 'waiting' });
    expect((await api.callManager.confirm(viewer, { run: again.id })).ok).toBe(true);
    await agent.idle();
    expect((await account('user00001'))?.enabled).toBe(false);
    expect((await api.callManager.confirm(viewer, { run: again.id })).ok).toBe(false);
  });

  it('is what an empty answer leads to', async () => {
    const { sync, sim, stores } = await world();
    await sync();
    sim.world.data.users.clear();
    sim.restart();
    const run = await sync();
    expect(run.state).toBe('waiting');
    expect((await stores.callManager.counts()).served).toBe(40);
  });

  it('waits still after a restart, and can be applied then', async () => {
    const { sync, sim, agent, api, account } = await world();
    await sync();
    for (let index = 1; index <= 20; index++) sim.remove(`user000${String(index).padStart(2, '0')}`);
    const run = await sync();
    await agent.stop();
    await agent.start();
    expect(agent.status().run).toMatchObject({ id: run.id, state: 'waiting' });
    expect((await api.callManager.confirm(viewer, { run: run.id })).ok).toBe(true);
    await agent.idle();
    expect((await account('user00020'))?.enabled).toBe(false);
  });

  it('is also shown before anything is changed, when a preview is asked for', async () => {
    const { sync, stores, api, agent } = await world(5);
    const run = await sync({ preview: true });
    expect(run).toMatchObject({ state: 'waiting', counts: { planned: { create: 5 } } });
    expect((await stores.accounts.counts()).total).toBe(0);
    await api.callManager.confirm(viewer, { run: run.id });
    await agent.idle();
    expect((await stores.accounts.counts()).total).toBe(5);
  });
});

describe('a look at the changes', () => {
  it('reads only who changed, and remembers where to go on', async () => {
    const { sync, sim, account } = await world();
    await sync();
    names(sim);
    sim.put('user00005', { displayName: 'Changed' });
    sim.put('new', {});
    sim.remove('user00006');
    const run = await sync({ kind: 'changes' });
    expect(run).toMatchObject({ kind: 'changes', state: 'done', counts: { planned: { update: 1, create: 1, gone: 1 } } });
    expect(names(sim)).not.toContain('listUser');
    expect((await account('user00005'))?.name).toBe('Changed');
    expect((await account('user00006'))?.enabled).toBe(false);
    await sync({ kind: 'changes' });
    expect(names(sim)).toEqual(['getCCMVersion', 'listChange']);
  });

  it('becomes a full run when the list of changes was begun anew, or holds too many', async () => {
    const { sync, sim, set } = await world();
    expect(await sync({ kind: 'changes' })).toMatchObject({ kind: 'full', state: 'done' });
    sim.put('user00001', { displayName: 'A' });
    sim.restart();
    expect(await sync({ kind: 'changes' })).toMatchObject({ kind: 'full', state: 'done', counts: { planned: { update: 1 } } });
    await set({ maxChanges: 3 });
    for (let index = 1; index <= 5; index++) sim.put(`user0000${index}`, { department: 'Other' });
    expect(await sync({ kind: 'changes' })).toMatchObject({ kind: 'full', counts: { planned: { update: 5 } } });
  });
});

describe('a call manager in trouble', () => {
  it.each([
    ['a wrong password', (w: World) => w.configure({ password: 'wrong' }), 'refuses the user name or password'],
    ['a user without the role', (w) => w.configure({ username: 'norole' }), 'Standard AXL API Access'],
    ['a certificate of somebody else', (w) => w.configure({ caPem: files.otherCert }), 'is not trusted'],
    ['another name in the certificate', (w) => w.configure({ serverName: 'cucm.example.com' }), 'made out to another name'],
    ['a version that it does not speak', (w) => w.configure({ schemaVersion: '10.0' }), 'none of the AXL versions tried (10.0)'],
    ['a login page', faulty({ loginPage: true }), 'is no AXL service'],
    ['half a page', faulty({ operation: 'listUser', halfAfter: 5_000 }), 'ends in the middle'],
    ['throttling without end', faulty({ busy: 1_000 }), 'is throttling'],
    ['a refused query', faulty({ operation: 'listUser', code: -1, message: 'No' }), 'refuses listUser: No'],
    ['a slow answer', async (w) => [await w.set({ requestTimeout: 1 }), await faulty({ delayMs: 3_000 })(w)], 'within 1 seconds'],
    ['a closed port', (w) => w.configure({ port: 1 }), 'nothing listens there'],
  ] as [string, (w: World) => Promise<unknown>, string][])(
    '%s ends the run with a sentence, and nobody is touched',
    async (_what, spoil, says) => {
      const w = await world();
      await w.sync();
      await spoil(w);
      const run = await w.sync();
      expect(run).toMatchObject({ state: 'failed' });
      expect(run.says).toContain(says);
      expect(await w.stores.callManager.counts()).toMatchObject({ known: 40, served: 40, gone: 0 });
      expect(w.agent.status().failure?.says).toBe(run.says);
    },
  );

  it('is asked again when it throttles or drops a connection, with longer pauses each time', async () => {
    const { sim, set, api, agent, clock } = await world();
    await set({ retries: 3, retryDelay: 1_000 });
    sim.faults = { busy: 1, memory: 1, drop: 1 };
    await api.callManager.sync(viewer, {});
    await eventually(() => {
      // The agent's own look at the clock waits too.
      if (clock.waiting > 1) clock.advance(10_000);
      return agent.status().run === null;
    });
    const [run] = ((await api.callManager.runs(viewer, {})) as { value: { items: { state: string; counts: { retries: number } }[] } }).value
      .items;
    expect(run).toMatchObject({ state: 'done', counts: { retries: 3 } });
  });

  it('is asked for fewer rows when it says that they are too many', async () => {
    const { sim, sync } = await world(60);
    sim.world.limitBytes = 9_000;
    const run = await sync();
    expect(run).toMatchObject({ state: 'done', counts: { read: 60 } });
  });

  it('loses nobody when a page is shorter than was asked for', async () => {
    const { sim, sync } = await world(60);
    sim.world.cutRows = 4;
    expect(await sync()).toMatchObject({ counts: { read: 60 } });
  });

  it('speaks the oldest version that both know, and another one after an upgrade', async () => {
    const { sync, agent, sim } = await world(5, { versions: ['12.5', '14.0'] });
    await sync();
    expect(agent.status()).toMatchObject({ spoken: '12.5', release: '14.0.1.12900-161' });
    expect(new Set(sim.journal.map(({ version }) => version))).toEqual(new Set(['12.5']));
    sim.versions = ['14.0', '15.0'];
    expect(await sync()).toMatchObject({ state: 'done' });
    expect(agent.status().spoken).toBe('14.0');
  });

  it('is not asked at an address of this machine, unless the settings allow it', async () => {
    const { set, sync, configure } = await world(5);
    await set({ allowLoopback: false });
    expect((await sync()).says).toContain('leads to 127.0.0.1, where no call manager may be');
    await configure({ host: '169.254.169.254', password: 'axlpw' });
    await set({ allowLoopback: true });
    expect((await sync()).says).toContain('link-local');
  });
});

describe('the Sync Agent', () => {
  it('begins by itself, then looks for changes, then reads everything each night', async () => {
    const { configure, sim, agent, clock, stores } = await world(5);
    await configure({ enabled: true });
    await agent.reload();
    clock.advance(5_000);
    await agent.idle();
    expect((await stores.callManager.runs({ limit: 5 })).map(({ trigger, kind }) => `${trigger} ${kind}`)).toEqual(['first full']);
    sim.put('user00001', { displayName: 'Changed' });
    clock.advance(125_000);
    await agent.idle();
    expect((await stores.callManager.runs({ limit: 1 }))[0]).toMatchObject({
      kind: 'changes',
      trigger: 'schedule',
      counts: { planned: { update: 1 } },
    });
    clock.advance(24 * 3_600_000);
    await agent.idle();
    clock.advance(5_000);
    await agent.idle();
    expect((await stores.callManager.runs({ limit: 5 })).some(({ trigger, kind }) => trigger === 'schedule' && kind === 'full')).toBe(true);
  });

  it('keeps no record of a look that found nothing', async () => {
    const { configure, agent, clock, stores } = await world(5);
    await configure({ enabled: true });
    await agent.reload();
    clock.advance(5_000);
    await agent.idle();
    clock.advance(125_000);
    await agent.idle();
    expect(await stores.callManager.runs({ limit: 5 })).toHaveLength(1);
  });

  it('keeps clients out until the first run after a start has ended, at most for the time that the settings give', async () => {
    const { configure, agent, clock, set } = await world(5);
    expect(agent.gate()).toBeNull();
    await configure({ enabled: true, password: 'wrong' });
    await agent.stop();
    const again = agent;
    await again.start();
    // Nobody is shut out of a server that runs already: the gate shuts only at a start.
    await set({ gateTimeout: 60 });
    expect(again.gate()).toContain('first synchronisation');
    clock.advance(61_000);
    expect(again.gate()).toBeNull();
  });

  it('shuts nobody out any longer for a first run that has failed: whoever is here already could not mend it', async () => {
    const { configure, agent, clock } = await world(5);
    await configure({ enabled: true, password: 'wrong' });
    await agent.stop();
    await agent.start();
    expect(agent.gate()).toContain('first synchronisation');
    clock.advance(5_000);
    await agent.idle();
    expect(agent.status().failure).not.toBeNull();
    expect(agent.gate()).toBeNull();
  });

  it('runs one at a time, can be cancelled, and refuses when it is stopped', async () => {
    const { api, agent, sim, stores } = await world();
    sim.faults = { delayMs: 50 };
    const first = await api.callManager.sync(viewer, {});
    expect(first.ok).toBe(true);
    const second = await api.callManager.sync(viewer, {});
    expect(second.ok ? '' : second.fault.code).toBe('callManager.running');
    expect((await api.callManager.cancel(viewer, {})).ok).toBe(true);
    await agent.idle();
    expect((await stores.callManager.runs({ limit: 1 }))[0]).toMatchObject({ state: 'cancelled', says: 'Cancelled by ana.' });
    await agent.stop();
    const third = await api.callManager.sync(viewer, {});
    expect(third.ok ? '' : third.fault.code).toBe('callManager.stopped');
  });

  it('goes on applying after a stop in the middle', async () => {
    const { api, agent, stores, sync } = await world();
    const preview = await sync({ preview: true });
    await api.callManager.confirm(viewer, { run: preview.id });
    await agent.stop();
    expect(await stores.callManager.run(preview.id)).toMatchObject({ state: expect.stringMatching(/applying|done/) as string });
    await agent.start();
    await agent.idle();
    expect(await stores.callManager.run(preview.id)).toMatchObject({ state: 'done' });
    expect((await stores.accounts.counts()).total).toBe(40);
  });
});

describe('the way to the call manager', () => {
  it('is tested step by step, and shows the certificate whether it is trusted or not', async () => {
    const { api, configure, sim } = await world(5);
    const good = await api.callManager.test(viewer, {});
    expect(good.ok && good.value.ok).toBe(true);
    expect(good.ok && good.value.steps.map(({ name }) => name)).toEqual([
      'Connection',
      'Certificate, password and version',
      'Users',
      'Changes',
      'Devices',
      'Lines',
      'Which belong together',
    ]);
    await configure({ caPem: '' });
    const bad = await api.callManager.test(viewer, {});
    expect(bad.ok && bad.value.ok).toBe(false);
    expect(bad.ok && bad.value.steps.at(-1)?.says).toContain('is not trusted: it is self-signed');
    const shown = await api.callManager.fetchCertificate(viewer, { host: 'localhost', port: sim.port });
    expect(shown.ok && shown.value.chain[0]).toMatchObject({ subject: 'CN=localhost', selfSigned: true });
    expect(shown.ok && shown.value.chain[0]?.pem.replace(/\s/g, '')).toBe(files.cert.replace(/\s/g, ''));
  });

  it('keeps the password sealed and shows it to nobody, and asks for it again for another address', async () => {
    const { api, stores, configure } = await world(1);
    expect((await stores.callManager.publisher())?.sealedPassword).not.toContain('axlpw');
    const shown = await api.callManager.show(viewer, {});
    expect(JSON.stringify(shown)).not.toMatch(/axlpw|sealed/);
    expect(JSON.stringify(await stores.audit.find({ limit: 10 }))).not.toContain('axlpw');
    const elsewhere = await configure({ host: 'other.example.com', password: undefined });
    expect(elsewhere.ok ? '' : elsewhere.fault.code).toBe('callManager.noPassword');
    for (const change of [{ port: 1 }, { caPem: files.otherCert }, { caPem: '' }, { serverName: 'other.example.com' }]) {
      const answer = await configure({ ...change, password: undefined });
      expect([change, answer.ok ? '' : answer.fault.code]).toEqual([change, 'callManager.noPassword']);
    }
    expect((await configure({ password: undefined, enabled: true, schemaVersion: '14.0' })).ok).toBe(true);
    const spoilt = await configure({ caPem: 'no certificate' });
    expect(spoilt.ok ? '' : spoilt.fault.code).toBe('callManager.badCertificate');
  });

  it('is forgotten on request, and the users stay as local ones', async () => {
    const { api, sync, account, agent } = await world(5);
    await sync();
    const gone = await api.callManager.remove(viewer, {});
    expect(gone.ok && gone.value.released).toBe(5);
    expect(await account('user00001')).toMatchObject({ source: 'local', enabled: true });
    await agent.reload();
    expect(agent.status().isConfigured).toBe(false);
  });

  it('is seen by every role and changed by administrators alone', async () => {
    const { api } = await world(1);
    for (const role of ['operator', 'read-only'] as const) {
      expect((await api.callManager.show(viewerOf(role), {})).ok).toBe(true);
      expect((await api.callManager.sync(viewerOf(role), {})).ok).toBe(false);
    }
  });
});
