import { describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { address, securityWorld } from '../../testing/security-world.ts';

const helpDesk = { name: 'Help desk', permissions: ['users.read', 'users.password', 'sessions.read', 'self.read', 'self.write'] as const };

async function withHelpDesk() {
  const world = await securityWorld();
  const root = world.as('root', 'administrator');
  const made = await world.api.roles.create(root, { ...helpDesk, permissions: [...helpDesk.permissions] });
  if (!made.ok) throw new Error(made.fault.message);
  const added = await world.api.operators.create(root, {
    username: 'hal',
    password: 'a password for the desk',
    role: made.value.id,
    mustChangePassword: false,
  });
  if (!added.ok) throw new Error(added.fault.message);
  const signedInAsHal = async () => {
    const done = await world.signIn('hal', 'a password for the desk');
    if (!done.ok) throw new Error(done.fault.message);
    return done.value;
  };
  return { ...world, root, role: made.value, signedInAsHal };
}

describe('a role made here', () => {
  it('gives who has it its permissions and nothing else', async () => {
    const { signedInAsHal, api, role } = await withHelpDesk();
    const { viewer } = await signedInAsHal();
    expect(viewer.role).toBe(role.id);
    expect([...viewer.permissions].sort()).toEqual([...helpDesk.permissions].sort());
    expect(await api.operators.list(viewer, {})).toMatchObject({ ok: false, fault: { kind: 'refused' } });
    expect((await api.users.find(viewer, {})).ok).toBe(true);
  });

  it('changes what sessions that are open already may do', async () => {
    const { signedInAsHal, api, root, role, auth } = await withHelpDesk();
    const { secret } = await signedInAsHal();
    const now = await api.roles.update(root, { role: 'help desk', permissions: ['users.read', 'self.read'] });
    expect(now).toMatchObject({ ok: true, value: { version: role.version + 1 } });
    await eventually(async () => expect((await auth.viewerForSession(secret, address))?.permissions).toEqual(['users.read', 'self.read']));
  });

  it('cannot be deleted while somebody has it', async () => {
    const { api, root } = await withHelpDesk();
    expect(await api.roles.delete(root, { role: 'Help desk' })).toMatchObject({ ok: false, fault: { code: 'roles.inUse' } });
    await api.operators.update(root, { operator: 'hal', role: 'read-only' });
    expect((await api.roles.delete(root, { role: 'Help desk' })).ok).toBe(true);
    expect(await api.operators.update(root, { operator: 'hal', role: 'role-gone' })).toMatchObject({
      ok: false,
      fault: { code: 'operators.unknownRole' },
    });
  });

  it('is not named like another, whatever the letter case, and not like a built-in one', async () => {
    const { api, root } = await withHelpDesk();
    for (const name of ['HELP DESK', 'administrator', 'Read only'])
      expect(await api.roles.create(root, { name, permissions: ['users.read'] })).toMatchObject({
        ok: false,
        fault: { code: 'roles.taken', fields: { name: 'This name is taken.' } },
      });
  });

  it('is refused when it was changed since it was read', async () => {
    const { api, root, role } = await withHelpDesk();
    await api.roles.update(root, { role: role.id, description: 'first' });
    expect(await api.roles.update(root, { role: role.id, version: role.version, description: 'second' })).toMatchObject({
      ok: false,
      fault: { code: 'roles.conflict' },
    });
  });
});

describe('giving rights away', () => {
  it('stops at what one has oneself: by roles, and by making administrators', async () => {
    const { api, root, as, stores } = await withHelpDesk();
    const made = await api.roles.create(root, {
      name: 'Personnel',
      permissions: ['operators.read', 'operators.write', 'roles.write', 'users.read'],
    });
    if (!made.ok) throw new Error(made.fault.message);
    const pia = { ...as('pia', 'read-only'), role: made.value.id, permissions: made.value.permissions };
    expect(await api.roles.create(pia, { name: 'More', permissions: ['users.read', 'settings.write'] })).toMatchObject({
      ok: false,
      fault: { code: 'roles.beyondOwn' },
    });
    expect((await api.roles.create(pia, { name: 'Less', permissions: ['users.read'] })).ok).toBe(true);
    const max = { username: 'max', password: 'a password that is long' };
    expect(await api.operators.create(pia, { ...max, role: 'administrator' })).toMatchObject({
      ok: false,
      fault: { code: 'roles.beyondOwn' },
    });
    expect(await stores.operators.byUsername('max')).toBeNull();
    expect((await api.operators.create(pia, { ...max, role: made.value.id })).ok).toBe(true);
  });

  it('does not help to take over somebody who may do more', async () => {
    const { api, root, as } = await withHelpDesk();
    const made = await api.roles.create(root, { name: 'Personnel', permissions: ['operators.read', 'operators.write', 'users.read'] });
    if (!made.ok) throw new Error(made.fault.message);
    const pia = { ...as('pia', 'read-only'), role: made.value.id, permissions: made.value.permissions };
    const refused = { ok: false, fault: { code: 'operators.mayDoMore' } };
    expect(await api.operators.setPassword(pia, { operator: 'root', password: 'one that pia knows' })).toMatchObject(refused);
    expect(await api.operators.resetSecondFactor(pia, { operator: 'root' })).toMatchObject(refused);
    expect(await api.operators.update(pia, { operator: 'root', enabled: false })).toMatchObject(refused);
    expect(await api.operators.delete(pia, { operator: 'root' })).toMatchObject(refused);
  });

  it('brings the second factor that administrators are asked for, whatever the role is called', async () => {
    const { api, root, consoleSettings, signIn } = await withHelpDesk();
    const made = await api.roles.create(root, { name: 'Second chief', permissions: ['operators.write', 'self.read', 'self.write'] });
    if (!made.ok) throw new Error(made.fault.message);
    await api.operators.create(root, { username: 'cy', password: 'a long one for cy', role: made.value.id, mustChangePassword: false });
    consoleSettings.set({ ...consoleSettings.get(), secondFactor: 'administrators' });
    expect(await signIn('cy', 'a long one for cy')).toMatchObject({ value: { viewer: { mustSetUpSecondFactor: true } } });
    expect(await signIn('hal', 'a password for the desk')).toMatchObject({ value: { viewer: { mustSetUpSecondFactor: false } } });
  });

  it('leaves the built-in roles as they are', async () => {
    const { api, root } = await withHelpDesk();
    expect(await api.roles.update(root, { role: 'operator', permissions: ['users.read'] })).toMatchObject({
      ok: false,
      fault: { code: 'roles.builtIn' },
    });
    expect(await api.roles.delete(root, { role: 'Administrator' })).toMatchObject({ ok: false, fault: { code: 'roles.builtIn' } });
  });
});
