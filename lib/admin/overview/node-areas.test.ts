import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nearestName } from '../../config/nearest.ts';
import { createDiagnostics } from '../../diagnostics/index.ts';
import { createDomains } from '../../directory/index.ts';
import { createEventHub } from '../../kernel/events.ts';
import type { Domain } from '../../kernel/jid.ts';
import { silentLog } from '../../kernel/log.ts';
import { ok } from '../../kernel/result.ts';
import { createCertificates, securityAlarms } from '../../security/index.ts';
import { createServices } from '../../services/index.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import type { EngineCounters } from '../shared/engine-view.ts';
import { sentencesOf } from './sentences.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-areas-'));
});
afterAll(() => rm(folder, { recursive: true }));
let count = 0;

const counters: EngineCounters = {
  sessions: 16,
  hibernating: 2,
  usersOnline: 14,
  connections: 15,
  webSockets: 0,
  boshSessions: 0,
  unauthenticated: 1,
  messagesIn: 9,
  messagesDelivered: 9,
  messagesOffline: 0,
  messagesArchived: 0,
  presenceIn: 0,
  presenceDelivered: 0,
  iqIn: 0,
  bounced: 0,
  itemsPublished: 0,
  eventsSent: 0,
  signIns: 0,
  signInFailures: 0,
  bytesIn: 0,
  bytesOut: 0,
  rateLimitPauses: 0,
  floods: 0,
  malformedStreams: 0,
  rooms: 3,
  roomOccupants: 7,
  roomMessagesIn: 40,
  roomMessagesDelivered: 90,
};
const admin = viewerOf('administrator', { name: 'ana' });

/** A node of real rooms over memory stores. */
async function setUp() {
  const clock = createFakeClock(Date.UTC(2026, 5, 1));
  const events = createEventHub((name, error) => {
    throw new Error(`${name}: ${String(error)}`);
  });
  const base = adminFixture({ events, clock });
  const { stores } = base;
  const domains = await createDomains({ store: stores.domains, firstDomain: 'example.org' as Domain, events, log: silentLog });
  const certificates = await createCertificates({
    dataDir: join(folder, `d${++count}`),
    hostName: 'box',
    domains: () => [...domains.hosted.get()],
    publicRoots: [],
    events,
    clock,
    log: silentLog,
  });
  if (!certificates.ok) throw new Error(certificates.fault.message);
  const services = createServices({ events, clock, log: silentLog, nearest: nearestName });
  let isRunning = false;
  const entry = (name: string, title: string, needs: string[], critical: boolean) =>
    services.add({
      name,
      title,
      purpose: 'Is tested.',
      needs,
      critical,
      start: async () => {
        isRunning = true;
        return ok(undefined);
      },
      stop: async () => {
        isRunning = false;
      },
      sessionsTouched: () => 16,
    });
  entry('xcp-router', 'XCP Router', [], true);
  entry('message-archive', 'Message archive', ['xcp-router'], false);
  await services.startAll();
  const guard = { locks: () => [] } as never;
  const diagnostics = createDiagnostics({
    sources: {
      figures: () => counters,
      services: services.list,
      certificates: certificates.value.expiring,
      database: () => ({ state: 'up', since: 0, why: '' }),
      alarms: () => securityAlarms({ guard, certificates: certificates.value }),
    },
    settings: base.deps.settings.section('server'),
    clock,
    log: silentLog,
    nodeName: 'node-1',
    version: '0.1.0',
    dataDir: folder,
    loop: { read: () => ({ p50: 0, p99: 0, max: 0 }), stop: () => undefined },
  });
  diagnostics.setPhase('running');
  diagnostics.tick();
  Object.assign(base.engine, { counters: () => counters });
  Object.assign(base.deps, { domains, certificates: certificates.value, services, diagnostics, guard });
  return { ...base, clock, domains, certificates: certificates.value, services, diagnostics, isRunning: () => isRunning };
}

describe('services for an operator', () => {
  it('are listed, previewed, stopped for real and started again, on record', async () => {
    const { api, isRunning, stores } = await setUp();
    const operator = viewerOf('operator', { name: 'eve' });
    const preview = await api.services.previewStop(operator, { name: 'XCP Router' });
    expect(preview.ok && preview.value.says).toBe(
      'XCP Router stops. 16 client sessions end. This also stops Message archive, which needs it. It is critical: the node counts as not ready while it is stopped.',
    );
    expect(isRunning()).toBe(true);
    const stopped = await api.services.stop(operator, { name: 'xcp-router' });
    expect(stopped.ok && stopped.value.services.map((s) => [s.name, s.state])).toEqual([
      ['message-archive', 'stopped'],
      ['xcp-router', 'stopped'],
    ]);
    expect(isRunning()).toBe(false);
    expect((await api.services.start(operator, { name: 'message-archive' })).ok).toBe(true);
    expect((await api.services.restart(operator, { name: 'xcp-router' })).ok).toBe(true);
    const list = await api.services.list(viewerOf('read-only'), {});
    expect(list.ok && list.value.services.map((s) => s.state)).toEqual(['started', 'started']);
    const refused = await api.services.stop(viewerOf('read-only'), { name: 'xcp-router' });
    expect(refused.ok || refused.fault.code).toBe('admin.notPermitted');
    const records = (await stores.audit.find({ limit: 10 })).items.map((r) => [r.action, r.result, r.target]);
    expect(records).toEqual([
      ['service.stop', 'refused', expect.anything()],
      ['service.restart', 'done', 'XCP Router'],
      ['service.start', 'done', 'Message archive'],
      ['service.stop', 'done', 'XCP Router'],
    ]);
  });
});

