import { describe, expect, it } from 'vitest';
import { adminFixture, sessionView, viewerOf } from '../../testing/admin-fixture.ts';

const operator = viewerOf('operator');

function withSessions() {
  const fixture = adminFixture();
  fixture.sessions.push(
    sessionView({ id: 'a', bare: 'anna@example.com', since: 30, client: 'Gajim', address: '192.0.2.1' }),
    sessionView({ id: 'b', bare: 'bob@example.com', since: 10, client: 'Conversations', address: '192.0.2.2', state: 'hibernating' }),
    sessionView({ id: 'c', bare: 'anna@example.com', since: 20, client: 'Psi', address: '198.51.100.9', resource: 'phone' }),
    sessionView({ id: 'd', bare: 'dora@example.com', since: 20, client: 'Gajim', address: '198.51.100.9' }),
  );
  return fixture;
}
const ids = (result: Awaited<ReturnType<ReturnType<typeof adminFixture>['api']['sessions']['find']>>) =>
  result.ok ? result.value.items.map((session) => session.id) : result.fault.code;

describe('sessions.find', () => {
  it.each([
    [{}, ['a', 'd', 'c', 'b']],
    [{ descending: false }, ['b', 'c', 'd', 'a']],
    [{ user: 'ANNA' }, ['a', 'c']],
    [{ address: '192.0.2.' }, ['a', 'b']],
    [{ client: 'gaj' }, ['a', 'd']],
    [{ state: 'hibernating' as const }, ['b']],
    [{ sort: 'user' as const, descending: false }, ['a', 'c', 'b', 'd']],
    [{ user: 'nobody' }, []],
  ])('%j finds %j', async (input, expected) => {
    expect(ids(await withSessions().api.sessions.find(operator, input))).toEqual(expected);
  });

  it('pages so that each session comes once, also where the order ties', async () => {
    const { api } = withSessions();
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await api.sessions.find(operator, { limit: 1, ...(cursor ? { cursor } : {}) });
      if (!page.ok) throw new Error(page.fault.message);
      expect(page.value.total).toBe(4);
      seen.push(...page.value.items.map((session) => session.id));
      if (!page.value.next) break;
      cursor = page.value.next;
    }
    expect(seen).toEqual(['a', 'd', 'c', 'b']);
  });

  it('keeps the best of many without sorting them all, and refuses a foreign cursor', async () => {
    const fixture = adminFixture();
    const order = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_000);
    fixture.sessions.push(...order.map((since) => sessionView({ id: `s${since}`, bare: 'x@example.com', since })));
    expect(ids(await fixture.api.sessions.find(operator, { limit: 3 }))).toEqual(['s19999', 's19998', 's19997']);
    expect(await fixture.api.sessions.find(operator, { cursor: 'xx' })).toMatchObject({
      ok: false,
      fault: { fields: { cursor: expect.any(String) } },
    });
  });
});

describe('sessions.end', () => {
  it('ends those named, tells which were gone, and records whose they were', async () => {
    const fixture = withSessions();
    expect(await fixture.api.sessions.end(operator, { sessions: ['c', 'gone'], reason: 'Maintenance' })).toEqual({
      ok: true,
      value: { ended: ['c'], gone: ['gone'] },
    });
    expect(fixture.sessions.map((session) => session.id)).toEqual(['a', 'b', 'd']);
    expect((await fixture.stores.audit.find({ limit: 1 })).items[0]).toMatchObject({
      action: 'session.end',
      target: 'anna@example.com/phone',
      after: { reason: 'Maintenance' },
    });
  });

  it('refuses when none is left', async () => {
    expect(await withSessions().api.sessions.end(operator, { sessions: ['gone'] })).toMatchObject({
      ok: false,
      fault: { kind: 'missing' },
    });
  });
});
