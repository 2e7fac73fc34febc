import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { invalidFields } from '../shared/problems.ts';
import { addressFor, passwordProblem } from './account-rules.ts';
import { userFaults } from './faults.ts';
import { createUserInput } from './inputs.ts';
import { userRow } from './outputs.ts';
import { auditedUser, defaultDomain, presentUser } from './resolve.ts';
import { grantXmppAdministrator } from './xmpp-administrators.ts';

export const createUser = defineUseCase({
  id: 'users.create',
  title: 'Add a user',
  summary: 'Creates an account that can sign in at once.',
  may: 'users.write',
  audit: 'user.create',
  kind: 'change',
  input: createUserInput,
  output: userRow,
  rest: { method: 'POST', path: '/users', status: 201 },
  cli: {
    words: ['users', 'add'],
    positionals: [{ field: 'userId', name: 'ID' }],
    examples: [
      'rollcall users add anna --password "correct horse" --name "Anna Lopez" --mail anna@example.com',
      'rollcall users add bot --password - < secret.txt',
    ],
  },
  async run(input, ctx) {
    const { stores, deps } = ctx;
    ctx.audit({ target: input.userId });
    const address = addressFor(input.userId, input.domain ?? (await defaultDomain(stores)));
    if (!address.ok) return refuse(invalidFields({ [address.field]: address.problem }));
    const weak = passwordProblem(input.password, input.userId);
    if (weak) return refuse(invalidFields({ password: weak }));
    if (input.admin && !ctx.viewer.permissions.includes('settings.write')) return refuse(userFaults.adminNeedsSettings());

    const credentials = await deps.passwords.scram(input.password);
    const { local, domain, bare } = address.value;
    const row = { userId: input.userId, local, domain, name: input.name, mail: input.mail, enabled: input.enabled, credentials };
    const { created, taken } = await stores.accounts.create([row]);
    const account = created[0];
    if (!account) {
      return refuse(
        taken[0]?.by === 'address'
          ? userFaults.addressTaken({ address: bare }, { fields: { userId: 'The address this makes belongs to somebody else.' } })
          : userFaults.userIdTaken({ userId: input.userId }, { fields: { userId: 'Taken.' } }),
      );
    }
    if (input.admin) {
      const granted = await grantXmppAdministrator(ctx, bare);
      if (!granted.ok) return granted;
    }
    ctx.audit({
      target: account.userId,
      targetKey: `user:${account.id}`,
      after: { ...auditedUser(account), ...(input.admin ? { xmppAdministrator: true } : {}) },
    });
    ctx.afterCommit(() =>
      deps.events.emit('user.changed', { accountId: account.id, bare: account.bare, what: 'created', by: ctx.viewer.name }),
    );
    return ok(presentUser(account, deps.engine));
  },
});
