import { describe, expect, it } from 'vitest';
import { adminFixture, pretendedCredentials, sessionView, viewerOf } from '../../testing/admin-fixture.ts';
import type { JobView } from '../jobs/outputs.ts';

const administrator = viewerOf('administrator');
type Fixture = ReturnType<typeof adminFixture>;

async function ended(fixture: Fixture, started: Promise<{ ok: true; value: JobView } | { ok: false; fault: { message: string } }>) {
  const job = await started;
  if (!job.ok) throw new Error(job.fault.message);
  await fixture.jobs.idle();
  const now = await fixture.stores.jobs.get(job.value.id);
  if (!now) throw new Error('the job is gone');
  return { job: now, results: await fixture.stores.jobs.results(now.id, { limit: 1000 }) };
}
async function text(chunks: AsyncIterable<string>) {
  let all = '';
  for await (const chunk of chunks) all += chunk;
  return all;
}
const addresses = async (fixture: Fixture) => {
  const page = await fixture.api.users.find(administrator, { limit: 500 });
  return page.ok ? page.value.items.map((user) => user.address) : [];
};

const file = [
  'Name,userId,PASSWORD,domain,enabled,mail',
  '"Lopez, Anna",anna,correct horse,,true,anna@mail.example',
  'Bob,bob,short,,true,',
  'Carl,carl,,other.example,no,',
  ',,correct horse,,,',
  'Again,ANNA,correct horse,,,',
  'Dora,dora,correct horse,bad domain,,',
  'Eve,eve,correct horse,,maybe,',
  "'=HYPERLINK(1),frank,'=secret99,,,",
  'Too,few',
  '',
].join('\n');

