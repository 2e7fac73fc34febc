import { describe, expect, it } from 'vitest';
import type { TokenChange } from '../../directory/ports.ts';
import { adminFixture, sessionView, viewerOf } from '../../testing/admin-fixture.ts';

const administrator = viewerOf('administrator');
const phone = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

async function annaWithClients(...clients: string[]) {
  const fixture = adminFixture();
  const made = await fixture.api.users.create(administrator, { userId: 'anna', password: 'correct horse', domain: 'example.com' });
  if (!made.ok) throw new Error(made.fault.message);
  const { id, address } = made.value;
  const now = fixture.deps.clock.now();
  const change = (clientId: string): TokenChange => ({
    accountId: id,
    clientId,
    used: '',
    count: -1,
    invalidate: false,
    next: { seed: `seed of ${clientId}`, mechanism: 'HT-SHA-256-NONE', issuedAt: now, expiresAt: now + 1_000_000, count: 0 },
    software: 'Gajim',
    device: 'A phone',
    address: '192.0.2.1',
    at: now,
  });
  await fixture.stores.clientTokens.change(clients.map(change), 9);
  const view = (id: string, clientId: string) => sessionView({ id, bare: address, clientId });
  return { ...fixture, id, address, view };
}

describe('clients with tokens', () => {
  it('are shown with their sessions, and never what their tokens are made from', async () => {
    const { api, sessions, view } = await annaWithClients(phone);
    sessions.push(view('s1', phone), view('s2', 'other'));
    const listed = await api.users.clients(viewerOf('read-only'), { user: 'anna' });
    expect(listed).toMatchObject({ ok: true, value: { items: [{ id: phone, software: 'Gajim', device: 'A phone', sessions: 1 }] } });
    const shown = await api.users.get(administrator, { user: 'anna' });
    expect(shown).toMatchObject({ ok: true, value: { clients: [{ id: phone }] } });
    expect(JSON.stringify([listed, shown])).not.toContain('seed of');
  });

  it('lose the token and their sessions when revoked, others keep both', async () => {
    const { api, sessions, view, stores, id } = await annaWithClients(phone, 'other');
    sessions.push(view('s1', phone), view('s2', 'other'));
    const gone = await api.users.revokeClient(administrator, { user: 'anna', client: phone.toUpperCase() });
    expect(gone).toMatchObject({ ok: true, value: { client: phone, ended: 1 } });
    expect(sessions.map((session) => session.id)).toEqual(['s2']);
    expect((await stores.clientTokens.listFor(id)).map((client) => client.clientId)).toEqual(['other']);
    expect(await api.users.revokeClient(administrator, { user: 'anna', client: phone })).toMatchObject({
      ok: false,
      fault: { code: 'users.noSuchClient' },
    });
    expect(stores.state.audit.map((record) => record.action)).toContain('user.revoke-client');
  });

  it('are all signed out together', async () => {
    const { api, sessions, view, stores, id } = await annaWithClients(phone, 'other');
    sessions.push(view('s1', phone), view('s2', ''));
    expect(await api.users.signOut(administrator, { user: 'anna' })).toMatchObject({ ok: true, value: { ended: 2, tokens: 2 } });
    expect([sessions.length, (await stores.clientTokens.listFor(id)).length]).toEqual([0, 0]);
  });

  it('are not revoked by someone who may only read', async () => {
    const { api } = await annaWithClients(phone);
    for (const refused of [
      await api.users.revokeClient(viewerOf('read-only'), { user: 'anna', client: phone }),
      await api.users.signOut(viewerOf('read-only'), { user: 'anna' }),
    ])
      expect(refused).toMatchObject({ ok: false, fault: { kind: 'refused' } });
  });

  it.each(['password', 'disabled'] as const)('void their tokens with the account: %s', async (what) => {
    const { api, stores, id } = await annaWithClients(phone);
    if (what === 'password') await api.users.setPassword(administrator, { user: 'anna', password: 'another one' });
    else await api.users.disable(administrator, { users: ['anna'] });
    expect(await stores.clientTokens.listFor(id)).toEqual([]);
  });
});
