import type { Account } from '../../directory/ports.ts';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { userFaults } from './faults.ts';
import { usersInput } from './inputs.ts';
import { bulkOutcome } from './outputs.ts';
import { resolveUsers } from './resolve.ts';
import { revokeAdministrators } from './xmpp-administrators.ts';

/** Enable, disable and delete take a list; one user is a list of one. More than 500, or a filter, is a job (`users.runBulk`). */
type What = 'enabled' | 'disabled' | 'removed';
interface Outcome {
  changed: { id: number; userId: string; address: string }[];
  skipped: { user: string; why: string }[];
}

async function switchUsers(users: readonly string[], ctx: UseCaseContext<AdminDeps>, what: What): Promise<Result<Outcome, Fault>> {
  const { found, missing } = await resolveUsers(ctx.stores, users);
  ctx.audit({ target: users.join(', ') });
  const only = found.length === 1 && users.length === 1 ? found[0] : undefined;
  if (found.length === 0) return refuse(users.length === 1 ? userFaults.missing({ user: users[0] ?? '' }) : userFaults.noneNamed());
  const ids = found.map((account) => account.id);
  const changed: readonly Account[] =
    what === 'removed' ? await ctx.stores.accounts.remove(ids) : await ctx.stores.accounts.setEnabled(ids, what === 'enabled');
  if (what === 'removed') {
    const revoked = await revokeAdministrators(
      ctx,
      changed.map((account) => account.bare),
    );
    if (!revoked.ok) return revoked;
  }
  const changedIds = new Set(changed.map((account) => account.id));
  const skipped = [
    ...missing.map((user) => ({ user, why: 'There is no such user.' })),
    ...found
      .filter((account) => !changedIds.has(account.id))
      .map((account) => ({ user: account.userId, why: what === 'removed' ? 'Gone already.' : `Is ${what} already.` })),
  ];
  ctx.audit({
    target: changed.length > 0 ? changed.map((account) => account.userId).join(', ') : users.join(', '),
    targetKey: only ? `user:${only.id}` : '',
    before: { users: changed.map((account) => ({ id: account.id, userId: account.userId, address: account.bare })) },
    after: { [what]: changed.length, skipped: skipped.length },
  });
  ctx.afterCommit(() => {
    for (const account of changed)
      ctx.deps.events.emit('user.changed', { accountId: account.id, bare: account.bare, what, by: ctx.viewer.name });
  });
  return ok({ changed: changed.map((account) => ({ id: account.id, userId: account.userId, address: account.bare })), skipped });
}

const common = { may: 'users.write', kind: 'change', input: usersInput, output: bulkOutcome } as const;
const cli = (verb: string) => ({
  words: ['users', verb],
  positionals: [{ field: 'users', name: 'USER' }],
  table: { path: 'changed', columns: ['userId', 'address'] },
  examples: [`rollcall users ${verb} anna`, `rollcall users ${verb} anna bob@example.com`],
});

export const enableUsers = defineUseCase({
  ...common,
  id: 'users.enable',
  title: 'Enable users',
  summary: 'Lets users sign in again.',
  audit: 'user.enable',
  rest: { method: 'POST', path: '/users/enable' },
  cli: cli('enable'),
  run: (input, ctx) => switchUsers(input.users, ctx, 'enabled'),
});

export const disableUsers = defineUseCase({
  ...common,
  id: 'users.disable',
  title: 'Disable users',
  summary: 'Stops users from signing in and ends their sessions within seconds. Everything they own is kept.',
  audit: 'user.disable',
  rest: { method: 'POST', path: '/users/disable' },
  cli: cli('disable'),
  run: (input, ctx) => switchUsers(input.users, ctx, 'disabled'),
});

export const deleteUsers = defineUseCase({
  ...common,
  id: 'users.delete',
  title: 'Remove users',
  summary: 'Removes users with everything they own: contacts, waiting messages, history, profile. This cannot be undone.',
  audit: 'user.delete',
  rest: { method: 'POST', path: '/users/delete' },
  cli: cli('remove'),
  run: (input, ctx) => switchUsers(input.users, ctx, 'removed'),
});