describe('import of users', () => {
  it('previews by line what an import then does', async () => {
    const fixture = adminFixture();
    await fixture.api.users.create(administrator, { userId: 'carl', password: 'correct horse' });
    const preview = await fixture.api.users.previewImport(administrator, { csv: file });
    expect(preview).toMatchObject({
      ok: true,
      value: {
        rows: 9,
        willCreate: 2,
        willSkip: 1,
        willFail: 6,
        skips: [{ line: 4, userId: 'carl', message: 'The user ID exists already, with the address carl@localhost.' }],
        problems: [
          { line: 3, userId: 'bob', message: 'password: Must have at least 8 characters.' },
          { line: 5, message: 'userId: Required.' },
          { line: 6, userId: 'ANNA', message: 'Is the same user as line 2.' },
          { line: 7, message: 'domain: "bad domain" is not a domain name.' },
          { line: 8, message: 'enabled: Must be true or false.' },
          { line: 10, message: 'Has 2 cells where the first line names 6.' },
        ],
      },
    });
    expect(await addresses(fixture)).toEqual(['carl@localhost']);

    const { job, results } = await ended(fixture, fixture.api.users.import(administrator, { csv: file }));
    expect(job).toMatchObject({ state: 'done', total: 9, done: 3, failed: 6, summary: '2 created, 1 skipped, 6 refused.' });
    expect(results.map((row) => [row.target, row.ok])).toEqual([
      ['line 2: anna', true],
      ['line 3: bob', false],
      ['line 4: carl', true],
      ['line 5: ', false],
      ['line 6: ANNA', false],
      ['line 7: dora', false],
      ['line 8: eve', false],
      ['line 9: frank', true],
      ['line 10: ', false],
    ]);
    expect(await addresses(fixture)).toEqual(['anna@localhost', 'carl@localhost', 'frank@localhost']);
    const frank = 'frank@localhost' as never;
    expect((await fixture.stores.accounts.byBare([frank])).get(frank)?.name).toBe('=HYPERLINK(1)');
    // A password is taken as it stands.
    expect((await fixture.stores.accounts.credentials([frank])).get(frank)?.credentials).toEqual(pretendedCredentials("'=secret99"));
    expect(fixture.told).toContainEqual({ name: 'users.imported', payload: { count: 2, by: 'the administrator' } });
  });

  it('keeps no password in job, results or audit log', async () => {
    const fixture = adminFixture();
    await ended(fixture, fixture.api.users.import(administrator, { csv: 'userId,password\nanna,very-secret-1\nbob,no\n' }));
    const { state } = fixture.stores;
    const kept = JSON.stringify([[...state.jobs.values()], [...state.jobResults.values()], state.audit]);
    expect(kept).toContain('line 2: anna');
    expect(kept).not.toMatch(/very-secret-1/);
  });

  it('does it again without harm: who exists is skipped', async () => {
    const fixture = adminFixture();
    const csv = 'userId,password\nanna,correct horse\nbob,correct horse\n';
    await ended(fixture, fixture.api.users.import(administrator, { csv }));
    const { job } = await ended(fixture, fixture.api.users.import(administrator, { csv }));
    expect(job).toMatchObject({ state: 'done', summary: '0 created, 2 skipped, 0 refused.' });
  });

  it('leaves one record with the counts when it ends', async () => {
    const fixture = adminFixture();
    const { job } = await ended(fixture, fixture.api.users.import(administrator, { csv: file }));
    const { items } = await fixture.stores.audit.find({ limit: 10, targetKey: `job:${job.id}` });
    expect(items.map((record) => record.action)).toEqual(['user.import.ended', 'user.import']);
    expect(items[0]).toMatchObject({ after: { rows: 9, succeeded: 3, failed: 6 } });
  });

  it.each([
    ['', 'Required.'],
    ['name,mail\nA,b\n', 'The column userId is missing.'],
    ['userId,shoeSize\na,1\n', '"shoeSize" is none of'],
    ['userId,userId\na,a\n', 'named twice'],
    ['userId,name\nanna,"open\n', 'Line'],
  ])('refuses the broken file %j before anything is made', async (csv, problem) => {
    const fixture = adminFixture();
    const preview = await fixture.api.users.previewImport(administrator, { csv });
    expect(preview).toMatchObject({ ok: false, fault: { kind: 'invalid', fields: { csv: expect.stringContaining(problem) } } });
    expect(await addresses(fixture)).toEqual([]);
  });

  it('makes nobody when the file breaks off further down', async () => {
    const fixture = adminFixture();
    const { job, results } = await ended(
      fixture,
      fixture.api.users.import(administrator, { csv: `userId,name\n${'anna,A\nbob,B\n'}carl,"open\n` }),
    );
    expect(job).toMatchObject({ state: 'done', total: 1, done: 0, failed: 1 });
    expect(results[0]).toMatchObject({ target: 'The file', message: expect.stringContaining('not valid CSV') });
    expect(await addresses(fixture)).toEqual([]);
  });

  it('ends at 100,000 rows', async () => {
    const { api } = adminFixture();
    const csv = `userId\n${'x\n'.repeat(100_001)}`;
    expect(await api.users.previewImport(administrator, { csv })).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('more than 100,000 rows') },
    });
  });

  it('hashes one password at a time, so that sign-ins find free threads', async () => {
    let now = 0;
    let most = 0;
    const scram = async (password: string) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return pretendedCredentials(password);
    };
    const fixture = adminFixture({ passwords: { scram } });
    await ended(fixture, fixture.api.users.generate(administrator, { prefix: 'u', count: 30, passwordPrefix: 'p' }));
    expect(most).toBe(1);
  });
});

describe('export of users', () => {
  it('writes what an import reads, safe for spreadsheets (W-17)', async () => {
    const fixture = adminFixture();
    for (const [userId, name] of [
      ['anna', '=1+1'],
      ['bob', `'=kept, "as is"`],
      ['+carl', '-'],
    ] as const) {
      const made = await fixture.api.users.create(administrator, { userId, name, password: 'correct horse' });
      expect(made.ok).toBe(true);
    }
    const exported = await fixture.api.users.export(administrator, {});
    if (!exported.ok) throw new Error(exported.fault.message);
    const csv = await text(exported.value.chunks);
    expect(csv.split('\r\n')).toEqual([
      'userId,name,mail,domain,enabled',
      "anna,'=1+1,,localhost,true",
      `bob,"''=kept, ""as is""",,localhost,true`,
      "'+carl,'-,,localhost,true",
      '',
    ]);

    const other = adminFixture();
    await ended(other, other.api.users.import(administrator, { csv }));
    const names = await other.api.users.find(administrator, {});
    expect(names.ok && names.value.items.map((user) => [user.userId, user.name])).toEqual([
      ['+carl', '-'],
      ['anna', '=1+1'],
      ['bob', `'=kept, "as is"`],
    ]);
  });

  it('exports what is filtered, and records who exported', async () => {
    const fixture = adminFixture();
    await ended(fixture, fixture.api.users.generate(administrator, { prefix: 'u', count: 3, passwordPrefix: 'p' }));
    await fixture.api.users.disable(administrator, { users: ['u2'] });
    const exported = await fixture.api.users.export(viewerOf('read-only'), { enabled: false });
    expect(exported.ok && (await text(exported.value.chunks)).split('\r\n')).toEqual([
      'userId,name,mail,domain,enabled',
      'u2,,,localhost,false',
      '',
    ]);
    expect((await fixture.stores.audit.find({ limit: 1 })).items[0]).toMatchObject({ action: 'user.export', actor: 'the read-only' });
  });
});

