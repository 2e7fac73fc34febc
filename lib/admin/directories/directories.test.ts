import { describe, expect, it } from 'vitest';
import { DirectoryDown } from '../../ldap/index.ts';
import { createSealer } from '../../security/index.ts';
import { makeSelfSigned } from '../../security/make-certificate.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { agreementRow, directoryRow } from '../../testing/ldap-rows.ts';
import { directoryPerson, pretendedDirectories } from '../../testing/pretended-directories.ts';
import { createDirectorySchedule } from './schedule.ts';

const DAY = 86_400_000;
function fixture() {
  const { world, directories } = pretendedDirectories();
  const clock = createFakeClock();
  const sealer = createSealer({ key: 'k'.repeat(32), purpose: 'directory passwords' });
  const admin = adminFixture({ directories, directorySecrets: sealer, clock });
  return { ...admin, directory: world, directories, clock, sealer, viewer: viewerOf('administrator') };
}
const given = {
  name: 'Head office',
  servers: ['dc1.example.com:636', '[2001:db8::1]:636'],
  base: 'dc=example,dc=com',
  bindDn: 'cn=presence,dc=example,dc=com',
  bindPassword: 'the bind password',
};
const valueFrom = <T>(result: { ok: true; value: T } | { ok: false; fault: { message: string } }): T => {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};
const code = (result: { ok: boolean; fault?: { code: string } }): string => (result.ok ? 'done' : (result.fault?.code ?? ''));

