import { describe, expect, it } from 'vitest';
import type { Domain } from '../../kernel/jid.ts';
import { NoticesNotKept } from '../../notices/index.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { eventually } from '../../testing/eventually.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createJobRunner } from '../jobs/runner.ts';
import { createRebuild } from '../rebuild-work.ts';

const operator = viewerOf('operator');
const half = (row: { readonly input: unknown } | null) => row?.input ?? {};

function office() {
  const told: string[] = [];
  const ids = new Set<string>();
  /** Calls that find the store away. */
  const away = { times: 0 };
  const meanwhile = { does: (): void => undefined };
  const clock = createFakeClock();
  const fixture = adminFixture({
    clock,
    notices: {
      reload: async () => void told.push('reload'),
      tellEach: async (bares, text, id, again) => {
        if (away.times > 0) {
          away.times--;
          throw new NoticesNotKept();
        }
        ids.add(id);
        meanwhile.does();
        return bares.map((bare) => {
          if (again !== undefined && told.includes(`${bare}: ${text.body}`)) return true;
          told.push(`${bare}: ${text.body}`);
          return true;
        });
      },
      tellOnline: async (text, domain) => {
        told.push(`online${domain === undefined ? '' : ` ${domain}`}: ${text.body}`);
        return { people: 2, devices: 3 };
      },
      tellMotd: async () => {
        told.push('motd');
        return { people: 0, devices: 0 };
      },
    },
  });
  const people = (count: number) =>
    fixture.stores.accounts.create(
      Array.from({ length: count }, (_, index) => ({
        userId: `p${index}`,
        local: `p${index}`,
        domain: 'example.com' as Domain,
        name: '',
        mail: '',
        enabled: true,
        credentials: null,
      })),
    );
  return { ...fixture, told, ids, away, meanwhile, clock, people };
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

  it('to everyone go on after a restart behind the people who have it, whoever has come or gone meanwhile, under the same id', async () => {
    const { api, told, ids, meanwhile, stores, jobs, people, deps } = office();
    await people(450);
    const all = await stores.accounts.byUserIds(Array.from({ length: 450 }, (_, index) => `p${index}`));
    // The node stops after the slice under way, as it does when it is told to; the row stays as it is.
    let stopped: Promise<void> | null = null;
    meanwhile.does = () => {
      if (told.length >= 100) stopped ??= jobs.stop();
    };
    const job = await api.announcements.sendEveryone(operator, { body: 'All of you' });
    if (!job.ok) throw new Error(job.fault.message);
    await eventually(() => stopped !== null);
    await stopped;
    const half = await stores.jobs.get(job.value.id);
    expect(half).toMatchObject({ state: 'running' });
    expect(half!.done).toBeLessThan(450);
    const before = told.length;
    // Places by number would shift by these.
    await stores.accounts.remove([all.get('p0')!.id, all.get('p1')!.id]);
    const next = createJobRunner({ ...deps, rebuild: createRebuild(deps) });
    await next.recover();
    await next.idle();
    expect(before).toBeLessThan(450);
    expect(told).toHaveLength(450);
    expect(new Set(told).size).toBe(450);
    expect([...ids]).toEqual([`announcement-${job.value.id}`]);
    expect(await stores.jobs.get(job.value.id)).toMatchObject({ state: 'done', done: 450, failed: 0 });
  });

  it('to everyone ask, after a node was killed in a slice, who has it already', async () => {
    const { api, told, stores, jobs, people, deps } = office();
    await people(3);
    const job = await api.announcements.sendEveryone(operator, { body: 'Once' });
    if (!job.ok) throw new Error(job.fault.message);
    await jobs.idle();
    // As a kill between the commit of the messages and that of the place leaves it.
    await stores.jobs.update(job.value.id, {
      state: 'running',
      done: 0,
      input: { ...(half(await stores.jobs.get(job.value.id)) as object), after: 0 },
    });
    const next = createJobRunner({ ...deps, rebuild: createRebuild(deps) });
    await next.recover();
    await next.idle();
    expect(told).toHaveLength(3);
    expect(await stores.jobs.get(job.value.id)).toMatchObject({ state: 'done', done: 3 });
  });

  it('to everyone wait for a database that is away, and then go on', async () => {
    const { api, told, away, stores, jobs, people, clock } = office();
    await people(150);
    away.times = 2;
    const job = await api.announcements.sendEveryone(operator, { body: 'Patience' });
    if (!job.ok) throw new Error(job.fault.message);
    await eventually(() => {
      clock.advance(5_000);
      return told.length === 150;
    });
    await jobs.idle();
    expect(await stores.jobs.get(job.value.id)).toMatchObject({ state: 'done', done: 150, failed: 0 });
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