describe('exports at once', () => {
  it('are one per person: the next waits until the first ended or was closed', async () => {
    const fixture = adminFixture();
    const first = await fixture.api.users.export(administrator, {});
    const open = first.ok ? first.value.chunks[Symbol.asyncIterator]() : null;
    await open?.next();
    expect(await fixture.api.users.export(administrator, {})).toMatchObject({
      ok: false,
      fault: { kind: 'busy', code: 'admin.exportRunning' },
    });
    expect(await fixture.api.users.export(viewerOf('operator'), {})).toMatchObject({ ok: true });
    await open?.return?.();
    expect(await fixture.api.users.export(administrator, {})).toMatchObject({ ok: true });
  });
});

describe('generated users', () => {
  it('are named and given passwords from 1 to n; who exists is left alone', async () => {
    const fixture = adminFixture();
    await fixture.api.users.create(administrator, { userId: 'load2', password: 'correct horse' });
    const { job } = await ended(fixture, fixture.api.users.generate(administrator, { prefix: 'load', count: 1200, passwordPrefix: 'pw-' }));
    expect(job).toMatchObject({ state: 'done', total: 1200, done: 1200, failed: 0, summary: '1199 created, 1 existed already.' });
    const bares = ['load1@localhost', 'load2@localhost', 'load1200@localhost'] as never[];
    const credentials = await fixture.stores.accounts.credentials(bares);
    expect(bares.map((bare) => credentials.get(bare)?.credentials)).toEqual(['pw-1', 'correct horse', 'pw-1200'].map(pretendedCredentials));
    expect(JSON.stringify([...fixture.stores.state.jobs.values()])).not.toContain('pw-');
  });
});

