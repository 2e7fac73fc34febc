import { z } from 'zod';
import type { TokenClient } from '../../directory/ports.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import type { EngineView } from '../shared/engine-view.ts';
import type { AdminStores } from '../shared/ports.ts';
import { userFaults } from './faults.ts';
import { getUserInput, revokeClientInput, signOutInput } from './inputs.ts';
import { type ClientRow, clientRow } from './outputs.ts';
import { resolveUser } from './resolve.ts';

const present = (client: TokenClient, sessions: number): ClientRow => {
  const { clientId, software, device, address, createdAt, lastUsedAt, current, next } = client;
  return {
    id: clientId,
    software,
    device,
    address,
    since: createdAt,
    lastUsedAt,
    expiresAt: Math.max(current?.expiresAt ?? 0, next?.expiresAt ?? 0),
    mechanism: (next ?? current)?.mechanism ?? '',
    sessions,
  };
};

/** Clients of an account that may sign in by a token (XEP-0484) now. */
export async function clientsOf(
  stores: AdminStores,
  engine: EngineView,
  account: { readonly id: number; readonly bare: string },
  now: number,
): Promise<ClientRow[]> {
  const sessions = engine.sessionsOf(account.bare);
  const rows = (await stores.clientTokens.listFor(account.id)).map((client) =>
    present(client, sessions.filter((session) => session.clientId === client.clientId).length),
  );
  return rows.filter((row) => row.expiresAt > now);
}

export const listClients = defineUseCase({
  id: 'users.clients',
  title: 'Clients with sign-in tokens',
  summary: 'The clients of a user that sign in by a token in place of the password, the last used first.',
  may: 'users.read',
  kind: 'read',
  input: getUserInput,
  output: z.object({ items: z.array(clientRow) }),
  rest: { method: 'GET', path: '/users/{user}/clients' },
  cli: {
    words: ['users', 'clients'],
    positionals: [{ field: 'user', name: 'USER' }],
    table: { path: 'items', columns: ['id', 'software', 'device', 'address', 'lastUsedAt', 'expiresAt', 'sessions'] },
    examples: ['rollcall users clients anna'],
  },
  async run(input, { stores, deps }) {
    const found = await resolveUser(stores, input.user);
    if (!found.ok) return found;
    return ok({ items: await clientsOf(stores, deps.engine, found.value, deps.clock.now()) });
  },
});

export const revokeClient = defineUseCase({
  id: 'users.revokeClient',
  title: 'Revoke the token of a client',
  summary: 'Signs one client of a user out and makes its token useless: it needs the password to come back.',
  may: 'sessions.end',
  audit: 'user.revoke-client',
  kind: 'change',
  input: revokeClientInput,
  output: z.object({ client: z.string(), ended: z.int() }),
  rest: { method: 'DELETE', path: '/users/{user}/clients/{client}' },
  cli: {
    words: ['users', 'revoke-client'],
    positionals: [
      { field: 'user', name: 'USER' },
      { field: 'client', name: 'CLIENT' },
    ],
    examples: ['rollcall users revoke-client anna d4565fa7-4d72-4749-b3d3-740edbf87770'],
  },
  async run(input, ctx) {
    const found = await resolveUser(ctx.stores, input.user);
    if (!found.ok) return found;
    const account = found.value;
    ctx.audit({ target: account.userId, targetKey: `user:${account.id}` });
    const client = (await ctx.stores.clientTokens.listFor(account.id)).find((row) => row.clientId === input.client.toLowerCase());
    if (client === undefined) return refuse(userFaults.noSuchClient({ user: account.userId }));
    await ctx.stores.clientTokens.revoke([account.id], client.clientId);
    const sessions = ctx.deps.engine.sessionsOf(account.bare).filter((session) => session.clientId === client.clientId);
    ctx.audit({
      before: { client: client.clientId, software: client.software, device: client.device },
      after: { sessions: sessions.length },
    });
    ctx.afterCommit(() => {
      for (const session of sessions) ctx.deps.engine.endSession(session.id, 'An administrator signed this client out.');
    });
    return ok({ client: client.clientId, ended: sessions.length });
  },
});

export const signOutUser = defineUseCase({
  id: 'users.signOut',
  title: 'Sign a user out everywhere',
  summary: 'Ends all sessions of a user and makes all sign-in tokens useless. The password stays good; disable the user to keep them out.',
  may: 'sessions.end',
  audit: 'user.sign-out',
  kind: 'change',
  input: signOutInput,
  output: z.object({ ended: z.int(), tokens: z.int() }),
  rest: { method: 'POST', path: '/users/{user}/sign-out' },
  cli: { words: ['users', 'sign-out'], positionals: [{ field: 'user', name: 'USER' }], examples: ['rollcall users sign-out anna'] },
  async run(input, ctx) {
    const found = await resolveUser(ctx.stores, input.user);
    if (!found.ok) return found;
    const account = found.value;
    const tokens = await ctx.stores.clientTokens.revoke([account.id]);
    const sessions = ctx.deps.engine.sessionsOf(account.bare);
    ctx.audit({ target: account.userId, targetKey: `user:${account.id}`, after: { sessions: sessions.length, tokens } });
    ctx.afterCommit(() => {
      // Looked up again: who signed in between would otherwise stay.
      for (const session of ctx.deps.engine.sessionsOf(account.bare)) ctx.deps.engine.endSession(session.id, input.reason);
    });
    return ok({ ended: sessions.length, tokens });
  },
});
