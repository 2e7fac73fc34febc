import { describe, expect, it, vi } from 'vitest';
import { createPasswordHasher } from '../../security/index.ts';
import { address, securityWorld } from '../../testing/security-world.ts';
import { makeTokenSecret, tokenHash } from '../tokens/token-secret.ts';

const minute = 60_000;

describe('signing in to the console', () => {
  it('gives a secret that is stored hashed, a viewer with the rights of the role, and a record', async () => {
    const { auth, signIn, stores } = await securityWorld();
    const done = await signIn('ROOT', 'root has a password');
    if (!done.ok) throw new Error(done.fault.message);
    const { secret, viewer, expiresAt } = done.value;
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(JSON.stringify([...stores.state.consoleSessions.values()])).not.toContain(secret);
    expect(viewer).toMatchObject({ name: 'root', role: 'administrator', kind: 'person', address, mustChangePassword: false });
    expect(await auth.viewerForSession(secret, address)).toMatchObject({ id: 'id-root', sessionId: viewer.sessionId });
    expect(expiresAt).toBeGreaterThan(0);
    expect((await stores.audit.find({ limit: 5 })).items[0]).toMatchObject({ action: 'console.sign-in', actor: 'root', result: 'done' });
    expect((await stores.operators.get('id-root'))?.lastSignInAt).not.toBeNull();
  });

  it('fails with one text for unknown, wrong, disabled, empty, too long and locked (A-2), each logged with its reason', async () => {
    const { signIn, add, stores } = await securityWorld();
    await add('off', 'operator');
    await stores.operators.update('id-off', { enabled: false });
    const refused = [
      await signIn('nobody', 'x'),
      await signIn('root', 'wrong'),
      await signIn('off'),
      await signIn('root', ''),
      await signIn('root', 'x'.repeat(1_025)),
    ];
    for (let i = 0; i < 5; i++) await signIn('root', 'wrong again');
    refused.push(await signIn('root'));
    expect(new Set(refused.map((r) => (r.ok ? 'accepted' : r.fault.message))).size).toBe(1);
    const outcomes = (await stores.signIns.recent({ limit: 50 })).map((row) => row.outcome);
    for (const outcome of ['unknown-account', 'wrong-password', 'disabled', 'malformed', 'backed-off']) expect(outcomes).toContain(outcome);
    const records = (await stores.audit.find({ action: 'console.sign-in', result: 'refused', limit: 50 })).items;
    expect(records.map((r) => r.detail)).toContain('Refused: unknown-account.');
  });

  it('A-1: lets no right guess through among wrong ones sent at the same time', async () => {
    const { signIn } = await securityWorld();
    const guesses = Array.from({ length: 8 }, (_, i) => signIn('root', i < 7 ? `wrong guess ${i}` : 'root has a password'));
    expect((await Promise.all(guesses)).map(({ ok }) => ok)).toEqual(Array(8).fill(false));
  });

  it('tells a stranger nothing of what broke inside', async () => {
    const { signIn, stores } = await securityWorld();
    vi.spyOn(stores.operators, 'byUsername').mockRejectedValue(new Error('SELECT secret FROM operators'));
    expect(await signIn('root', 'root has a password')).toMatchObject({ ok: false, fault: { code: 'auth.unavailable', kind: 'down' } });
  });

  it('works as hard for an unknown name as for a known one', async () => {
    const { signIn, pretend } = await securityWorld();
    await signIn('nobody', 'some password');
    expect(pretend).toHaveBeenCalledWith('some password');
  });

  it('holds the failed answer back: a second, then twice as long each time', async () => {
    const { auth, clock, settle } = await securityWorld();
    for (const ms of [1_000, 2_000, 4_000]) {
      let answered = false;
      const attempt = auth.signIn({ username: 'root', password: 'no', address, agent: '' }).then(() => {
        answered = true;
      });
      await vi.waitFor(() => expect(clock.waiting).toBe(1));
      clock.advance(ms - 1);
      await Promise.resolve();
      expect(answered).toBe(false);
      clock.advance(1);
      await settle(attempt);
    }
  });

  it('is locked for the address after 5 failures, and open from elsewhere', async () => {
    const { signIn } = await securityWorld();
    for (let i = 0; i < 5; i++) await signIn('root', 'wrong');
    expect((await signIn('root')).ok).toBe(false);
    expect((await signIn('root', undefined, '198.51.100.1')).ok).toBe(true);
  });

  it('hashes the password anew when the parameters were raised', async () => {
    const { signIn, stores } = await securityWorld();
    await stores.operators.update('id-root', {
      passwordHash: await createPasswordHasher({ n: 512, r: 8, p: 1 }).hash('root has a password'),
    });
    expect((await signIn('root')).ok).toBe(true);
    expect((await stores.operators.byUsername('root'))?.passwordHash).toContain('n=1024');
  });
});

