import { describe, expect, it } from 'vitest';
import { adminFixture, pretendedCredentials, sessionView, viewerOf } from '../../testing/admin-fixture.ts';

const administrator = viewerOf('administrator');
const password = 'correct horse';

async function withUsers(...userIds: string[]) {
  const fixture = adminFixture();
  const ids: Record<string, number> = {};
  for (const userId of userIds) {
    const made = await fixture.api.users.create(administrator, { userId, password });
    if (!made.ok) throw new Error(made.fault.message);
    ids[userId] = made.value.id;
  }
  fixture.told.length = 0;
  return { ...fixture, ids };
}
const audited = async (fixture: ReturnType<typeof adminFixture>) => (await fixture.stores.audit.find({ limit: 1 })).items[0];

describe('users.create', () => {
  it('makes an account that can sign in, tells it and records it without the password', async () => {
    const fixture = adminFixture();
    const made = await fixture.api.users.create(administrator, {
      userId: 'Anna',
      password,
      name: 'Anna Lopez',
      mail: 'anna@mail.example',
      domain: 'Example.COM',
    });
    expect(made).toMatchObject({ ok: true, value: { userId: 'Anna', address: 'anna@example.com', enabled: true, sessions: 0 } });
    const bare = 'anna@example.com' as never;
    expect((await fixture.stores.accounts.credentials([bare])).get(bare)?.credentials).toEqual(pretendedCredentials(password));
    expect(fixture.told).toContainEqual({
      name: 'user.changed',
      payload: { accountId: 1, bare: 'anna@example.com', what: 'created', by: 'the administrator' },
    });
    const record = await audited(fixture);
    expect(record).toMatchObject({ action: 'user.create', target: 'Anna', targetKey: 'user:1', result: 'done' });
    expect(JSON.stringify(record)).not.toContain(password);
  });

  it('escapes a user ID that is a mail address (XEP-0106)', async () => {
    const { api } = adminFixture();
    expect(await api.users.create(administrator, { userId: 'anna@corp.example', password, domain: 'example.com' })).toMatchObject({
      ok: true,
      value: { address: 'anna\\40corp.example@example.com' },
    });
    expect(await api.users.get(administrator, { user: 'anna@corp.example' })).toMatchObject({
      ok: true,
      value: { user: { userId: 'anna@corp.example' } },
    });
  });

  it.each([
    ['short', { userId: 'anna', password: 'seven77' }, { password: 'Must have at least 8 characters.' }],
    ['the user ID', { userId: 'annalopez', password: 'AnnaLopez' }, { password: 'Must not be the user ID.' }],
    ['with control characters', { userId: 'anna', password: 'correct\u0000horse' }, { password: 'Must not hold control characters.' }],
    ['over 1024 bytes', { userId: 'anna', password: 'ü'.repeat(513) }, { password: 'Must have at most 1024 bytes.' }],
    [
      'nothing PRECIS lets through',
      { userId: 'anna', password: 'correct\u{378}horse' },
      { password: 'Holds characters that a password may not hold.' },
    ],
    ['missing', { userId: 'anna' }, { password: 'Required.' }],
  ])('refuses a password that is %s', async (_case, input, fields) => {
    const { api } = adminFixture();
    expect(await api.users.create(administrator, input as never)).toMatchObject({ ok: false, fault: { kind: 'invalid', fields } });
  });

  it.each([
    ['id:7', undefined, 'userId'],
    ['a\u0007b', undefined, 'userId'],
    ['anna', 'no domain', 'domain'],
    ['anna', 'a@b', 'domain'],
  ])('refuses user ID %j in domain %j and says which field it is', async (userId, domain, field) => {
    const { api } = adminFixture();
    expect(await api.users.create(administrator, { userId, password, ...(domain ? { domain } : {}) })).toMatchObject({
      ok: false,
      fault: { kind: 'invalid', fields: { [field]: expect.any(String) } },
    });
  });

  it('lets the list of group chat administrators follow the accounts it names, so that nobody inherits rooms with an address', async () => {
    const fixture = adminFixture();
    const list = () => fixture.deps.settings.section('muc').get().administrators;
    for (const userId of ['root', 'anna', 'bob'])
      await fixture.api.users.create(administrator, { userId, password, domain: 'example.com' });
    await fixture.api.settings.set(administrator, {
      key: 'muc.administrators',
      value: ['root@example.com', 'anna@example.com', 'bob@example.com'],
    });
    await fixture.api.users.update(administrator, { user: 'root', userId: 'chief' });
    expect(list()).toEqual(['chief@example.com', 'anna@example.com', 'bob@example.com']);
    await fixture.api.users.delete(administrator, { users: ['chief'] });
    expect(list()).toEqual(['anna@example.com', 'bob@example.com']);
    await fixture.api.users.runBulk(administrator, { action: 'setDomain', toDomain: 'example.net', users: ['anna'] });
    await fixture.api.users.runBulk(administrator, { action: 'delete', users: ['bob'] });
    await fixture.jobs.idle();
    expect(list()).toEqual(['anna@example.net']);
  });

  it('refuses a user ID that exists in other letters, and an address that exists under another user ID', async () => {
    const { api } = await withUsers('anna');
    expect(await api.users.create(administrator, { userId: 'ANNA', password, domain: 'other.example' })).toMatchObject({
      ok: false,
      fault: { code: 'users.userIdTaken' },
    });
  });

  it('makes an XMPP administrator in the same change, which the running settings see', async () => {
    const fixture = adminFixture();
    await fixture.api.users.create(administrator, { userId: 'root', password, domain: 'example.com', admin: true });
    expect(fixture.deps.settings.section('xmpp').get().administrators).toEqual(['root@example.com']);
    await fixture.api.users.update(administrator, { user: 'root', userId: 'chief' });
    expect(fixture.deps.settings.section('xmpp').get().administrators).toEqual(['chief@example.com']);
    await fixture.api.users.delete(administrator, { users: ['chief'] });
    expect(fixture.deps.settings.section('xmpp').get().administrators).toEqual([]);
  });

  it('does not let somebody grant the administrator commands who may not change settings', async () => {
    const fixture = adminFixture();
    const token = viewerOf('administrator', { kind: 'token', permissions: ['users.write', 'users.read'] });
    expect(await fixture.api.users.create(token, { userId: 'root', password, admin: true })).toMatchObject({
      ok: false,
      fault: { code: 'users.adminNeedsSettings' },
    });
    expect(await fixture.api.users.get(administrator, { user: 'root' })).toMatchObject({ ok: false, fault: { code: 'users.missing' } });
  });
});

