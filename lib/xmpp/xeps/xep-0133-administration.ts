/**
 * Service administration (XEP-0133): commands for administrators' accounts. Forms in, use cases behind `AdminCommands`, answers out; nothing is decided
 * here. Where the XEP acts on several accounts the field is `jid-multi`.
 */
import type { Fault } from '../../kernel/faults.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { Result } from '../../kernel/result.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { MaybePromise } from '../router/hooks.ts';
import type { AdminCommands, CommandOutcome, UserKind } from './ports.ts';
import type { FormField } from './xep-0004-forms.ts';
import type { Command, CommandStep } from './xep-0050-commands.ts';
import { adminResult, done, form, nodeOf, one, problem, protocol, readBare, readMany, secret, told, withFields } from './xep-0133-forms.ts';
import { serviceCommands } from './xep-0133-service.ts';

/** All commands, for `createCommands`. */
export function administrationCommands(deps: { admin: AdminCommands }): readonly Command[] {
  const { admin } = deps;
  const mayRun = (session: ClientSession): MaybePromise<boolean> => admin.mayAdminister(session.user.bare);
  const command = (name: string, title: string, begin: (by: BareJid) => MaybePromise<CommandStep>): Command => ({
    node: nodeOf(name),
    name: title,
    protocol,
    mayRun,
    begin: (session) => begin(session.user.bare),
  });

  const account: FormField = { name: 'accountjid', type: 'jid-single', label: 'The Jabber ID of the account', isRequired: true };
  const accounts: FormField = { name: 'accountjids', type: 'jid-multi', label: 'The Jabber IDs of the accounts', isRequired: true };
  const password: FormField = { name: 'password', type: 'text-private', label: 'The password', isRequired: true };

  const bulk = (
    name: string,
    title: string,
    verb: string,
    act: (by: BareJid, bares: readonly BareJid[]) => Promise<Result<CommandOutcome, Fault>>,
  ): Command =>
    command(name, title, (by) =>
      form(title, [accounts], async (values) => {
        const jids = readMany(values, false);
        return typeof jids === 'string' ? jids : told(await act(by, jids as BareJid[]), verb);
      }),
    );

  const count = (name: string, title: string, kind: UserKind): Command =>
    command(`get-${name}-users-num`, title, async (by) => {
      const counts = await admin.counts(by);
      if (!counts.ok) return problem(counts.fault);
      return { is: 'done', form: adminResult([{ name: `${name}usersnum`, label: title, values: [String(counts.value[kind])] }]) };
    });

  const sizes = ['25', '50', '75', '100', '150', '200'];
  const list = (name: string, title: string, field: string, kind: UserKind): Command =>
    command(`get-${name}`, title, (by) =>
      form(
        title,
        [
          {
            name: 'max_items',
            type: 'list-single',
            label: 'Maximum number of items to show',
            values: ['25'],
            options: [...sizes, 'none'].map((value) => ({ label: value === 'none' ? 'None' : value, value })),
          },
        ],
        async (values) => {
          const wanted = one(values, 'max_items') || '25';
          // "None" is no limit of the form; what one stanza can carry still is.
          const max = wanted === 'none' ? 1000 : Number(wanted);
          if (!Number.isInteger(max) || max < 1 || max > 1000) return 'Enter a number of items from 1 to 1000.';
          const users = await admin.listUsers(by, kind, max);
          return users.ok
            ? { is: 'done', form: adminResult([{ name: field, type: 'jid-multi', label: title, values: users.value }]) }
            : problem(users.fault);
        },
      ),
    );

  return [
    command('add-user', 'Add a user', (by) =>
      form(
        'Add a user',
        [
          account,
          password,
          { name: 'password-verify', type: 'text-private', label: 'The password once more', isRequired: true },
          { name: 'email', type: 'text-single', label: 'Email address' },
          { name: 'given_name', type: 'text-single', label: 'Given name' },
          { name: 'surname', type: 'text-single', label: 'Family name' },
        ],
        async (values) => {
          const bare = readBare(one(values, 'accountjid'));
          if (bare === null) return 'Enter the address of the account.';
          if (secret(values, 'password') !== secret(values, 'password-verify')) return 'The two passwords differ.';
          if (secret(values, 'password') === '') return 'Enter a password.';
          const added = await admin.addUser(by, {
            bare,
            password: secret(values, 'password'),
            mail: one(values, 'email'),
            name: `${one(values, 'given_name')} ${one(values, 'surname')}`.trim(),
          });
          return added.ok ? done(`Added ${bare}.`) : withFields(added.fault);
        },
      ),
    ),
    bulk('delete-user', 'Delete users', 'Deleted', admin.deleteUsers),
    bulk('disable-user', 'Disable users', 'Disabled', admin.disableUsers),
    bulk('reenable-user', 'Re-enable users', 'Re-enabled', admin.enableUsers),
    command('end-user-session', 'End user sessions', (by) =>
      form('End user sessions', [accounts], async (values) => {
        const jids = readMany(values, true);
        return typeof jids === 'string' ? jids : told(await admin.endSessions(by, jids), 'Sessions ended');
      }),
    ),
    command('change-user-password', 'Change a password', (by) =>
      form('Change a password', [account, password], async (values) => {
        const bare = readBare(one(values, 'accountjid'));
        if (bare === null) return 'Enter the address of the account.';
        if (secret(values, 'password') === '') return 'Enter a password.';
        const changed = await admin.changePassword(by, bare, secret(values, 'password'));
        return changed.ok ? done(`Changed the password of ${bare}.`) : withFields(changed.fault);
      }),
    ),
    count('registered', 'Number of registered users', 'registered'),
    count('disabled', 'Number of disabled users', 'disabled'),
    count('online', 'Number of online users', 'online'),
    count('active', 'Number of active users', 'active'),
    count('idle', 'Number of idle users', 'idle'),
    list('registered-users-list', 'List of registered users', 'registereduserjids', 'registered'),
    list('disabled-users-list', 'List of disabled users', 'disableduserjids', 'disabled'),
    list('online-users-list', 'List of online users', 'onlineuserjids', 'online'),
    list('active-users', 'List of active users', 'activeuserjids', 'active'),
    list('idle-users', 'List of idle users', 'idleuserjids', 'idle'),
    ...serviceCommands({ admin, command }),
  ];
}