describe('IM domains for an administrator', () => {
  it('are added, renamed, deleted and made the default, and the router knows within the call', async () => {
    const { api, domains } = await setUp();
    const added = await api.domains.add(admin, { domain: 'Example.NET' });
    expect(added.ok && added.value).toMatchObject({ domain: 'example.net', managed: 'administrator', users: 0, editable: true, why: '' });
    await domains.reload();
    expect(domains.hosted.get().has('example.net')).toBe(true);
    const renamed = await api.domains.update(admin, { domain: 'example.net', to: 'example.com' });
    expect(renamed.ok && renamed.value.domain).toBe('example.com');
    await domains.reload();
    expect([...domains.hosted.get()]).toEqual(['example.com', 'example.org']);
    expect((await api.domains.setDefault(admin, { domain: 'example.com' })).ok).toBe(true);
    await domains.reload();
    expect(domains.default.get()).toBe('example.com');
    const gone = await api.domains.delete(admin, { domains: ['example.org'] });
    expect(gone).toEqual({ ok: true, value: { deleted: ['example.org'] } });
  });

  it('that people use are system-managed and stay; the default stays; bad names are told by field', async () => {
    const { api, stores } = await setUp();
    await stores.accounts.create([
      { userId: 'a', local: 'a', domain: 'used.example' as Domain, name: '', mail: '', enabled: true, credentials: null },
    ]);
    const list = await api.domains.list(admin, {});
    expect(list.ok && list.value.items.find((d) => d.domain === 'used.example')).toMatchObject({
      managed: 'system',
      users: 1,
      editable: false,
    });
    const codes = [
      await api.domains.delete(admin, { domains: ['used.example'] }),
      await api.domains.update(admin, { domain: 'used.example', to: 'b.example' }),
      await api.domains.delete(admin, { domains: ['example.org'] }),
      await api.domains.delete(admin, { domains: ['nowhere.example'] }),
      await api.domains.add(admin, { domain: 'used.example' }),
      await api.domains.add(admin, { domain: 'under_score.example' }),
    ].map((result) => (result.ok ? 'done' : result.fault.code));
    expect(codes).toEqual(['domains.inUse', 'domains.inUse', 'domains.isDefault', 'domains.missing', 'domains.exists', 'domains.invalid']);
    const bad = await api.domains.update(admin, { domain: 'example.org', to: '-x.example' });
    expect(bad.ok || bad.fault.fields).toEqual({ to: 'The domain cannot be used: "-x" begins or ends with a hyphen.' });
  });

  it('are deleted all or none', async () => {
    const { api, stores } = await setUp();
    await api.domains.add(admin, { domain: 'a.example' });
    expect((await api.domains.delete(admin, { domains: ['a.example', 'example.org'] })).ok).toBe(false);
    expect((await stores.domains.list()).map((row) => row.domain)).toContain('a.example');
  });
});

