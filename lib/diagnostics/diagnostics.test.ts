import { describe, expect, it, vi } from 'vitest';
import { type ServerValues, sections } from '../config/schema/index.ts';
import { liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { judge } from './alarms.ts';
import { createDiagnostics } from './diagnostics.ts';
import { createLogger } from './logger.ts';
import type { DatabaseFacts, EngineFigures, ServiceFacts } from './ports.ts';
import { createLoopMonitor, createRing, foldMinute, sampleBetween } from './samples.ts';

const gib = 1024 ** 3;
const noFigures: EngineFigures = {
  sessions: 0,
  hibernating: 0,
  usersOnline: 0,
  connections: 0,
  webSockets: 0,
  boshSessions: 0,
  unauthenticated: 0,
  messagesIn: 0,
  messagesDelivered: 0,
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
const service = (more: Partial<ServiceFacts> = {}): ServiceFacts => ({
  name: 'xcp-router',
  title: 'XCP Router',
  critical: true,
  state: 'started',
  since: 5,
  why: '',
  ...more,
});

function setUp(more: { services?: ServiceFacts[] } = {}) {
  const clock = createFakeClock();
  const loop = { p50: 0, p99: 0, max: 0 };
  const figures = { ...noFigures };
  const state = {
    database: { state: 'up', since: 0, why: '' } as DatabaseFacts,
    services: more.services ?? [service()],
    resident: gib,
    disk: { freeBytes: 50 * gib, totalBytes: 100 * gib },
  };
  const values = Object.fromEntries(
    Object.entries(sections.server.settings).map(([name, s]) => [name, s.default]),
  ) as unknown as ServerValues;
  const diagnostics = createDiagnostics({
    sources: {
      figures: () => figures as EngineFigures,
      services: () => state.services,
      certificates: () => [],
      database: () => state.database,
      alarms: () => [],
    },
    settings: liveBox({ ...values, memoryLimit: 4 * gib }),
    clock,
    log: silentLog,
    nodeName: 'n1',
    version: '0.1.0',
    dataDir: '/nowhere',
    loop: { read: () => ({ ...loop }), stop: () => undefined },
    readDisk: async () => state.disk,
    residentBytes: () => state.resident,
  });
  diagnostics.setPhase('running');
  const second = (times = 1) => {
    for (let i = 0; i < times; i++) {
      clock.advance(1_000);
      diagnostics.tick();
    }
  };
  diagnostics.tick();
  return { diagnostics, clock, loop, figures: figures as { -readonly [K in keyof EngineFigures]: number }, state, second };
}

describe('figures', () => {
  it('become rates a second, and minutes hold the worst delay', () => {
    const { diagnostics, figures, loop, second } = setUp();
    figures.messagesIn = 250;
    figures.sessions = 7;
    second();
    expect(diagnostics.lastSecond()).toMatchObject({ messagesPerSecond: 250, sessions: 7 });
    loop.max = 90;
    second();
    loop.max = 1;
    second(58);
    expect(diagnostics.series('ten-minutes')).toHaveLength(60);
    expect(diagnostics.series('day')).toHaveLength(1);
    expect(diagnostics.series('day')[0]).toMatchObject({ loopMax: 90, messagesPerSecond: 4.17, sessions: 7 });
  });

  it('keep ten minutes of seconds and a day of minutes, no more', () => {
    const { diagnostics, second } = setUp();
    second(700);
    expect(diagnostics.series('ten-minutes')).toHaveLength(600);
    const ring = createRing<number>(3);
    for (let i = 1; i <= 5; i++) ring.push(i);
    expect([ring.values(), ring.last()]).toEqual([[3, 4, 5], 5]);
    expect(createRing<number>(3).last()).toBeNull();
  });

  it('do not go below zero when a part began to count anew', () => {
    const reading = {
      at: 0,
      elapsed: 0,
      figures: { ...noFigures, messagesIn: 1000 },
      loop: { p50: 0, p99: 0, max: 0 },
      cpuMicros: 0,
      residentBytes: 1,
      heapBytes: 1,
    };
    expect(
      sampleBetween(reading, { ...reading, elapsed: 2_000, figures: { ...noFigures, messagesIn: 10 }, cpuMicros: 1_000_000 }),
    ).toMatchObject({ messagesPerSecond: 5, cpu: 0.5 });
    expect(foldMinute([])).toBeNull();
  });

  it('see a blocked event loop', async () => {
    const monitor = createLoopMonitor();
    const until = performance.now() + 80;
    while (performance.now() < until);
    let max = 0;
    await vi.waitFor(() => {
      max = Math.max(max, monitor.read().max);
      expect(max).toBeGreaterThan(40);
    });
    monitor.stop();
  });
});

describe('alarms', () => {
  it('come when the median delay is over the limit for ten seconds, and go after ten good ones', () => {
    const { diagnostics, loop, second, clock } = setUp();
    loop.p50 = 250;
    second(9);
    expect(diagnostics.alarms()).toEqual([]);
    second();
    const since = clock.now();
    expect(diagnostics.alarms()).toMatchObject([{ id: 'event-loop', severity: 'critical', since }]);
    second(5);
    loop.p50 = 1;
    second(9);
    expect(diagnostics.alarms()).toMatchObject([{ id: 'event-loop', since }]);
    second();
    expect(diagnostics.alarms()).toEqual([]);
  });

  it('are not raised by single slow seconds', () => {
    const { diagnostics, loop, second } = setUp();
    for (let i = 0; i < 30; i++) {
      loop.p50 = i % 5 === 0 ? 1 : 900;
      second();
    }
    expect(diagnostics.alarms()).toEqual([]);
  });

  it('tell memory over 80 % of the limit (O-3), to listeners too', () => {
    const { diagnostics, state, second } = setUp();
    const heard: boolean[] = [];
    diagnostics.isMemoryShort.onChange((now) => heard.push(now));
    state.resident = 3.1 * gib;
    second();
    expect(diagnostics.alarms()).toEqual([]);
    state.resident = 3.3 * gib;
    second();
    expect(diagnostics.alarms().map((a) => a.id)).toEqual(['memory']);
    state.resident = gib;
    second();
    expect([heard, diagnostics.alarms()]).toEqual([[true, false], []]);
  });

  it('tell a disk that is nearly full', async () => {
    const { diagnostics, state, second } = setUp();
    state.disk = { freeBytes: 5 * gib, totalBytes: 100 * gib };
    second(31);
    await vi.waitFor(() => {
      second();
      expect(diagnostics.alarms()).toMatchObject([{ id: 'disk', severity: 'warning' }]);
    });
  });

  it('say what is wrong, since when, what to do and where, most serious first', () => {
    const facts = judge({
      database: { state: 'down', since: 1, why: 'connection refused' },
      services: [
        service({ state: 'degraded', name: 'a', title: 'Message archive', why: 'It is behind.' }),
        service({ state: 'stopped', why: 'Stopped by ana.' }),
        service({ state: 'stopped', critical: false, name: 'b' }),
      ],
      certificates: [
        { use: 'xmpp', title: 'XMPP clients', daysLeft: 3, notAfter: Date.UTC(2026, 0, 4), selfSigned: false, step: 3 },
        { use: 'console', title: 'Console', daysLeft: -1, notAfter: Date.UTC(2026, 0, 1), selfSigned: true, step: 0 },
        { use: 'other', title: 'Other', daysLeft: 20, notAfter: Date.UTC(2026, 0, 21), selfSigned: true, step: 30 },
      ],
      loopLate: null,
      memory: { usedBytes: 1, limitBytes: 10 },
      disk: { freeBytes: 0.1 * gib, totalBytes: 100 * gib },
      more: [{ id: 'more', severity: 'warning', what: 'w', action: 'a', link: '/' }],
    });
    expect(facts.map((f) => [f.id, f.severity])).toEqual([
      ['database', 'critical'],
      ['service:xcp-router', 'critical'],
      ['certificate:xmpp', 'critical'],
      ['certificate:console', 'critical'],
      ['disk', 'critical'],
      ['service:a', 'warning'],
      ['certificate:other', 'warning'],
      ['more', 'warning'],
    ]);
    expect(facts[2]?.what).toBe('The certificate for XMPP clients ends in 3 days, on 2026-01-04.');
    expect(facts[3]?.what).toBe('The certificate for Console ended on 2026-01-01. Clients refuse to connect.');
    for (const fact of facts.slice(0, 7)) {
      expect(fact.what).toMatch(/\.$/);
      expect(fact.action).toMatch(/\.$/);
      expect(fact.link).toMatch(/^\//);
    }
  });
});

describe('health', () => {
  it('is ready only while everything critical runs, and says why not', () => {
    const { diagnostics, state } = setUp();
    expect(diagnostics.health()).toEqual({ live: true, ready: true, reasons: [] });
    state.services = [service({ state: 'failed', why: 'Port 5222 is taken.' }), service({ critical: false, state: 'failed' })];
    state.database = { state: 'down', since: 0, why: 'gone' };
    expect(diagnostics.health()).toEqual({
      live: true,
      ready: false,
      reasons: ['The database cannot be reached (gone).', 'XCP Router is failed. Port 5222 is taken.'],
    });
    state.database = { state: 'down', since: 0, why: 'its disk is full', isFull: true };
    expect(diagnostics.health().reasons).toContain('The database can store nothing (its disk is full).');
    state.services = [service({ state: 'degraded' })];
    state.database = { state: 'up', since: 0, why: '' };
    expect(diagnostics.health().ready).toBe(true);
    diagnostics.setPhase('stopping');
    expect(diagnostics.health()).toEqual({ live: true, ready: false, reasons: ['The node is stopping.'] });
  });
});

describe('the text for Prometheus', () => {
  it('holds totals, gauges, services and delay under rollcall_ names', async () => {
    const { diagnostics, figures, loop, second } = setUp();
    figures.messagesIn = 42;
    figures.sessions = 3;
    loop.p99 = 20;
    second();
    const text = await diagnostics.metrics.render();
    expect(text).toContain('rollcall_messages_received_total 42');
    expect(text).toContain('rollcall_sessions 3');
    expect(text).toContain('rollcall_room_occupants 7');
    expect(text).toContain('rollcall_room_messages_delivered_total 90');
    expect(text).toContain('rollcall_event_loop_delay_seconds{quantile="0.99"} 0.02');
    expect(text).toContain('rollcall_service_state{service="xcp-router",state="started"} 1');
    expect(text).toContain('rollcall_service_state{service="xcp-router",state="failed"} 0');
    expect(text).toContain('rollcall_database_up 1');
    expect(await diagnostics.metrics.render()).toContain('rollcall_messages_received_total 42');
    for (const line of text.split('\n')) if (line !== '' && !line.startsWith('#')) expect(line).toMatch(/^rollcall_/);
  });
});

describe('the log', () => {
  const collect = (pretty = false) => {
    const lines: string[] = [];
    let now = 0;
    const logger = createLogger({ level: 'info', pretty, node: 'n1', monotonic: () => now, write: (line) => lines.push(line) });
    return { lines, logger, pass: (ms: number) => (now += ms) };
  };

  it('is JSON lines with node, time, level, event and facts, from the level on', () => {
    const { lines, logger } = collect();
    logger.debug('a.b');
    logger.child({ session: 's1' }).warn('c2s.closed', { jid: 'a@x/y', n: 3 });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', node: 'n1', event: 'c2s.closed', session: 's1', jid: 'a@x/y', n: 3 });
    logger.setLevel('debug');
    logger.debug('a.b');
    expect(lines).toHaveLength(2);
  });

  it('cannot be made to forge a line or move the cursor (L-4)', () => {
    for (const pretty of [false, true]) {
      const { lines, logger } = collect(pretty);
      logger.info('user.named', { name: 'x\n{"level":"error"}\r\u001b[2J\u009b31m\u2028\u202e' });
      expect(lines).toHaveLength(1);
      expect(lines[0]?.replace(/\u001b\[\d+m/g, '').trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
    }
  });

  it('keeps secrets out by their name (L-3)', () => {
    const { lines, logger } = collect();
    logger.info('x.y', {
      password: 'hunter2',
      nested: { cookie: 'abc', authToken: 'fine?', clientSecret: 's3' },
      token: 't',
      body: 'hello',
    });
    for (const secret of ['hunter2', 'abc', 's3', '"t"', 'hello']) expect(lines[0]).not.toContain(secret);
  });

  it('writes ten lines of a kind a minute, then a summary (L-5)', () => {
    const { lines, logger, pass } = collect();
    for (let i = 0; i < 500; i++) logger.warn('c2s.refused', { i });
    logger.warn('other.event');
    expect(lines).toHaveLength(11);
    pass(61_000);
    logger.info('later.event');
    const folded = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find((line) => line.event === 'log.folded');
    expect(folded).toMatchObject({ level: 'warn', repeatedEvent: 'c2s.refused', times: 490 });
    logger.warn('c2s.refused');
    for (let i = 0; i < 30; i++) logger.warn('c2s.refused');
    logger.flush();
    expect(lines.at(-1)).toContain('"times":21');
  });

  it('shows errors, bytes, depth and long texts in bounded form', () => {
    const { lines, logger } = collect();
    const loop: Record<string, unknown> = { error: new Error('broken'), bytes: Buffer.alloc(9), long: 'x'.repeat(5_000) };
    loop.self = loop;
    logger.error('x.y', loop);
    const line = JSON.parse(lines[0] ?? '') as Record<string, { message: string } & string>;
    expect(line.error?.message).toBe('broken');
    expect(line.bytes).toBe('[9 bytes]');
    expect(line.long?.length).toBeLessThan(2_100);
    expect((lines[0] ?? '').length).toBeLessThan(40_000);
  });
});
