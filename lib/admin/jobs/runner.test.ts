import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import type { Viewer } from '../shared/viewer.ts';
import type { JobWork } from './runner.ts';

const administrator = viewerOf('administrator');

/** Work that waits at each slice until it is let go on. */
function steps(total: number) {
  const gates: (() => void)[] = [];
  const waiters: (() => void)[] = [];
  const work: JobWork = {
    kind: 'test.steps',
    title: 'Steps',
    may: 'users.write',
    input: {},
    prepare: async () => ({ total }),
    async *slices(from) {
      for (let i = from; i < total; i++) {
        await new Promise<void>((go) => {
          gates.push(go);
          for (const wake of waiters.splice(0)) wake();
        });
        yield [{ target: `row ${i}`, ok: i % 2 === 0, message: '' }];
      }
    },
    summary: ({ done, failed }) => `${done} and ${failed}`,
  };
  return {
    work,
    get arrived() {
      return gates.length;
    },
    /** Resolves when the work stands at a gate. */
    atGate: async () => {
      if (gates.length === 0) await new Promise<void>((wake) => waiters.push(wake));
    },
    go: () => gates.shift()?.(),
  };
}

type Fixture = ReturnType<typeof adminFixture>;
async function enqueue(fixture: Fixture, work: JobWork, viewer: Viewer = administrator) {
  const effects: (() => void)[] = [];
  const result = await fixture.jobs.enqueue({ viewer, stores: fixture.deps.uow.stores, afterCommit: (fn) => void effects.push(fn) }, work);
  for (const effect of effects) effect();
  if (!result.ok) throw new Error(result.fault.code);
  return result.value.id;
}
const state = async (fixture: Fixture, id: string) => (await fixture.stores.jobs.get(id))?.state;

