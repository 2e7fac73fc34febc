import { expect, vi } from 'vitest';
import { createConsoleDirectory } from '../admin/directories/console-directory.ts';
import { createRoles } from '../admin/roles/roles.ts';
import { createAuthDoor } from '../admin/security/auth-door.ts';
import type { Viewer } from '../admin/shared/viewer.ts';
import { type ConsoleValues, type SignInValues, sections } from '../config/schema/index.ts';
import { createEventHub } from '../kernel/events.ts';
import { liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import type { Directories } from '../ldap/index.ts';
import { createPasswordHasher, createSecondFactor, createSignInGuard } from '../security/index.ts';
import type { RoleName } from '../security/ports.ts';
import { adminFixture, viewerOf as viewerWith } from './admin-fixture.ts';
import { createFakeClock } from './fake-clock.ts';

const defaults = <T>(id: 'signIn' | 'console') =>
  Object.fromEntries(Object.entries(sections[id].settings).map(([name, s]) => [name, s.default])) as T;
export const address = '192.0.2.1';

/** Console operators over memory stores, with the real sign-in, back-off and use cases; time stands still unless a test moves it. */
export async function securityWorld({ directories }: { directories?: Directories } = {}) {
  const clock = createFakeClock();
  const events = createEventHub((name, error) => {
    throw new Error(`${name}: ${String(error)}`);
  });
  const ended: string[] = [];
  events.on('console-session.ended', ({ sessionId }) => ended.push(sessionId));
  const changed: string[] = [];
  events.on('operator.changed', ({ what }) => changed.push(what));
  const passwords = createPasswordHasher({ n: 1024, r: 8, p: 1 });
  const pretend = vi.spyOn(passwords, 'pretend');
  const consoleSettings = liveBox(defaults<ConsoleValues>('console'));
  const forget = vi.fn(async () => undefined);
  const initialPassword = { path: '', read: async () => null, write: async () => undefined, forget };
  const secondFactor = createSecondFactor({ key: 'k'.repeat(32), issuer: () => 'Rollcall', clock });
  // The guard is needed by the fixture, and its stores by the guard.
  const guardBox: { guard?: ReturnType<typeof createSignInGuard> } = {};
  const guard = new Proxy({} as ReturnType<typeof createSignInGuard>, { get: (_, key) => Reflect.get(guardBox.guard ?? {}, key) });
  const fixture = adminFixture({ clock, events, operatorPasswords: passwords, initialPassword, guard, secondFactor });
  const { stores } = fixture;
  guardBox.guard = createSignInGuard({
    store: stores.backoff,
    signIns: stores.signIns,
    settings: liveBox(defaults<SignInValues>('signIn')),
    console: consoleSettings,
    clock,
    log: silentLog,
  });
  const roles = createRoles({ store: stores.roles, events, log: silentLog });
  const auth = createAuthDoor({
    roles,
    stores,
    passwords,
    secondFactor,
    guard,
    settings: consoleSettings,
    events,
    clock,
    log: silentLog,
    cookieSecret: 'c',
    ...(directories === undefined
      ? {}
      : {
          directory: createConsoleDirectory({
            directories,
            operators: stores.operators,
            sessions: stores.consoleSessions,
            events,
            clock,
            log: silentLog,
          }),
        }),
  });
  const add = async (username: string, role: string, more: { mustChangePassword?: boolean } = {}) => {
    const made = await stores.operators.create({
      id: `id-${username}`,
      username,
      name: '',
      role,
      passwordHash: await passwords.hash(`${username} has a password`),
      mustChangePassword: more.mustChangePassword ?? false,
    });
    if (made === 'taken') throw new Error('taken');
    return made;
  };
  const root = await add('root', 'administrator');
  /** Failed answers wait; time passes for them here. */
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const marked = promise.finally(() => {
      done = true;
    });
    await vi.waitFor(
      () => {
        if (clock.waiting > 0) clock.advance(1_000);
        expect(done).toBe(true);
      },
      { timeout: 5_000, interval: 2 },
    );
    return marked;
  };
  const signIn = (username: string, password = `${username} has a password`, from = address, code?: string) =>
    settle(auth.signIn({ username, password, address: from, agent: 'Firefox', ...(code === undefined ? {} : { code }) }));
  const signedIn = async (username: string) => {
    const done = await signIn(username);
    if (!done.ok) throw new Error(done.fault.message);
    return done.value;
  };
  const as = (username: string, role: RoleName, more: Partial<Viewer> = {}) =>
    viewerWith(role, { id: `id-${username}`, name: username, ...more });
  return {
    ...fixture,
    auth,
    secondFactor,
    clock,
    ended,
    changed,
    passwords,
    pretend,
    add,
    root,
    signIn,
    signedIn,
    as,
    consoleSettings,
    forget,
    settle,
  };
}
