import { describe, expect, it } from 'vitest';
import { DirectoryDown } from '../../ldap/index.ts';
import { pretendedDirectories } from '../../testing/pretended-directories.ts';
import { address, securityWorld } from '../../testing/security-world.ts';
import { makeTokenSecret, tokenHash } from '../tokens/token-secret.ts';

async function world() {
  const pretended = pretendedDirectories();
  const made = await securityWorld({ directories: pretended.directories });
  pretended.world.console.set('ana', { password: 'her own', role: 'operator' });
  return { ...made, directory: pretended.world };
}

describe('administrators of a directory', () => {
  it('sign in by their password there, in the role of their group, and are known from then on', async () => {
    const { signIn, stores } = await world();
    const first = await signIn('Ana', 'her own');
    expect(first.ok && first.value.viewer).toMatchObject({ name: 'ana', role: 'operator' });
    expect(await stores.operators.list()).toMatchObject([
      { username: 'ana', source: 'directory', role: 'operator' },
      { username: 'root', source: 'local' },
    ]);
    expect((await signIn('ana', 'her own')).ok).toBe(true);
    expect(await stores.operators.list()).toHaveLength(2);
  });

  it('are refused with the one text of all refusals: wrong, without a group, disabled', async () => {
    const { signIn, directory, stores } = await world();
    directory.console.set('bob', { password: 'x', role: null });
    directory.console.set('carol', { password: 'x', role: 'operator', verdict: 'disabled' });
    const refused = [await signIn('ana', 'wrong'), await signIn('bob', 'x'), await signIn('carol', 'x'), await signIn('nobody', 'x')];
    expect(new Set(refused.map((one) => (one.ok ? 'in' : one.fault.code)))).toEqual(new Set(['auth.refused']));
    expect((await stores.operators.list()).map(({ username }) => username)).toEqual(['root']);
  });

  it('never take the place of somebody who has a password here', async () => {
    const { signIn, directory } = await world();
    directory.console.set('root', { password: 'from the directory', role: 'administrator' });
    expect((await signIn('root', 'from the directory')).ok).toBe(false);
    expect((await signIn('root')).ok).toBe(true);
  });

  it('change their role with their group, which ends their sessions, and are shut out without one', async () => {
    const { signIn, auth, directory, ended } = await world();
    const done = await signIn('ana', 'her own');
    if (!done.ok) throw new Error(done.fault.message);
    directory.console.set('ana', { password: 'her own', role: 'read-only' });
    await auth.checkDirectory();
    expect(ended).toHaveLength(1);
    expect(await auth.viewerForSession(done.value.secret, address)).toBe(null);
    const again = await signIn('ana', 'her own');
    expect(again.ok && again.value.viewer.role).toBe('read-only');
    directory.console.set('ana', { password: 'her own', role: null });
    await auth.checkDirectory();
    expect(ended).toHaveLength(2);
    expect((await signIn('ana', 'her own')).ok).toBe(false);
    directory.console.set('ana', { password: 'her own', role: 'operator' });
    expect((await signIn('ana', 'her own')).ok).toBe(true);
  });

  it('stay out when they were disabled here, and come back by an administrator alone', async () => {
    const { signIn, api, as, auth, stores, directory } = await world();
    await signIn('ana', 'her own');
    const root = as('root', 'administrator');
    expect((await api.operators.update(root, { operator: 'ana', enabled: false })).ok).toBe(true);
    const ana = async () => (await stores.operators.list()).find(({ username }) => username === 'ana');
    expect((await signIn('ana', 'her own')).ok).toBe(false);
    expect(await ana()).toMatchObject({ enabled: false });
    directory.console.set('ana', { password: 'her own', role: null });
    await auth.checkDirectory();
    directory.console.set('ana', { password: 'her own', role: 'operator' });
    await auth.checkDirectory();
    expect((await signIn('ana', 'her own')).ok).toBe(false);
    expect(await ana()).toMatchObject({ enabled: false });
    expect((await api.operators.update(root, { operator: 'ana', enabled: true })).ok).toBe(true);
    expect((await signIn('ana', 'her own')).ok).toBe(true);
  });

  it('who have no group any more are not disabled for it, and have no role until they have one again', async () => {
    const { signIn, auth, stores, directory } = await world();
    await signIn('ana', 'her own');
    directory.console.set('ana', { password: 'her own', role: null });
    expect((await signIn('ana', 'her own')).ok).toBe(false);
    const ana = async () => (await stores.operators.list()).find(({ username }) => username === 'ana');
    const { version = 0 } = (await ana()) ?? {};
    expect(await ana()).toMatchObject({ enabled: true, role: 'none' });
    expect((await signIn('ana', 'her own')).ok).toBe(false);
    expect(await ana()).toMatchObject({ version });
    directory.console.set('ana', { password: 'her own', role: 'read-only' });
    const again = await signIn('ana', 'her own');
    expect(again.ok && again.value.viewer.role).toBe('read-only');
    await auth.checkDirectory();
    expect(await ana()).toMatchObject({ enabled: true, role: 'read-only' });
  });

  it('who have no group any more have no tokens that work either, signed in or not', async () => {
    const { signIn, auth, stores, directory, clock } = await world();
    const done = await signIn('ana', 'her own');
    if (!done.ok) throw new Error(done.fault.message);
    const secret = makeTokenSecret();
    const row = { id: 't1', name: 'sync', scopes: ['users.read'], createdBy: 'ana', createdAt: 0, expiresAt: null };
    await stores.tokens.create({ ...row, lastUsedAt: null, revokedAt: null, secretHash: tokenHash(secret) });
    await auth.signOut(done.value.secret);
    expect(await auth.viewerForToken(secret, address)).toMatchObject({ role: 'operator' });
    directory.isDown = new DirectoryDown('Head office', '');
    await auth.checkDirectory();
    clock.advance(5_000);
    expect(await auth.viewerForToken(secret, address)).toMatchObject({ role: 'operator' });
    directory.isDown = false;
    directory.console.set('ana', { password: 'her own', role: null });
    await auth.checkDirectory();
    expect(await auth.viewerForToken(secret, address)).toBe(null);
    directory.console.set('ana', { password: 'her own', role: 'read-only' });
    await auth.checkDirectory();
    expect(await auth.viewerForToken(secret, address)).toMatchObject({ role: 'read-only', permissions: ['users.read'] });
  });

  it('hear that the directory is away, as everybody does who is refused meanwhile; sessions and local administrators stay', async () => {
    const { signIn, auth, directory } = await world();
    const done = await signIn('ana', 'her own');
    if (!done.ok) throw new Error(done.fault.message);
    directory.isDown = new DirectoryDown('Head office', '');
    const refused = [await signIn('ana', 'her own'), await signIn('root', 'wrong'), await signIn('nobody', 'x')];
    expect(refused.map((one) => (one.ok ? 'in' : one.fault.code))).toEqual(Array(3).fill('auth.directoryDown'));
    await auth.checkDirectory();
    expect(await auth.viewerForSession(done.value.secret, address)).toMatchObject({ name: 'ana' });
    expect((await signIn('root')).ok).toBe(true);
  });

  it('cannot be given a password or another role here, and do not count as the last administrator', async () => {
    const { signIn, api, directory, as, stores } = await world();
    directory.console.set('ana', { password: 'her own', role: 'administrator' });
    await signIn('ana', 'her own');
    const root = as('root', 'administrator');
    const refusedCodes = [
      await api.operators.setPassword(root, { operator: 'ana', password: 'a password of ours' }),
      await api.operators.update(root, { operator: 'ana', role: 'operator' }),
      await api.operators.update(as('other', 'administrator'), { operator: 'root', enabled: false }),
    ].map((one) => (one.ok ? 'done' : one.fault.code));
    expect(refusedCodes).toEqual(['operators.ofDirectory', 'operators.ofDirectory', 'operators.lastAdministrator']);
    expect((await stores.operators.list()).find(({ username }) => username === 'root')?.enabled).toBe(true);
  });
});
