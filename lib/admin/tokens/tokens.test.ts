import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { tokenHash } from './token-secret.ts';

const administrator = viewerOf('administrator');

describe('tokens', () => {
  it('show their secret once and keep its hash only', async () => {
    const fixture = adminFixture();
    const made = await fixture.api.tokens.create(administrator, { name: 'backup', scopes: ['users.read', 'users.read'] });
    if (!made.ok) throw new Error(made.fault.message);
    const { secret, token } = made.value;
    expect(secret).toMatch(/^rc_[\w-]{43}$/);
    expect(token).toMatchObject({ scopes: ['users.read'], state: 'active', createdBy: 'the administrator' });
    expect(await fixture.stores.tokens.bySecretHash(tokenHash(secret))).toMatchObject({ id: token.id });
    const kept = JSON.stringify([await fixture.api.tokens.list(administrator, {}), fixture.stores.state.audit]);
    expect(kept).toContain('backup');
    expect(kept).not.toContain(secret);
  });

  it('never have more than their maker', async () => {
    const { api } = adminFixture();
    const narrow = viewerOf('administrator', { permissions: ['tokens.write', 'users.read'] });
    expect(await api.tokens.create(narrow, { name: 'x', scopes: ['users.read'] })).toMatchObject({ ok: true });
    expect(await api.tokens.create(narrow, { name: 'x', scopes: ['users.read', 'users.write'] })).toMatchObject({
      ok: false,
      fault: { code: 'tokens.beyondMaker', fields: { scopes: expect.stringContaining('users.write') } },
    });
    expect(await api.tokens.create(administrator, { name: 'x', scopes: ['users.everything' as never] })).toMatchObject({
      ok: false,
      fault: { kind: 'invalid' },
    });
  });

  it('are not made by tokens', async () => {
    const { api } = adminFixture();
    expect(await api.tokens.create(viewerOf('administrator', { kind: 'token' }), { name: 'x', scopes: ['users.read'] })).toMatchObject({
      ok: false,
      fault: { code: 'tokens.byToken' },
    });
  });

  it('expire, or not when asked so', async () => {
    const { api, deps } = adminFixture();
    const short = await api.tokens.create(administrator, { name: 'x', scopes: ['users.read'], expiresInDays: 1 });
    const long = await api.tokens.create(administrator, { name: 'y', scopes: ['users.read'], expiresInDays: null });
    expect(short.ok && short.value.token.expiresAt).toBeGreaterThan(deps.clock.now() + 86_000_000);
    expect(long.ok && long.value.token.expiresAt).toBeNull();
  });

  it('are revoked once, and everybody hears it', async () => {
    const fixture = adminFixture();
    const made = await fixture.api.tokens.create(administrator, { name: 'x', scopes: ['users.read'] });
    const id = made.ok ? made.value.token.id : '';
    expect(await fixture.api.tokens.revoke(administrator, { token: id })).toMatchObject({
      ok: true,
      value: { token: { state: 'revoked' } },
    });
    expect(fixture.told).toContainEqual({ name: 'token.changed', payload: { tokenId: id, what: 'revoked' } });
    expect(await fixture.api.tokens.revoke(administrator, { token: id })).toMatchObject({ ok: false, fault: { code: 'tokens.revoked' } });
    expect(await fixture.api.tokens.revoke(administrator, { token: 'none' })).toMatchObject({
      ok: false,
      fault: { code: 'tokens.missing' },
    });
  });
});
