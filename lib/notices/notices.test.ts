import { describe, expect, it } from 'vitest';
import type { Domain } from '../kernel/jid.ts';
import { silentLog } from '../kernel/log.ts';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld } from '../testing/message-world.ts';
import { createNotices, type NoticeKind } from './index.ts';

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
    journal: world.stores.journal,
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
    expect(notices.tell('bob@example.com', { subject: '', body: 'For all' })).toBe(true);
    await world.until(() => world.stores.state.offline.size === 1);
    expect(notices.tell('', { subject: '', body: 'x' })).toBe(false);
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
