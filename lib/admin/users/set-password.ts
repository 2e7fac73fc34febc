import { z } from 'zod';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { invalidFields } from '../shared/problems.ts';
import { passwordProblem } from './account-rules.ts';
import { userFaults } from './faults.ts';
import { setPasswordInput } from './inputs.ts';
import { resolveUser } from './resolve.ts';

export const setPassword = defineUseCase({
  id: 'users.setPassword',
  title: 'Set a password',
  summary: 'Gives a user a new password and ends the sessions made with the old one.',
  may: 'users.password',
  audit: 'user.set-password',
  kind: 'change',
  input: setPasswordInput,
  output: z.object({ userId: z.string(), address: z.string() }),
  rest: { method: 'PUT', path: '/users/{user}/password' },
  cli: {
    words: ['users', 'password'],
    positionals: [
      { field: 'user', name: 'USER' },
      { field: 'password', name: 'PASSWORD' },
    ],
    examples: ['rollcall users password anna --password - < secret.txt'],
  },
  async run(input, ctx) {
    const found = await resolveUser(ctx.stores, input.user);
    if (!found.ok) return found;
    const account = found.value;
    ctx.audit({ target: account.userId, targetKey: `user:${account.id}` });
    // The call manager keeps no password that could be asked for at sign-in: its people get theirs here.
    if (account.source === 'ldap') return refuse(userFaults.managedElsewhere({ user: account.userId, source: account.source }));
    const weak = passwordProblem(input.password, account.userId);
    if (weak) return refuse(invalidFields({ password: weak }));
    await ctx.stores.accounts.setCredentials(account.id, await ctx.deps.passwords.scram(input.password));
    ctx.afterCommit(() =>
      ctx.deps.events.emit('user.changed', { accountId: account.id, bare: account.bare, what: 'password-changed', by: ctx.viewer.name }),
    );
    return ok({ userId: account.userId, address: account.bare });
  },
});