describe('bulk actions', () => {
  const made = async (count = 5) => {
    const fixture = adminFixture();
    await ended(fixture, fixture.api.users.generate(administrator, { prefix: 'u', count, passwordPrefix: 'p' }));
    fixture.told.length = 0;
    return fixture;
  };

  it('preview tells what changes, whom it skips and why, and how many sessions it ends', async () => {
    const fixture = await made();
    await fixture.api.users.disable(administrator, { users: ['u1', 'u2'] });
    fixture.sessions.push(sessionView({ id: 's', bare: 'u3@localhost' }));
    expect(await fixture.api.users.previewBulk(administrator, { action: 'disable', all: true })).toMatchObject({
      ok: true,
      value: {
        matching: 5,
        willChange: 3,
        sessionsTouched: 1,
        skipped: [{ why: 'Is disabled already.', count: 2 }],
        sample: [{ userId: 'u3', becomes: 'disabled' }, { userId: 'u4' }, { userId: 'u5' }],
      },
    });
  });

  it('reach all that match a filter, and tell each user once', async () => {
    const fixture = await made(250);
    const { job } = await ended(fixture, fixture.api.users.runBulk(administrator, { action: 'disable', domain: 'localhost' }));
    expect(job).toMatchObject({ state: 'done', total: 250, done: 250, failed: 0, summary: '250 changed, 0 left alone, 0 failed.' });
    expect((await fixture.stores.accounts.counts()).enabled).toBe(0);
    const changed = fixture.told.filter((event) => event.name === 'user.changed').map((event) => (event.payload as { bare: string }).bare);
    expect(new Set(changed).size).toBe(250);
    expect(changed).toHaveLength(250);
  });

  it('remove those named and report who does not exist', async () => {
    const fixture = await made(3);
    const { job, results } = await ended(
      fixture,
      fixture.api.users.runBulk(administrator, { action: 'delete', users: ['u1', 'ghost', 'u3'] }),
    );
    expect(job).toMatchObject({ done: 2, failed: 1 });
    expect(results.find((row) => row.target === 'ghost')).toMatchObject({ ok: false, message: 'There is no such user (any more).' });
    expect(await addresses(fixture)).toEqual(['u2@localhost']);
  });

  it('move users to another domain, leaving those whose new address is taken', async () => {
    const fixture = await made(2);
    await fixture.api.users
      .create(administrator, { userId: 'U1 ', password: 'correct horse', domain: 'new.example' })
      .then((result) => expect(result.ok).toBe(false));
    const { job, results } = await ended(
      fixture,
      fixture.api.users.runBulk(administrator, { action: 'setDomain', toDomain: 'New.Example', domain: 'localhost' }),
    );
    expect(job).toMatchObject({ state: 'done', done: 2, failed: 0 });
    expect(results.map((row) => row.message)).toEqual(['Is u1@new.example now.', 'Is u2@new.example now.']);
    const changes = fixture.told
      .filter((event) => event.name === 'user.changed')
      .map((event) => event.payload as { what: string; movedTo?: string });
    expect(changes.map(({ what, movedTo }) => [what, movedTo])).toEqual([
      ['moved', 'u1@new.example'],
      ['updated', undefined],
      ['moved', 'u2@new.example'],
      ['updated', undefined],
    ]);
  });

  it('are refused when more would change than the preview showed', async () => {
    const fixture = await made(3);
    expect(await fixture.api.users.runBulk(administrator, { action: 'delete', all: true, expect: 2 })).toMatchObject({
      ok: false,
      fault: { code: 'users.moreThanExpected' },
    });
    expect(await addresses(fixture)).toHaveLength(3);
  });

  it.each([
    [{ action: 'delete' as const }, 'users'],
    [{ action: 'delete' as const, all: true, search: 'u' }, 'users'],
    [{ action: 'setDomain' as const, all: true }, 'toDomain'],
    [{ action: 'enable' as const, all: true, toDomain: 'x.example' }, 'toDomain'],
  ])('refuse %j, because it does not say whom or where', async (input, field) => {
    const { api } = adminFixture();
    expect(await api.users.runBulk(administrator, input)).toMatchObject({
      ok: false,
      fault: { kind: 'invalid', fields: { [field]: expect.any(String) } },
    });
  });

  it('can be retried for the rows that failed', async () => {
    const fixture = await made(1);
    const { job } = await ended(fixture, fixture.api.users.runBulk(administrator, { action: 'disable', users: ['u1', 'later'] }));
    expect(job.failed).toBe(1);
    await fixture.api.users.create(administrator, { userId: 'later', password: 'correct horse' });
    const again = await ended(fixture, fixture.api.jobs.retry(administrator, { job: job.id }));
    expect(again.job).toMatchObject({ state: 'done', total: 1, done: 1, failed: 0 });
    expect(await fixture.api.users.get(administrator, { user: 'later' })).toMatchObject({ ok: true, value: { user: { enabled: false } } });
  });

  it('cannot be retried by somebody who could not start them', async () => {
    const fixture = await made(1);
    const { job } = await ended(fixture, fixture.api.users.runBulk(administrator, { action: 'delete', users: ['ghost'] }));
    expect(await fixture.api.jobs.retry(viewerOf('operator'), { job: job.id })).toMatchObject({
      ok: false,
      fault: { code: 'admin.notPermitted', details: { permission: 'users.write' } },
    });
  });

  it('of an import cannot be retried, because its passwords are not kept', async () => {
    const fixture = adminFixture();
    const { job } = await ended(fixture, fixture.api.users.import(administrator, { csv: file }));
    expect(await fixture.api.jobs.retry(administrator, { job: job.id })).toMatchObject({
      ok: false,
      fault: { code: 'jobs.notRepeatable' },
    });
  });
});