describe('a directory', () => {
  it('is added with what is usual for its kind; its password is sealed, and shown nowhere', async () => {
    const { api, stores, viewer, sealer } = fixture();
    const made = valueFrom(await api.directories.add(viewer, given));
    expect(made).toMatchObject({
      kind: 'active-directory',
      userIdAttribute: 'sAMAccountName',
      security: 'ldaps',
      hasPassword: true,
      signIn: true,
    });
    expect(made.servers.map(({ host, port }) => [host, port])).toEqual([
      ['dc1.example.com', 636],
      ['2001:db8::1', 636],
    ]);
    const [row] = await stores.directories.list();
    expect(sealer.open(row?.sealedPassword ?? '')).toBe('the bind password');
    const shown = JSON.stringify([made, await api.directories.list(viewer, {}), (await stores.audit.find({ limit: 10 })).items]);
    expect(shown).not.toContain('the bind password');
    expect(shown).not.toContain(row?.sealedPassword);
  });

  it('is refused what no directory can be asked with, field by field', async () => {
    const { api, viewer } = fixture();
    const wrong = await api.directories.add(viewer, {
      ...given,
      servers: ['dc1.example.com:70000'],
      base: 'example.com',
      filter: '(objectClass=user',
      caPem: 'no certificate',
      groups: ['operator=Helpdesk=x y'],
    });
    expect(wrong.ok ? [] : Object.keys(wrong.fault.fields ?? {}).sort()).toEqual(['base', 'caPem', 'filter', 'servers.0']);
    expect(code(await api.directories.add(viewer, { ...given, userIdAttribute: 'uid)(x' }))).toBe('admin.invalid');
    expect(code(await api.directories.add(viewer, { ...given, servers: ['ldap://dc1.example.com'] }))).toBe('admin.invalid');
    await api.directories.add(viewer, given);
    expect(code(await api.directories.add(viewer, { ...given, name: 'HEAD OFFICE' }))).toBe('directories.taken');
  });

  it('sends its stored password nowhere it was not entered for', async () => {
    const { api, viewer, stores, sealer } = fixture();
    const { id } = valueFrom(await api.directories.add(viewer, given));
    const update = (more: object) => api.directories.update(viewer, { directory: id, ...more });
    const refused = [
      await update({ servers: ['evil.example:636'] }),
      await update({ servers: [...given.servers, 'evil.example:636'] }),
      await update({ security: 'none' }),
      await update({ bindDn: 'cn=other,dc=example,dc=com' }),
    ];
    expect(refused.map(code)).toEqual(Array(4).fill('directories.passwordAgain'));
    expect(code(await update({ servers: ['[2001:db8::1]:636'], rememberMinutes: 5 }))).toBe('done');
    expect(code(await update({ servers: ['dc3.example.com:636'], bindPassword: 'new' }))).toBe('done');
    expect(sealer.open((await stores.directories.list())[0]?.sealedPassword ?? '')).toBe('new');
    // Without a bind DN there is nothing to keep.
    expect(valueFrom(await update({ bindDn: '' })).hasPassword).toBe(false);
  });

  it('gives no role by a group that its editor could not give by hand', async () => {
    const { api, viewer } = fixture();
    const narrow = { ...viewer, permissions: viewer.permissions.filter((one) => one !== 'settings.write') };
    const group = 'administrator=cn=Admins,dc=example,dc=com';
    expect(code(await api.directories.add(narrow, { ...given, groups: [group] }))).toBe('roles.beyondOwn');
    expect(code(await api.directories.add(viewer, { ...given, groups: ['nothing=cn=Admins,dc=x'] }))).toBe('operators.unknownRole');
    const made = valueFrom(await api.directories.add(viewer, { ...given, groups: [group] }));
    // What stands there already may stay when somebody else changes another thing.
    expect(code(await api.directories.update(narrow, { directory: made.id, groups: [group], pageSize: 100 }))).toBe('done');
  });

  it('that gives a role which its editor could not give answers by no other server, people or attributes', async () => {
    const { api, viewer, stores } = fixture();
    const narrow = { ...viewer, permissions: viewer.permissions.filter((one) => one !== 'settings.write') };
    const group = 'administrator=cn=Admins,dc=example,dc=com';
    const { id } = valueFrom(await api.directories.add(viewer, { ...given, groups: [group] }));
    const update = async (more: object, by: Parameters<typeof api.directories.update>[0] = narrow) =>
      code(await api.directories.update(by, { directory: id, bindPassword: 'new', ...more }));
    const { certificatePem } = await makeSelfSigned({
      commonName: 'mine',
      organization: '',
      names: { dns: ['mine'], ip: [], srv: [], xmpp: [] },
      from: Date.now(),
      days: 10,
    });
    const changes = [
      { servers: ['evil.example:636'] },
      { security: 'none' },
      { caPem: certificatePem },
      { base: 'ou=mine,dc=example,dc=com' },
      { filter: '(description=mine)' },
      { userIdAttribute: 'description' },
      { controlAttribute: 'description' },
      { bindDn: 'cn=mine,dc=example,dc=com' },
      { kind: 'generic' },
      { enabled: false },
    ];
    for (const change of changes) expect([change, await update(change)]).toEqual([change, 'roles.beyondOwn']);
    expect((await stores.directories.list())[0]).toMatchObject({ version: 1 });
    // The same once more is no change, as a form sends it.
    const { servers, base } = given;
    expect(await update({ servers, base, enabled: true, userIdAttribute: 'sAMAccountName', nameAttribute: 'cn' })).toBe('done');
    for (const change of changes) expect([change, await update(change, viewer)]).toEqual([change, 'done']);
    // Without such a group there is nothing to gain.
    expect(await update({ groups: [] })).toBe('done');
    expect(await update({ servers: ['dc4.example.com:636'] })).toBe('done');
  });

  it('is seen by every role and changed by administrators alone', async () => {
    const { api } = fixture();
    for (const role of ['operator', 'read-only'] as const) {
      expect(code(await api.directories.list(viewerOf(role), {}))).toBe('done');
      expect(code(await api.directories.add(viewerOf(role), given))).toBe('admin.notPermitted');
      expect(code(await api.directories.test(viewerOf(role), { directory: 'x' }))).toBe('admin.notPermitted');
    }
  });
});