describe('users.find and users.get', () => {
  it('pages by cursor, so that each user comes once', async () => {
    const { api } = await withUsers('a', 'b', 'c', 'd', 'e');
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await api.users.find(administrator, { limit: 2, ...(cursor ? { cursor } : {}) });
      if (!page.ok) throw new Error(page.fault.message);
      expect(page.value.total).toBe(5);
      seen.push(...page.value.items.map((user) => user.userId));
      if (!page.value.next) break;
      cursor = page.value.next;
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('finds those who are online, and shows their sessions', async () => {
    const { api, sessions, ids } = await withUsers('anna', 'bob');
    const anna = await api.users.get(administrator, { user: `id:${ids.anna}` });
    if (!anna.ok) throw new Error(anna.fault.message);
    const bare = anna.value.user.address;
    sessions.push(
      sessionView({ id: 's1', bare, accountId: ids.anna!, show: 'away', priority: 1, status: 'lunch' }),
      sessionView({ id: 's2', bare, accountId: ids.anna!, show: 'chat', priority: 0 }),
    );
    expect(await api.users.find(administrator, { online: true })).toMatchObject({
      ok: true,
      value: { items: [{ userId: 'anna', sessions: 2 }] },
    });
    expect(await api.users.get(administrator, { user: bare })).toMatchObject({
      ok: true,
      value: {
        presence: { show: 'away', status: 'lunch' },
        sessions: [{ id: 's1' }, { id: 's2' }],
        contacts: [{ contact: 'bob@example.com' }],
        offlineMessages: 3,
        hasPassword: true,
      },
    });
  });

  it('tells administrators why sign-ins failed', async () => {
    const { api, stores, ids } = await withUsers('anna');
    stores.signIns.record({
      at: 5,
      kind: 'xmpp',
      name: 'anna',
      accountId: ids.anna!,
      address: '203.0.113.9',
      mechanism: 'PLAIN',
      outcome: 'wrong-password',
    });
    expect(await api.users.get(administrator, { user: 'anna' })).toMatchObject({
      ok: true,
      value: { signIns: [{ outcome: 'wrong-password', reason: 'Wrong password', address: '203.0.113.9' }] },
    });
  });
});

describe('users.update', () => {
  it('refuses a change made on an old version and shows what is there now', async () => {
    const { api } = await withUsers('anna');
    expect(await api.users.update(administrator, { user: 'anna', version: 1, name: 'A' })).toMatchObject({
      ok: true,
      value: { version: 2, name: 'A' },
    });
    expect(await api.users.update(administrator, { user: 'anna', version: 1, name: 'B' })).toMatchObject({
      ok: false,
      fault: { kind: 'conflict', details: { version: 2, current: { name: 'A' } } },
    });
  });

  it('tells the old address as moved when the address changes, and the password still fits', async () => {
    const { api, told, stores } = await withUsers('anna');
    const now = await api.users.update(administrator, { user: 'anna', domain: 'new.example' });
    expect(now).toMatchObject({ ok: true, value: { address: 'anna@new.example' } });
    const changes = told
      .filter((event) => event.name === 'user.changed')
      .map((event) => event.payload as { bare: string; what: string; movedTo?: string });
    expect(changes.map(({ bare, what, movedTo }) => [bare, what, movedTo])).toEqual([
      ['anna@localhost', 'moved', 'anna@new.example'],
      ['anna@new.example', 'updated', undefined],
    ]);
    expect((await stores.accounts.credentials(['anna@new.example' as never])).size).toBe(1);
  });

  it('gives and takes the administrator commands of an existing user, for those who may change settings', async () => {
    const { api, deps } = await withUsers('anna');
    const list = () => deps.settings.section('xmpp').get().administrators;
    expect(await api.users.update(administrator, { user: 'anna', admin: true })).toMatchObject({ ok: true, value: { version: 1 } });
    expect(list()).toEqual(['anna@localhost']);
    const narrow = viewerOf('administrator', { permissions: ['users.write'] });
    expect(await api.users.update(narrow, { user: 'anna', admin: false })).toMatchObject({
      ok: false,
      fault: { code: 'users.adminNeedsSettings' },
    });
    await api.users.update(administrator, { user: 'anna', admin: false });
    expect(list()).toEqual([]);
    expect(await api.users.update(administrator, { user: 'anna' })).toMatchObject({ ok: false, fault: { code: 'users.nothingToChange' } });
  });

  it('refuses an address that somebody has', async () => {
    const { api } = await withUsers('anna', 'bob');
    expect(await api.users.update(administrator, { user: 'anna', userId: 'BOB' })).toMatchObject({
      ok: false,
      fault: { kind: 'conflict' },
    });
  });
});

describe('passwords, enabling and removing', () => {
  it('replaces the credentials and ends sessions through the event', async () => {
    const { api, told, stores } = await withUsers('anna');
    expect(await api.users.setPassword(viewerOf('operator'), { user: 'anna', password: 'a new secret' })).toMatchObject({ ok: true });
    const bare = 'anna@localhost' as never;
    expect((await stores.accounts.credentials([bare])).get(bare)?.credentials).toEqual(pretendedCredentials('a new secret'));
    expect(told).toContainEqual({
      name: 'user.changed',
      payload: expect.objectContaining({ what: 'password-changed', bare: 'anna@localhost' }),
    });
  });

  it('disables many, tells each once, and says who was left alone and why', async () => {
    const fixture = await withUsers('anna', 'bob');
    await fixture.api.users.disable(administrator, { users: ['bob'] });
    fixture.told.length = 0;
    expect(await fixture.api.users.disable(administrator, { users: ['anna', 'anna@localhost', 'bob', 'carl'] })).toEqual({
      ok: true,
      value: {
        changed: [{ id: fixture.ids.anna, userId: 'anna', address: 'anna@localhost' }],
        skipped: [
          { user: 'carl', why: 'There is no such user.' },
          { user: 'bob', why: 'Is disabled already.' },
        ],
      },
    });
    expect(fixture.told.filter((event) => event.name === 'user.changed')).toHaveLength(1);
    expect(await audited(fixture)).toMatchObject({ action: 'user.disable', target: 'anna' });
  });

  it('removes for good', async () => {
    const fixture = await withUsers('anna');
    expect(await fixture.api.users.delete(administrator, { users: ['anna'] })).toMatchObject({
      ok: true,
      value: { changed: [{ userId: 'anna' }] },
    });
    expect(await fixture.api.users.get(administrator, { user: 'anna' })).toMatchObject({ ok: false, fault: { kind: 'missing' } });
    expect(await audited(fixture)).toMatchObject({
      action: 'user.delete',
      targetKey: `user:${fixture.ids.anna}`,
      before: { users: [{ userId: 'anna', address: 'anna@localhost' }] },
    });
  });

  it('refuses when nobody named exists', async () => {
    const { api } = adminFixture();
    expect(await api.users.delete(administrator, { users: ['nobody'] })).toMatchObject({ ok: false, fault: { code: 'users.missing' } });
  });
});