describe('console sessions', () => {
  it('end after 30 idle minutes, and after 12 hours whatever happens', async () => {
    const { auth, signedIn, clock, ended } = await securityWorld();
    const idle = await signedIn('root');
    clock.advance(29 * minute);
    expect(await auth.viewerForSession(idle.secret, address)).not.toBeNull();
    clock.advance(29 * minute);
    expect(await auth.viewerForSession(idle.secret, address)).not.toBeNull();
    clock.advance(31 * minute);
    expect(await auth.viewerForSession(idle.secret, address)).toBeNull();
    expect(ended).toEqual([idle.viewer.sessionId]);
    const busy = await signedIn('root');
    for (let i = 0; i < 72; i++) {
      expect(await auth.viewerForSession(busy.secret, address)).not.toBeNull();
      clock.advance(10 * minute);
    }
    expect(await auth.viewerForSession(busy.secret, address)).toBeNull();
  });

  it('are at most 5 for an operator: the sixth ends the oldest', async () => {
    const { auth, signedIn, clock } = await securityWorld();
    const all = [];
    for (let i = 0; i < 6; i++) {
      all.push(await signedIn('root'));
      clock.advance(1_000);
    }
    const alive = await Promise.all(all.map(({ secret }) => auth.viewerForSession(secret, address)));
    expect(alive.map((viewer) => viewer !== null)).toEqual([false, true, true, true, true, true]);
  });

  it('end at sign-out, and by anyone who may', async () => {
    const { auth, signedIn, add, api, as } = await securityWorld();
    await add('eve', 'operator');
    const mine = await signedIn('root');
    const eves = await signedIn('eve');
    await auth.viewerForSession(mine.secret, address);
    await auth.signOut(mine.secret);
    expect(await auth.viewerForSession(mine.secret, address)).toBeNull();
    const again = await signedIn('root');
    const foreign = await api.consoleSessions.end(as('eve', 'operator'), { ids: [again.viewer.sessionId ?? ''] });
    expect(foreign.ok || foreign.fault.code).toBe('consoleSessions.notYours');
    await auth.viewerForSession(eves.secret, address);
    expect(await api.consoleSessions.end(as('root', 'administrator'), { ids: [eves.viewer.sessionId ?? ''] })).toEqual({
      ok: true,
      value: { ended: 1 },
    });
    expect(await auth.viewerForSession(eves.secret, address)).toBeNull();
    const own = await api.consoleSessions.list(as('eve', 'operator'), { all: true });
    expect(own.ok).toBe(true);
    const readOnly = await api.consoleSessions.list(as('x', 'read-only'), { all: true });
    expect(readOnly.ok || readOnly.fault.kind).toBe('refused');
  });

  it('do not exist for a made-up secret', async () => {
    const { auth } = await securityWorld();
    expect(await auth.viewerForSession('made-up', address)).toBeNull();
    expect(await auth.viewerForToken('rc_made-up', address)).toBeNull();
    await auth.signOut('made-up');
  });
});

describe('tokens', () => {
  const token = async (
    at: Awaited<ReturnType<typeof securityWorld>>,
    more: { createdBy?: string; scopes?: string[]; expiresAt?: number | null } = {},
  ) => {
    const secret = makeTokenSecret();
    const id = `t${Math.abs(at.stores.state.tokens.size)}`;
    await at.stores.tokens.create({
      id,
      name: 'sync',
      scopes: more.scopes ?? ['users.read', 'users.write'],
      createdBy: more.createdBy ?? 'root',
      createdAt: 0,
      expiresAt: more.expiresAt ?? null,
      lastUsedAt: null,
      revokedAt: null,
      secretHash: tokenHash(secret),
    });
    return { id, secret };
  };

  it('act with their scopes, never with more than their maker has now', async () => {
    const at = await securityWorld();
    await at.add('eve', 'read-only');
    expect(await at.auth.viewerForToken((await token(at)).secret, address)).toMatchObject({
      kind: 'token',
      name: 'sync',
      permissions: ['users.read', 'users.write'],
    });
    expect((await at.auth.viewerForToken((await token(at, { createdBy: 'eve' })).secret, address))?.permissions).toEqual(['users.read']);
    expect((await at.auth.viewerForToken((await token(at, { createdBy: 'Command line' })).secret, address))?.permissions).toEqual([
      'users.read',
      'users.write',
    ]);
  });

  it('stop at once when revoked, when they end, and when their maker is disabled', async () => {
    const at = await securityWorld();
    await at.add('eve', 'operator');
    const [revoked, ends, disabled] = [
      await token(at),
      await token(at, { expiresAt: at.clock.now() + 1_000 }),
      await token(at, { createdBy: 'eve' }),
    ];
    for (const { secret } of [revoked, ends, disabled]) expect(await at.auth.viewerForToken(secret, address)).not.toBeNull();
    await at.api.tokens.revoke(at.as('root', 'administrator'), { token: revoked.id });
    await at.api.operators.update(at.as('root', 'administrator'), { operator: 'eve', enabled: false });
    at.clock.advance(1_000);
    for (const { secret } of [revoked, ends, disabled]) expect(await at.auth.viewerForToken(secret, address)).toBeNull();
  });
});

