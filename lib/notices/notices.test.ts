import { describe, expect, it } from 'vitest';
import type { Domain } from '../kernel/jid.ts';
import { silentLog } from '../kernel/log.ts';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld } from '../testing/message-world.ts';
import { createHolds, createNotices, type NoticeKind } from './index.ts';

const account = (local: string) => ({
  userId: local,
  local,
  domain: 'example.com' as Domain,
  name: local,
  mail: '',
  enabled: true,
  credentials: null,
});

async function office() {
  const world = createMessageWorld({ archive: { enabled: false } });
  await world.stores.accounts.create(['alice', 'bob', 'carol'].map(account));
  const notices = createNotices({
    store: world.stores.notices,
    users: world.router.users,
    router: () => world.router,
    journal: {
      get accepting() {
        return world.stores.journal.accepting;
      },
      committed: (done) => world.stores.journal.append({ archive: [], offline: [] }, done),
    },
    holds: createHolds(world.stores),
    clock: world.clock,
    log: silentLog,
  });
  world.router.add(notices);
  const put = async (kind: NoticeKind, body: string, more: { version?: number; since?: number } = {}) => {
    const { version = world.clock.now(), since = version } = more;
    await world.stores.notices.put({ kind, subject: '', body, version, since, by: 'admin' });
    await notices.reload();
  };
  return { world, notices, put };
}
const kinds = (session: FakeSession) =>
  session
    .take()
    .map((el) => `${el.attrs.from} ${el.attrs.type ?? 'normal'} ${el.child('subject')?.text() ?? ''}|${el.child('body')?.text() ?? ''}`);

describe('an announcement', () => {
  it('reaches every device that is available, from its domain, and nobody who is away', async () => {
    const { world, notices } = await office();
    const desk = await world.signIn('alice@example.com/desk');
    const phone = await world.signIn('alice@example.com/phone', { priority: -1 });
    const silent = await world.signIn('bob@example.com/x', { priority: null });
    for (const session of [desk, phone, silent]) session.take();
    expect(await notices.tellOnline({ subject: 'Now', body: 'Fire drill' })).toEqual({ people: 1, devices: 2 });
    expect(kinds(desk)).toEqual(['example.com headline Now|Fire drill']);
    expect(kinds(phone)).toHaveLength(1);
    expect(silent.sent).toEqual([]);
    expect(await notices.tellOnline({ subject: '', body: 'x' }, 'example.org')).toEqual({ people: 0, devices: 0 });
  });

  it('to everyone waits for who is away', async () => {
    const { world, notices } = await office();
    expect(await notices.tellEach(['bob@example.com', 'nobody@example.com', ''], { subject: '', body: 'For all' }, 'a-1')).toEqual([
      true,
      false,
      false,
    ]);
    expect(world.stores.state.offline.size).toBe(1);
    const bob = await world.signIn('bob@example.com/x');
    await world.rest();
    expect(bob.take().map((one) => one.attrs.id)).toEqual(['a-1']);
  });

  it.each([true, false])('passes over who has it already, in the archive (%s) or waiting, when it is told again', async (enabled) => {
    const { world, notices } = await office();
    world.archiveValues.set({ ...world.archiveValues.get(), enabled });
    const since = world.clock.now();
    const text = { subject: '', body: 'Once' };
    await notices.tellEach(['bob@example.com'], text, 'a-1');
    expect(await notices.tellEach(['bob@example.com', 'carol@example.com'], text, 'a-1', since)).toEqual([true, true]);
    const [bob, carol] = [await world.signIn('bob@example.com/x'), await world.signIn('carol@example.com/x')];
    await world.rest();
    expect([bob.bodies(), carol.bodies()]).toEqual([['Once'], ['Once']]);
    expect(await notices.tellEach(['bob@example.com'], text, 'a-2', since)).toEqual([true]);
    expect(bob.bodies()).toEqual(['Once', 'Once']);
  });

  it('says so when the store takes nothing', async () => {
    const { world, notices } = await office();
    world.stores.journal.setAccepting(false);
    await expect(notices.tellEach(['bob@example.com'], { subject: '', body: 'x' }, 'a-1')).rejects.toThrow('cannot be kept');
  });
});

describe('the message of the day', () => {
  it('is told once to each person, at the first device that can take messages, and again when it changes', async () => {
    const { world, put } = await office();
    await put('motd', 'Cake in the kitchen');
    const phone = await world.signIn('alice@example.com/phone', { priority: -1 });
    const desk = await world.signIn('alice@example.com/desk');
    const other = await world.signIn('alice@example.com/other');
    expect(phone.bodies()).toEqual([]);
    expect(desk.bodies()).toEqual(['Cake in the kitchen']);
    expect(other.bodies()).toEqual([]);
    world.presence(desk, 5, 'away');
    expect(desk.bodies()).toHaveLength(1);
    await put('motd', 'No cake left', { version: world.clock.now() + 1 });
    world.presence(other, 0);
    expect(other.bodies()).toEqual(['No cake left']);
    await world.rest();
    expect(world.stores.state.noticesSeen.get(1)?.motd).toBe(world.clock.now() + 1);
  });

  it('that is told at once is not told again at the next sign-in', async () => {
    const { world, notices, put } = await office();
    const desk = await world.signIn('alice@example.com/desk');
    await put('motd', 'Now');
    expect(await notices.tellMotd()).toEqual({ people: 1, devices: 1 });
    await world.signIn('alice@example.com/phone').then((phone) => expect(phone.bodies()).toEqual([]));
    expect(desk.bodies()).toEqual(['Now']);
  });
});

describe('the welcome', () => {
  it('greets who was made after it, once, and nobody else', async () => {
    const { world, put } = await office();
    await put('welcome', 'Welcome!', { since: world.clock.now() + 1 });
    const old = await world.signIn('alice@example.com/a');
    await world.rest();
    expect(old.bodies()).toEqual([]);
    expect(world.stores.state.noticesSeen.get(1)).toEqual({ motd: 0, welcomed: true });
    await put('welcome', 'Welcome!', { since: world.clock.now() });
    const fresh = await world.signIn('bob@example.com/b');
    await world.until(() => fresh.bodies().length > 0);
    world.presence(fresh, 1);
    await world.rest();
    expect(fresh.bodies()).toEqual(['Welcome!']);
  });
});
