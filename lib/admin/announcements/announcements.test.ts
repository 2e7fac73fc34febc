import { describe, expect, it } from 'vitest';
import type { Domain } from '../../kernel/jid.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { eventually } from '../../testing/eventually.ts';

const operator = viewerOf('operator');

function office() {
  const told: string[] = [];
  const fixture = adminFixture({
    notices: {
      reload: async () => void told.push('reload'),
      tell: (bare, text) => {
        told.push(`${bare}: ${text.body}`);
        return true;
      },
      tellOnline: async (text, domain) => {
        told.push(`online${domain === undefined ? '' : ` ${domain}`}: ${text.body}`);
        return { people: 2, devices: 3 };
      },
      tellMotd: async () => {
        told.push('motd');
        return { people: 0, devices: 0 };
      },
      settled: async () => undefined,
    },
  });
  return { ...fixture, told };
}

describe('announcements', () => {
  it('go to those who are signed in, of a domain that is hosted here', async () => {
    const { api, told, stores } = office();
    await stores.domains.add('example.com' as Domain);
    expect(await api.announcements.send(operator, { body: 'Hello', domain: 'example.com' })).toMatchObject({
      ok: true,
      value: { people: 2, devices: 3 },
    });
    expect(told).toEqual(['online example.com: Hello']);
    expect(await api.announcements.send(operator, { body: 'Hello', domain: 'elsewhere.example' })).toMatchObject({
      ok: false,
      fault: { kind: 'missing' },
    });
    expect(await api.announcements.send(operator, { body: '  ' })).toMatchObject({ ok: false, fault: { kind: 'invalid' } });
    expect(told).toHaveLength(1);
  });

  it('go to everyone enabled as a job', async () => {
    const { api, told, stores, jobs } = office();
    const person = (local: string, enabled: boolean) => ({
      userId: local,
      local,
      domain: 'example.com' as Domain,
      name: '',
      mail: '',
      enabled,
      credentials: null,
    });
    await stores.accounts.create([person('anna', true), person('bob', false), person('carl', true)]);
    const job = await api.announcements.sendEveryone(operator, { body: 'All of you' });
    expect(job.ok).toBe(true);
    await jobs.idle();
    expect(told).toEqual(['anna@example.com: All of you', 'carl@example.com: All of you']);
    if (job.ok) expect(await stores.jobs.get(job.value.id)).toMatchObject({ state: 'done', done: 2 });
  });

  it('of the day are kept, told when asked for, and keep rising in version', async () => {
    const { api, told, stores } = office();
    await api.announcements.setMotd(operator, { subject: 'S', body: 'One', tell: false });
    const [first] = await stores.notices.all();
    await api.announcements.setMotd(operator, { body: 'Two' });
    await eventually(() => told.includes('motd'));
    const [second] = await stores.notices.all();
    expect(second).toMatchObject({ body: 'Two', since: first?.since, by: operator.name });
    expect(second!.version).toBeGreaterThan(first!.version);
    expect(await api.announcements.get(viewerOf('read-only'), {})).toMatchObject({
      ok: true,
      value: { motd: { body: 'Two' }, welcome: null },
    });
    expect(await api.announcements.deleteMotd(operator, {})).toMatchObject({ ok: true, value: { motd: null } });
    expect(await api.announcements.deleteMotd(operator, {})).toMatchObject({ ok: false, fault: { code: 'announcements.none' } });
  });

  it('leave a record of who said what', async () => {
    const { api, stores } = office();
    await api.announcements.setWelcome(operator, { body: 'Hi' });
    const { items } = await stores.audit.find({ action: 'welcome.set', limit: 1 });
    expect(items[0]).toMatchObject({ actor: operator.name, target: 'welcome message', after: { body: 'Hi' } });
  });
});