describe('operators', () => {
  it('are added with a role; a weak password and a taken name are refused by field', async () => {
    const { api, as, auth, settle } = await securityWorld();
    const root = as('root', 'administrator');
    const weak = await api.operators.create(root, { username: 'ana', password: 'short', role: 'operator' });
    expect(weak.ok || weak.fault.fields).toEqual({ password: 'The password needs at least 8 characters.' });
    const made = await api.operators.create(root, { username: 'ana', password: 'a good password', role: 'operator' });
    expect(made.ok && made.value).toMatchObject({
      username: 'ana',
      role: 'operator',
      enabled: true,
      mustChangePassword: true,
      sessions: 0,
    });
    const taken = await api.operators.create(root, { username: 'ANA', password: 'a good password' });
    expect(taken.ok || taken.fault.code).toBe('operators.taken');
    const signed = await settle(auth.signIn({ username: 'ana', password: 'a good password', address, agent: '' }));
    expect(signed.ok && signed.value.viewer.mustChangePassword).toBe(true);
    // Until the password is an own one, it opens nothing but reading and choosing one.
    const viewer = signed.ok ? signed.value.viewer : root;
    expect(viewer.permissions).toContain('users.read');
    expect(viewer.permissions.filter((permission) => !permission.endsWith('.read'))).toEqual(['self.write']);
    await api.self.changePassword(viewer, { current: 'a good password', password: 'a better password' });
    const secret = signed.ok ? signed.value.secret : '';
    expect((await auth.viewerForSession(secret, address))?.permissions).toContain('services.control');
  });

  it.each(['update role', 'disable', 'delete'] as const)(
    'keep one administrator who can sign in: %s of the last is refused (W-5)',
    async (what) => {
      const { api, as, add, stores } = await securityWorld();
      await add('off', 'administrator');
      await stores.operators.update('id-off', { enabled: false });
      const act = async (operator: string, by: string) => {
        const viewer = as(by, 'administrator');
        if (what === 'delete') return api.operators.delete(viewer, { operator });
        return api.operators.update(viewer, what === 'disable' ? { operator, enabled: false } : { operator, role: 'operator' });
      };
      const last = await act('root', 'off');
      expect(last.ok || last.fault.code).toBe('operators.lastAdministrator');
      expect(await stores.operators.get('id-root')).toMatchObject({ role: 'administrator', enabled: true });
      await add('second', 'administrator');
      expect((await act('root', 'second')).ok).toBe(true);
      const then = await act('second', 'off');
      expect(then.ok || then.fault.code).toBe('operators.lastAdministrator');
    },
  );

  it('that two administrators take from each other at the same time leave one', async () => {
    const { api, as, add, stores } = await securityWorld();
    await add('second', 'administrator');
    await Promise.all([
      api.operators.update(as('root', 'administrator'), { operator: 'second', role: 'operator' }),
      api.operators.update(as('second', 'administrator'), { operator: 'root', role: 'operator' }),
    ]);
    expect((await stores.operators.list()).filter((o) => o.role === 'administrator')).toHaveLength(1);
  });

  it('lose their sessions within the call when role, password or standing changes (A-9, W-11)', async () => {
    for (const change of ['role', 'password', 'disabled', 'deleted'] as const) {
      const { api, as, add, auth, signedIn, changed } = await securityWorld();
      await add('eve', 'operator');
      const { secret } = await signedIn('eve');
      expect(await auth.viewerForSession(secret, address)).not.toBeNull();
      const root = as('root', 'administrator');
      const done =
        change === 'role'
          ? await api.operators.update(root, { operator: 'eve', role: 'read-only' })
          : change === 'password'
            ? await api.operators.setPassword(root, { operator: 'eve', password: 'another good one' })
            : change === 'disabled'
              ? await api.operators.update(root, { operator: 'eve', enabled: false })
              : await api.operators.delete(root, { operator: 'id:id-eve' });
      expect(done.ok).toBe(true);
      expect(await auth.viewerForSession(secret, address)).toBeNull();
      expect(changed).toHaveLength(1);
    }
  });

  it('cannot delete themselves, and their tokens go with them', async () => {
    const { api, as, add, stores } = await securityWorld();
    await add('eve', 'administrator');
    const own = await api.operators.delete(as('eve', 'administrator'), { operator: 'eve' });
    expect(own.ok || own.fault.code).toBe('operators.notYourself');
    await stores.tokens.create({
      id: 't',
      name: 'n',
      scopes: [],
      createdBy: 'eve',
      createdAt: 0,
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
      secretHash: 'h',
    });
    const gone = await api.operators.delete(as('root', 'administrator'), { operator: 'eve' });
    expect(gone.ok && gone.value.tokensRevoked).toBe(1);
    expect((await stores.tokens.list())[0]?.revokedAt).not.toBeNull();
  });

  it('are edited by version: an old one is a conflict, also for the last-administrator guard', async () => {
    const { api, as, add } = await securityWorld();
    const second = await add('second', 'administrator');
    const root = as('root', 'administrator');
    expect((await api.operators.update(root, { operator: 'second', name: 'S', version: second.version })).ok).toBe(true);
    const old = await api.operators.update(root, { operator: 'second', role: 'operator', version: second.version });
    expect(old.ok || old.fault.code).toBe('operators.conflict');
    expect((await api.operators.update(root, { operator: 'second', role: 'operator', version: second.version + 1 })).ok).toBe(true);
  });

  it('change their own password with the present one; other sessions end, this one stays, the file is forgotten, nothing is in the audit', async () => {
    const { api, auth, signedIn, stores, forget } = await securityWorld();
    const other = await signedIn('root');
    const mine = await signedIn('root');
    const wrong = await api.self.changePassword(mine.viewer, { current: 'not it at all', password: 'brand new password' });
    expect(wrong.ok || wrong.fault.fields).toEqual({ current: 'This is not the present password.' });
    const same = await api.self.changePassword(mine.viewer, { current: 'root has a password', password: 'root has a password' });
    expect(same.ok || same.fault.code).toBe('operators.samePassword');
    expect(forget).not.toHaveBeenCalled();
    const done = await api.self.changePassword(mine.viewer, { current: 'root has a password', password: 'brand new password' });
    expect(done.ok && done.value.mustChangePassword).toBe(false);
    expect(await auth.viewerForSession(mine.secret, address)).not.toBeNull();
    expect(await auth.viewerForSession(other.secret, address)).toBeNull();
    expect(forget).toHaveBeenCalledTimes(1);
    const audit = JSON.stringify((await stores.audit.find({ limit: 50 })).items);
    for (const secret of ['brand new password', 'root has a password', 'not it at all']) expect(audit).not.toContain(secret);
    const token = await api.self.changePassword({ ...mine.viewer, kind: 'token' }, { current: 'x', password: 'brand new password' });
    expect(token.ok || token.fault.code).toBe('operators.onlyPeople');
  });

  it('guess their present password no more often than at sign-in', async () => {
    const { api, signedIn } = await securityWorld();
    const { viewer } = await signedIn('root');
    for (let i = 0; i < 5; i++) await api.self.changePassword(viewer, { current: 'guess number', password: 'brand new password' });
    expect((await api.self.changePassword(viewer, { current: 'root has a password', password: 'brand new password' })).ok).toBe(false);
  });
});