describe('an agreement', () => {
  async function agreed(more: Partial<Parameters<typeof agreementRow>[0]> = {}) {
    const made = fixture();
    await made.stores.domains.setDefault('example.com' as never);
    await made.stores.directories.add(directoryRow());
    await made.stores.directories.addAgreement(agreementRow({ maxLossPercent: 50, ...more }));
    const sync = async (how: { trial?: boolean; confirm?: boolean } = {}) => {
      const job = valueFrom(await made.api.directories.sync(made.viewer, { agreement: 'Staff', ...how }));
      await made.jobs.idle();
      const [run] = (await made.stores.directories.runs('agr-1', 1)).map(({ id }) => id);
      return {
        job: await made.stores.jobs.get(job.id),
        rows: await made.stores.jobs.results(job.id, { limit: 500 }),
        run: await made.stores.directories.run(run ?? ''),
      };
    };
    const account = (userId: string) => made.stores.accounts.byUserId(userId);
    return { ...made, sync, account };
  }

  it('tells in a trial what it would do, and does nothing', async () => {
    const { sync, directory, account, told } = await agreed();
    directory.people = [directoryPerson('anna'), directoryPerson('bob', { enabled: false }), directoryPerson('', { key: 'x' })];
    const { run, job, rows } = await sync({ trial: true });
    expect(run).toMatchObject({ isTrial: true, state: 'done', counts: { created: 2, faulty: 1 } });
    expect(run?.changes.map(({ what, userId }) => `${what} ${userId}`)).toContain('create anna');
    expect(rows.map(({ ok, message }) => `${ok} ${message}`)).toContain('true Would create: anna');
    expect(job?.summary).toMatch(/^Would be: 2 created/);
    expect(await account('anna')).toBe(null);
    expect(told.filter(({ name }) => name === 'user.changed')).toEqual([]);
  });

  it('creates people without a password here, tied to the directory, disabled as there, each of them told of', async () => {
    const { sync, directory, account, stores, told } = await agreed();
    directory.people = [
      directoryPerson('anna', { name: 'Anna Lopez', mail: 'a@x', phone: '+1' }),
      directoryPerson('bob@corp', { enabled: false }),
    ];
    const { run } = await sync();
    expect(run).toMatchObject({ state: 'done', counts: { created: 2, faulty: 0 } });
    const anna = await account('anna');
    expect(anna).toMatchObject({ source: 'ldap', name: 'Anna Lopez', mail: 'a@x', bare: 'anna@example.com', enabled: true });
    expect(await account('bob@corp')).toMatchObject({ bare: 'bob\\40corp@example.com', enabled: false });
    expect(await stores.directories.linkOf(anna?.id ?? 0)).toMatchObject({ key: 'key-anna', phone: '+1', goneAt: null });
    expect(told.filter(({ name }) => name === 'user.changed')).toHaveLength(2);
    // The same again changes nothing.
    expect((await sync()).run?.counts).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
  });

  it('follows changes, a new user ID too, and disables, enables and removes', async () => {
    const { sync, directory, account, clock, told } = await agreed({ graceDays: 7 });
    directory.people = [directoryPerson('anna'), directoryPerson('bob'), directoryPerson('carol'), directoryPerson('dave')];
    await sync();
    told.length = 0;
    directory.people = [
      directoryPerson('anna.lopez', { key: 'key-anna', name: 'Anna' }),
      directoryPerson('bob', { enabled: false }),
      directoryPerson('carol'),
    ];
    expect((await sync()).run?.counts).toMatchObject({ changed: 1, disabled: 1, gone: 1, unchanged: 1 });
    expect(await account('anna.lopez')).toMatchObject({ bare: 'anna.lopez@example.com', name: 'Anna' });
    expect([(await account('bob'))?.enabled, (await account('dave'))?.enabled]).toEqual([false, false]);
    expect(told.flatMap(({ name, payload }) => (name === 'user.changed' ? [(payload as { what: string }).what] : [])).sort()).toEqual([
      'disabled',
      'disabled',
      'moved',
      'updated',
    ]);
    directory.people = [...directory.people.slice(0, 1), directoryPerson('bob'), directoryPerson('carol')];
    clock.advance(6 * DAY);
    expect((await sync()).run?.counts).toMatchObject({ enabled: 1, removed: 0 });
    clock.advance(2 * DAY);
    expect((await sync()).run?.counts).toMatchObject({ removed: 1 });
    expect([(await account('bob'))?.enabled, await account('dave')]).toEqual([true, null]);
  });

  it('holds a run that would take too many people away until somebody confirms it', async () => {
    const { sync, directory, account } = await agreed({ maxLossPercent: 10 });
    directory.people = ['a', 'b', 'c', 'd'].map((userId) => directoryPerson(userId));
    await sync();
    directory.people = directory.people.slice(0, 2);
    const held = await sync();
    expect(held.run).toMatchObject({ state: 'held', counts: { gone: 2 } });
    expect(held.job?.summary).toMatch(/^Held: 2 of 4 people/);
    expect(held.rows).toMatchObject([{ ok: false }]);
    expect((await account('d'))?.enabled).toBe(true);
    expect((await sync({ trial: true })).job?.summary).toMatch(/It would be held/);
    expect((await sync({ confirm: true })).run).toMatchObject({ state: 'done', counts: { gone: 2 } });
    expect((await account('d'))?.enabled).toBe(false);
  });

  it('ends with the reason while the directory is away, and touches nobody', async () => {
    const { sync, directory, account, directories } = await agreed();
    directory.people = [directoryPerson('anna')];
    await sync();
    directory.isDown = new DirectoryDown('Head office', 'Nothing listens at this port.');
    const { run, rows } = await sync();
    expect(run).toMatchObject({ state: 'failed', why: expect.stringContaining('Nothing listens at this port.') });
    expect(rows).toMatchObject([{ ok: false, message: expect.stringContaining('No server') }]);
    expect((await account('anna'))?.enabled).toBe(true);
    expect(directories.syncing.size).toBe(0);
  });

  it('takes over an account made here only when it says so; the old password is void then', async () => {
    const { sync, directory, account, api, viewer, stores, told } = await agreed();
    await api.users.create(viewer, { userId: 'anna', password: 'a password of ours' });
    directory.people = [directoryPerson('anna', { name: 'Anna' })];
    expect((await sync()).run?.counts).toMatchObject({ faulty: 1, changed: 0 });
    expect((await account('anna'))?.source).toBe('local');
    await api.directories.updateAgreement(viewer, { agreement: 'Staff', adopt: true });
    told.length = 0;
    expect((await sync()).run?.counts).toMatchObject({ changed: 1 });
    const anna = await account('anna');
    expect(anna).toMatchObject({ source: 'ldap', name: 'Anna' });
    expect(stores.state.credentials.has(anna?.id ?? 0)).toBe(false);
    expect(told).toContainEqual({ name: 'user.changed', payload: expect.objectContaining({ what: 'password-changed' }) });
    expect(code(await api.users.setPassword(viewer, { user: 'anna', password: 'another of ours' }))).not.toBe('done');
  });

  it('gives its people back when it is removed', async () => {
    const { sync, directory, account, api, viewer } = await agreed();
    directory.people = [directoryPerson('anna')];
    await sync();
    expect(code(await api.directories.deleteAgreement(viewer, { agreement: 'staff' }))).toBe('done');
    expect((await account('anna'))?.source).toBe('local');
  });

  it('runs by itself when it is due, once, and not while it runs', async () => {
    const { stores, directory, clock, deps, jobs, account } = await agreed({ everyMinutes: 60, nextAt: 0 });
    directory.people = [directoryPerson('anna')];
    const schedule = createDirectorySchedule({ ...deps, jobs });
    await Promise.all([schedule.look(), schedule.look()]);
    await jobs.idle();
    expect((await stores.directories.runs('agr-1', 10)).map(({ by }) => by)).toEqual(['System']);
    expect(await account('anna')).not.toBe(null);
    await schedule.look();
    await jobs.idle();
    clock.advance(61 * 60_000);
    await schedule.look();
    await jobs.idle();
    expect(await stores.directories.runs('agr-1', 10)).toHaveLength(2);
  });

  it('ends runs that a stopped server left, when it starts again', async () => {
    const { stores, deps, jobs } = await agreed();
    await stores.directories.addRun({ ...(await import('../../testing/ldap-rows.ts')).runRow('run-1') });
    await createDirectorySchedule({ ...deps, jobs }).recover();
    expect(await stores.directories.run('run-1')).toMatchObject({ state: 'failed', why: expect.stringContaining('stopped') });
  });
});
