import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { invalidFields } from '../shared/problems.ts';
import { addressFor } from './account-rules.ts';
import { userFaults } from './faults.ts';
import { updateUserInput } from './inputs.ts';
import { userRow } from './outputs.ts';
import { auditedUser, presentUser, resolveUser } from './resolve.ts';
import { grantXmppAdministrator, moveAdministrator, revokeXmppAdministrator } from './xmpp-administrators.ts';

export const updateUser = defineUseCase({
  id: 'users.update',
  title: 'Change a user',
  summary: 'Changes name, mail, user ID or IM domain. A new user ID or domain changes the address and ends the sessions.',
  may: 'users.write',
  audit: 'user.update',
  kind: 'change',
  input: updateUserInput,
  output: userRow,
  rest: { method: 'PATCH', path: '/users/{user}' },
  cli: {
    words: ['users', 'update'],
    positionals: [{ field: 'user', name: 'USER' }],
    examples: ['rollcall users update anna --name "Anna Smith"'],
  },
  async run(input, ctx) {
    const { stores, deps } = ctx;
    const found = await resolveUser(stores, input.user);
    if (!found.ok) return found;
    const was = found.value;
    ctx.audit({ target: was.userId, targetKey: `user:${was.id}` });
    const { userId, name, mail, domain, admin } = input;
    if ([userId, name, mail, domain, admin].every((field) => field === undefined)) return refuse(userFaults.nothingToChange());
    if (admin !== undefined && !ctx.viewer.permissions.includes('settings.write')) return refuse(userFaults.adminNeedsSettings());
    const touchesAccount = [userId, name, mail, domain].some((field) => field !== undefined);
    if (touchesAccount && was.source !== 'local') return refuse(userFaults.managedElsewhere({ user: was.userId, source: was.source }));

    const moves = userId !== undefined || domain !== undefined;
    const address = moves ? addressFor(userId ?? was.userId, domain ?? was.domain) : null;
    if (address && !address.ok) return refuse(invalidFields({ [address.field]: address.problem }));
    const patch = {
      ...(userId === undefined ? {} : { userId }),
      ...(name === undefined ? {} : { name }),
      ...(mail === undefined ? {} : { mail }),
      ...(address?.ok ? { local: address.value.local, domain: address.value.domain } : {}),
    };
    const isOld = input.version !== undefined && input.version !== was.version;
    const now = touchesAccount ? await stores.accounts.update(was.id, patch, input.version) : isOld ? 'conflict' : was;
    if (now === null) return refuse(userFaults.missing({ user: input.user }));
    if (now === 'conflict') {
      const theirs = await stores.accounts.get(was.id);
      return refuse(
        userFaults.changedMeanwhile(
          { user: was.userId },
          { details: { current: theirs && auditedUser(theirs), version: theirs?.version ?? 0 } },
        ),
      );
    }
    if (now === 'taken')
      return refuse(
        userFaults.addressTaken(
          { address: address?.ok ? address.value.bare : was.bare },
          { fields: { [userId === undefined ? 'domain' : 'userId']: 'Taken.' } },
        ),
      );
    if (now.bare !== was.bare) {
      const moved = await moveAdministrator(ctx, was.bare, now.bare);
      if (!moved.ok) return moved;
    }
    if (admin !== undefined) {
      const set = admin ? await grantXmppAdministrator(ctx, now.bare) : await revokeXmppAdministrator(ctx, now.bare);
      if (!set.ok) return set;
    }
    ctx.audit({
      target: now.userId,
      before: auditedUser(was),
      after: { ...auditedUser(now), ...(admin === undefined ? {} : { xmppAdministrator: admin }) },
    });
    ctx.afterCommit(() => {
      // The old address is told as moved, so that its sessions end; the new one is known as updated.
      if (now.bare !== was.bare)
        deps.events.emit('user.changed', { accountId: was.id, bare: was.bare, what: 'moved', movedTo: now.bare, by: ctx.viewer.name });
      deps.events.emit('user.changed', { accountId: now.id, bare: now.bare, what: 'updated', by: ctx.viewer.name });
    });
    return ok(presentUser(now, deps.engine));
  },
});