describe('the job runner', () => {
  it('tells progress, keeps results by row, and ends with a summary', async () => {
    const fixture = adminFixture();
    const job = steps(3);
    const id = await enqueue(fixture, job.work);
    for (let i = 0; i < 3; i++) {
      await job.atGate();
      job.go();
    }
    await fixture.jobs.idle();
    expect(await fixture.stores.jobs.get(id)).toMatchObject({
      state: 'done',
      total: 3,
      done: 2,
      failed: 1,
      summary: '2 and 1',
      endedAt: expect.any(Number),
    });
    expect((await fixture.stores.jobs.results(id, { limit: 10 })).map((row) => [row.index, row.target, row.ok])).toEqual([
      [0, 'row 0', true],
      [1, 'row 1', false],
      [2, 'row 2', true],
    ]);
    const told = fixture.told.filter((event) => event.name === 'job.changed').map((event) => event.payload);
    expect(told.at(0)).toMatchObject({ state: 'waiting' });
    expect(told.at(-1)).toMatchObject({ state: 'done', done: 3, total: 3 });
  });

  it('does not start when the change that ordered it was rolled back', async () => {
    const fixture = adminFixture();
    const job = steps(1);
    await fixture.jobs.enqueue({ viewer: administrator, stores: fixture.deps.uow.stores, afterCommit: () => undefined }, job.work);
    await fixture.jobs.idle();
    expect(job.arrived).toBe(0);
  });

  it('runs one at a time per person and four per node; the rest waits its turn', async () => {
    const fixture = adminFixture();
    const jobs = Array.from({ length: 6 }, () => steps(1));
    const ids: string[] = [];
    for (const [i, job] of jobs.entries())
      ids.push(await enqueue(fixture, job.work, viewerOf('administrator', { id: i < 2 ? 'same' : `person-${i}` })));
    await Promise.all([0, 2, 3, 4].map((i) => jobs[i]!.atGate()));
    expect(await Promise.all(ids.map((id) => state(fixture, id)))).toEqual([
      'running',
      'waiting',
      'running',
      'running',
      'running',
      'waiting',
    ]);
    jobs[2]!.go();
    await jobs[5]!.atGate();
    expect(await state(fixture, ids[1]!)).toBe('waiting');
    jobs[0]!.go();
    await jobs[1]!.atGate();
    for (const i of [1, 3, 4, 5]) jobs[i]!.go();
    await fixture.jobs.idle();
    expect(await Promise.all(ids.map((id) => state(fixture, id)))).toEqual(Array(6).fill('done'));
  });

  it('refuses more than twenty that wait', async () => {
    const fixture = adminFixture();
    const first = steps(1);
    await enqueue(fixture, first.work);
    for (let i = 0; i < 20; i++) await enqueue(fixture, { ...steps(0).work, prepare: async () => ({ total: 0 }) });
    await expect(enqueue(fixture, steps(1).work)).rejects.toThrow('jobs.tooMany');
    await first.atGate();
    first.go();
    await fixture.jobs.idle();
  });

  it('ends a cancelled job after the slice under way and keeps what it did', async () => {
    const fixture = adminFixture();
    const job = steps(5);
    const id = await enqueue(fixture, job.work);
    await job.atGate();
    expect(await fixture.api.jobs.cancel(administrator, { job: id })).toMatchObject({ ok: true });
    job.go();
    await fixture.jobs.idle();
    expect(await fixture.stores.jobs.get(id)).toMatchObject({
      state: 'cancelled',
      done: 1,
      failed: 0,
      summary: 'Cancelled after 1 of 5. 1 and 0',
    });
    expect(await fixture.api.jobs.cancel(administrator, { job: id })).toMatchObject({ ok: false, fault: { code: 'jobs.ended' } });
  });

  it('marks a job that broke as failed, with a name for the log, and goes on with the next', async () => {
    const fixture = adminFixture();
    const broken: JobWork = { ...steps(2).work, prepare: () => Promise.reject(new Error('raw text')) };
    const id = await enqueue(fixture, broken);
    const next = steps(1);
    const nextId = await enqueue(fixture, next.work);
    await next.atGate();
    next.go();
    await fixture.jobs.idle();
    const row = await fixture.stores.jobs.get(id);
    expect(row?.state).toBe('failed');
    expect(row?.summary).toContain(id);
    expect(row?.summary).not.toContain('raw text');
    expect(await state(fixture, nextId)).toBe('done');
  });

  it('ends a job whose database went away as soon as it is back', async () => {
    const timers: (() => void)[] = [];
    const armed: (() => void)[] = [];
    const clock = {
      now: () => 1000,
      monotonic: () => 1000,
      setTimeout: (fn: () => void) => {
        timers.push(fn);
        for (const wake of armed.splice(0)) wake();
        return { cancel: () => undefined };
      },
    };
    const fixture = adminFixture({ clock });
    const { jobs } = fixture.deps.uow.stores;
    const works = jobs.update.bind(jobs);
    Object.assign(jobs, { update: () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })) });
    const isArmed = new Promise<void>((wake) => armed.push(wake));
    const id = await enqueue(fixture, { ...steps(0).work, prepare: async () => ({ total: 0 }) });
    await isArmed;
    expect(await state(fixture, id)).toBe('waiting');
    Object.assign(jobs, { update: works });
    timers[0]?.();
    await fixture.jobs.idle();
    expect(await fixture.stores.jobs.get(id)).toMatchObject({
      state: 'failed',
      summary: expect.stringContaining('The database could not be reached'),
    });
  });

  it('after a restart goes on with bulk work where it stood, with the same people', async () => {
    const fixture = adminFixture();
    const generated = await fixture.api.users.generate(administrator, { prefix: 'u', count: 3, passwordPrefix: 'p' });
    expect(generated.ok).toBe(true);
    await fixture.jobs.idle();
    const row = await fixture.stores.jobs.get(generated.ok ? generated.value.id : '');
    const startedBy = (row!.input as { startedBy: unknown }).startedBy;
    await fixture.stores.jobs.create({
      ...row!,
      id: 'half-done',
      kind: 'user.bulk-disable',
      state: 'running',
      total: 3,
      done: 1,
      failed: 0,
      endedAt: null,
      createdAt: row!.createdAt + 1,
      input: {
        action: 'disable',
        all: true,
        targets: [
          [1, 'u1'],
          [2, 'u2'],
          [3, 'u3'],
        ],
        startedBy,
      },
    });
    await fixture.jobs.recover();
    await fixture.jobs.idle();
    expect(await fixture.stores.jobs.get('half-done')).toMatchObject({ state: 'done', done: 3, failed: 0 });
    const users = await fixture.api.users.find(administrator, {});
    expect(users.ok && users.value.items.map((user) => user.enabled)).toEqual([true, false, false]);
    expect((await fixture.stores.audit.find({ limit: 10, action: 'user.disable' })).items[0]).toMatchObject({
      actor: 'the administrator',
      address: '192.0.2.1',
    });
  });

  it('after a restart marks an import as failed and says what to do', async () => {
    const fixture = adminFixture();
    await fixture.stores.jobs.create({
      id: 'import',
      kind: 'user.import',
      title: 'Import',
      state: 'running',
      by: 'x',
      createdAt: 1,
      startedAt: 1,
      endedAt: null,
      total: 10,
      done: 4,
      failed: 1,
      input: {},
      summary: '',
    });
    await fixture.jobs.recover();
    expect(await fixture.stores.jobs.get('import')).toMatchObject({
      state: 'failed',
      summary: 'The server was restarted after 5 of 10. Run it again: what is done already is skipped.',
    });
  });

  it('at shutdown ends after the slice under way and leaves the row for the next start', async () => {
    const fixture = adminFixture();
    const job = steps(3);
    const id = await enqueue(fixture, job.work);
    await job.atGate();
    const stopped = fixture.jobs.stop();
    job.go();
    await stopped;
    expect(await fixture.stores.jobs.get(id)).toMatchObject({ state: 'running', done: 1 });
  });
});
