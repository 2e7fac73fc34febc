import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { address, securityWorld } from '../../testing/security-world.ts';

/** What an authenticator app shows at this time. */
const appCode = (secret: string, at: number): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at });
const step = 30_000;

async function withSecondFactor() {
  const world = await securityWorld();
  const ana = await world.add('ana', 'administrator');
  const me = world.as('ana', 'administrator', { address });
  const proposed = await world.api.self.proposeSecondFactor(me, {});
  if (!proposed.ok) throw new Error(proposed.fault.message);
  const { secret } = proposed.value;
  const enabled = await world.api.self.enableSecondFactor(me, {
    secret,
    code: appCode(secret, world.clock.now()),
    password: 'ana has a password',
  });
  if (!enabled.ok) throw new Error(enabled.fault.message);
  world.clock.advance(step);
  return { ...world, ana, me, secret, codes: enabled.value.codes, code: () => appCode(secret, world.clock.now()) };
}

describe('the second factor', () => {
  it('is asked for after the right password only, and opens the console with it', async () => {
    const { signIn, code } = await withSecondFactor();
    expect(await signIn('ana', 'not it')).toMatchObject({ ok: false, fault: { code: 'auth.refused' } });
    expect(await signIn('ana')).toMatchObject({ ok: false, fault: { code: 'auth.secondFactorNeeded' } });
    expect(await signIn('ana', undefined, address, code())).toMatchObject({ ok: true, value: { viewer: { name: 'ana' } } });
  });

  it('does not help whoever has the code but not the password', async () => {
    const { signIn, code } = await withSecondFactor();
    expect(await signIn('ana', 'not it', address, code())).toMatchObject({ ok: false, fault: { code: 'auth.refused' } });
  });

  it('takes each code once, and none from another time', async () => {
    const { signIn, code, secret, clock } = await withSecondFactor();
    const once = code();
    expect((await signIn('ana', undefined, address, once)).ok).toBe(true);
    expect(await signIn('ana', undefined, address, once)).toMatchObject({ ok: false, fault: { code: 'auth.wrongCode' } });
    expect((await signIn('ana', undefined, address, appCode(secret, clock.now() + 10 * step))).ok).toBe(false);
  });

  it('gives recovery codes that work once each, however they are typed', async () => {
    const { signIn, codes } = await withSecondFactor();
    const [first = '', second = ''] = codes;
    expect(codes).toHaveLength(10);
    expect((await signIn('ana', undefined, address, first.toUpperCase().replaceAll('-', ' '))).ok).toBe(true);
    expect((await signIn('ana', undefined, address, first)).ok).toBe(false);
    expect((await signIn('ana', undefined, address, second)).ok).toBe(true);
  });

  it('counts wrong codes as failures and locks, so that six digits cannot be tried out', async () => {
    const { signIn, code, secret, clock } = await withSecondFactor();
    const wrong = appCode(secret, clock.now() + 100 * step);
    for (let i = 0; i < 5; i++) await signIn('ana', undefined, address, wrong);
    expect(await signIn('ana', undefined, address, code())).toMatchObject({ ok: false, fault: { code: 'auth.refused' } });
  });

  it('is set up only by who knows the password and shows a right code; nothing is stored otherwise', async () => {
    const { api, as, add, stores, clock } = await securityWorld();
    await add('bo', 'operator');
    const me = as('bo', 'operator', { address });
    const proposed = await api.self.proposeSecondFactor(me, {});
    if (!proposed.ok) throw new Error(proposed.fault.message);
    const { secret, uri } = proposed.value;
    expect(uri).toContain(secret);
    const code = appCode(secret, clock.now());
    expect((await api.self.enableSecondFactor(me, { secret, code, password: 'not it' })).ok).toBe(false);
    expect((await api.self.enableSecondFactor(me, { secret, code: '000000', password: 'bo has a password' })).ok).toBe(code === '000000');
    expect((await api.self.enableSecondFactor(me, { secret: 'AAAA', code, password: 'bo has a password' })).ok).toBe(false);
    expect(await stores.secondFactors.get('id-bo')).toBeNull();
  });

  it('is stored so that the database alone gives no codes away', async () => {
    const { stores, ana, secret, codes } = await withSecondFactor();
    const row = JSON.stringify(await stores.secondFactors.get(ana.id));
    expect(row).not.toContain(secret);
    for (const code of codes) expect(row).not.toContain(code.replaceAll('-', ''));
  });

  it('narrows whoever lacks one that is asked for to looking and setting it up', async () => {
    const { signIn, consoleSettings, api, add, as, auth, clock } = await securityWorld();
    await add('bo', 'operator');
    consoleSettings.set({ ...consoleSettings.get(), secondFactor: 'administrators' });
    expect(await signIn('bo')).toMatchObject({ value: { viewer: { mustSetUpSecondFactor: false } } });
    consoleSettings.set({ ...consoleSettings.get(), secondFactor: 'everyone' });
    const done = await signIn('bo');
    if (!done.ok) throw new Error(done.fault.message);
    expect(done.value.viewer.mustSetUpSecondFactor).toBe(true);
    expect(done.value.viewer.permissions).toContain('self.write');
    expect(done.value.viewer.permissions).not.toContain('sessions.end');
    const me = as('bo', 'operator', { address });
    const proposed = await api.self.proposeSecondFactor(me, {});
    if (!proposed.ok) throw new Error(proposed.fault.message);
    const { secret } = proposed.value;
    await api.self.enableSecondFactor(me, { secret, code: appCode(secret, clock.now()), password: 'bo has a password' });
    expect(await auth.viewerForSession(done.value.secret, address)).toMatchObject({ mustSetUpSecondFactor: false });
  });

  it('is removed by its owner with a code, or by an administrator for somebody who lost the device', async () => {
    const { api, me, as, code, clock, signIn } = await withSecondFactor();
    expect((await api.self.disableSecondFactor(me, { code: '12345678' })).ok).toBe(false);
    expect(await api.operators.resetSecondFactor(as('bo', 'operator'), { operator: 'ana' })).toMatchObject({
      ok: false,
      fault: { kind: 'refused' },
    });
    expect((await api.self.disableSecondFactor(me, { code: code() })).ok).toBe(true);
    expect((await signIn('ana')).ok).toBe(true);
    clock.advance(step);
    const again = await withSecondFactor();
    expect((await again.api.operators.resetSecondFactor(again.as('root', 'administrator'), { operator: 'ana' })).ok).toBe(true);
    expect((await again.signIn('ana')).ok).toBe(true);
  });
});