describe('locks', () => {
  it('are shown in words and lifted, and both are on record', async () => {
    const { api, as, signIn, stores } = await securityWorld();
    for (let i = 0; i < 5; i++) await signIn('root', 'wrong');
    const root = as('root', 'administrator');
    const found = await api.locks.find(root, { search: 'roo' });
    expect(found.ok && found.value.items.map((lock) => lock.says)).toEqual([
      'root is refused from 192.0.2.1 for the console, after 5 failed sign-ins. From elsewhere root can sign in.',
    ]);
    expect((await api.locks.find(root, { kind: 'xmpp' })).ok && (await api.locks.find(root, { search: 'zzz' }))).toEqual({
      ok: true,
      value: { items: [], total: 0 },
    });
    const id = found.ok ? (found.value.items[0]?.id ?? '') : '';
    expect((await api.locks.lift(root, { id })).ok).toBe(true);
    expect((await signIn('root')).ok).toBe(true);
    const again = await api.locks.lift(root, { id });
    expect(again.ok || again.fault.code).toBe('locks.missing');
    expect((await stores.audit.find({ action: 'lock.lift', limit: 5 })).items.map((r) => [r.result, r.target])).toEqual([
      ['refused', id],
      ['done', 'root from 192.0.2.1'],
    ]);
    const signIns = await api.locks.signIns(root, { name: 'root' });
    expect(signIns.ok && signIns.value.items[0]?.says).toBe('Signed in');
  });
});