describe('certificates for an administrator', () => {
  it('are shown, regenerated and brought back, and the key never reaches answer or audit', async () => {
    const { api, stores, certificates } = await setUp();
    const list = await api.certificates.list(admin, {});
    expect(list.ok && list.value.items.map((c) => [c.use, c.selfSigned, c.missingNames])).toEqual([
      ['xmpp', true, []],
      ['console', true, []],
    ]);
    const before = list.ok ? list.value.items[0]?.fingerprint : '';
    const made = await api.certificates.regenerate(admin, { use: 'xmpp' });
    expect(made.ok && made.value.previous?.fingerprint).toBe(before);
    const back = await api.certificates.revert(admin, { use: 'xmpp' });
    expect(back.ok && back.value.fingerprint).toBe(before);
    const csr = await api.certificates.createCsr(admin, { use: 'xmpp' });
    expect(csr.ok && csr.value.requestPem).toContain('BEGIN CERTIFICATE REQUEST');
    const { keyPem, chainPem } = certificates.credentials('console');
    const refused = await api.certificates.upload(admin, { use: 'console', certificatePem: chainPem + keyPem, keyPem });
    expect(refused.ok || refused.fault.code).toBe('certificates.same');
    const other = await api.certificates.upload(admin, { use: 'xmpp', certificatePem: chainPem, keyPem });
    expect(other.ok && other.value.warnings).toContain('It is self-signed: clients warn until they are told to trust it.');
    const everything = JSON.stringify([list, made, back, csr, refused, other, await stores.audit.find({ limit: 50 })]);
    expect(everything).not.toContain('PRIVATE KEY');
    expect((await stores.audit.find({ limit: 50 })).items.map((r) => `${r.action} ${r.result}`)).toEqual([
      'certificate.upload done',
      'certificate.upload refused',
      'certificate.create-request done',
      'certificate.revert done',
      'certificate.regenerate done',
    ]);
  });

  it('that do not name a domain added later raise an alarm until a new one does', async () => {
    const { api, domains, diagnostics } = await setUp();
    await api.domains.add(admin, { domain: 'late.example' });
    await domains.reload();
    diagnostics.tick();
    expect(diagnostics.alarms().map((a) => a.what)).toEqual([
      'The certificate for XMPP clients does not name late.example. Clients that connect there warn or refuse.',
    ]);
    await api.certificates.regenerate(admin, { use: 'xmpp' });
    diagnostics.tick();
    expect(diagnostics.alarms()).toEqual([]);
  });
});

describe('the overview', () => {
  it('says how it is in one sentence when all is well, and gives the numbers', async () => {
    const { api } = await setUp();
    const view = await api.overview.get(viewerOf('read-only'), {});
    expect(view.ok && view.value).toMatchObject({
      cluster: 'StandAloneCluster',
      node: { name: 'node-1', ready: true },
      sentences: [
        { tone: 'good', text: 'All is well: 14 people are online with 16 sessions.' },
        { tone: 'notice', text: 'There are no users yet. Add some, or import a list.' },
      ],
      sessions: { live: 14, hibernating: 2, connections: 15, unauthenticated: 1 },
      users: { total: 0, online: 14 },
      rooms: { stored: 0, live: 3, occupants: 7, messagesIn: 40, messagesDelivered: 90 },
    });
    expect(view.ok && view.value.limits).toContainEqual({
      label: 'Rooms in memory',
      used: 3,
      limit: 16_500,
      unit: 'count',
      link: '/messaging/group-chat',
    });
    expect(view.ok && view.value.limits.map((limit) => limit.label)).toContain('Connections not yet signed in');
    const status = await api.overview.status(admin, {});
    expect(status.ok && status.value).toMatchObject({
      ready: true,
      reasons: [],
      sessions: 16,
      services: { 'xcp-router': 'started', 'message-archive': 'started' },
      alarms: [],
    });
  });

  it('says first what is wrong, once', async () => {
    const { api, services, diagnostics, clock } = await setUp();
    await services.stop('xcp-router', 'ana');
    clock.advance(1_000);
    diagnostics.tick();
    const view = await api.overview.get(admin, {});
    expect(view.ok && view.value.sentences.map((s) => s.text)).toEqual([
      'This node is not ready for clients. XCP Router is stopped. Stopped by ana.',
      '14 people are online with 16 sessions.',
      'There are no users yet. Add some, or import a list.',
    ]);
    expect(view.ok && view.value.alarms.map((a) => a.id)).toEqual(['service:xcp-router']);
    const health = await api.diagnostics.health(admin, {});
    expect(health.ok && health.value).toMatchObject({ ready: false, reasons: ['XCP Router is stopped. Stopped by ana.'] });
    const alarms = await api.diagnostics.alarms(admin, {});
    expect(alarms.ok && alarms.value.items[0]?.action).toBe('Start it under Services.');
  });

  it('tells switches that change everything for everybody, and locks', () => {
    const said = sentencesOf({
      reasons: [],
      alarms: [],
      counters: { ...counters, usersOnline: 1, sessions: 1 },
      users: 3,
      imEnabled: false,
      presenceEnabled: false,
      locks: 1,
    });
    expect(said.map((s) => s.text)).toEqual([
      'Instant messaging is turned off for everybody.',
      'Availability sharing is turned off: people see only their own status.',
      '1 account or address is locked after failed sign-ins.',
      '1 person is online with 1 session.',
    ]);
  });

  it('gives the figures of ten minutes and of a day', async () => {
    const { api, clock, diagnostics } = await setUp();
    for (let i = 0; i < 61; i++) {
      clock.advance(1_000);
      diagnostics.tick();
    }
    const short = await api.overview.series(admin, {});
    const long = await api.overview.series(admin, { span: 'day' });
    expect(short.ok && [short.value.stepSeconds, short.value.samples.length]).toEqual([1, 61]);
    expect(long.ok && [long.value.stepSeconds, long.value.samples.length]).toEqual([60, 1]);
  });
});
