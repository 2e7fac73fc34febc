/** Commands of XEP-0133 about one account, about what people are told, and about the service itself. */
import { type BareJid, parseJid } from '../../kernel/jid.ts';
import type { MaybePromise } from '../router/hooks.ts';
import { el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { AdminCommands, NoticeName } from './ports.ts';
import type { FormField } from './xep-0004-forms.ts';
import type { Command, CommandStep, Submission } from './xep-0050-commands.ts';
import { adminResult, done, form, one, problem, readBare, withFields } from './xep-0133-forms.ts';

const account: FormField = { name: 'accountjid', type: 'jid-single', label: 'The Jabber ID of the account', isRequired: true };
const whose = 'Enter the address of the account.';
/** Text of several lines: one value a line (XEP-0004 §3.3). */
const lines = (values: Submission, name: string): string => (values.get(name) ?? []).join('\n').trim();

const delays: FormField = {
  name: 'delay',
  type: 'list-single',
  label: 'Time until it happens',
  isRequired: true,
  values: ['60'],
  options: [
    ['5 seconds', 5],
    ['30 seconds', 30],
    ['1 minute', 60],
    ['5 minutes', 300],
    ['15 minutes', 900],
    ['1 hour', 3600],
  ].map(([label, value]) => ({ label: String(label), value: String(value) })),
};
const MAX_DELAY = 86_400;

export function serviceCommands(deps: {
  readonly admin: AdminCommands;
  readonly command: (name: string, title: string, begin: (by: BareJid) => MaybePromise<CommandStep>) => Command;
}): readonly Command[] {
  const { admin, command } = deps;

  const about = (name: string, title: string, show: (by: BareJid, bare: BareJid) => Promise<CommandStep>): Command =>
    command(name, title, (by) =>
      form(title, [account], (values) => {
        const bare = readBare(one(values, 'accountjid'));
        return bare === null ? whose : show(by, bare);
      }),
    );

  const setNotice = (name: string, title: string, which: NoticeName, field: string, edits: boolean): Command =>
    command(name, title, async (by) => {
      const now = edits ? await admin.notice(by, which) : null;
      if (now !== null && !now.ok) return problem(now.fault);
      const known = now === null ? null : now.value;
      if (edits && known === null) return done('There is none yet: set one first.');
      const fields: FormField[] = [
        { name: 'subject', type: 'text-single', label: 'Subject', values: known === null || known.subject === '' ? [] : [known.subject] },
        { name: field, type: 'text-multi', label: 'Text', isRequired: true, values: known === null ? [] : known.body.split('\n') },
      ];
      return form(title, fields, async (values) => {
        const body = lines(values, field);
        if (body === '') return 'Enter a text.';
        // An edited message of the day is told at the next sign-in only (§4.25).
        const saved = await admin.setNotice(by, which, { subject: one(values, 'subject'), body }, !edits);
        return saved.ok ? done('Saved.') : withFields(saved.fault);
      });
    });

  const deleteNotice = (name: string, title: string, which: NoticeName): Command =>
    command(name, title, async (by) => {
      const removed = await admin.deleteNotice(by, which);
      return removed.ok ? done('Deleted.') : problem(removed.fault);
    });

  const stop = (name: string, title: string, restart: boolean): Command =>
    command(name, title, (by) =>
      form(
        title,
        [delays, { name: 'announcement', type: 'text-multi', label: 'What those who are signed in are told before' }],
        async (values) => {
          const seconds = Number(one(values, 'delay') || '60');
          if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_DELAY) return `Enter a delay from 1 to ${MAX_DELAY} seconds.`;
          const planned = await admin.stopService(by, restart, seconds, lines(values, 'announcement'));
          return planned.ok
            ? done(`The messaging service ${restart ? 'restarts' : 'stops'} in ${seconds} seconds.`)
            : problem(planned.fault);
        },
      ),
    );

  return [
    about('get-user-roster', 'Contact list of a user', async (by, bare) => {
      const facts = await admin.facts(by, bare);
      if (!facts.ok) return problem(facts.fault);
      const x = adminResult([{ name: 'accountjid', type: 'jid-single', values: [bare] }]);
      // §4.8: the list itself, inside the form.
      x.children.push(
        el(
          'query',
          NS.roster,
          {},
          ...facts.value.contacts.map(({ contact, name, groups, subscription }) =>
            el(
              'item',
              NS.roster,
              { jid: contact, subscription, ...(name === '' ? {} : { name }) },
              ...groups.map((group) => el('group', NS.roster, {}, group)),
            ),
          ),
        ),
      );
      return { is: 'done', form: x };
    }),
    about('get-user-lastlogin', 'Last sign-in of a user', async (by, bare) => {
      const facts = await admin.facts(by, bare);
      if (!facts.ok) return problem(facts.fault);
      const at = facts.value.lastSignInAt;
      return {
        is: 'done',
        form: adminResult([
          { name: 'accountjid', type: 'jid-single', values: [bare] },
          { name: 'lastlogin', type: 'text-single', values: [at === null ? '' : new Date(at).toISOString()] },
        ]),
        ...(at === null ? { note: { type: 'info' as const, text: 'This person has not signed in yet.' } } : {}),
      };
    }),
    about('user-stats', 'Statistics of a user', async (by, bare) => {
      const facts = await admin.facts(by, bare);
      if (!facts.ok) return problem(facts.fault);
      const { contacts, resources, addresses } = facts.value;
      return {
        is: 'done',
        form: adminResult([
          { name: 'accountjid', type: 'jid-single', values: [bare] },
          { name: 'rostersize', label: 'Contacts', values: [String(contacts.length)] },
          { name: 'onlineresources', type: 'text-multi', label: 'Devices that are signed in', values: resources },
          { name: 'ipaddresses', type: 'text-multi', label: 'Their network addresses', values: addresses },
        ]),
      };
    }),
    command('announce', 'Send an announcement', (by) =>
      form(
        'Send an announcement',
        [
          { name: 'subject', type: 'text-single', label: 'Subject' },
          { name: 'announcement', type: 'text-multi', label: 'Announcement', isRequired: true },
          {
            name: 'recipients',
            type: 'list-single',
            label: 'To whom',
            values: ['online'],
            options: [
              { label: 'Those who are signed in', value: 'online' },
              { label: 'Everyone; it waits for those who are away', value: 'everyone' },
            ],
          },
        ],
        async (values) => {
          const body = lines(values, 'announcement');
          if (body === '') return 'Enter a text.';
          const sent = await admin.announce(by, { subject: one(values, 'subject'), body }, one(values, 'recipients') === 'everyone');
          return sent.ok ? done(sent.value) : withFields(sent.fault);
        },
      ),
    ),
    setNotice('set-motd', 'Set the message of the day', 'motd', 'motd', false),
    setNotice('edit-motd', 'Edit the message of the day', 'motd', 'motd', true),
    deleteNotice('delete-motd', 'Delete the message of the day', 'motd'),
    setNotice('set-welcome', 'Set the welcome message', 'welcome', 'welcome', false),
    deleteNotice('delete-welcome', 'Delete the welcome message', 'welcome'),
    command('edit-admin', 'Edit the list of administrators', async (by) => {
      const now = await admin.administrators(by);
      if (!now.ok) return problem(now.fault);
      const field: FormField = { name: 'adminjids', type: 'jid-multi', label: 'Administrators', isRequired: true, values: now.value };
      return form('Edit the list of administrators', [field], async (values) => {
        const jids = (values.get('adminjids') ?? []).map((text) => text.trim()).filter((text) => text !== '');
        const bares = jids.map((text) => readBare(text));
        const odd = jids.find((text) => parseJid(text) === null || readBare(text) === null);
        if (odd !== undefined) return `"${odd.slice(0, 100)}" is not the address of an account.`;
        if (!bares.includes(by)) return 'Keep yourself in the list: another administrator can take you out.';
        const saved = await admin.setAdministrators(by, [...new Set(bares.filter((bare) => bare !== null))]);
        return saved.ok ? done('Saved.') : withFields(saved.fault);
      });
    }),
    stop('restart', 'Restart the service', true),
    stop('shutdown', 'Shut down the service', false),
  ];
}
