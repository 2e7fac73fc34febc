/**
 * Service administration (XEP-0133): commands for administrators' accounts. Forms in, use cases behind `AdminCommands`, answers out; nothing is decided
 * here. Where the XEP acts on several accounts the field is `jid-multi`.
 */
import type { Fault } from '../../kernel/faults.ts';
import { type BareJid, parseJid } from '../../kernel/jid.ts';
import type { Result } from '../../kernel/result.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { MaybePromise, Protocol } from '../router/hooks.ts';
import type { Element } from '../stanza/element.ts';
import type { AdminCommands, CommandOutcome, UserKind } from './ports.ts';
import { type FormField, formElement } from './xep-0004-forms.ts';
import type { Command, CommandStep, Note, Submission } from './xep-0050-commands.ts';

export const protocol: Protocol = {
  number: 'XEP-0133',
  title: 'Service Administration',
  version: '1.3.1',
  status: 'partial',
  note: 'Users: add, delete, disable, re-enable, password, end session, counts and lists.',
};

const ADMIN = 'http://jabber.org/protocol/admin';
const nodeOf = (name: string): string => `${ADMIN}#${name}`;

const adminForm = (title: string, fields: readonly FormField[], instructions = 'Fill out this form.'): Element =>
  formElement('form', ADMIN, fields, { title, instructions });
const adminResult = (fields: readonly FormField[]): Element => formElement('result', ADMIN, fields);

const one = (values: Submission, name: string): string => values.get(name)?.[0]?.trim() ?? '';
/** Passwords are taken as written. */
const secret = (values: Submission, name: string): string => values.get(name)?.[0] ?? '';

const done = (text: string): CommandStep => ({ is: 'done', note: { type: 'info', text } });
const problem = (fault: Fault): CommandStep => ({ is: 'done', note: { type: 'error', text: withFields(fault) } });
const withFields = (fault: Fault): string => [fault.message, ...Object.values(fault.fields ?? {})].join(' ');

/** A form that is shown again, with the reason, until what was entered makes sense. */
function form(
  title: string,
  fields: readonly FormField[],
  act: (values: Submission) => MaybePromise<CommandStep | string>,
  note?: Note,
): CommandStep {
  return {
    is: 'form',
    form: adminForm(title, fields),
    ...(note === undefined ? {} : { note, again: true as const }),
    execute: 'complete',
    async submit(values) {
      const outcome = await act(values);
      return typeof outcome === 'string' ? form(title, fields, act, { type: 'error', text: outcome }) : outcome;
    },
  };
}

function readBare(text: string): BareJid | null {
  const jid = parseJid(text);
  return jid === null || jid.local === '' ? null : jid.bare;
}

/** Valid addresses, or the sentence to show. */
function readMany(values: Submission, whole: boolean): string[] | string {
  const jids: string[] = [];
  for (const text of values.get('accountjids') ?? []) {
    if (text.trim() === '') continue;
    const jid = parseJid(text.trim());
    if (jid === null || jid.local === '') return `"${text.slice(0, 100)}" is not the address of an account.`;
    jids.push(whole ? jid.full : jid.bare);
  }
  return jids.length === 0 ? 'Enter at least one address.' : [...new Set(jids)];
}

function told(result: Result<CommandOutcome, Fault>, verb: string): CommandStep {
  if (!result.ok) return problem(result.fault);
  const { done: count, skipped } = result.value;
  const left = skipped.slice(0, 20).map(({ jid, why }) => `${jid}: ${why}`);
  const more = skipped.length > left.length ? ` and ${skipped.length - left.length} more` : '';
  const text = `${verb}: ${count}.${left.length === 0 ? '' : ` Left out: ${left.join('; ')}${more}.`}`;
  return { is: 'done', note: { type: skipped.length === 0 ? 'info' : 'warn', text } };
}

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
    command(`get-${name}-users-list`, title, (by) =>
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
    list('registered', 'List of registered users', 'registereduserjids', 'registered'),
    list('disabled', 'List of disabled users', 'disableduserjids', 'disabled'),
    list('online', 'List of online users', 'onlineuserjids', 'online'),
  ];
}
